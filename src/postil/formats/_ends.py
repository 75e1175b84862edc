"""The ends of a relation as a plain list, for formats that have nothing else, and their roles beside it."""

from __future__ import annotations

from typing import Any

from postil.exchange.features import ROLES
from postil.model import Relation


def roles_of(relation: Relation) -> tuple[list[str], list[str]]:
    """The role of each end, in order, and which roles may have several; nothing where the roles are the usual two."""
    roles = [role for role, _ in relation.arguments()]
    several = [role for role, value in relation.args.items() if not isinstance(value, str)]
    return ([], []) if roles == list(ROLES) and not several else (roles, several)


def arguments(ends: list[str], roles: Any, several: Any) -> dict[str, str | tuple[str, ...]]:
    """The ends by their roles: those that a file says, where it says as many as there are ends; else from and to, or members."""
    several = several if isinstance(several, list) else []
    if not isinstance(roles, list) or len(roles) != len(ends):
        if len(ends) == 2:
            return dict(zip(ROLES, ends, strict=True))
        return {"member": tuple(ends)} if len(ends) > 1 else {ROLES[1]: ends[0]}
    args: dict[str, str | tuple[str, ...]] = {}
    for role, id in zip(map(str, roles), ends, strict=True):
        before = args.get(role, ())
        is_several = role in several or role in args
        args[role] = (*((before,) if isinstance(before, str) else before), id) if is_several else id
    return {**args, **{str(role): () for role in several if role not in args}}
