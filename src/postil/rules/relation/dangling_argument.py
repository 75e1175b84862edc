from __future__ import annotations

from collections.abc import Iterator

from postil.model import Note
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import relation, span
from postil.rules.set_view import SetView
from postil.text import quote

_OPINION = span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"})
_FACT = span("s2", "FACT", 0, 24)


@set_rule(
    "REL003",
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s2", "to": "s1"}))),
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s3", "to": "s1"})), finds=("r1",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation's arguments must be annotations of its set.

    The annotation was removed, or it is in another annotator's set: the relation points at nothing.

    Mend the id, or remove the relation with what it tied.
    """
    for relation_ in view.relations:
        missing = [(role, id) for role, id in relation_.arguments() if isinstance(view.by_id.get(id), Note | None)]
        missing = [(role, id) for role, id in missing if not view.may_be_unreadable(id)]
        if missing:
            role, id = missing[0]
            what = "is a note" if id in view.by_id else "is no annotation of this set"
            more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
            yield view.problem(relation_, f"{role} of {relation_.label}: {quote(id)} {what}{more}", "args", role)
