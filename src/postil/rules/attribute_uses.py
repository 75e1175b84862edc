"""Attributes as they are used: with which layer and label. Each different use is judged once, for all documents."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec

from postil.model import Label, Relation, Span
from postil.scheme import Layer
from postil.storage.bundle import Project

Attributes = dict[str, Any]

Use = tuple[str, str, bytes]
"""A layer, a label, and attributes as JSON, which tells ``1`` from ``true``; empty for no attributes."""

AttributeFault = Callable[[Layer, str, str, Any], str]
"""What is wrong with an attribute, given the layer, the label, its name and its value; empty for nothing."""

_MOST_JUDGED = 10_000  # uses of attributes that are remembered: an attribute may have as many values as spans

spelt: Callable[[Attributes], bytes] = msgspec.json.Encoder().encode


def use_of(record: Span | Relation | Label) -> Use:
    """The use that an annotation makes of attributes."""
    return record.layer, record.label, spelt(record.attributes) if record.attributes else b""


def uses_of(records: Iterable[Span | Relation | Label]) -> set[Use]:
    """Every different use that annotations make of attributes."""
    return {(one.layer, one.label, spelt(one.attributes) if one.attributes else b"") for one in records}


def judged(
    project: Project, fault: AttributeFault, uses: Collection[Use], attributes: Callable[[], Mapping[Use, Attributes]]
) -> Mapping[Use, Mapping[str, str]]:
    """What ``fault`` finds wrong in each of these uses, by attribute, where the scheme has their layer and label.

    ``attributes``: those of every use, asked for only where one is new.
    """
    known: dict[Use, dict[str, str]] = project.judged.setdefault(fault, {})
    if len(known) > _MOST_JUDGED:
        known.clear()
    layers = project.scheme.layers if project.scheme else {}
    for use in [use for use in uses if use not in known]:
        name, label, _ = use
        layer = layers.get(name)
        said = attributes()[use] if layer and label in layer.labels else {}
        known[use] = {key: what for key, value in said.items() if layer and (what := fault(layer, label, key, value))}
    return known
