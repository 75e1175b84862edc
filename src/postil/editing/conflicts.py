"""What a merge leaves to decide, and the notes in the set that say so (:mod:`postil.editing.pending`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from typing import Any

import msgspec

from postil.editing.fields import are_same
from postil.editing.pending import MERGE, as_plain
from postil.model import Header, Note, Record
from postil.text import quote

TAKEN_OUT, ADDED, ELSEWHERE, NO_TEXT = ("taken out",), ("id",), ("another text",), ("text_sha256",)

_LONGEST_STEM = 54
_SHOWN_ASPECTS = ("label", "layer", "args", "attributes", "confidence", "note", "ignore", "about", "decide", "unknown")


class Conflict(msgspec.Struct, frozen=True):
    """What both sides made different things of. A version is ``None`` where that side has no such record.

    ``contested``: the fields; ``taken out`` where a side has none; ``id`` where each side added something else under one id;
    ``another text`` where theirs could not be carried to the text of ours; those of the header where ``id`` is empty.
    ``open``: the sides (``ours``, ``theirs``) whose offsets are about another text than the set.
    """

    id: str
    contested: tuple[str, ...]
    base: Record | None = None
    ours: Record | None = None
    theirs: Record | None = None
    open: tuple[str, ...] = ()


Headers = tuple[Header | None, Header, Header]


def conflict_notes(conflicts: Iterable[Conflict], records: Mapping[str, Record], headers: Headers) -> Iterator[Note]:
    """A note for each conflict, with every version in it. ``records``: those of the merged set by id."""
    ids = _Ids(records)
    for conflict in conflicts:
        versions = (conflict.base, conflict.ours, conflict.theirs) if conflict.id else headers
        decide: dict[str, Any] = {"what": MERGE}
        for name, version in zip(("base", "ours", "theirs"), versions, strict=True):
            decide[name] = as_plain(version) if version else None
        if conflict.open:
            decide["open"] = list(conflict.open)
        if conflict.contested in (ELSEWHERE, NO_TEXT):  # the versions have offsets into several texts: said which
            decide["texts"] = {
                name: header.text_sha256 for name, header in zip(("base", "ours", "theirs"), headers, strict=True) if header
            }
        about = conflict.id if conflict.id in records else ""
        yield Note(ids.mint(conflict.id), about, _in_words(conflict, headers), decide)


class _Ids:
    """Mints ids of notes, each made of that of an annotation: the number goes on where the stem was used last."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._numbers: dict[str, Iterator[int]] = {}

    def mint(self, about: str) -> str:
        stem = f"{MERGE}.{about}"[:_LONGEST_STEM]
        numbers = self._numbers.setdefault(stem, count(1))
        id = next(id for number in numbers if (id := stem if number == 1 else f"{stem}.{number}") not in self._taken)
        self._taken.add(id)
        return id


def _in_words(conflict: Conflict, headers: Headers) -> str:
    if conflict.contested == TAKEN_OUT:
        gone, left, kept = ("ours", "theirs", conflict.theirs) if conflict.ours is None else ("theirs", "ours", conflict.ours)
        changed = _changes(conflict.base, kept)
        return f"merge: {gone} took it out, {left} {f'changed it: {changed}' if changed else 'names it anew'}"
    if conflict.contested == ELSEWHERE:
        return f"merge: not carried over, its text was not found: theirs {_made_of(conflict.base, conflict.theirs)}"
    if not conflict.id:
        shown = (f"{field}: ours {_value(headers[1], field)}, theirs {_value(headers[2], field)}" for field in conflict.contested)
        return f"merge: each side made something else of the header: {'; '.join(shown)}"
    if conflict.contested == ADDED:
        ours, theirs = (_summary(version) for version in (conflict.ours, conflict.theirs))
        return f"merge: each side added something else under this id: ours {ours}, theirs {theirs}"
    said = (
        f"{field}: ours {_shown(conflict.ours, field)}, theirs {_shown(conflict.theirs, field)}" for field in conflict.contested
    )
    return f"merge: each side {'changed' if conflict.base else 'added'} it: {'; '.join(said)}"


def _made_of(base: Record | None, theirs: Record | None) -> str:
    if theirs is None:
        return "took it out"
    return f"changed it: {_changes(base, theirs)}" if base else f"added it: {_summary(theirs)}"


def _summary(record: Record | None) -> str:
    label = getattr(record, "label", "a note")
    return f"{label} {_shown(record, 'edges')}" if getattr(record, "text", "") else str(label)


def _changes(before: Record | None, after: Record | None) -> str:
    """What one side made of a record, field by field; empty where it is as it was."""
    if before is None or after is None:
        return ""
    shown = []
    if getattr(before, "text", "") != getattr(after, "text", ""):
        shown.append(f"{_shown(before, 'edges')} → {_shown(after, 'edges')}")
    elif not are_same(_place(before), _place(after)):
        shown.append(f"place {_place(before)} → {_place(after)}")
    other = (field for field in _SHOWN_ASPECTS if not are_same(getattr(before, field, None), getattr(after, field, None)))
    return "; ".join([*shown, *(f"{field}: {_shown(before, field)} → {_shown(after, field)}" for field in other)])


def _place(record: Record) -> str:
    extents: tuple[tuple[int, int], ...] = getattr(record, "extents", ())
    return ", ".join(f"{start} to {end}" for start, end in extents)


def _value(header: Header | None, field: str) -> str:
    return _shown(header, field)


def _shown(record: Record | Header | None, field: str) -> str:
    if field == "edges":
        return quote(getattr(record, "text", ""), 40)
    values: Any = as_plain(record) if record else {}
    if field == "unknown" and record:
        return msgspec.json.encode(record.unknown).decode()
    for name in field.split(".", 1):
        values = values.get(name) if isinstance(values, dict) else None
    return quote(values, 40) if isinstance(values, str) else "none" if values is None else msgspec.json.encode(values).decode()
