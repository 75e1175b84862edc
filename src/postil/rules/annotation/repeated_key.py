from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, is_implied, set_rule
from postil.rules.examples import HEADER
from postil.rules.set_view import SetView


@set_rule(
    "ANN004",
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":"ask"}')),
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":"ask","text":"done"}'), finds=("2:26",)),
    proof=is_implied,
)
def check(view: SetView) -> Iterator[Problem]:
    """A JSON object must not have a key twice.

    Most readers take the last value and forget the first without a word; some take the first. Which one was meant,
    only a person can say.

    Keep one of the two.
    """
    yield from view.faults("repeated key")
