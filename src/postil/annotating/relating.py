"""Relations: from the span that was marked as head to the one that is looked at."""

from __future__ import annotations

from typing import Any

from postil.annotating.choosing import defaults
from postil.annotating.making import described, put_record
from postil.annotating.minting import fresh_id
from postil.annotating.state import State, focused_annotation
from postil.errors import ActionRefused
from postil.model import Note, Relation
from postil.text import quote


def relation_between(state: State, layer: str, label: str) -> State:
    """The state with a new relation, whose first two roles the head and what is looked at fill."""
    head = state.marks.by_id.get(state.head)
    if head is None or isinstance(head, Note):
        raise ActionRefused("no head is marked: go to it and use head")
    tail = focused_annotation(state)
    definition = state.scheme.layers[layer]
    roles = definition.roles_of(label)
    names = list(roles)
    if len(names) < 2:
        raise ActionRefused(f"{label} has {len(names)} roles in the scheme: a relation of two needs two")
    args: dict[str, Any] = {
        name: (id,) if roles[name].multiple else id for name, id in zip(names[:2], (head.id, tail.id), strict=True)
    }
    for other in state.marks.annotations.relations:
        if (other.layer, other.label, other.args) == (layer, label, args):
            raise ActionRefused(f"{label} from {head.id} to {tail.id} is there already")
    id = fresh_id(state.seed, layer, f"{label}\0{args}", state.marks.by_id)
    relation = Relation(id, layer, label, args, defaults(definition, label))
    said = f"{described(head)} {label} {described(tail)}"
    return put_record(state, relation, said).with_(head="")


def with_argument(state: State, relation: Relation, role: str, id: str) -> Relation:
    """A relation with one more argument: put beside those that a role may have several of, in the place of the one it has."""
    from msgspec.structs import replace

    roles = state.scheme.layers[relation.layer].roles_of(relation.label) if relation.layer in state.scheme.layers else {}
    if role not in roles:
        raise ActionRefused(f"{relation.label} has no role {quote(role)}: it has {', '.join(roles) or 'none'}")
    there = relation.args.get(role, ())
    members = (there,) if isinstance(there, str) else tuple(there)
    if id in members:
        raise ActionRefused(f"{id} is its {role} already")
    filled = (*members, id) if roles[role].multiple else id
    args = {**relation.args, role: filled}
    order = [*(name for name in roles if name in args), *(name for name in args if name not in roles)]
    return replace(relation, args={name: args[name] for name in order})
