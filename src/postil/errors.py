"""What stops a command.

A fault in a corpus is never an exception: it is a finding (see :mod:`postil.findings`). Exceptions mean that a command could
not go on, and each carries one message for the person who typed it::

    PostilError                 the base; the command line prints it and exits with 2
    ├── CorpusNotFound          no corpus here or above
    ├── UnreadableCorpus        the corpus is there and cannot be used as it is
    ├── UnreadableFile          one file, with its path, line and column
    ├── UnsafePath              an id or path that leads out of the corpus
    ├── MissingExtra            an optional library is not installed
    ├── ActionRefused           an annotator's action that cannot be done here; nothing was changed
    ├── SetInUse                somebody else is annotating this set
    ├── TextEdited              the text that is being annotated is another one by now
    └── ExportRefused           what was asked would lose something, or overwrite something
"""

from __future__ import annotations


class PostilError(Exception):
    """A command could not go on. ``str(error)`` is one message, in the user's words, that says what to do."""


class CorpusNotFound(PostilError):
    """No ``corpus/corpus.toml`` in a directory or any of its parents."""


class UnreadableCorpus(PostilError):
    """The corpus has faults that this command cannot work with; ``postil check`` names them."""


class UnreadableFile(PostilError):
    """A file that cannot be read as what it should be."""

    def __init__(self, path: str, message: str, line: int = 0, column: int = 0) -> None:
        self.path, self.message, self.line, self.column = path, message, line, column
        place = f"{path}:{line}:{column}" if line else path
        super().__init__(f"{place}: {message}")


class UnsafePath(PostilError):
    """A document id, annotator or link that leads out of the corpus, or cannot be a file name everywhere."""


class MissingExtra(PostilError):
    """An optional library is missing."""

    def __init__(self, purpose: str, library: str, extra: str) -> None:
        super().__init__(f"{purpose} needs {library}: pip install 'postil[{extra}]'")


class ActionRefused(PostilError):
    """An action that cannot be done in the state that it was given: nothing was changed."""


class SetInUse(PostilError):
    """Another session holds the lock of a set."""


class SessionClosed(PostilError):
    """Something was to be done in a session that was closed."""


class TextEdited(PostilError):
    """A document's text was edited, or taken away, while it was annotated: no offset holds in it."""


class ExportRefused(PostilError):
    """The export would lose or overwrite something."""
