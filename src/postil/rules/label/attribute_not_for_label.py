from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.views import SetView
from postil.text import listing


@set_rule(
    "LAB008",
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"polarity": "negative"}),)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"polarity": "negative"}),), finds=("s1",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """An annotation must not have an attribute that the scheme keeps for other labels.

    It is what remains when a label was changed and its attributes were not.

    Remove the attribute, or mend the label.
    """
    for record, layer in view.with_attributes():
        for name in record.attributes:
            attribute = layer.attributes.get(name)
            if attribute and not attribute.is_on(record.label):
                message = f"{name} is an attribute of {listing(attribute.only_on, 'and')}, not of {record.label}"
                yield view.problem(record, message, "attributes", name)
