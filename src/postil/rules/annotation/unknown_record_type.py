from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, is_implied, set_rule
from postil.rules.examples import HEADER
from postil.rules.set_view import SetView


@set_rule(
    "ANN002",
    Example(lines=(HEADER,)),
    Example(lines=(HEADER, '{"type":"entity","id":"e1"}'), finds=("2:2",)),
    Example(lines=(HEADER, '{"id":"e1"}'), finds=("2:1",)),
    proof=is_implied,
)
def check(view: SetView) -> Iterator[Problem]:
    """Every record must say that it is a set, a span, a relation, a label or a note.

    A record of another type is kept as it is when the file is rewritten by hand, and read by nothing.

    Mend ``type``. What is neither a span nor a relation nor a label of the document is a note.
    """
    yield from view.faults("record type")
