"""The frozen splits, ``corpus/splits.jsonl``: a line for each document, with its split and, where others share it, its group.

What the file says beats the hash of the group, so that no document ever moves. Groups are named there too, because what makes two
documents one group (a copied text, since edited) may be gone tomorrow.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Self

import msgspec

from postil.lazy import lazy
from postil.manifest import SPLIT_NAME, Splits
from postil.storage.faults import Fault
from postil.text import quote

SPLITS = "corpus/splits.jsonl"
SPLITS_LIMIT = 64 * 1024 * 1024  # bytes: half a million documents

_MERGE_MARKERS = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")


class Placement(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The split of a document, and the name of its group where that is not the document's own."""

    document: str
    split: str
    group: str = ""

    @classmethod
    def of(cls, document: str, split: str, group: str) -> Self:
        """A placement as it is written: its group is not said where it is the document's own."""
        return cls(document, split, "" if group == document else group)

    @property
    def group_name(self) -> str:
        """The name of its group: its own, where nothing is said."""
        return self.group or self.document


_decoder = msgspec.json.Decoder(Placement)


class SplitsFile(msgspec.Struct, frozen=True, dict=True):
    """What the file says as far as it can be read, each document with its line; where there is no file, nothing."""

    is_there: bool = False
    placements: dict[str, Placement] = {}
    lines: dict[str, int] = {}
    faults: tuple[Fault, ...] = ()
    sha256: str = ""

    @lazy
    def _by_group(self) -> dict[str, str]:
        return {placed.group_name: placed.split for placed in reversed(self.placements.values())}

    def split_of(self, document: str, group: str, splits: Splits) -> str:
        """The split of a document: its own in the file, else that of its group there, else by hash."""
        placed = self.placements.get(document)
        return placed.split if placed else self.split_of_group(group, splits)

    def split_of_group(self, group: str, splits: Splits) -> str:
        """The split of a group: the one in the file, else by hash."""
        return self._by_group.get(group) or splits.split_of(group)

    def group_of(self, document: str, group: str) -> str:
        """The group of a document in the file, else ``group``."""
        placed = self.placements.get(document)
        return placed.group_name if placed else group


def parse_splits(data: bytes) -> SplitsFile:
    """Read the file. Every fault is reported, and what is sound is kept."""
    placements: dict[str, Placement] = {}
    lines: dict[str, int] = {}
    faults: list[Fault] = []
    for number, line in enumerate(_lines(data), 1):
        try:
            placed = _placement(line, lines)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            faults.append(Fault("syntax", _in_words(error, line), number, 1, line.decode("utf-8", "replace")))
        else:
            placements[placed.document], lines[placed.document] = placed, number
    return SplitsFile(True, placements, lines, tuple(faults), hashlib.sha256(data).hexdigest())


def encode_splits(placements: Iterable[Placement]) -> bytes:
    """The file's bytes in canonical form: sorted by document, a group only where it is not the document's own."""
    ordered = sorted(placements, key=lambda placed: placed.document)
    return b"".join(msgspec.json.encode(Placement.of(placed.document, placed.split, placed.group)) + b"\n" for placed in ordered)


def lines_of(data: bytes, documents: Collection[str]) -> bytes:
    """The lines of these documents, as they are written."""
    lines = parse_splits(data).lines
    kept = {number for document, number in lines.items() if document in documents}
    return b"".join(line + b"\n" for number, line in enumerate(_lines(data), 1) if number in kept)


def _lines(data: bytes) -> Iterator[bytes]:
    lines = data.split(b"\n")
    yield from lines if lines[-1] else lines[:-1]


def _placement(line: bytes, taken: dict[str, int]) -> Placement:
    placed = _decoder.decode(line)
    json.loads(line, object_pairs_hook=_refuse_repeated)  # of a key that comes twice, the decoder takes the last
    if not SPLIT_NAME.fullmatch(placed.split):
        raise ValueError(f"{quote(placed.split)} cannot be the name of a split: letters, digits and underscores")
    if placed.document in taken:
        raise ValueError(f"{quote(placed.document)} has a line already: line {taken[placed.document]}")
    return placed


def _refuse_repeated(pairs: list[tuple[str, Any]]) -> None:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise ValueError(f"{quote(key)} comes twice")


def _in_words(error: Exception, line: bytes) -> str:
    if line.decode("utf-8", "replace").startswith(_MERGE_MARKERS):
        return "a marker of an unfinished merge: keep the lines of both sides, and run postil split"
    if isinstance(error, msgspec.ValidationError):
        return f"not a document with its split: {error}"
    if isinstance(error, msgspec.MsgspecError | RecursionError | UnicodeDecodeError):
        return 'not JSON: a line is {"document":…,"split":…}, and "group" where documents share one'
    return str(error)
