from __future__ import annotations

from collections.abc import Iterator

from postil.model import Relation
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView
from postil.text import listing, quote

_OPINION = span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"})
_FACT = span("s2", "FACT", 0, 24)


@set_rule(
    "REL001",
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s2", "to": "s1"}))),
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s2", "to": "s1", "via": "s2"})), finds=("r1",)),
    proof=lambda batch: all(counts.keys() <= roles.keys() for counts, roles in batch.ties.with_roles() if roles),
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation must have no roles but those that the scheme gives it.

    An argument in a role that nobody knows is an argument that nobody reads.

    Mend the role's name, or add the role to the scheme.
    """
    for relation_, roles in view.with_roles:
        for role in relation_.args if roles else ():
            if role not in roles and not _is_declared(view, relation_, role):
                message = f"{relation_.label} has no role {quote(role)}; its roles are {listing(roles, 'and')}"
                yield view.problem(relation_, message, "args", role)


def _is_declared(view: SetView, relation_: Relation, role: str) -> bool:
    """Whether the scheme has the role all the same, by what SCH002 could not read."""
    labels = ("labels", relation_.label, "roles", role)
    return any(view.is_declared("layers", relation_.layer, *path) for path in (("roles", role), labels))
