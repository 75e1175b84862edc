from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule, is_implied
from postil.rules.views import DocumentView


@document_rule("DOC001", Example(), Example(metadata=None, finds=("0:0",)), proof=is_implied)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text must have metadata beside it.

    Without it nobody knows whose text it is, in what language, and what may be done with it.

    Write ``<id>.toml`` beside ``<id>.txt``; ``postil add`` does so for new files.
    """
    if view.bundle.text_file and not view.bundle.metadata_file:
        yield view.problem(f"there is no corpus/{view.document}.toml for this text")
