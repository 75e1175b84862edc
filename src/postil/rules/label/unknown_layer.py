from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.model import Label, Relation, Span
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView
from postil.text import listing, nearest, quote


@set_rule(
    "LAB001",
    Example(records=(span("e1", "PERSON", 0, 13),)),
    Example(records=(span("e1", "PERSON", 0, 13, layer="entities"),), finds=("e1",)),
    proof=lambda batch: batch.scheme.layers.keys() >= {layer for layer, _ in batch.layers_and_labels},
)
def check(view: SetView) -> Iterator[Problem]:
    """An annotation's layer must be one of the scheme's.

    Nobody who counts or exports the layers of the scheme will see it.

    Mend the name, or add the layer to the scheme.
    """
    if view.scheme is None or view.layer_names <= view.scheme.layers.keys():
        return
    for record in view.annotations:
        if record.layer not in view.scheme.layers and not view.is_declared("layers", record.layer):
            near = nearest(record.layer, view.scheme.layers)
            hint = f"did you mean {near}?" if near else f"the scheme has {listing(view.scheme.layers, 'and')}"
            message = f"the scheme has no layer {quote(record.layer)}; {hint}"
            yield view.problem(record, message, "layer", fix=_fix(view, record, near) if near else None)


def _fix(view: SetView, record: Span | Relation | Label, layer: str) -> Fix:
    return Fix(f"take it for {layer}", False, (view.change(record, msgspec.structs.replace(record, layer=layer)),))
