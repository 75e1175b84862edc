from __future__ import annotations

import itertools
from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView, is_well_formed


@set_rule(
    "SPN007",
    Example(records=(span("e1", "PERSON", 8, 24, fragments=[(8, 13), (18, 24)]),)),
    Example(records=(span("e1", "PERSON", 8, 24, fragments=[(18, 24), (8, 13)], text="Hamada Singh"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 13, fragments=[(0, 8), (8, 13)], text="Rajnath Singh"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 24, fragments=[(8, 13), (18, 24)], text="Singh Hamada"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 13, fragments=[(0, 13)], text="Rajnath Singh"),), finds=("e1",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """Fragments must be two or more, in order, apart, and reach from the span's start to its end.

    Fragments that touch are one; fragments out of order cover words in another order than the text; fragments that do
    not reach the span's own edges say two different things.

    Mend ``fragments``, or leave them out where the span is continuous.
    """
    if not view.has_fragments:
        return
    for span_ in view.spans:
        if span_.fragments and not is_well_formed(span_):
            yield view.problem(span_, _fault(span_.fragments, span_.start, span_.end), "fragments")


def _fault(fragments: tuple[tuple[int, int], ...], start: int, end: int) -> str:
    if len(fragments) == 1:
        return "one fragment is no fragment: leave it out"
    for one, other in itertools.pairwise(fragments):
        if one[1] == other[0]:
            return f"fragments {one} and {other} touch: they are one"
        if one[1] > other[0]:
            return f"fragments {one} and {other} overlap or are out of order"
    if any(first >= last for first, last in fragments):
        return "a fragment ends before it starts"
    return f"the fragments reach from {fragments[0][0]} to {fragments[-1][1]}, the span from {start} to {end}"
