from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView
from postil.text import quote

_FACT = span("s2", "FACT", 0, 24)


@set_rule(
    "REL006",
    Example(records=(span("s1", "OPINION", 0, 33), _FACT, relation("r1", "supports", {"from": "s2", "to": "s1"}))),
    Example(records=(_FACT, relation("r1", "restates", {"from": "s2", "to": "s2"})), finds=("r1",)),
    Example(
        records=(relation("r1", "restates", {"from": "r1", "to": "s2"}),), finds=("r1",), note="nor may it be its own argument"
    ),
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation must tie different annotations, and not itself.

    Nothing is a reason for itself or a part of itself: a key was pressed twice on the same span.

    Mend one of the arguments, or remove the relation.
    """
    for relation_ in view.relations:
        ids = [id for _, id in relation_.arguments()]
        repeated = [id for id, count in Counter(ids).items() if count > 1]
        if relation_.id in ids:
            yield view.problem(relation_, f"{relation_.label} is its own argument", "args")
        elif repeated:
            yield view.problem(relation_, f"{relation_.label} ties {quote(repeated[0])} to itself", "args")
