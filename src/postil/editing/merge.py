"""Merging two sets that come from one: by annotation, not by line.

Changes of different annotations, or of different things about one, combine; the same change made twice is one; what either side
added stays. What both sides changed in different ways, or one changed and the other took out, stays in the set with a note that
holds every version (:mod:`postil.editing.pending`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

import msgspec

from postil.editing.conflicts import ADDED, NO_TEXT, TAKEN_OUT, Conflict, conflict_notes
from postil.editing.fields import are_same, beginning_of, merge_fields, merge_headers
from postil.editing.pending import MERGE, REALIGN, is_pending
from postil.editing.references import References, ids_named_by
from postil.editing.several_texts import TextNotFound, about_one_text, apart
from postil.editing.twins import KINDS, with_shared_ids
from postil.errors import PostilError
from postil.model import AnnotationSet, Header, Note, Record, Span
from postil.scheme import Scheme
from postil.unplaced import is_changed, placed

__all__ = ("Conflict", "Merge", "merge")


class Merge(msgspec.Struct, frozen=True):
    """A set merged from two, and what it leaves open.

    ``conflicts``: what both sides made different things of. ``left_open``: notes of what could not be carried to the text of
    the merged set, which neither side had.
    """

    annotations: AnnotationSet
    conflicts: tuple[Conflict, ...] = ()
    left_open: tuple[Note, ...] = ()


def merge(
    base: AnnotationSet | None,
    ours: AnnotationSet,
    theirs: AnnotationSet,
    *,
    texts: Mapping[str, str] | None = None,
    scheme: Scheme | None = None,
) -> Merge:
    """Merge two sets that come from ``base`` (``None``: both are new).

    ``texts``: texts by their SHA-256. Sets about different texts are first carried to one of them: to the one that a side
    changed, to ours where both did. Where that one is not given, ours is kept whole, and whatever theirs changed is a conflict.
    ``scheme``: says which attributes are references; without it none is taken for one.

    Raises :class:`~postil.errors.PostilError` where the sets are of different documents.
    """
    _refuse_other_documents(base, ours, theirs)
    headers = (base.header if base else None, ours.header, theirs.header)
    try:
        sets = about_one_text(base, ours, theirs, texts or {})
    except TextNotFound:
        conflicts = [*apart(base, ours, theirs), Conflict("", NO_TEXT)]
        records = {record.id: record for record in ours.records}
        return _written(ours.header, records, conflicts, headers)
    references = References(scheme)
    blank = msgspec.structs.replace(ours, spans=(), relations=(), labels=(), notes=())
    here, there = with_shared_ids(sets[0] or blank, *sets[1:], references)
    merger = _Merger(sets[0] or blank, here, there, references)
    records = merger.merged()
    header = merge_headers(headers[0], here.header, there.header)
    if header.contested:
        merger.conflicts.append(Conflict("", header.contested))
    merged = _written(header.value, records, merger.conflicts, headers)
    return msgspec.structs.replace(merged, left_open=_new_open(merged.annotations, ours, theirs))


def _refuse_other_documents(base: AnnotationSet | None, ours: AnnotationSet, theirs: AnnotationSet) -> None:
    """A document that got another name has the text that it had; whatever else has another one is another document."""
    origin = base or ours
    for side in (ours, theirs):
        if side.document != origin.document and side.header.text_sha256 != origin.header.text_sha256:
            raise PostilError(f"the sets are about different documents: {origin.document} and {side.document}")


def _written(
    header: Header, records: Mapping[str, Record], conflicts: list[Conflict], headers: tuple[Header | None, Header, Header]
) -> Merge:
    by_kind: dict[str, list[Any]] = {name: [] for name in KINDS.values()}
    for record in (*records.values(), *conflict_notes(conflicts, records, headers)):
        by_kind[KINDS[type(record)]].append(record)
    merged = AnnotationSet(header, **{name: tuple(found) for name, found in by_kind.items()}).canonical()
    return Merge(merged, tuple(sorted(conflicts, key=lambda conflict: conflict.id)))


def _new_open(merged: AnnotationSet, *sides: AnnotationSet) -> tuple[Note, ...]:
    """What is undecided in the merged set beside conflicts, and was so in neither side."""
    known = {msgspec.json.encode(note) for side in sides for note in side.notes}
    waiting = (note for note in merged.notes if is_pending(note) and not is_pending(note, MERGE))
    return tuple(note for note in waiting if msgspec.json.encode(note) not in known)


class _Merger:
    """Merges records by their ids."""

    def __init__(self, base: AnnotationSet, ours: AnnotationSet, theirs: AnnotationSet, references: References) -> None:
        self._references = references
        self._base, self._ours, self._theirs = ({record.id: record for record in each.records} for each in (base, ours, theirs))
        self._sides = self._ours, self._theirs
        self._open = {name: {one.id for one in placed(each).left_out} for name, each in (("ours", ours), ("theirs", theirs))}
        self._contested_open: list[str] = []
        self.conflicts: list[Conflict] = []

    def merged(self) -> dict[str, Record]:
        """Every record of the merged set by its id."""
        found: dict[str, Record] = {}
        for id in dict.fromkeys((*self._ours, *self._theirs)):
            record = self._record(id)
            if record is not None:
                found[id] = record
        self._restore(found)
        self._keep_open(found)
        return found

    def _record(self, id: str) -> Record | None:
        base, ours, theirs = self._base.get(id), self._ours.get(id), self._theirs.get(id)
        if are_same(ours, theirs) or are_same(base, theirs):
            return ours
        if are_same(base, ours):
            return theirs
        if ours is None or theirs is None:
            self._contest(id, TAKEN_OUT)
            return ours or theirs
        start = base or beginning_of(ours, theirs)
        if start is None or not type(start) is type(ours) is type(theirs):
            self._contest(id, ADDED)
            return ours
        merged = merge_fields(start, ours, theirs)
        if merged.contested:
            self._contest(id, merged.contested)
        record: Record = merged.value
        return record

    def _contest(self, id: str, contested: tuple[str, ...]) -> None:
        versions = self._base.get(id), self._ours.get(id), self._theirs.get(id)
        if all(version is None or _is_open(version) for version in versions):
            self._contested_open.append(id)
        else:
            open_ = tuple(name for name, ids in self._open.items() if id in ids) if "edges" in contested else ()
            self.conflicts.append(Conflict(id, contested, *versions, open_))

    def _keep_open(self, found: dict[str, Record]) -> None:
        """Say of the spans that stand where a realignment left them open, and of no others, that they are open.

        Such notes are none of what the sides decided: they say that offsets are about another text, and go with them.
        """
        others = [id for id, record in found.items() if _is_open(record) and self._is_of_others(record, found)]
        for id in [*self._contested_open, *others]:
            found.pop(id, None)
        known = {record.about for record in found.values() if _is_open(record)}
        open_of = [(side, {record.about: record for record in side.values() if _is_open(record)}) for side in self._sides]
        for id in {**open_of[0][1], **open_of[1][1]}:
            span = found.get(id)
            if id in known or not isinstance(span, Span):
                continue
            notes = [notes.get(id) for side, notes in open_of if _is_there(side.get(id), span)]
            if notes and all(note is not None and not is_changed(span, note.decide) for note in notes):
                note = notes[0]
                assert note is not None
                found.setdefault(note.id, note)

    def _is_of_others(self, note: Note, found: Mapping[str, Record]) -> bool:
        """Whether the place that a note leaves open is not the one that the span has from the other side."""
        span = found.get(note.about)
        if not isinstance(span, Span) or not is_changed(span, note.decide):
            return False
        return not any(note.id in side and _is_there(side.get(span.id), span) for side in self._sides)

    def _restore(self, found: dict[str, Record]) -> None:
        """Keep what one side took out and a record of the other side, that it does not know of, names."""
        waiting = list(found.values())
        while waiting:
            record = waiting.pop()
            for id in ids_named_by(record, self._references):
                if id in found or id not in self._base:
                    continue
                kept, gone = (self._ours, self._theirs) if id in self._ours else (self._theirs, self._ours)
                if id not in kept or id in gone or id in ids_named_by(gone.get(record.id), self._references):
                    continue
                found[id] = kept[id]
                waiting.append(kept[id])
                self._contest(id, TAKEN_OUT)


def _is_open(record: Record) -> TypeGuard[Note]:
    """Whether it is a note that leaves the place of a span open."""
    return isinstance(record, Note) and is_pending(record, REALIGN)


def _is_there(record: Record | None, span: Span) -> bool:
    return isinstance(record, Span) and (record.extents, record.text) == (span.extents, span.text)
