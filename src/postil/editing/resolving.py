"""Deciding a conflict of a merge for one side: the annotation becomes what that side has, and the note goes."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from postil.editing.fields import beginning_of, merge_fields
from postil.editing.pending import MERGE, is_pending
from postil.errors import PostilError
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span

Side = Literal["ours", "theirs"]
_TYPES: dict[str, type[Record]] = {"span": Span, "relation": Relation, "label": Label, "note": Note}


def resolve(annotations: AnnotationSet, id: str, side: Side) -> AnnotationSet:
    """Decide what a merge left open about the annotation ``id``, for one side.

    What is not contested stays as both sides together have it. Raises :class:`~postil.errors.PostilError` where there is no such
    conflict, or where taking a side would leave something without what it names, or offsets that are about another text.
    """
    notes = [note for note in annotations.notes if is_pending(note, MERGE) and id in (note.about, note.id)]
    if len(notes) != 1:
        raise PostilError(f"{len(notes) or 'no'} conflicts of a merge are about {id}: name one by the id of its note")
    note = notes[0]
    about = note.about
    if not about or "texts" in note.decide:
        raise PostilError(f"{note.id} is about the header or another text: edit the set, and take the note out")
    record = _chosen(note, side)
    if record is None:
        naming = [each.id for each in annotations.records if each is not note and _names(each, about)]
        if naming:
            raise PostilError(
                f"{about} cannot be taken out: {', '.join(naming[:5])} {'names' if len(naming) == 1 else 'name'} it"
            )
    return _replaced(annotations, about, record, note)


def _chosen(note: Note, side: Side) -> Record | None:
    base, ours, theirs = (_version(note.decide.get(name)) for name in ("base", "ours", "theirs"))
    one, other = (ours, theirs) if side == "ours" else (theirs, ours)
    if one is None or other is None:
        return one
    start = base or beginning_of(one, other)
    if start is None or not type(start) is type(one) is type(other):
        return one
    merged: Record = merge_fields(start, one, other).value
    return merged


def _version(values: Any) -> Record | None:
    """A record from the object that a note holds."""
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


def _names(record: Record, id: str) -> bool:
    if isinstance(record, Note):
        return record.about == id
    values = [given for given in record.attributes.values() if given == id or (isinstance(given, list) and id in given)]
    return bool(values) or (isinstance(record, Relation) and any(id == other for _, other in record.arguments()))


def _replaced(annotations: AnnotationSet, id: str, record: Record | None, note: Note) -> AnnotationSet:
    parts: dict[str, Any] = {}
    for name in ("spans", "relations", "labels", "notes"):
        kept = [each for each in getattr(annotations, name) if each.id != id and each is not note]
        parts[name] = tuple(kept)
    if record is not None:
        name = f"{type(record).__name__.lower()}s"
        parts[name] = (*parts[name], record)
    return msgspec.structs.replace(annotations, **parts).canonical()
