"""Attributes, remarks and notes."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features._feature import Feature, Reduce, Reducing
from postil.exchange.features._taking_out import in_each_set, lose, without_records, without_values
from postil.model import Annotation, AnnotationSet, Label, Relation, Span


def _without_attributes(kind: type[Span | Relation | Label], title: str) -> Reduce:
    def change(record: Any) -> Any:
        """Without attributes, where it is of the kind."""
        return replace(record, attributes={}) if isinstance(record, kind) and record.attributes else record

    return without_values(title, change)


def _only_first(record: Any) -> Any:
    """Lists with their first value only; empty ones and tables go."""
    if not record.attributes:
        return record
    attributes = {
        name: value[0] if isinstance(value, list | tuple) else value
        for name, value in record.attributes.items()
        if not isinstance(value, dict) and value not in ([], ())
    }
    return record if attributes == record.attributes else replace(record, attributes=attributes)


def _as_words(record: Any) -> Any:
    if not record.attributes:
        return record
    return replace(record, attributes={name: _as_word(value) for name, value in record.attributes.items()})


def _as_word(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple):
        return [_as_word(one) for one in value]
    return msgspec.json.encode(value).decode()


def _without_confidence(record: Annotation) -> Annotation:
    return replace(record, confidence=None) if record.confidence is not None else record


def _without_remark(record: Annotation) -> Annotation:
    return replace(record, note="") if record.note else record


def _without_notes(about_something: bool) -> Reduce:
    title = "notes on annotations" if about_something else "notes on the document"

    def change(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        kept = []
        for note in annotations.notes:
            if bool(note.about) == about_something:
                lose(reducing, title, annotations, note)
            else:
                kept.append(note)
        return replace(annotations, notes=tuple(kept))

    return in_each_set(change)


DOCUMENT_LABELS = Feature("labels", "document labels", without_records("document labels", lambda record: type(record) is Label))
ATTRIBUTES = Feature("attributes", "attributes of spans", _without_attributes(Span, "attributes of spans"))
RELATION_ATTRIBUTES = Feature(
    "rel. attributes", "attributes of relations", _without_attributes(Relation, "attributes of relations")
)
LABEL_ATTRIBUTES = Feature(
    "label attributes", "attributes of document labels", _without_attributes(Label, "attributes of document labels")
)
LISTS = Feature("lists", "several values of one attribute", without_values("several values of one attribute", _only_first))
TYPES = Feature("types", "numbers and yes/no as such", without_values("numbers and yes/no as such", _as_words))
CONFIDENCE = Feature("confidence", "confidences", without_values("confidences", _without_confidence))
REMARKS = Feature("remarks", "remarks in annotations", without_values("remarks in annotations", _without_remark))
NOTES = Feature("notes", "notes on annotations", _without_notes(about_something=True))
DOCUMENT_NOTES = Feature("doc. notes", "notes on the document", _without_notes(about_something=False))
