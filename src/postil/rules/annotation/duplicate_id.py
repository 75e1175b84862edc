from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.text import quote


@set_rule(
    "ANN010",
    Example(records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 18, 24))),
    Example(records=(span("e1", "PERSON", 0, 13), span("e1", "PERSON", 18, 24)), finds=("e1",)),
    proof=lambda batch: batch.have_own_ids,
)
def check(view: SetView) -> Iterator[Problem]:
    """An id must be that of one record of the set.

    A relation, a reference or a note that names the id could mean either of the two.

    Give one of them a new id, and look at what refers to it.
    """
    if view.have_own_ids:
        return
    twice = {id for id, count in Counter(view.ids).items() if count > 1}
    for record in view.file.records:
        first = view.by_id[record.id]
        if record.id in twice and record is not first:
            yield view.problem(record, f"id {quote(record.id)} is taken", "id", related=[("the first record with it", first)])
