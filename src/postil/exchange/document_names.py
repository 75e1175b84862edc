"""What documents of a source are called in the corpus, where a name is the path of a file on every system.

A name that no file can have is changed, always to the same: to its letters without accents, where that leaves all of them, and
to a name with a digest of it otherwise. So the same source, or a later part of it, finds its documents again.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator
from typing import Protocol

from postil.exchange.annotator_names import has_lost_letters, portable
from postil.exchange.losses import Losses
from postil.storage.safe_files import document_id_fault

SOURCE_NAME = "source_name"
"""The key of a document's metadata that holds what the source calls it, where the document could not be called so."""

_CHANGED = "names of documents that cannot be file names here, changed"
_CASE = "names of documents that differ from another's only in case, changed"
_CLASH = "names of documents that another's name has become, changed"
_TWICE = "names of documents that were there twice"
_NAMELESS = "documents without a name, numbered"


class Shelf(Protocol):
    """The documents that there are already."""

    def source_name(self, document: str) -> str | None:
        """What a source called it, as far as its metadata says so (else empty); ``None``: there is no such document."""

    def has_text(self, document: str, text: str) -> bool:
        """Whether its text is this."""


class EmptyShelf:
    """No documents."""

    def source_name(self, document: str) -> str | None:
        """That there is no such document."""
        return None

    def has_text(self, document: str, text: str) -> bool:
        """Never."""
        return False


class DocumentNames:
    """Gives each document of a source an id that no other has, not even but for case. ``repaired``: where changes are said."""

    def __init__(self, into: str, repaired: Losses, shelf: Shelf) -> None:
        """``into``: the directory that all ids begin with."""
        self._into, self._repaired, self._shelf = into.strip("/"), repaired, shelf
        self._taken: dict[str, str] = {}  # what the source calls those that have an id, by the id without case
        self._ids: dict[str, str] = {}  # the ids themselves, likewise
        self._next: dict[str, int] = {}  # the number that a document gets whose name is taken

    def of(self, name: str, text: str) -> str:
        """The id of a document that the source calls ``name``."""
        plain, hashed = self._plain(name), self._placed(_hashed(name))
        wishes = [plain or hashed, hashed]
        if self._shelf.source_name(hashed) == name:
            wishes.reverse()
        if self._taken.get(wishes[0].casefold()) == name:
            wishes = []  # the same name again
        id = next((one for one in wishes if self._is_free(one, name, text)), "")
        id = id or next(one for one in self._numbered(plain or hashed) if self._is_free(one, name, text))
        if id != self._placed(name or "document"):
            self._repaired.add(self._kind(name, plain), f"{name}: now {id}")
        self._taken[id.casefold()], self._ids[id.casefold()] = name, id
        return id

    def _plain(self, name: str) -> str:
        """The id that says all of the name; empty where none can."""
        id = self._placed(portable(name) if name else "document")
        return "" if has_lost_letters(name) or document_id_fault(id) else id

    def _placed(self, name: str) -> str:
        return "/".join(filter(None, (self._into, name)))

    def _is_free(self, id: str, name: str, text: str) -> bool:
        """Whether no other document has it, neither of the source nor, unless it is the very name, of those that are there."""
        if id.casefold() in self._taken:
            return False
        there = self._shelf.source_name(id)
        return there is None or there == name or id == self._placed(name) or self._shelf.has_text(id, text)

    def _numbered(self, id: str) -> Iterator[str]:
        key = id.casefold()
        while True:
            number = self._next.get(key, 2)
            self._next[key] = number + 1
            yield f"{id}-{number}"

    def _kind(self, name: str, plain: str) -> str:
        """Why the name had to be changed."""
        if not name:
            return _NAMELESS
        if plain != self._placed(name):
            return _CHANGED
        other = self._taken.get(plain.casefold())
        if other == name:
            return _TWICE
        return _CASE if self._ids.get(plain.casefold(), plain) != plain else _CLASH


def _hashed(name: str) -> str:
    """A name that is only this one's: what of it can be kept, and a digest."""
    digest = hashlib.sha256(unicodedata.normalize("NFC", name).encode()).hexdigest()[:8]
    kept = f"{portable(name)}-{digest}"
    parts = name.rstrip("/").replace("\\", "/").split("/")
    if document_id_fault(kept) or not portable(parts[-1]):
        directory = portable("/".join(parts[:-1]))
        kept = "/".join(filter(None, (directory, f"document-{digest}")))
    return f"document-{digest}" if document_id_fault(kept) else kept
