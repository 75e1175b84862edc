from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView

_FACT = span("s2", "FACT", 0, 24)


def _proof(batch: Batch) -> bool:
    return all(counts.get(name) for counts, roles in batch.ties.with_roles() for name, role in roles.items() if role.required)


@set_rule(
    "REL002",
    Example(records=(relation("r1", "x", {}, layer="other"),), scheme=None, note="nothing is missing where no scheme says so"),
    Example(records=(_FACT, relation("r1", "restates", {"from": "s2"})), finds=("r1",)),
    Example(records=(_FACT, relation("r1", "restates", {"from": "s2", "to": []})), finds=("r1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation must fill every role that the scheme requires.

    A relation with one end ties nothing together.

    Fill the role, or remove the relation.
    """
    for relation_, roles in view.with_roles:
        for name, role in roles.items():
            if role.required and not relation_.args.get(name):
                yield view.problem(relation_, f"{relation_.label} must have a {name!r}", "args")
