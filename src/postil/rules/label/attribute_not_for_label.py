from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.scheme import Layer
from postil.text import listing


@set_rule(
    "LAB008",
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"polarity": "negative"}),)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"polarity": "negative"}),), finds=("s1",)),
    proof=lambda batch: batch.are_attributes_sound(_fault),
)
def check(view: SetView) -> Iterator[Problem]:
    """An annotation must not have an attribute that the scheme keeps for other labels.

    It is what remains when a label was changed and its attributes were not.

    Remove the attribute, or mend the label.
    """
    yield from view.attribute_problems(_fault)


def _fault(layer: Layer, label: str, name: str, _value: Any) -> str:
    attribute = layer.attributes.get(name)
    if attribute is None or attribute.is_on(label):
        return ""
    return f"{name} is an attribute of {listing(attribute.only_on, 'and')}, not of {label}"
