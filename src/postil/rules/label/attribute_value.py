from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.rules import Example, Problem, set_rule
from postil.rules._attributes import type_fault, value_fault
from postil.rules.examples import SCHEME, span
from postil.rules.set_view import SetView
from postil.scheme import Layer

_HOSTILE = SCHEME.replace("[a-z]+:[0-9]+", "(a+)+b")


@set_rule(
    "LAB007",
    Example(records=(span("s1", "FACT", 0, 33, attributes={"source": "q:12", "strength": 5}),)),
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"polarity": "postive"}),), finds=("s1",)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": 6}),), finds=("s1",)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"source": "Q12"}),), finds=("s1",)),
    Example(
        records=(span("s1", "FACT", 0, 33, attributes={"source": "a" * 5000}),),
        scheme=_HOSTILE,
        finds=("s1",),
        note="a pattern that would take other engines for ever",
    ),
    proof=lambda batch: batch.are_attributes_sound(_fault),
)
def check(view: SetView) -> Iterator[Problem]:
    """An attribute's value must be one that the scheme allows: in the list, matching the pattern, in the range.

    A mistyped value is a value of its own for every program that reads it.

    Mend the value, or allow it in the scheme.
    """
    yield from view.attribute_problems(_fault)


def _fault(layer: Layer, _label: str, name: str, value: Any) -> str:
    attribute = layer.attributes.get(name)
    if attribute is None or attribute.multiple != isinstance(value, list):
        return ""
    values = value if attribute.multiple else [value]
    if any(type_fault(attribute, one) for one in values):
        return ""
    return next((f"{name} {fault}" for one in values if (fault := value_fault(attribute, one))), "")
