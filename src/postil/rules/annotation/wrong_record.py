from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, is_implied, set_rule
from postil.rules.examples import HEADER
from postil.rules.set_view import SetView


@set_rule(
    "ANN005",
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":"ask"}')),
    Example(lines=(HEADER, '{"type":"note","id":7,"text":"ask"}'), finds=("2:16",)),
    Example(
        lines=(HEADER, '{"type":"span","id":"e1","layer":"entity","label":"GPE","start":28.5,"text":"Tokyo"}'),
        finds=("2:1", "2:57"),
    ),
    proof=is_implied,
)
def check(view: SetView) -> Iterator[Problem]:
    """A record must have all its keys, each of the right type.

    A span without an end, or with an offset that is no whole number, covers nothing that could be checked.

    Add the key, or mend its value.
    """
    yield from view.faults("record shape")
