from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from postil.model import RECORD_ID
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.text import quote

_IDS = re.compile(rf"(?:{RECORD_ID.pattern}\n)*+{RECORD_ID.pattern}")


def _are_ids(ids: Iterable[str], number: int) -> bool:
    joined = "\n".join(ids)
    return joined.count("\n") == number - 1 and bool(_IDS.fullmatch(joined))


def _proof(batch: Batch) -> bool:
    number = sum(map(len, batch.by_id))
    return not number or _are_ids(chain.from_iterable(batch.by_id), number)


@set_rule(
    "ANN011",
    Example(records=(span("e.1-a_b", "PERSON", 0, 13),)),
    Example(records=(span("e 1", "PERSON", 0, 13),), finds=("e 1",)),
    Example(records=(span("", "PERSON", 0, 13),), finds=("2:16",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """An id must be 1 to 64 letters, digits, full stops, hyphens or underscores.

    Ids are carried into other people's formats, file names, web addresses and shell commands; any other character
    breaks one of them.

    Give the record a new id, and mend what refers to it.
    """
    if _are_ids(view.ids, len(view.ids)):
        return
    for record in view.file.records:
        if not RECORD_ID.fullmatch(record.id):
            yield view.problem(record, f"{quote(record.id)} is no id: 1 to 64 of A-Z a-z 0-9 . _ -", "id")
