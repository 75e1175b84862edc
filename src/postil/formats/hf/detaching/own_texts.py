"""The user's own copies of the texts of a detached dataset, found by their hashes whatever their files are called."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import PurePosixPath

import msgspec

from postil.errors import PostilError, UnreadableFile
from postil.exchange.sources import LARGEST_FILE, File, Source
from postil.storage.text_file import normalise
from postil.text import counted

_SHOWN = 50  # changed copies that are named one by one
_ROOM = 1 << 16  # bytes that a copy may have beyond eight for each code point of the longest text: four of UTF-32, decomposed


class Wanted(msgspec.Struct, frozen=True):
    """A text that a dataset is about: its document, the SHA-256 of its bytes, its code points, where it was published."""

    document: str
    sha256: str
    length: int
    url: str | None = None


class Copy(msgspec.Struct, frozen=True):
    """A file that holds a text, and in words what has to be changed to get the text as the corpus has it."""

    file: File
    changes: tuple[str, ...]


class OwnTexts:
    """The copies among the files of a source: those whose bytes, or what the corpus makes of them, have the hash."""

    def __init__(self, source: Source, wanted: Iterable[Wanted]) -> None:
        self.wanted = {one.document: one for one in wanted}
        self._open = {one.sha256 for one in self.wanted.values()}
        self._limit = min(8 * max((one.length for one in self.wanted.values()), default=0) + _ROOM, LARGEST_FILE)
        self._copies: dict[str, Copy] = {}
        self._others: dict[str, tuple[str, int]] = {}  # by the name of a file that holds something else: its path, its length
        self._read = lru_cache(8)(self._whole)
        for file in source.all_files.values():
            if self._open:
                self._look_at(file)

    def _look_at(self, file: File) -> None:
        try:
            data = file.read(self._limit)
            if self._is_open(data):
                self._take(data, Copy(file, ()))
                return
            normalised = normalise(file.shown, data)
        except UnreadableFile:
            return  # whatever it is, it is none of the texts
        made = normalised.text.encode()
        if self._is_open(made):
            self._take(made, Copy(file, normalised.changes))
        else:
            self._others[PurePosixPath(file.name).name.casefold()] = (file.shown, len(normalised.text))

    def _is_open(self, data: bytes) -> bool:
        return hashlib.sha256(data).hexdigest() in self._open

    def _take(self, data: bytes, copy: Copy) -> None:
        digest = hashlib.sha256(data).hexdigest()
        self._open.discard(digest)
        self._copies[digest] = copy

    def text_of(self, document: str) -> str:
        """The text of a document. Raises ``ValueError`` where the dataset has no such document.

        Raises :class:`~postil.errors.PostilError` where there is no copy of it, or it was changed since.
        """
        if document not in self.wanted:
            raise ValueError(f"it quotes {document or 'a text'}, and there is no such document in the dataset")
        return self._read(document)

    def _whole(self, document: str) -> str:
        digest = self.wanted[document].sha256
        if digest not in self._copies:
            raise PostilError(f"there is no copy of the text of {document}")
        file = self._copies[digest].file
        data = file.read(self._limit)
        text = normalise(file.shown, data).text if hashlib.sha256(data).hexdigest() != digest else data.decode()
        if hashlib.sha256(text.encode()).hexdigest() != digest:
            raise PostilError(f"{file.shown} was changed while it was read: nothing was written")
        return text

    def missing(self) -> Iterator[str]:
        """In words, each text that there is no copy of, and what looks like one."""
        for one in self.wanted.values():
            if one.sha256 in self._copies:
                continue
            yield f"{one.document}: {counted(one.length, 'character')}, sha256 {one.sha256}{f', {one.url}' if one.url else ''}"
            shown, length = self._others.get(PurePosixPath(one.document).name.casefold(), ("", 0))
            if shown:
                differs = f"{length:,} characters, not {one.length:,}" if length != one.length else "as long, but not the same"
                yield f"  {shown} has its name, and is another text: {differs}"

    def changed(self) -> Iterator[str]:
        """In words, copies that are not the text as the corpus has it, and what was changed."""
        there = ((one.document, self._copies.get(one.sha256)) for one in self.wanted.values())
        changed = [(document, copy) for document, copy in there if copy and copy.changes]
        for document, copy in changed[:_SHOWN]:
            yield f"{document}: {copy.file.shown}: {'; '.join(copy.changes)}"
        if len(changed) > _SHOWN:
            yield f"and {len(changed) - _SHOWN:,} more texts likewise"
