"""Limits that formats share: what one kind of record cannot have, though another can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import LAYERS, Feature, Reduce, Reducing, changed_annotations, in_each_set, without_values
from postil.model import Label, Relation, Span

_BLANK: dict[str, Any] = {"confidence": None, "note": ""}


def bare(kind: type[Span | Relation | Label], field: Literal["confidence", "note"], title: str) -> Feature:
    """A limit: records of this kind without a confidence, or a remark."""

    def change(record: Any) -> Any:
        """Without the field, where it is of the kind."""
        return replace(record, **{field: _BLANK[field]}) if type(record) is kind else record

    return Feature(title, title, without_values(title, change))


def one_layer(kind: type[Relation | Label], plain: str, title: str) -> Feature:
    """A limit: all records of this kind in one layer, which is called ``plain``."""
    return Feature(title, title, _into({kind: (plain,)}, title))


def own_layers(layers: Mapping[type[Span | Relation | Label], tuple[str, ...]], title: str) -> Feature:
    """How a format does without layers that has its own: records of these kinds in other layers go into the first of them."""
    return Feature(LAYERS.key, title, _into(layers, title))


def _into(layers: Mapping[type[Any], tuple[str, ...]], title: str) -> Reduce:
    def without(document: Document, reducing: Reducing) -> Document:
        for kind, own in layers.items():
            records = [one for annotations in document.sets.values() for one in annotations.annotations if type(one) is kind]
            several = len(reducing.scheme.layers_of_kind(kind.__name__.lower())) > 1  # type: ignore[arg-type]
            for layer in sorted({record.layer for record in records} - set(own)):
                reducing.losses.add(title, f"{document.id}: {layer}", stops=several)
        return in_each_set(lambda annotations, *_: changed_annotations(annotations, moved))(document, reducing)

    def moved(record: Any) -> Any:
        """The record in a layer that the format has."""
        own = layers.get(type(record), (record.layer,))
        return record if record.layer in own else replace(record, layer=own[0])

    return without
