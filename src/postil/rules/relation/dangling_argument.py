from __future__ import annotations

from collections.abc import Iterator

from postil.model import Label, Note
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import label, relation, span
from postil.rules.set_view import SetView
from postil.text import quote

_OPINION = span("s1", "OPINION", 0, 33, attributes={"polarity": "positive"})
_FACT = span("s2", "FACT", 0, 24)
_KINDS = {Note: "is a note", Label: "is a label of the document", type(None): "is no annotation of this set"}


@set_rule(
    "REL003",
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s2", "to": "s1"}))),
    Example(records=(_OPINION, _FACT, relation("r1", "supports", {"from": "s3", "to": "s1"})), finds=("r1",)),
    Example(records=(_OPINION, label("g1", "op-ed"), relation("r1", "supports", {"from": "g1", "to": "s1"})), finds=("r1",)),
    proof=lambda batch: batch.have_own_ids and not any(kind in _KINDS for _, _, _, kind, _, _ in batch.ties.links),
)
def check(view: SetView) -> Iterator[Problem]:
    """A relation's arguments must be spans or relations of its set.

    The annotation was removed, or it is in another annotator's set: the relation points at nothing. A note or a label of the
    document is nothing that a relation ties.

    Mend the id, or remove the relation with what it tied.
    """
    for relation_, arguments in view.arguments:
        missing = [(role, id) for role, id in arguments if type(view.by_id.get(id)) in _KINDS]
        missing = [(role, id) for role, id in missing if not view.may_be_unreadable(id)]
        if missing:
            role, id = missing[0]
            what = _KINDS[type(view.by_id.get(id))]
            more = f", and {len(missing) - 1} more" if len(missing) > 1 else ""
            yield view.problem(relation_, f"{role} of {relation_.label}: {quote(id)} {what}{more}", "args", role)
