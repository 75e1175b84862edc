from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import HEADER
from postil.rules.set_view import SetView


@set_rule(
    "ANN001",
    Example(lines=(HEADER,)),
    Example(lines=(HEADER, '{"type":"span","id":"e1",'), finds=("2:26",)),
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":NaN}'), finds=("2:1",)),
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":"\\ud800"}'), finds=("2:1",), note="half of a surrogate pair"),
    Example(lines=(HEADER, "<<<<<<< HEAD"), finds=("2:1",), note="what an unfinished merge leaves"),
)
def check(view: SetView) -> Iterator[Problem]:
    """Every line of a set must be one JSON object.

    What cannot be parsed is an annotation that no count, check or export sees. The other lines are read all the same.

    Mend the line. Markers of an unfinished merge (``<<<<<<<``) are taken out by deciding the merge.
    """
    yield from view.faults("syntax", "size")
