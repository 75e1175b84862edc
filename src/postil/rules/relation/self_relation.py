from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView
from postil.text import quote

_FACT = span("s2", "FACT", 0, 24)


def _proof(batch: Batch) -> bool:
    ids = [[relation_.id, *(id for _, id in arguments)] for _, relation_, arguments in batch.ties.arguments]
    return all(len(set(each)) == len(each) for each in ids)


@set_rule(
    "REL006",
    Example(records=(span("s1", "OPINION", 0, 33), _FACT, relation("r1", "supports", {"from": "s2", "to": "s1"}))),
    Example(records=(_FACT, relation("r1", "restates", {"from": "s2", "to": "s2"})), finds=("r1",)),
    Example(
        records=(relation("r1", "restates", {"from": "r1", "to": "s2"}),), finds=("r1",), note="nor may it be its own argument"
    ),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation must tie different annotations, and not itself.

    Nothing is a reason for itself or a part of itself: a key was pressed twice on the same span. In an event of three or more
    arguments one annotation may fill two roles (whoever praises himself is agent and patient).

    Mend one of the arguments, or remove the relation.
    """
    for relation_, arguments in view.arguments:
        ids = [id for _, id in arguments]
        if len(set(ids)) == len(ids) and relation_.id not in ids:
            continue
        twice = [(role, id) for (role, id), count in Counter(arguments).items() if count > 1]
        if relation_.id in ids:
            yield view.problem(relation_, f"{relation_.label} is its own argument", "args")
        elif twice:
            yield view.problem(
                relation_, f"{twice[0][0]} of {relation_.label} names {quote(twice[0][1])} twice", "args", twice[0][0]
            )
        elif len(ids) == 2 and ids[0] == ids[1]:
            yield view.problem(relation_, f"{relation_.label} ties {quote(ids[0])} to itself", "args")
