"""The journal of a set: every step as a line, written before the set is, so that nothing done is lost and all can be undone.

It lies in ``.postil/sessions/``, which git ignores. A line that was being written when the process ended is no line yet. A
journal begins with the set as it was.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import msgspec

from postil.annotating.history import Back, Do, Entry
from postil.annotating.ledger import first_fault
from postil.errors import UnreadableFile, UnsafePath
from postil.model import AnnotationSet
from postil.storage.private import DIRECTORY, make_private
from postil.storage.safe_files import is_inside, write_atomically
from postil.storage.set_file import encode_set, has_unreadable_lines, parse_set
from postil.text import printable

_APPEND = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class Start(msgspec.Struct, frozen=True, tag="start", omit_defaults=True):
    """The set as it was when the journal began, as its canonical file, and the SHA-256 of the file that there was, if any.

    ``rejected``: the keys of the suggestions that had been turned down by then.
    """

    set: str
    saved: str
    rejected: tuple[str, ...] = ()


class Saved(msgspec.Struct, frozen=True, tag="saved"):
    """All steps so far are in the file of the set, whose bytes have this SHA-256."""

    sha256: str


class Recorded(msgspec.Struct):
    """What a journal tells: the set at its beginning, what was done since, how much of that was saved, and as which bytes.

    ``rejected``: the keys of the suggestions that had been turned down at its beginning.
    """

    start: AnnotationSet
    entries: list[Entry]
    number_saved: int
    saved: str
    size: int
    rejected: frozenset[str] = frozenset()

    @property
    def is_all_saved(self) -> bool:
        """Whether nothing was done since the set was saved."""
        return self.number_saved == len(self.entries)


_decoder = msgspec.json.Decoder(Start | Do | Back | Saved)


class Journal:
    """The journal of one annotator's set of one document, in the corpus at ``root``."""

    def __init__(self, root: Path, annotator: str, document: str) -> None:
        self.directory = root / DIRECTORY / "sessions" / annotator
        self.path = self.directory / f"{document}.journal"
        self.lock_path = self.directory / f"{document}.lock"
        if not is_inside(root, self.path):
            raise UnsafePath(f"{self.path} leads out of {root}: nothing was written")
        self._root, self._annotator, self._document = root, annotator, document

    def prepare(self) -> None:
        """Make the directory, and let git ignore it."""
        make_private(self._root, self.path.parent)

    def read(self) -> Recorded | None:
        """What it tells; ``None`` where there is none, or only the beginning of one."""
        return self._read(self.path)

    def _read(self, path: Path) -> Recorded | None:
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            return None
        lines = data.split(b"\n")[:-1]  # what follows the last line feed was never finished
        if not lines:
            return None
        start, *rest = [_decoded(path, number, line) for number, line in enumerate(lines, 1)]
        if not isinstance(start, Start) or (found := _set_of(start)) is None:
            raise _fault(path, 1, "it does not begin with a set")
        if (found.header.document, found.header.annotator) != (self._document, self._annotator):
            raise _fault(path, 1, f"it is about {printable(found.header.document)} by {printable(found.header.annotator)}")
        told = Recorded(found, [], 0, start.saved, data.rfind(b"\n") + 1, frozenset(start.rejected))
        places: list[int] = []
        for number, entry in enumerate(rest, 2):
            if isinstance(entry, Saved):
                told.number_saved, told.saved = len(told.entries), entry.sha256
            elif isinstance(entry, Start):
                raise _fault(path, number, "it begins again")
            else:
                told.entries.append(entry)
                places.append(number)
        line, fault = first_fault(found, zip(places, told.entries, strict=True))
        if fault:
            raise _fault(path, line, fault)
        return told

    def begin(self, annotations: AnnotationSet, saved: str, rejected: Collection[str], entries: Iterable[Entry]) -> None:
        """Begin it with a set, the SHA-256 of its file, the keys of the suggestions turned down before, and what was done then.

        Wholly or not at all, so that what only the one before it knew is not lost on the way.
        """
        start = Start(encode_set(annotations).decode(), saved, tuple(sorted(rejected)))
        write_atomically(self._root, self.path, b"".join(map(_line, (start, *entries))))

    def cut(self, size: int) -> None:
        """Take off what follows the last whole line."""
        if self.path.stat().st_size != size:
            os.truncate(self.path, size)

    def add(self, *entries: Entry | Saved) -> None:
        """Write lines: all of them, or where that cannot be, none. What was done is on the disk before its set can be."""
        data = b"".join(map(_line, entries))
        handle = os.open(self.path, _APPEND, 0o666)
        try:
            size = os.fstat(handle).st_size
            try:
                while data:
                    data = data[os.write(handle, data) :]
                if not all(isinstance(one, Saved) for one in entries):
                    os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)

    def set_aside(self, told: Recorded) -> None:
        """Keep what it tells under another name too: another journal is going to take its place."""
        shutil.copyfile(self.path, self._aside(told.saved or told.start.header.text_sha256))

    def taken_back(self, saved: str, instead_of: Recorded | None) -> Recorded | None:
        """Take up the journal again that ends in a file whose bytes have this SHA-256, where it was set aside."""
        aside = self._aside(saved)
        try:
            told = self._read(aside)
        except UnreadableFile:  # nobody asked for it
            return None
        if told is None or not told.is_all_saved or told.saved != saved:
            return None
        if instead_of:
            self.set_aside(instead_of)
        aside.replace(self.path)
        return told

    def _aside(self, sha256: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{sha256[:8]}")


def sha256_of(data: bytes) -> str:
    """The SHA-256 of a file's bytes, as journals have it."""
    return hashlib.sha256(data).hexdigest()


def _decoded(path: Path, number: int, line: bytes) -> Start | Entry | Saved:
    try:
        found: Start | Entry | Saved = _decoder.decode(line)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise _fault(path, number, f"it cannot be read: {error}") from error
    return found


def _fault(path: Path, line: int, why: str) -> UnreadableFile:
    todo = "Move it away: only undoing needs it, and what had not been saved yet"
    return UnreadableFile(str(path), f"this journal does not fit together: {why}. {todo}", line)


def _line(entry: Any) -> bytes:
    return msgspec.json.encode(entry) + b"\n"


def _set_of(start: Start) -> AnnotationSet | None:
    file = parse_set("", "", start.set.encode("utf-8", "replace"))
    found = None if has_unreadable_lines(file) else file.annotation_set()
    has_ids_once = found is not None and len({record.id for record in found.records}) == len(list(found.records))
    return found if has_ids_once else None
