"""What a merge or a realignment left open: notes that say so, in the set itself.

An undecided matter is a note about its annotation with the key ``decide``, which holds whatever a person needs to decide it. So
the file stays a set that every tool reads, the annotation itself stays where it is, nothing is lost when the file is written
again, and ``postil check`` fails (ANN015) until somebody makes the annotation what it should be and takes the note out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec

from postil.model import UNKNOWN_KEYS, Header, Note, Record
from postil.unplaced import REALIGN

__all__ = ("MERGE", "REALIGN", "as_plain", "is_pending", "pending_note", "texts_of_pending", "without_pending")

MERGE = "merge"
_LONGEST_ID = 64


def pending_note(what: str, about: str, text: str, decide: dict[str, Any], taken: Collection[str]) -> Note:
    """A note that leaves something about an annotation open. Its id is made of the annotation's: the same is left open once."""
    stem = f"{what}.{about}"[: _LONGEST_ID - 4]
    ids = (stem, *(f"{stem}.{number}" for number in range(2, 1000)))
    id = next(id for id in ids if id not in taken)
    return Note(id, about, text, {"what": what, **decide})


def is_pending(note: Note, what: str = "") -> bool:
    """Whether the note leaves something open (of this kind)."""
    return bool(note.decide) and (not what or note.decide.get("what") == what)


def texts_of_pending(notes: Iterable[Note]) -> dict[str, str]:
    """For each span that a realignment left open, the SHA-256 of the text that its offsets are about."""
    return {
        note.about: str(note.decide.get("text_sha256", "")) for note in notes if is_pending(note, REALIGN)
    }  # fmt: skip


def without_pending(notes: Iterable[Note], what: str, about: Collection[str]) -> list[Note]:
    """The notes but those that leave something of this kind open about one of these annotations."""
    return [note for note in notes if not (is_pending(note, what) and note.about in about)]


def as_plain(record: Header | Record) -> dict[str, Any]:
    """A record as its line has it: an object with its type, its keys, and those that the format does not know."""
    values: dict[str, Any] = msgspec.to_builtins(record)
    unknown = values.pop(UNKNOWN_KEYS, {})
    return {**values, **unknown}
