"""Attributes that are lists of values: an attribute is one everywhere or nowhere, whatever a tool writes for a single value."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from postil.model import AnnotationSet
from postil.scheme import Scheme


def list_attributes(scheme: Scheme) -> dict[str, set[str]]:
    """By layer the attributes that are lists."""
    return {name: {one for one, said in layer.attributes.items() if said.multiple} for name, layer in scheme.layers.items()}


def with_lists(annotations: AnnotationSet, attributes: dict[str, set[str]]) -> AnnotationSet:
    """The set with single values of these attributes (by layer) as lists of one."""

    def mended(record: Any) -> Any:
        names = attributes.get(record.layer, set()) & record.attributes.keys()
        lists = {name: [record.attributes[name]] for name in names if not isinstance(record.attributes[name], list | tuple)}
        return replace(record, attributes={**record.attributes, **lists}) if lists else record

    return replace(
        annotations,
        spans=tuple(map(mended, annotations.spans)),
        relations=tuple(map(mended, annotations.relations)),
        labels=tuple(map(mended, annotations.labels)),
    )
