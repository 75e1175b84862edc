"""What of a corpus a run is about: everything, or what somebody named or touched, and what depends on that."""

from __future__ import annotations

from collections.abc import Iterable

from postil.storage.directory import MANIFEST, SCHEME, CorpusDirectory
from postil.storage.splits_file import SPLITS
from postil.text import printable


class Selection:
    """Some paths of a corpus, from its root. A text or metadata stands for its document, with every set about it.

    ``documents``: those to look at. :meth:`shows` tells whether a finding at a path is asked for.
    """

    def __init__(self, directory: CorpusDirectory, paths: Iterable[str]) -> None:
        """``paths``: files, or directories that stand for all in them. Manifest, scheme and splits stand for everything."""
        named = {name for path in paths for name in (path, printable(path))}  # a finding names what can be printed
        self.is_everything = not named.isdisjoint((".", MANIFEST, SCHEME, SPLITS))
        self.documents: set[str] = set()
        self._shown: set[str] = set()
        self._named = named
        if self.is_everything:
            self.documents.update(directory.inventory.documents)
            return
        there = {path for files in directory.inventory.documents.values() for path in files.sets.values()}
        sets = [path for path in named - there if path.startswith("annotations/") and path.endswith(".jsonl")]
        self._of_gone_sets = {path.split("/", 2)[2].removesuffix(".jsonl") for path in sets if path.count("/") > 1}
        for document, files in directory.inventory.documents.items():
            found = {path for path in files.paths() if self._is_named(path)}
            if not found.isdisjoint((files.text, files.metadata)) or self._is_gone(document):
                found = set(files.paths())
            if found:
                self.documents.add(document)
                self._shown |= {*found, *map(printable, found)}

    @classmethod
    def everything(cls, directory: CorpusDirectory) -> Selection:
        """All that there is."""
        return cls(directory, ("corpus", "annotations", "."))

    def shows(self, path: str) -> bool:
        """Whether a finding at ``path`` is asked for."""
        return self.is_everything or path in self._shown or path in (MANIFEST, SCHEME, SPLITS) or self._is_named(path)

    def is_about(self, paths: Iterable[str]) -> bool:
        """Whether a finding between documents, at these places, is about anything that is selected."""
        return self.is_everything or any(path in self._shown or self._is_named(path) for path in paths)

    def _is_named(self, path: str) -> bool:
        return any(part in self._named for part in _and_above(path))

    def _is_gone(self, document: str) -> bool:
        """Whether a file of the document was named that is no longer there: what is left of it is another document now."""
        gone = (f"corpus/{document}.txt", f"corpus/{document}.toml")
        return not self._named.isdisjoint(gone) or document in self._of_gone_sets


def _and_above(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
