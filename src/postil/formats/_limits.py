"""Limits that formats share: what one kind of record cannot have, though another can."""

from __future__ import annotations

from typing import Any, Literal

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import Feature, Reducing, in_each_set, without_values
from postil.model import AnnotationSet, Label, Relation, Span

_BLANK: dict[str, Any] = {"confidence": None, "note": ""}


def bare(kind: type[Span | Relation | Label], field: Literal["confidence", "note"], title: str) -> Feature:
    """A limit: records of this kind without a confidence, or a remark."""

    def change(record: Any) -> Any:
        """Without the field, where it is of the kind."""
        return replace(record, **{field: _BLANK[field]}) if type(record) is kind else record

    return Feature(title, title, without_values(title, change))


def one_layer(kind: type[Relation | Label], plain: Literal["relation", "label"], title: str) -> Feature:
    """A limit: all records of this kind in one layer, which is called ``plain``."""

    def without(document: Document, reducing: Reducing) -> Document:
        records = [one for annotations in document.sets.values() for one in annotations.annotations if type(one) is kind]
        several = len(reducing.scheme.layers_of_kind(plain)) > 1
        for layer in sorted({record.layer for record in records} - {plain}):
            reducing.losses.add(title, f"{document.id}: {layer}", stops=several)
        return in_each_set(lambda annotations, *_: _renamed(annotations, kind, plain))(document, reducing)

    return Feature(title, title, without)


def _renamed(annotations: AnnotationSet, kind: type[Relation | Label], layer: str) -> AnnotationSet:
    name = "relations" if kind is Relation else "labels"
    return replace(annotations, **{name: tuple(replace(record, layer=layer) for record in getattr(annotations, name))})
