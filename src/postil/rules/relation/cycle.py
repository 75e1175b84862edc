from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from postil.model import Relation
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView

_Node = tuple[int, str]
_ROUNDS = 10  # beyond, chains are looked at document by document

_SPANS = tuple(
    span(id, "OPINION", start, 33, attributes={"polarity": "positive"}) for id, start in (("s1", 0), ("s2", 14), ("s3", 18))
)


def _proof(batch: Batch) -> bool:
    every = ((name, layer, label) for name, layer in batch.scheme.layers.items() for label in layer.labels)
    first = {(name, label): next(iter(layer.roles_of(label)), "") for name, layer, label in every if layer.labels[label].acyclic}
    edges: list[tuple[_Node, _Node]] = []
    for index, relation_, arguments in batch.ties.arguments:
        source_role = first.get((relation_.layer, relation_.label))
        if source_role is not None:
            sources = [(index, id) for role, id in arguments if role == source_role]
            edges += [(source, (index, id)) for source in sources for role, id in arguments if role != source_role]
    for _ in range(_ROUNDS):
        reached = {target for _, target in edges}
        edges = [(source, target) for source, target in edges if source in reached]
        if not edges:
            return True
    return False


@set_rule(
    "REL008",
    Example(
        records=(
            *_SPANS,
            relation("r1", "supports", {"from": "s1", "to": "s2"}),
            relation("r2", "supports", {"from": "s2", "to": "s3"}),
            relation("r3", "supports", {"from": "s1", "to": "s3"}),
        ),
    ),
    Example(
        records=(
            *_SPANS,
            relation("r1", "supports", {"from": "s1", "to": "s2"}),
            relation("r2", "supports", {"from": "s2", "to": "s3"}),
            relation("r3", "supports", {"from": "s3", "to": "s1"}),
        ),
        finds=("r3",),
    ),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation that the scheme calls ``acyclic`` must not run in a circle.

    An argument that supports itself by a detour supports nothing, and whoever walks along the relations never arrives.

    Remove or turn round one relation of the circle; the message names them all. The direction is from the first role
    of the scheme to the others.
    """
    named = [id for _, arguments in view.arguments for _, id in arguments]
    if len(set(named)) == len(named):
        return
    by_kind: dict[tuple[str, str], list[Relation]] = {}
    for relation_ in view.relations:
        layer = view.layer(relation_)
        definition = layer.labels.get(relation_.label) if layer else None
        if definition and definition.acyclic:
            by_kind.setdefault((relation_.layer, relation_.label), []).append(relation_)
    for (layer_name, label), relations in by_kind.items():
        roles = list(view.scheme.layers[layer_name].roles_of(label)) if view.scheme else []
        for circle in _circles(relations, roles):
            names = " → ".join(relation_.id for relation_ in circle)
            yield view.problem(circle[-1], f"{label} runs in a circle: {names}", "args")


def _circles(relations: Sequence[Relation], roles: list[str]) -> Iterator[list[Relation]]:
    """One circle for each relation that closes one, in the order of the relations."""
    ends = [_ends(relation_, roles) for relation_ in relations]
    if {id for sources, _ in ends for id in sources}.isdisjoint([id for _, targets in ends for id in targets]):
        return
    onward: dict[str, list[tuple[str, Relation]]] = {}
    for relation_ in _in_circles(relations, roles):
        sources, targets = _ends(relation_, roles)
        path = next((found for target in targets for found in [_path(onward, target, set(sources))] if found is not None), None)
        if path is not None and not set(sources) & set(targets):
            yield [*path, relation_]
            continue
        for source in sources:
            onward.setdefault(source, []).extend((target, relation_) for target in targets)


def _ends(relation_: Relation, roles: list[str]) -> tuple[list[str], list[str]]:
    arguments = relation_.arguments()
    sources = [id for role, id in arguments if roles and role == roles[0]]
    return sources, [id for role, id in arguments if role in roles[1:]]


def _in_circles(relations: Iterable[Relation], roles: list[str]) -> list[Relation]:
    """The relations without those that certainly close no circle: what nothing leads to is taken away, again and again."""
    ends = [(relation_, *_ends(relation_, roles)) for relation_ in relations]
    onward: dict[str, list[str]] = {}
    incoming: Counter[str] = Counter()
    for _, sources, targets in ends:
        for source in sources:
            onward.setdefault(source, []).extend(targets)
            incoming.update(targets)
    free = [node for node in onward if not incoming[node]]
    for node in free:
        for target in onward.get(node, ()):
            incoming[target] -= 1
            if not incoming[target]:
                free.append(target)
    taken = set(free)
    return [relation_ for relation_, sources, _ in ends if not taken.issuperset(sources)]


def _path(onward: dict[str, list[tuple[str, Relation]]], start: str, goals: set[str]) -> list[Relation] | None:
    came_by: dict[str, tuple[str, Relation] | None] = {start: None}
    queue = [start]
    for node in queue:
        if node in goals:
            path: list[Relation] = []
            step = came_by[node]
            while step is not None:
                path.append(step[1])
                step = came_by[step[0]]
            return path[::-1]
        for target, relation_ in onward.get(node, ()):
            if target not in came_by:
                came_by[target] = (node, relation_)
                queue.append(target)
    return None
