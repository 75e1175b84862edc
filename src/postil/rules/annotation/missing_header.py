from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, is_implied, set_rule
from postil.rules.examples import HEADER
from postil.rules.set_view import SetView

_NOTE = '{"type":"note","id":"n1","text":"ask"}'


@set_rule(
    "ANN006",
    Example(lines=(HEADER, _NOTE)),
    Example(lines=(_NOTE,), finds=("1:1",)),
    Example(lines=(_NOTE, HEADER), finds=("2:1",)),
    Example(lines=(HEADER, HEADER), finds=("2:1",)),
    Example(lines=(), finds=("1:1",), note="an empty file"),
    proof=is_implied,
)
def check(view: SetView) -> Iterator[Problem]:
    """The first line of a set, and only the first, must be its header.

    The header says which document, which text and which scheme the annotations are about. Without it they are about nothing.

    Write it: ``{"type":"set","document":…,"annotator":…,"scheme":…,"text_sha256":…,"status":…,"method":…}``.
    """
    yield from view.faults("header")
