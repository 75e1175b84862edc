"""``relations``: a flat row for each relation. Head and tail are its arguments in the scheme's order, if there are two."""

from __future__ import annotations

from collections.abc import Sequence

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, attribute_columns, attribute_values, columns
from postil.formats.hf.parquet.columns import Block, Lists, Values
from postil.formats.hf.parquet.features import FLOAT, PLACE, STRING, ClassLabel, Column, ListOf, Record, numbers
from postil.model import AnnotationSet, Record as AnyRecord, Relation
from postil.scheme import Scheme

_END: dict[str, Column] = {"id": STRING, "label": STRING, "start": PLACE, "end": PLACE, "text": STRING}


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


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    relations, layers = annotations.relations, _layers(context.scheme)
    if not relations:
        return {"document": []}
    numbers_of_layers, labels = numbers(tuple(layers)), numbers(context.labels_of(*layers))
    by_id = {record.id: record for record in annotations.records}
    ends = [_head_and_tail(context.scheme, relation) for relation in relations]
    arguments = [argument for relation in relations for argument in relation.arguments()]
    return {
        "document": [document.id] * len(relations),
        "annotator": [annotations.annotator] * len(relations),
        "id": [relation.id for relation in relations],
        "layer": [numbers_of_layers[relation.layer] for relation in relations],
        "label": [labels[relation.label] for relation in relations],
        **_ends("head_", [by_id.get(head) for head, _ in ends]),
        **_ends("tail_", [by_id.get(tail) for _, tail in ends]),
        "args": Lists(
            [len(relation.arguments()) for relation in relations],
            {"role": [role for role, _ in arguments], **_ends("", [by_id[id] for _, id in arguments])},
        ),
        "confidence": [relation.confidence for relation in relations],
        **attribute_values(context, relations),
    }


def _head_and_tail(scheme: Scheme, relation: Relation) -> tuple[str, str]:
    """The ids of both ends; empty where the relation is not one between two."""
    arguments = dict(relation.arguments())
    if len(relation.arguments()) != 2 or len(arguments) != 2:
        return "", ""
    order = list(scheme.layers[relation.layer].roles_of(relation.label)) or list(arguments)
    head, tail = sorted(arguments, key=lambda role: order.index(role) if role in order else len(order))
    return arguments[head], arguments[tail]


def _ends(prefix: str, records: Sequence[AnyRecord | None]) -> dict[str, Values]:
    """What there is to say of the records at one end; null where there is none."""
    return {f"{prefix}{name}": [getattr(record, name, None) for record in records] for name in _END}


CONFIG = Config(
    "relations",
    "one row for each relation",
    frozenset({"document", "annotator", "head_id", "head_label", "tail_id", "tail_label", "args"}),
    _columns,
    _block,
    applies=lambda scheme: bool(_layers(scheme)),
    texts=("head_text", "tail_text", "args.text"),
)
