"""Relations: from the span that was marked as head to the one that is looked at."""

from __future__ import annotations

from typing import Any

from postil.annotating.choosing import defaults
from postil.annotating.making import described, put_record
from postil.annotating.minting import fresh_id
from postil.annotating.state import State, focused_annotation, looked_at
from postil.errors import ActionRefused
from postil.model import Annotation, Note, Relation
from postil.scheme import Role
from postil.text import quote


def relation_between(state: State, layer: str, label: str) -> State:
    """The state with a new relation, whose first two roles the head and what is looked at fill."""
    head = state.marks.by_id.get(state.head)
    if head is None or isinstance(head, Note):
        raise ActionRefused("no head is marked: go to it and use head")
    tail = end_here(state)
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
    return put_record(state, relation, described(relation, state.marks.by_id)).with_(head="")


def end_here(state: State) -> Annotation:
    """What a relation would be tied to: what is looked at; of a relation, where no role is for relations, its last argument."""
    found = looked_at(state)
    if found is None or isinstance(found, Note):
        found = focused_annotation(state)
    if not isinstance(found, Relation) or _may_be_an_end(state, found):
        return found
    arguments = [state.marks.by_id.get(id) for _, id in found.arguments()]
    ends = [one for one in arguments if one is not None and not isinstance(one, Note)]
    return ends[-1] if ends else found


def _may_be_an_end(state: State, relation: Relation) -> bool:
    layers = state.scheme.layers_of_kind("relation").values()
    roles = [role for layer in layers for label in layer.labels for role in layer.roles_of(label).values()]
    return any(takes(role, relation) for role in roles)


def takes(role: Role, end: Annotation) -> bool:
    """Whether the scheme lets an annotation fill a role by its layer and label."""
    return end.layer in role.layers and (not role.labels or end.label in role.labels)


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
