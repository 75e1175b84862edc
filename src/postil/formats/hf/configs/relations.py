"""``relations``: a flat row for each relation. Head and tail are its arguments in the scheme's order, if there are two."""

from __future__ import annotations

from typing import Any

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, Rows, attribute_columns, attribute_values, columns
from postil.formats.hf.features import FLOAT, INT, STRING, ClassLabel, Column, ListOf, Record
from postil.model import AnnotationSet, Record as AnyRecord, Relation, Span
from postil.scheme import Scheme

_END: dict[str, Column] = {"id": STRING, "label": STRING, "start": INT, "end": INT, "text": STRING}


def _layers(scheme: Scheme) -> list[str]:
    return list(scheme.layers_of_kind("relation"))


def _columns(context: Context) -> dict[str, Column]:
    layers = _layers(context.scheme)
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "id": STRING,
        "layer": ClassLabel(tuple(layers)),
        "label": ClassLabel(context.labels_of(*layers)),
        **{f"{side}_{name}": column for side in ("head", "tail") for name, column in _END.items()},
        "args": ListOf(Record({"role": STRING, **_END})),
        "confidence": FLOAT,
    }
    return columns(fixed.items(), attribute_columns(context, *layers))


def _rows(context: Context, document: Document, annotations: AnnotationSet) -> Rows:
    layers = _layers(context.scheme)
    labels = context.labels_of(*layers)
    by_id = {record.id: record for record in annotations.records}
    for relation in annotations.relations:
        yield {
            "document": document.id,
            "annotator": annotations.annotator,
            "id": relation.id,
            "layer": layers.index(relation.layer),
            "label": labels.index(relation.label),
            **_head_and_tail(context.scheme, relation, by_id, document.text),
            "args": [{"role": role, **_end(by_id[id], document.text)} for role, id in relation.arguments()],
            "confidence": relation.confidence,
            **attribute_values(context, relation.layer, relation.attributes),
        }


def _head_and_tail(scheme: Scheme, relation: Relation, by_id: dict[str, AnyRecord], text: str) -> dict[str, Any]:
    arguments = dict(relation.arguments())
    if len(relation.arguments()) != 2 or len(arguments) != 2:
        return {}
    order = list(scheme.layers[relation.layer].roles_of(relation.label)) or list(arguments)
    ends = zip(
        ("head", "tail"), sorted(arguments, key=lambda role: order.index(role) if role in order else len(order)), strict=True
    )
    return {f"{side}_{name}": value for side, role in ends for name, value in _end(by_id[arguments[role]], text).items()}


def _end(record: AnyRecord, text: str) -> dict[str, Any]:
    end: dict[str, Any] = {"id": record.id, "label": getattr(record, "label", None)}
    if isinstance(record, Span):
        end |= {"start": record.start, "end": record.end, "text": record.covered(text)}
    return end


CONFIG = Config("relations", "one row for each relation", _columns, _rows, applies=lambda scheme: bool(_layers(scheme)))
