from __future__ import annotations

import codecs
from collections.abc import Iterator

import msgspec

from postil.rules import Example, Problem, is_implied, set_rule
from postil.rules.examples import HEADER
from postil.rules.fixes import Fix, Rewrite
from postil.rules.set_view import SetView


@set_rule(
    "ANN001",
    Example(lines=(HEADER,)),
    Example(lines=(HEADER, '{"type":"span","id":"e1",'), finds=("2:26",)),
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":NaN}'), finds=("2:1",)),
    Example(lines=(HEADER, '{"type":"note","id":"n1","text":"\\ud800"}'), finds=("2:1",), note="half of a surrogate pair"),
    Example(lines=(HEADER, "<<<<<<< HEAD"), finds=("2:1",), note="what an unfinished merge leaves"),
    Example(lines=(f"\ufeff{HEADER}",), finds=("1:1",), note="a byte-order mark, which some editors put there"),
    proof=is_implied,
)
def check(view: SetView) -> Iterator[Problem]:
    """Every line of a set must be one JSON object.

    What cannot be parsed is an annotation that no count, check or export sees. The other lines are read all the same.

    Mend the line. Markers of an unfinished merge (``<<<<<<<``) come from a clone in which git merges by line: ``postil
    install-git``, then ``git checkout -m -- FILE``, merges the file anew, by annotation.
    """
    data = view.file.data
    for problem in view.faults("syntax", "size"):
        if data.startswith(codecs.BOM_UTF8) and problem.place.line == 1 and "byte-order" in problem.message:
            fix = Fix("take out the byte-order mark", True, (Rewrite(view.file.path, data.removeprefix(codecs.BOM_UTF8)),))
            yield msgspec.structs.replace(problem, fix=fix)
        else:
            yield problem
