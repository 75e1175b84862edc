"""The file of a set while it is annotated: written whole, never over what somebody else wrote meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from postil.annotating.journal import sha256_of
from postil.errors import PostilError, TextEdited
from postil.model import AnnotationSet, Header, Record
from postil.storage.directory import CorpusDirectory
from postil.storage.safe_files import write_atomically
from postil.storage.set_file import encode_line, encode_set, has_unreadable_lines, parse_set

_Stamp = tuple[int, int, int, int]


class Held(NamedTuple):
    """What a file holds: the set (``None``: there is no file), and the SHA-256 of its bytes (empty, likewise)."""

    annotations: AnnotationSet | None
    sha256: str


def understood(path: str, annotator: str, data: bytes, limit: int) -> AnnotationSet:
    """The set that the bytes of a file are. ``limit``: how many of them the corpus allows.

    Raises :class:`~postil.errors.PostilError` where writing it again would lose something.
    """
    if len(data) > limit:
        raise PostilError(f"{path} has {len(data):,} bytes, more than max-file-size allows ({limit:,})")
    file = parse_set(path, annotator, data)
    annotations = file.annotation_set()
    if annotations is None or has_unreadable_lines(file):
        raise PostilError(f"{path} has lines that cannot be read, which writing would lose: postil check says which")
    ids = [record.id for record in annotations.records]
    if len(set(ids)) < len(ids):
        raise PostilError(f"{path} has an id twice: postil check says which, postil check --fix may mend it")
    return annotations


class SetOnDisk:
    """The file of one set. It remembers what it read or wrote last."""

    def __init__(self, directory: CorpusDirectory, annotator: str, document: str) -> None:
        self.path = directory.set_path(annotator, document)
        self._root, self._annotator = directory.root, annotator
        self._limit = directory.project.manifest.check.max_file_size
        self._stamp: _Stamp | None = None

    @property
    def full_path(self) -> Path:
        """Where it is."""
        return self._root / self.path

    def read(self) -> Held:
        """Read it. Raises :class:`~postil.errors.PostilError` where writing it again would lose something."""
        self._stamp = self._now()
        if self._stamp is None:
            return Held(None, "")
        data = self.full_path.read_bytes()
        return Held(understood(self.path, self._annotator, data, self._limit).canonical(), sha256_of(data))

    @property
    def has_changed(self) -> bool:
        """Whether somebody else wrote it, or took it away, since it was read or written here."""
        return self._now() != self._stamp

    def write(self, annotations: AnnotationSet) -> str:
        """Write a set in canonical form, wholly or not at all; returns the SHA-256 of its bytes."""
        data = encode_set(annotations)
        write_atomically(self._root, self.full_path, data)
        self._stamp = self._now()
        return sha256_of(data)

    def _now(self) -> _Stamp | None:
        return _stamp(self.full_path)


class TextOnDisk:
    """The file of a document's text, which an open session reads no more."""

    def __init__(self, path: Path, document: str, sha256: str) -> None:
        self._path, self._document, self._sha256 = path, document, sha256
        self._stamp: _Stamp | None = None

    def refuse_another(self) -> None:
        """Raise :class:`~postil.errors.TextEdited` where the text is another one by now: no offset holds in it."""
        now = _stamp(self._path)
        if now is not None and now == self._stamp:
            return
        if now is None or sha256_of(self._path.read_bytes()) != self._sha256:
            what = "was taken away" if now is None else "was edited"
            raise TextEdited(
                f"the text of {self._document} {what} meanwhile: nothing was written, and nothing can be until the set fits it. "
                f"Close the document, then: postil realign {self._document}"
            )
        self._stamp = now


def refuse_read_only(path: Path) -> None:
    """Raise :class:`~postil.errors.PostilError` where nothing can be written at ``path``: better said before any work is done."""
    there = next(one for one in path.parents if one.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        raise PostilError(f"{there} cannot be written to: get the right to write there, or annotate a copy of the corpus")


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - as in storage.directory
    except FileNotFoundError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_ctime_ns, status.st_size


def refuse_unwritable(header: Header, records: Iterable[Record]) -> None:
    """Raise :class:`~postil.errors.PostilError` where these records could not be read back from a file as they are."""
    for record in records:
        try:
            data = b"\n".join((encode_line(header), encode_line(record), b""))
        except (UnicodeEncodeError, TypeError, ValueError) as error:
            raise PostilError(f"this cannot be written: {error}. Nothing was changed") from error
        file = parse_set("", "", data)
        if has_unreadable_lines(file) or list(file.records) != [record]:
            why = file.faults[0].message if file.faults else "it would not be read back the same"
            raise PostilError(f"this cannot be written: {why}. Nothing was changed")
