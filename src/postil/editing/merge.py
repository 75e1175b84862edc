"""Merging two sets that come from one: by annotation, not by line.

Changes of different annotations, or of different things about one, combine; the same change made twice is one; what either side
added stays. What both sides changed in different ways, or one changed and the other took out, stays in the set with a note that
holds every version (:mod:`postil.editing.pending`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from postil.editing.fields import are_same, merge_fields, merge_headers
from postil.editing.matching import match, renamed
from postil.editing.pending import MERGE, as_plain, pending_note
from postil.editing.realign import realign
from postil.errors import PostilError
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span
from postil.text import quote

_KINDS: dict[type, str] = {Span: "spans", Relation: "relations", Label: "labels", Note: "notes"}


class Conflict(msgspec.Struct, frozen=True):
    """What both sides made different things of. A version is ``None`` where that side has no such record.

    ``contested``: the fields; ``taken out`` where a side has none; those of the header where ``id`` is empty.
    """

    id: str
    contested: tuple[str, ...]
    base: Record | None = None
    ours: Record | None = None
    theirs: Record | None = None


class Merge(msgspec.Struct, frozen=True):
    """A set merged from two, and what it leaves open."""

    annotations: AnnotationSet
    conflicts: tuple[Conflict, ...] = ()


def merge(
    base: AnnotationSet | None, ours: AnnotationSet, theirs: AnnotationSet, *, texts: Mapping[str, str] | None = None
) -> Merge:
    """Merge two sets that come from ``base`` (``None``: both are new).

    ``texts``: texts by their SHA-256. Sets about different texts are first carried to one of them: to the one that a side
    changed, to ours where both did. Raises :class:`~postil.errors.PostilError` where that text is not given.
    """
    base, ours, theirs = _about_one_text(base, ours, theirs, texts or {})
    blank = msgspec.structs.replace(ours, spans=(), relations=(), labels=(), notes=())
    ours, theirs = _with_shared_ids(base or blank, ours, theirs)
    merger = _Merger(base or blank, ours, theirs)
    records = merger.merged()
    header = merge_headers(base.header if base else None, ours.header, theirs.header)
    if header.contested:
        merger.conflicts.append(Conflict("", header.contested))
    notes = list(_notes(merger.conflicts, records, (base.header if base else None, ours.header, theirs.header)))
    by_kind: dict[str, list[Any]] = {name: [] for name in _KINDS.values()}
    for record in (*records.values(), *notes):
        by_kind[_KINDS[type(record)]].append(record)
    merged = AnnotationSet(header.value, **{name: tuple(found) for name, found in by_kind.items()}).canonical()
    return Merge(merged, tuple(sorted(merger.conflicts, key=lambda conflict: conflict.id)))


def _about_one_text(
    base: AnnotationSet | None, ours: AnnotationSet, theirs: AnnotationSet, texts: Mapping[str, str]
) -> tuple[AnnotationSet | None, AnnotationSet, AnnotationSet]:
    """All three sets, about one text."""
    hashes = [each.header.text_sha256 for each in (ours, theirs)]
    is_ours_changed = base is None or base.header.text_sha256 != hashes[0]
    target = hashes[0] if is_ours_changed else hashes[1]

    def carried(annotations: AnnotationSet) -> AnnotationSet:
        own = annotations.header.text_sha256
        if own == target:
            return annotations
        if target not in texts:
            raise PostilError(f"the sets are about different texts, and the one to carry them to was not found: {target}")
        return realign(texts.get(own), texts[target], annotations).annotations

    if hashes[0] == hashes[1] and target not in texts:
        return base, ours, theirs
    return carried(base) if base else None, carried(ours), carried(theirs)


def _with_shared_ids(base: AnnotationSet, ours: AnnotationSet, theirs: AnnotationSet) -> tuple[AnnotationSet, AnnotationSet]:
    """Both sides, with one id for what they added alike: the smaller one."""
    known = {record.id for record in base.records}
    new_ours, new_theirs = ({record.id: record for record in each.records if record.id not in known} for each in (ours, theirs))
    here, there = (_only(each, new) for each, new in ((ours, new_ours), (theirs, new_theirs)))
    names_ours: dict[str, str] = {}
    names_theirs: dict[str, str] = {}
    names: dict[str, str] = {}
    for one, other in match(here, there, by_id=False):
        if one is None or other is None or one.id == other.id or one.id in new_theirs or other.id in new_ours:
            continue
        if are_same(_without_id(one, names), _without_id(other, {})):
            names[one.id] = other.id
            kept = min(one.id, other.id)
            (names_theirs if kept == one.id else names_ours)[other.id if kept == one.id else one.id] = kept
    return _renamed_set(ours, names_ours), _renamed_set(theirs, names_theirs)


def _only(annotations: AnnotationSet, wanted: Mapping[str, Record]) -> AnnotationSet:
    parts = {name: tuple(record for record in getattr(annotations, name) if record.id in wanted) for name in _KINDS.values()}
    return msgspec.structs.replace(annotations, **parts)


def _without_id(record: Record, names: Mapping[str, str]) -> Any:
    values = as_plain(record)
    del values["id"]
    for field in ("args", "attributes", "about"):
        if field in values:
            values[field] = renamed(values[field], names)
    return values


def _renamed_set(annotations: AnnotationSet, names: Mapping[str, str]) -> AnnotationSet:
    if not names:
        return annotations
    parts = {name: tuple(_renamed(record, names) for record in getattr(annotations, name)) for name in _KINDS.values()}
    return msgspec.structs.replace(annotations, **parts)


def _renamed(record: Any, names: Mapping[str, str]) -> Any:
    fields = [field for field in ("id", "args", "attributes", "about") if hasattr(record, field)]
    return msgspec.structs.replace(record, **{field: renamed(getattr(record, field), names) for field in fields})


class _Merger:
    """Merges records by their ids."""

    def __init__(self, base: AnnotationSet, ours: AnnotationSet, theirs: AnnotationSet) -> None:
        self._base, self._ours, self._theirs = ({record.id: record for record in each.records} for each in (base, ours, theirs))
        self.conflicts: list[Conflict] = []

    def merged(self) -> dict[str, Record]:
        """Every record of the merged set by its id."""
        found: dict[str, Record] = {}
        for id in dict.fromkeys((*self._ours, *self._theirs)):
            record = self._record(id)
            if record is not None:
                found[id] = record
        self._restore(found)
        return found

    def _record(self, id: str) -> Record | None:
        base, ours, theirs = self._base.get(id), self._ours.get(id), self._theirs.get(id)
        if are_same(ours, theirs) or are_same(base, theirs):
            return ours
        if are_same(base, ours):
            return theirs
        if ours is None or theirs is None:
            self._contest(id, ("taken out",))
            return ours or theirs
        if base is None or not type(base) is type(ours) is type(theirs):
            self._contest(id, ("id",))
            return ours
        merged = merge_fields(base, ours, theirs)
        if merged.contested:
            self._contest(id, merged.contested)
        record: Record = merged.value
        return record

    def _contest(self, id: str, contested: tuple[str, ...]) -> None:
        self.conflicts.append(Conflict(id, contested, self._base.get(id), self._ours.get(id), self._theirs.get(id)))

    def _restore(self, found: dict[str, Record]) -> None:
        """Keep what one side took out and a record of the other side, that it does not know of, names."""
        waiting = list(found.values())
        while waiting:
            record = waiting.pop()
            for id in ids_named_by(record):
                if id in found or id not in self._base:
                    continue
                kept, gone = (self._ours, self._theirs) if id in self._ours else (self._theirs, self._ours)
                if id not in kept or id in gone or id in ids_named_by(gone.get(record.id)):
                    continue
                found[id] = kept[id]
                waiting.append(kept[id])
                self._contest(id, ("taken out",))


def ids_named_by(record: Record | None) -> set[str]:
    """The ids that a record names as arguments, or that its note is about."""
    if isinstance(record, Relation):
        return {id for _, id in record.arguments()}
    return {record.about} - {""} if isinstance(record, Note) else set()


def _notes(conflicts: list[Conflict], records: Mapping[str, Record], headers: tuple[Any, Any, Any]) -> Iterator[Note]:
    taken = set(records)
    names = ("base", "ours", "theirs")
    for conflict in conflicts:
        versions = (conflict.base, conflict.ours, conflict.theirs) if conflict.id else headers
        decide = {name: as_plain(version) if version else None for name, version in zip(names, versions, strict=True)}
        note = pending_note(MERGE, conflict.id, _in_words(conflict), decide, taken)
        taken.add(note.id)
        yield note


def _in_words(conflict: Conflict) -> str:
    if conflict.contested == ("taken out",):
        side = "ours took it out, theirs" if conflict.ours is None else "theirs took it out, ours"
        return f"merge: {side} changed or needs it"
    if conflict.contested == ("id",):
        return "merge: each side added something else under this id"
    if not conflict.id:
        return f"merge: each side made something else of {' and '.join(conflict.contested)} of the header"
    said = (
        f"{field}: ours {_shown(conflict.ours, field)}, theirs {_shown(conflict.theirs, field)}" for field in conflict.contested
    )
    return f"merge: each side changed it: {'; '.join(said)}"


def _shown(record: Record | None, field: str) -> str:
    if field == "edges":
        return quote(getattr(record, "text", ""), 40)
    values = as_plain(record) if record else {}
    for name in field.split(".", 1):
        values = values.get(name) if isinstance(values, dict) else None  # type: ignore[assignment]
    return quote(values, 40) if isinstance(values, str) else msgspec.json.encode(values).decode()
