"""Deciding a conflict of a merge for one side: the annotation, or the header, becomes what that side has, and the note goes."""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import msgspec

from postil.editing.fields import beginning_of, merge_fields, merge_headers
from postil.editing.pending import MERGE, REALIGN, is_pending, without_pending
from postil.editing.references import References, ids_named_by
from postil.errors import PostilError
from postil.model import AnnotationSet, Header, Label, Note, Record, Relation, Span
from postil.scheme import Scheme
from postil.text import listing
from postil.unplaced import placed

Side = Literal["ours", "theirs"]
_TYPES: dict[str, type[Header | Record]] = {"set": Header, "span": Span, "relation": Relation, "label": Label, "note": Note}
_ANEW = "git fetch what is missing of the history, then git checkout -m -- FILE merges it anew; or take ours"

_BY_HAND = "make it what it should be, and take the note out"


def resolve(annotations: AnnotationSet, id: str, side: Side, scheme: Scheme | None = None) -> AnnotationSet:
    """Decide what a merge left open about the annotation ``id``, for one side.

    ``id`` may be that of the note; of the header it has to be. ``scheme``: says which attributes name other annotations; without
    it whatever looks like it does.

    What is not contested stays as both sides together have it, and what became of the annotation since the merge stays as well:
    where it stands in a text that was edited, above all. Raises :class:`~postil.errors.PostilError` where there is no such
    conflict, or where taking a side would leave something without what it names, or offsets that are about another text.
    """
    notes = [note for note in annotations.notes if is_pending(note, MERGE) and id in (note.about, note.id)]
    if not notes:
        open_ = [each.id for each in annotations.notes if is_pending(each, MERGE)]
        there = f"there is {listing(open_[:5], 'and')}{', …' if len(open_) > 5 else ''}" if open_ else "none is left to decide"
        raise PostilError(f"no conflict of a merge is about {id}: {there}")
    if len(notes) > 1:
        raise PostilError(f"{len(notes)} conflicts of a merge are about {id}: name one by the id of its note")
    note = notes[0]
    versions = _Versions(*(_version(note.decide.get(name)) for name in ("base", "ours", "theirs")))
    if isinstance(versions.ours, Header) and isinstance(versions.theirs, Header):
        if "texts" in note.decide and side == "theirs":
            raise PostilError(f"the set is about the text of ours, as that of theirs was not found: {_ANEW}")
        header = _header(annotations.header, versions.base, versions.ours, versions.theirs, side)
        kept = tuple(each for each in annotations.notes if each is not note)
        return msgspec.structs.replace(annotations, header=header, notes=kept)
    about = note.about or next((each.id for each in versions if each and not isinstance(each, Header)), "")
    if "texts" in note.decide:
        record = _elsewhere(annotations, about, versions, note.decide["texts"], side)
    else:
        record = _with_later_changes(annotations, about, versions, side)
        elsewhere = note.decide.get("open")
        _refuse_other_text(annotations, about, record, is_open=isinstance(elsewhere, list) and side in elsewhere)
    if record is None:
        references = References(scheme, guesses=True)
        notes = without_pending(annotations.notes, REALIGN, [about])  # where it would stand is no matter any more
        annotations = msgspec.structs.replace(annotations, notes=tuple(notes))
        naming = [each.id for each in annotations.records if each is not note and about in ids_named_by(each, references)]
        if naming:
            raise PostilError(
                f"{about} cannot be taken out: {', '.join(naming[:5])} {'names' if len(naming) == 1 else 'name'} it"
            )
    _refuse_dangling(annotations, about, record, References(scheme))
    return _replaced(annotations, about, record, note)


def _refuse_dangling(annotations: AnnotationSet, id: str, record: Record | None, references: References) -> None:
    there = {each.id for each in annotations.records} | {id}
    before = next((each for each in annotations.records if each.id == id), None)
    missing = sorted(ids_named_by(record, references) - there - ids_named_by(before, references))
    if missing and isinstance(record, Relation | Note):
        raise PostilError(f"{id} cannot be taken: it names {', '.join(missing[:5])}, which the set does not have")


class _Versions(NamedTuple):
    """What a note holds: a record, or a header, as each side had it; ``None`` where it had none."""

    base: Header | Record | None
    ours: Header | Record | None
    theirs: Header | Record | None


def _chosen(versions: _Versions, side: Side) -> Record | None:
    base, *both = (each if not isinstance(each, Header) else None for each in versions)
    one, other = both if side == "ours" else both[::-1]
    if one is None or other is None:
        return one
    start = base or beginning_of(one, other)
    if start is None or not type(start) is type(one) is type(other):
        return one
    merged: Record = merge_fields(start, one, other).value
    return merged


def _with_later_changes(annotations: AnnotationSet, id: str, versions: _Versions, side: Side) -> Record | None:
    """The record as that side has it, with whatever became of it since the merge: its text may have been edited, too."""
    chosen, left = _chosen(versions, side), _chosen(versions, "ours") or _chosen(versions, "theirs")
    there = next((record for record in annotations.records if record.id == id), None)
    if chosen is None or left is None or not type(chosen) is type(left) is type(there):
        return chosen
    merged = merge_fields(left, chosen, there)
    if "edges" in merged.contested:
        raise PostilError(f"{id} stands elsewhere since the merge, and where {side} would have it now is not known: {_BY_HAND}")
    record: Record = merged.value
    return record


def _refuse_other_text(annotations: AnnotationSet, id: str, record: Record | None, *, is_open: bool) -> None:
    """Stop where a side has a place for the annotation that is about another text than the set, or where what it has now is."""
    there = next((each for each in annotations.spans if each.id == id), None)
    if not isinstance(record, Span) or there is None or record.extents == there.extents:
        return
    if is_open or id in {each.id for each in placed(annotations).left_out}:
        raise PostilError(f"{id}: its place is about another text than the set: {_BY_HAND}")


def _elsewhere(annotations: AnnotationSet, id: str, versions: _Versions, texts: Any, side: Side) -> Record | None:
    """The record where theirs is about another text than the set: that of ours, which is there, or what theirs made of it.

    A span of theirs is taken only where it was not moved in its own text, so that the place of ours is meant.
    """
    base, theirs = versions.base, versions.theirs
    there = next((record for record in annotations.records if record.id == id), None)
    if side == "ours":
        return there
    if not isinstance(theirs, Span):
        return _chosen(versions, side)
    is_one_text = isinstance(texts, dict) and texts.get("base") == texts.get("theirs")
    is_in_place = isinstance(base, Span) and (base.extents, base.text) == (theirs.extents, theirs.text)
    if not (is_one_text and is_in_place and isinstance(base, Span) and isinstance(there, Span)):
        raise PostilError(f"{id}: where it stands in the text of ours is not known, as the text of theirs was not found: {_ANEW}")
    merged: Record = merge_fields(base, theirs, there).value
    return merged


def _header(header: Header, base: Any, ours: Header, theirs: Header, side: Side) -> Header:
    """The header of the set with the fields that were contested as one side has them."""
    taken = ours if side == "ours" else theirs
    base = base if isinstance(base, Header) else None
    fields = merge_headers(base, ours, theirs).contested
    changes: dict[str, Any] = {field: getattr(taken, field) for field in fields if "." not in field}
    keys = {field.partition(".")[2] for field in fields if "." in field}
    unknown = {key: value for key, value in header.unknown.items() if key not in keys}
    changes["unknown"] = unknown | {key: value for key, value in taken.unknown.items() if key in keys}
    return msgspec.structs.replace(header, **changes)


def _version(values: Any) -> Header | Record | None:
    """A record, or a header, from the object that a note holds."""
    if values is None:
        return None
    kind = _TYPES.get(values.get("type", "")) if isinstance(values, dict) else None
    if kind is None:
        raise PostilError("the note holds a version that is no record")
    known = {"type", *kind.__struct_fields__} - {"unknown"}
    try:
        record = msgspec.convert({key: value for key, value in values.items() if key in known}, kind)
    except msgspec.ValidationError as error:
        raise PostilError(f"the note holds a version that is no record: {error}") from error
    rest = {key: value for key, value in values.items() if key not in known}
    return msgspec.structs.replace(record, unknown=rest) if rest else record


def _replaced(annotations: AnnotationSet, id: str, record: Record | None, note: Note) -> AnnotationSet:
    parts: dict[str, Any] = {}
    for name in ("spans", "relations", "labels", "notes"):
        kept = [each for each in getattr(annotations, name) if each.id != id and each is not note]
        parts[name] = tuple(kept)
    if record is not None:
        name = f"{type(record).__name__.lower()}s"
        parts[name] = (*parts[name], record)
    return msgspec.structs.replace(annotations, **parts).canonical()
