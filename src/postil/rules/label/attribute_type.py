from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules._attributes import type_fault
from postil.rules.examples import span
from postil.rules.views import SetView


@set_rule(
    "LAB006",
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": 3}),)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": "3"}),), finds=("s1",)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": True}),), finds=("s1",), note="true is no number"),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"strength": [1, 2]}),), finds=("s1",), note="not `multiple`"),
)
def check(view: SetView) -> Iterator[Problem]:
    """An attribute's value must be of the type that the scheme gives it, and a list only where it is ``multiple``.

    "3" and 3 are different values to every program, and a table with both in one column cannot be typed.

    Write it as the scheme says.
    """
    for record, layer in view.with_attributes():
        for name, value in record.attributes.items():
            attribute = layer.attributes.get(name)
            if attribute is None:
                continue
            if attribute.multiple != isinstance(value, list):
                fault = "must be a list" if attribute.multiple else "must be one value, not a list"
            else:
                fault = next(filter(None, (type_fault(attribute, one) for one in (value if attribute.multiple else [value]))), "")
            if fault:
                yield view.problem(record, f"{name} {fault}", "attributes", name)
