"""Which texts may not be passed on, as the metadata of their documents says, or the defaults of the manifest."""

from __future__ import annotations

from collections.abc import Iterator

from postil.corpus import Corpus
from postil.manifest import Rights
from postil.text import counted, printable

_NAMED = 10  # documents that are named of each kind


class Reserved:
    """The documents whose text may not be redistributed, and those of which nobody said that it may."""

    def __init__(self) -> None:
        self.forbidden: list[str] = []
        self.unstated: list[str] = []

    @classmethod
    def of(cls, corpus: Corpus, annotators: tuple[str, ...]) -> Reserved:
        """Those of the documents that have a set by one of ``annotators``; of all where nobody is named."""
        found = cls()
        for name, files in corpus.directory.inventory.documents.items():
            if not annotators or not files.sets.keys().isdisjoint(annotators):
                found.see(name, corpus.directory.bundle(name).metadata.rights)
        return found

    def see(self, document: str, rights: Rights) -> None:
        """Look at the rights of a document."""
        if rights.redistribute is not True:
            (self.forbidden if rights.redistribute is False else self.unstated).append(document)

    def __bool__(self) -> bool:
        return bool(self.forbidden or self.unstated)

    def lines(self) -> Iterator[str]:
        """In words, which they are."""
        if self.forbidden:
            yield f"{counted(len(self.forbidden), 'text')} may not be redistributed: {_named(self.forbidden)}"
        if self.unstated:
            yield f"{counted(len(self.unstated), 'text')} without redistribute under [rights]: {_named(self.unstated)}"


def _named(documents: list[str]) -> str:
    more = f" and {len(documents) - _NAMED:,} more" if len(documents) > _NAMED else ""
    return ", ".join(map(printable, documents[:_NAMED])) + more
