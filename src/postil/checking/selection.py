"""What of a corpus a run is about: everything, or what somebody named or touched, and what depends on that."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from postil.storage.directory import MANIFEST, SCHEME, CorpusDirectory
from postil.text import printable


class Selection:
    """Some paths of a corpus, from its root. A text or metadata stands for its document, with every set about it.

    ``documents``: those to look at. :meth:`shows` tells whether a finding at a path is asked for.
    """

    def __init__(self, directory: CorpusDirectory, paths: Iterable[str]) -> None:
        """``paths``: files, or directories that stand for all in them. Manifest and scheme stand for everything."""
        named = {name for path in paths for name in (path, printable(path))}  # a finding names what can be printed
        self.is_everything = not named.isdisjoint((".", MANIFEST, SCHEME))
        self.documents: set[str] = set()
        self._shown: set[str] = set()
        self._named = named
        for document, files in directory.inventory.documents.items():
            found = {path for path in files.paths() if self._is_named(path)}
            if self.is_everything or not found.isdisjoint((files.text, files.metadata)) or self._is_gone(document):
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
        return self.is_everything or path in self._shown or path in (MANIFEST, SCHEME) or self._is_named(path)

    def shows_any(self, paths: Collection[str]) -> bool:
        """Whether a finding at any of these places is asked for."""
        return any(map(self.shows, paths))

    def _is_named(self, path: str) -> bool:
        return any(part in self._named for part in _and_above(path))

    def _is_gone(self, document: str) -> bool:
        """Whether a text or metadata of the document was named that is no longer there: its sets are orphans now."""
        return not self._named.isdisjoint((f"corpus/{document}.txt", f"corpus/{document}.toml"))


def _and_above(path: str) -> Iterable[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]
