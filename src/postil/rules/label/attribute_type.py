from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.rules import Example, Problem, set_rule
from postil.rules._attributes import type_fault
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.scheme import Layer


@set_rule(
    "LAB006",
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": 3}),)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": "3"}),), finds=("s1",)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": True}),), finds=("s1",), note="true is no number"),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": [1, 2]}),), finds=("s1",), note="not `multiple`"),
    proof=lambda batch: batch.are_attributes_sound(_fault),
)
def check(view: SetView) -> Iterator[Problem]:
    """An attribute's value must be of the type that the scheme gives it, and a list only where it is ``multiple``.

    "3" and 3 are different values to every program, and a table with both in one column cannot be typed.

    Write it as the scheme says.
    """
    yield from view.attribute_problems(_fault)


def _fault(layer: Layer, _label: str, name: str, value: Any) -> str:
    attribute = layer.attributes.get(name)
    if attribute is None:
        return ""
    if attribute.multiple != isinstance(value, list):
        return f"{name} {'must be a list' if attribute.multiple else 'must be one value, not a list'}"
    faults = (type_fault(attribute, one) for one in (value if attribute.multiple else [value]))
    return next((f"{name} {fault}" for fault in faults if fault), "")
