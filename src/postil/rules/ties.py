"""The relations of several sets at once, as proofs look at them: the different ways in which they are made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from postil.lazy import lazy
from postil.model import Note, Record, Relation
from postil.scheme import Role, Scheme

Arguments = list[tuple[str, str]]
"""The ``(role, id)`` of each argument of a relation."""

Shape = tuple[str, str, tuple[tuple[str, int], ...]]
"""A relation's layer and label, and how many arguments are in each of its roles."""

Link = tuple[str, str, str, type, str, str]
"""A relation's layer and label, a role, and what fills it: its type (``NoneType``: there is nothing), layer and label."""


class Ties:
    """The relations of each set, with the records of each set by their ids."""

    def __init__(self, scheme: Scheme, relations: Sequence[Sequence[Relation]], by_id: Sequence[Mapping[str, Record]]) -> None:
        self._scheme, self._relations, self._by_id = scheme, relations, by_id

    @lazy
    def arguments(self) -> list[tuple[int, Relation, Arguments]]:
        """Each relation with its arguments, and the index of its set."""
        return [(index, one, one.arguments()) for index, relations in enumerate(self._relations) for one in relations]

    @lazy
    def shapes(self) -> set[Shape]:
        """Every different shape of a relation."""
        return {(one.layer, one.label, _counts(one.args)) for _, one, _ in self.arguments}

    def with_roles(self) -> Iterator[tuple[dict[str, int], dict[str, Role]]]:
        """The number of arguments by role, of each shape in a layer of relations, with the roles that the scheme gives it."""
        layers = self._scheme.layers_of_kind("relation")
        for layer, label, counts in self.shapes:
            if layer in layers:
                yield dict(counts), layers[layer].roles_of(label)

    @lazy
    def links(self) -> set[Link]:
        """Every different link from a relation to what fills a role of it. Good only where records have their own ids."""
        found: set[Link] = set()
        for index, relation, arguments in self.arguments:
            known = self._by_id[index]
            for role, id in arguments:
                target = known.get(id)
                named = ("", "") if target is None or isinstance(target, Note) else (target.layer, target.label)
                found.add((relation.layer, relation.label, role, type(target), *named))
        return found


def _counts(args: Mapping[str, Any]) -> tuple[tuple[str, int], ...]:
    """How many arguments are in each role: an id that is empty is none."""
    return tuple([(role, bool(ids) if isinstance(ids, str) else len(ids)) for role, ids in args.items()])
