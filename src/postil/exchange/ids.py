"""Giving annotations other ids: everything that names one follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from postil.model import AnnotationSet, Note, Record, Relation
from postil.scheme import Layer


def renamed(record: Any, ids: Mapping[str, str], layers: Mapping[str, Layer]) -> Any:
    """A record with other ids, its own and those that it names: in arguments, in ``about``, in attributes that are references.

    ``ids``: the new by the old; what is not among them stays as it is.
    """
    record = replace(record, id=ids.get(record.id, record.id))
    if isinstance(record, Note):
        return replace(record, about=ids.get(record.about, record.about))
    if isinstance(record, Relation):
        record = replace(record, args={role: _referred(value, ids) for role, value in record.args.items()})
    layer = layers.get(record.layer)
    references = [name for name in (layer.references if layer else ()) if name in record.attributes]
    if references:
        attributes = {name: _referred(value, ids) if name in references else value for name, value in record.attributes.items()}
        record = replace(record, attributes=attributes)
    return record


def _referred(value: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return ids.get(value, value)
    return type(value)(ids.get(one, one) for one in value) if isinstance(value, list | tuple) else value


def renumbered(annotations: AnnotationSet, layers: Mapping[str, Layer], mint: Callable[[Record, int], str]) -> AnnotationSet:
    """A set whose records have the ids that ``mint`` makes of each and its number (from one, among those of its kind)."""
    groups: tuple[tuple[Any, ...], ...] = (annotations.spans, annotations.relations, annotations.labels, annotations.notes)
    ids = {record.id: mint(record, number) for group in groups for number, record in enumerate(group, 1)}
    return AnnotationSet(annotations.header, *(tuple(renamed(record, ids, layers) for record in group) for group in groups))
