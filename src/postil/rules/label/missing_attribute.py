from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.scheme import Scheme


def _needed(scheme: Scheme) -> dict[tuple[str, str], list[str]]:
    """The attributes that the scheme requires, by layer and label."""
    return {
        (name, label): required
        for name, layer in scheme.layers.items()
        for label in layer.labels
        if (required := [key for key, value in layer.attributes.items() if value.required and value.is_on(label)])
    }


def _proof(batch: Batch) -> bool:
    needed = _needed(batch.scheme)
    if needed.keys().isdisjoint(batch.layers_and_labels):
        return True
    uses = ((needed.get((layer, label), ()), attributes) for (layer, label, _), attributes in batch.attributes.items())
    return all(attributes.get(name, []) != [] for names, attributes in uses for name in names)


@set_rule(
    "LAB005",
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"}), span("s2", "FACT", 0, 24))),
    Example(records=(span("s1", "OPINION", 0, 33),), finds=("s1",)),
    Example(records=(span("s1", "OPINION", 0, 33, attributes={"strength": 3}),), finds=("s1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """An annotation must have every attribute that the scheme requires of its label.

    The annotator was asked and did not answer: the annotation is not finished.

    Decide it, or make it optional in the scheme, with a default.
    """
    needed = _needed(view.scheme) if view.scheme else {}
    if needed.keys().isdisjoint(view.layers_and_labels):
        return
    for record in view.annotations:
        for name in needed.get((record.layer, record.label), ()):
            if record.attributes.get(name, []) == []:
                key = "attributes" if record.attributes else "label"
                yield view.problem(record, f"{record.label} must have the attribute {name}", key)
