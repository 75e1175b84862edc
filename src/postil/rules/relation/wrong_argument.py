from __future__ import annotations

from collections.abc import Iterator

from postil.model import Relation, Span
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import label, relation, span
from postil.rules.set_view import SetView
from postil.text import listing, quote

_OPINION = span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"})
_FACT = span("s2", "FACT", 0, 24)
_SINGH = span("e1", "PERSON", 0, 13)


def _proof(batch: Batch) -> bool:
    layers = batch.scheme.layers_of_kind("relation")
    filled = (
        (layers[layer].roles_of(label).get(name), target, target_label)
        for layer, label, name, _, target, target_label in batch.ties.links
        if layer in layers
    )
    return batch.have_own_ids and all(
        role is None or ((not role.layers or layer in role.layers) and (not role.labels or label in role.labels))
        for role, layer, label in filled
    )


@set_rule(
    "REL004",
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s2", "to": "s1"}))),
    Example(
        records=(_OPINION, label("g1", "op-ed"), relation("r1", "supports", {"from": "g1", "to": "s1"})), note="REL003 has it"
    ),
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s1", "to": "s2"})), finds=("r1",)),
    Example(records=(_OPINION, _SINGH, relation("r1", "supports", {"from": "e1", "to": "s1"})), finds=("r1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation's arguments must be of the layers and labels that the scheme allows in their roles.

    Often the arrow was drawn the wrong way round.

    Turn it round, or mend the argument or its label.
    """
    for relation_, roles in view.with_roles:
        for name, id in relation_.arguments():
            role, target = roles.get(name), view.by_id.get(id)
            if role is None or not isinstance(target, Span | Relation):  # the others are REL003's
                continue
            if role.layers and target.layer not in role.layers:
                fault = f"is in layer {target.layer}, not {listing(role.layers)}"
            elif role.labels and target.label not in role.labels:
                fault = f"is a {target.label}, not a {listing(role.labels)}"
            else:
                continue
            message = f"{name} of {relation_.label}: {quote(id)} {fault}"
            yield view.problem(relation_, message, "args", name, related=[("the argument", target)])
