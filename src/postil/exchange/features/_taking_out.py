"""Taking annotations out of a document, with what cannot be without them; whatever goes is counted."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features._feature import Reduce, Reducing
from postil.exchange.ids import renamed
from postil.model import Annotation, AnnotationSet, Label, Note, Relation, Span
from postil.scheme import Layer


def place(annotations: AnnotationSet, id: str) -> str:
    return f"{annotations.document} ({annotations.annotator}) {id}"


def lose(reducing: Reducing, kind: str, annotations: AnnotationSet, record: Annotation | Note, *, stops: bool = True) -> None:
    """Count a record of a set as lost, or something of it."""
    shown = record.label if isinstance(record, Relation | Label) else record.text
    reducing.losses.add(kind, place(annotations, record.id), shown, stops=stops)


def in_each_set(change: Callable[[AnnotationSet, Document, Reducing], AnnotationSet]) -> Reduce:
    """Make a change of one set a change of each set of a document."""

    def without(document: Document, reducing: Reducing) -> Document:
        sets = {name: change(annotations, document, reducing) for name, annotations in document.sets.items()}
        return replace(document, sets=sets)

    return without


def taken_out(annotations: AnnotationSet, doomed: Collection[str], reducing: Reducing) -> AnnotationSet:
    """The set without these annotations, and without what cannot be without them, which is counted."""
    if not doomed:
        return annotations
    gone = set(doomed)
    relations = [relation for relation in annotations.relations if relation.id not in gone]
    while orphans := [one for one in relations if any(_is_emptied(value, gone) for value in one.args.values())]:
        for relation in orphans:
            lose(reducing, "relations one of whose ends was lost", annotations, relation)
        gone.update(relation.id for relation in orphans)
        relations = [relation for relation in relations if relation.id not in gone]
    notes = []
    for note in annotations.notes:
        if note.about in gone:
            lose(reducing, "notes on what was lost", annotations, note)
        else:
            notes.append(note)
    reduced_set = AnnotationSet(
        annotations.header,
        tuple(span for span in annotations.spans if span.id not in gone),
        tuple(_without_arguments(relation, gone, annotations, reducing) for relation in relations),
        tuple(label for label in annotations.labels if label.id not in gone),
        tuple(notes),
    )
    return changed_annotations(reduced_set, lambda record: _without_references(record, gone, annotations, reducing))


def _is_emptied(value: str | tuple[str, ...], gone: set[str]) -> bool:
    return value in gone if isinstance(value, str) else bool(value) and gone.issuperset(value)


def _without_arguments(relation: Relation, gone: set[str], annotations: AnnotationSet, reducing: Reducing) -> Relation:
    if gone.isdisjoint(id for _, id in relation.arguments()):
        return relation
    lose(reducing, "members of relations", annotations, relation)
    args = {
        role: value if isinstance(value, str) else tuple(id for id in value if id not in gone)
        for role, value in relation.args.items()
    }
    return replace(relation, args=args)


RecordType = TypeVar("RecordType", Span, Relation, Label)


def _without_references(record: RecordType, gone: set[str], annotations: AnnotationSet, reducing: Reducing) -> RecordType:
    if not record.attributes:
        return record
    layer = reducing.scheme.layers.get(record.layer)
    names = [name for name in (layer.references if layer else ()) if name in record.attributes]
    attributes = dict(record.attributes)
    for name in names:
        value = attributes[name]
        kept = [one for one in value if one not in gone] if isinstance(value, list | tuple) else value
        if value in gone if isinstance(value, str) else kept == [] and value:
            del attributes[name]
        elif kept != value:
            attributes[name] = kept
    if attributes == record.attributes:
        return record
    lose(reducing, "attributes that name what was lost", annotations, record)
    return replace(record, attributes=attributes)


def changed_annotations(annotations: AnnotationSet, change: Callable[[Any], Any]) -> AnnotationSet:
    """The set with each span, relation and label changed."""
    return AnnotationSet(
        annotations.header,
        tuple(map(change, annotations.spans)),
        tuple(map(change, annotations.relations)),
        tuple(map(change, annotations.labels)),
        annotations.notes,
    )


def without_records(kind: str, is_one: Callable[[Annotation], bool]) -> Reduce:
    """Without every annotation that is one of these."""

    def change(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        doomed = [record for record in annotations.annotations if is_one(record)]
        for record in doomed:
            lose(reducing, kind, annotations, record)
        return taken_out(annotations, {record.id for record in doomed}, reducing)

    return in_each_set(change)


def without_values(kind: str, change: Callable[[Any], Any], *, stops: bool = True) -> Reduce:
    """With each annotation changed; one that differs then has lost something of this kind.

    Of annotations that only differed in that, the first is left.
    """

    def change_set(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        changed = changed_annotations(annotations, change)
        if changed == annotations:
            return changed
        for record, other in zip(annotations.annotations, changed.annotations, strict=True):
            if other != record:
                lose(reducing, kind, annotations, record, stops=stops)
        return _without_new_repeats(annotations, changed, reducing, stops=stops)

    return in_each_set(change_set)


def _without_new_repeats(before: AnnotationSet, after: AnnotationSet, reducing: Reducing, *, stops: bool) -> AnnotationSet:
    """Without annotations that now say the same as another, and did not before. What named such a one names the other."""
    told_apart = {record.id: _said(record) for record in before.annotations}

    def lose_one(record: Annotation, _first: str) -> None:
        lose(reducing, "annotations that then say the same as another", before, record, stops=stops)

    return without_repeats(after, reducing.scheme.layers, lose_one, lambda one, other: told_apart[one] != told_apart[other])


def without_repeats(
    annotations: AnnotationSet,
    layers: Mapping[str, Layer],
    lose_one: Callable[[Annotation, str], None],
    may_go: Callable[[str, str], bool] = lambda _one, _other: True,
) -> AnnotationSet:
    """The set with the first of annotations that say the same in all; what names another of them names that then.

    A relation may become the same as another only by that, and is one of these then. ``lose_one``: is told which goes, and the id
    of the one that stays. ``may_go``: whether, of two ids that say the same, the second may.
    """
    while stand_ins := _stand_ins(annotations, may_go):
        for record in annotations.annotations:
            if record.id in stand_ins:
                lose_one(record, stand_ins[record.id])
        groups: tuple[tuple[Any, ...], ...] = (
            annotations.spans, annotations.relations, annotations.labels, annotations.notes,
        )  # fmt: skip
        left = (tuple(renamed(one, stand_ins, layers) for one in group if one.id not in stand_ins) for group in groups)
        annotations = AnnotationSet(annotations.header, *left)
    return annotations


def _stand_ins(annotations: AnnotationSet, may_go: Callable[[str, str], bool]) -> dict[str, str]:
    """By the id of each annotation that says the same as one before it, and may go, that one's."""
    firsts: dict[bytes, str] = {}
    pairs = ((record.id, firsts.setdefault(_said(record), record.id)) for record in annotations.annotations)
    return {id: first for id, first in pairs if id != first and may_go(first, id)}


def _said(record: Annotation) -> bytes:
    return msgspec.json.encode(replace(record, id=""), order="deterministic")
