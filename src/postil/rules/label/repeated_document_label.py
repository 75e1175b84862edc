from __future__ import annotations

from collections.abc import Iterator

from postil.model import Label
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import SCHEME, label
from postil.rules.set_view import SetView


def _proof(batch: Batch) -> bool:
    layers = [(index, label.layer) for index, file in enumerate(batch.files) for label in file.by_type[2]]
    return len(set(layers)) == len(layers)


@set_rule(
    "LAB010",
    Example(records=(label("g1", "op-ed"),)),
    Example(records=(label("g1", "op-ed"), label("g2", "report")), finds=("g2",)),
    Example(
        records=(label("g1", "op-ed"), label("g2", "report")),
        scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nmultiple = true'),
    ),
    Example(
        records=(label("g1", "op-ed"), label("g2", "report")),
        scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nmultiple = "yes"'),
        note="SCH002 has it",
    ),
    Example(
        records=(label("g1", "op-ed"), label("g2", "op-ed")),
        scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nmultiple = true'),
        finds=("g2",),
    ),
    Example(
        records=(label("g1", "op-ed", attributes={"of": "p. 1"}), label("g2", "op-ed", attributes={"of": "p. 2"})),
        scheme=SCHEME.replace('kind = "label"', 'kind = "label"\nmultiple = true'),
        note="two answers, not one twice",
    ),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A document must have a label once, and only one of a layer that is not ``multiple``.

    With two genres, whoever needs one takes the first, and which one that is depends on the order of lines. A label with other
    attributes is another answer: a layer that is ``multiple`` may have both.

    Remove one, or make the layer ``multiple``.
    """
    seen: dict[object, Label] = {}
    for record in view.labels:
        layer = view.layer(record)
        may_be_several = layer is None or layer.multiple or view.is_declared("layers", record.layer, "multiple")
        key = (record.layer, record.label, repr(sorted(record.attributes.items()))) if may_be_several else record.layer
        first = seen.setdefault(key, record)
        if first is not record and (layer is None or layer.kind == "label"):
            yield view.problem(record, f"the document already has the {record.layer} {first.label}", "label")
