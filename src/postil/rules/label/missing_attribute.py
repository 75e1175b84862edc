from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView


@set_rule(
    "LAB005",
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"}), span("s2", "FACT", 0, 24))),
    Example(records=(span("s1", "OPINION", 0, 33),), finds=("s1",)),
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"strength": 3}),), finds=("s1",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """An annotation must have every attribute that the scheme requires of its label.

    The annotator was asked and did not answer: the annotation is not finished.

    Decide it, or make it optional in the scheme, with a default.
    """
    needed = {
        (name, label): required
        for name, layer in (view.scheme.layers.items() if view.scheme else ())
        for label in layer.labels
        if (required := [key for key, value in layer.attributes.items() if value.required and value.is_on(label)])
    }
    if needed.keys().isdisjoint(view.layers_and_labels):
        return
    for record in view.annotations:
        for name in needed.get((record.layer, record.label), ()):
            if record.attributes.get(name, []) == []:
                key = "attributes" if record.attributes else "label"
                yield view.problem(record, f"{record.label} must have the attribute {name}", key)
