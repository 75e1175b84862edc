from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import label, span
from postil.rules.set_view import SetView


def _proof(batch: Batch) -> bool:
    layers = batch.scheme.layers
    return all(layers[name].kind == kind for kind in batch.uses for name in batch.layers_of(kind) if name in layers)


@set_rule(
    "LAB002",
    Example(records=(label("g1", "op-ed"),)),
    Example(records=(span("e1", "op-ed", 0, 13, layer="genre"),), finds=("e1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A layer must hold annotations of its kind: spans, relations or labels of the document.

    A span in a layer of relations was put into the wrong layer, or the scheme means something else by the layer than
    the annotator.

    Mend the layer, or the record's type.
    """
    if view.scheme is None:
        return
    for kind, records in (("span", view.spans), ("relation", view.relations), ("label", view.labels)):
        wrong = {name for name, layer in view.scheme.layers.items() if layer.kind != kind}
        if wrong.isdisjoint({record.layer for record in records}):
            continue
        for record in records:
            if record.layer in wrong:
                holds = view.scheme.layers[record.layer].kind
                yield view.problem(record, f"a {kind} in layer {record.layer}, which holds {holds}s", "layer")
