from __future__ import annotations

from collections.abc import Iterator

from postil.model import Note
from postil.rules import Example, Problem, set_rule
from postil.rules._attributes import type_fault
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.scheme import Attribute
from postil.text import listing, quote

_SINGH = span("e1", "PERSON", 0, 13)


def _proof(batch: Batch) -> bool:
    references = {name: layer.references for name, layer in batch.scheme.layers.items() if layer.references}
    if not references:
        return True
    return all(attributes.keys().isdisjoint(references.get(name, ())) for (name, _, _), attributes in batch.attributes.items())


@set_rule(
    "LAB009",
    Example(records=(span("s1", "FACT", 0, 33, attributes={"holder": "e1"}), _SINGH)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"holder": "AUTHOR"}),)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"holder": "e9"}), _SINGH), finds=("s1",)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"holder": "s2"}), span("s2", "FACT", 0, 24)), finds=("s1",)),
    Example(records=(span("s1", "FACT", 0, 33, attributes={"holder": "s1"}),), finds=("s1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A reference must name an annotation of the set that the scheme lets it name, or one of the words it allows.

    What it refers to was removed or given another id, and the answer that it gave is lost.

    Mend the id.
    """
    if view.scheme is None or not any(layer.references for layer in view.scheme.layers.values()):
        return
    for record, layer in view.with_attributes():
        for name, value in record.attributes.items():
            attribute = layer.attributes.get(name)
            if attribute is None or attribute.type != "reference" or attribute.multiple != isinstance(value, list):
                continue
            for one in value if attribute.multiple else [value]:
                fault = "" if type_fault(attribute, one) else _fault(view, attribute, record.id, one)
                if fault:
                    yield view.problem(record, f"{name} refers to {quote(one)}, {fault}", "attributes", name)


def _fault(view: SetView, attribute: Attribute, own_id: str, id: str) -> str:
    if id in attribute.values:
        return ""
    target = view.by_id.get(id)
    if target is None and view.may_be_unreadable(id):
        return ""
    if target is None:
        words = f" nor {listing(attribute.values)}" if attribute.values else ""
        return f"which is no annotation of this set{words}"
    if id == own_id:
        return "which is the annotation itself"
    if isinstance(target, Note):
        return "which is a note"
    if attribute.layers and target.layer not in attribute.layers:
        return f"which is in layer {target.layer}, not {listing(attribute.layers)}"
    if attribute.labels and target.label not in attribute.labels:
        return f"which is a {target.label}, not a {listing(attribute.labels)}"
    return ""
