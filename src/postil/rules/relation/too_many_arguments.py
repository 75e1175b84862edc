from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import SCHEME, relation, span
from postil.rules.set_view import SetView

_RECORDS = (
    span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"}),
    span("s2", "FACT", 0, 24),
    span("s3", "FACT", 0, 13),
    relation("r1", "supports", {"from": ["s2", "s3"], "to": "s1"}),
)


def _proof(batch: Batch) -> bool:
    filled = ((number, roles.get(name)) for counts, roles in batch.ties.with_roles() for name, number in counts.items())
    return all(number <= 1 or role is None or role.multiple for number, role in filled)


@set_rule(
    "REL005",
    Example(records=_RECORDS, scheme=SCHEME.replace("roles.from = {", "roles.from = { multiple = true,")),
    Example(records=_RECORDS, finds=("r1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """Only a role that is ``multiple`` may be filled more than once.

    A program that expects one argument takes the first of the list.

    Make one relation for each, or make the role ``multiple`` in the scheme.
    """
    for relation_, roles in view.with_roles:
        for name, ids in relation_.args.items():
            role = None if isinstance(ids, str) else roles.get(name)
            if role and not role.multiple and len(ids) > 1:
                yield view.problem(relation_, f"{name} of {relation_.label} is filled {len(ids)} times", "args", name)
