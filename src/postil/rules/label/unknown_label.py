from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.model import Label, Relation, Span
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import SCHEME, label, span
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView
from postil.scheme import Scheme
from postil.text import listing, nearest, quote


@set_rule(
    "LAB003",
    Example(records=(span("e1", "PERSON", 0, 13), label("g1", "op-ed"))),
    Example(records=(span("e1", "PERSN", 0, 13),), finds=("e1",)),
    Example(records=(label("g1", "Op-Ed"),), finds=("g1",), note="case counts"),
    Example(
        records=(label("g1", "op-ed"),),
        scheme=SCHEME.replace("labels.op-ed = {}", "labels.op-ed = 3"),
        note="the scheme means to have it: SCH002 says what is wrong",
    ),
    proof=lambda batch: batch.layers_and_labels <= _known(batch.scheme),
)
def check(view: SetView) -> Iterator[Problem]:
    """An annotation's label must be one that the scheme gives its layer.

    A mistyped label is a class of its own for every program that reads it: one example, never predicted.

    Mend the label, or add it to the scheme and to the guidelines.
    """
    if view.scheme is None:
        return
    if view.layers_and_labels <= _known(view.scheme):
        return
    for record in view.annotations:
        layer = view.layer(record)
        if layer and record.label not in layer.labels and not view.is_declared("layers", record.layer, "labels", record.label):
            near = nearest(record.label, layer.labels)
            hint = (
                f"did you mean {near}?" if near else f"it has {listing(layer.labels, 'and')}" if layer.labels else "it has none"
            )
            message = f"layer {record.layer} has no label {quote(record.label)}; {hint}"
            yield view.problem(record, message, "label", fix=_fix(view, record, near) if near else None)


def _known(scheme: Scheme) -> set[tuple[str, str]]:
    return {(name, label_) for name, layer in scheme.layers.items() for label_ in layer.labels}


def _fix(view: SetView, record: Span | Relation | Label, label: str) -> Fix:
    return Fix(f"take it for {label}", False, (view.change(record, msgspec.structs.replace(record, label=label)),))
