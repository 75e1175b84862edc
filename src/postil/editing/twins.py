"""What both sides of a merge added alike: the same thing, made twice, gets one id on both sides before anything is merged."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from postil.editing.references import References, renamed_record, strings_of
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span

KINDS: dict[type, str] = {Span: "spans", Relation: "relations", Label: "labels", Note: "notes"}

# The fields by which an addition of one side is one of the other: the first list that fits. What else is different is merged
# field by field, and a label on the same words that is another one is a conflict.
_LEVELS: dict[type, tuple[tuple[str, ...], ...]] = {
    Span: (("layer", "label", "extents", "attributes"), ("layer", "label", "extents"), ("layer", "extents")),
    Relation: (("layer", "label", "args", "attributes"), ("layer", "label", "args")),
    Label: (("layer", "label", "attributes"), ("layer", "label")),
    Note: (("about", "text", "decide"),),
}


def with_shared_ids(
    base: AnnotationSet, ours: AnnotationSet, theirs: AnnotationSet, references: References
) -> tuple[AnnotationSet, AnnotationSet]:
    """Both sides, with one id for what they added alike: the smaller one, but for an id that may be named where nothing says so.

    Again and again, because relations tie relations: an outer one is the same only when the inner one has one id.
    """
    known = {record.id for record in base.records}
    while True:
        names = _twins(known, ours, theirs)
        if not names:
            return ours, theirs
        mentioned = _mentioned(ours, references) | _mentioned(theirs, references)
        ours_names = {one: other for one, other in names if one not in mentioned and (other < one or other in mentioned)}
        theirs_names = {other: one for one, other in names if one not in ours_names and other not in mentioned}
        if not ours_names and not theirs_names:
            return ours, theirs
        ours, theirs = _renamed_set(ours, ours_names, references), _renamed_set(theirs, theirs_names, references)


def _twins(known: Collection[str], ours: AnnotationSet, theirs: AnnotationSet) -> list[tuple[str, str]]:
    """The ids of each pair that is one thing under two ids."""
    ids_ours, ids_theirs = ({record.id for record in each.records} for each in (ours, theirs))
    found: list[tuple[str, str]] = []
    for kind, name in KINDS.items():
        here = [record for record in getattr(ours, name) if record.id not in known and record.id not in ids_theirs]
        there = [record for record in getattr(theirs, name) if record.id not in known and record.id not in ids_ours]
        for fields in _LEVELS[kind]:
            pairs = list(_pairs(here, there, fields))
            found += pairs
            taken = {id for pair in pairs for id in pair}
            here, there = ([record for record in each if record.id not in taken] for each in (here, there))
    return found


def _mentioned(annotations: AnnotationSet, references: References) -> set[str]:
    """The strings in attributes that no scheme describes: some may be ids, so that these ids must stay."""
    return {
        value
        for record in annotations.annotations
        for name in references.undeclared(record)
        for value in strings_of(record.attributes[name])
    }


def _pairs(here: Sequence[Any], there: Sequence[Any], fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    waiting: dict[Hashable, list[Record]] = {}
    for record in reversed(there):
        waiting.setdefault(_key(record, fields), []).append(record)
    for record in here:
        same = waiting.get(_key(record, fields))
        if same:
            yield record.id, same.pop().id


def _key(record: Any, fields: Sequence[str]) -> Hashable:
    return msgspec.json.encode([getattr(record, field) for field in fields], order="deterministic")


def _renamed_set(annotations: AnnotationSet, names: Mapping[str, str], references: References) -> AnnotationSet:
    if not names:
        return annotations
    parts = {
        name: tuple(renamed_record(record, names, references) for record in getattr(annotations, name)) for name in KINDS.values()
    }
    return msgspec.structs.replace(annotations, **parts)
