from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.scheme import Layer
from postil.text import nearest, quote


@set_rule(
    "LAB004",
    Example(records=(span("e1", "PERSON", 0, 13, attributes={"sure": True}),)),
    Example(records=(span("e1", "PERSON", 0, 13, attributes={"shure": True}),), finds=("e1",)),
    proof=lambda batch: batch.are_attributes_sound(_fault),
)
def check(view: SetView) -> Iterator[Problem]:
    """An attribute must be one that the scheme gives its layer.

    An attribute that the scheme does not know is never checked, and exported by nobody.

    Mend the name, or add the attribute to the scheme.
    """
    yield from view.attribute_problems(_fault, lambda layer, name: view.is_declared("layers", layer, "attributes", name))


def _fault(layer: Layer, label: str, name: str, _value: Any) -> str:
    if name in layer.attributes:
        return ""
    near = nearest(name, layer.attributes)
    hint = f"; did you mean {near}?" if near else ""
    return f"{label} has no attribute {quote(name)}{hint}"
