from __future__ import annotations

import itertools
from collections.abc import Iterator

from postil.model import Span, apart
from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView, is_well_formed


@set_rule(
    "SPN007",
    Example(records=(span("e1", "PERSON", 8, 24, fragments=[(8, 13), (18, 24)]),)),
    Example(records=(span("e1", "PERSON", 8, 24, fragments=[(18, 24), (8, 13)], text="Hamada Singh"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 13, fragments=[(0, 8), (8, 13)], text="Rajnath Singh"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 24, fragments=[(8, 13), (18, 24)], text="Singh Hamada"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", 0, 13, fragments=[(0, 13)], text="Rajnath Singh"),), finds=("e1",)),
    proof=lambda batch: not batch.has_fragments,
)
def check(view: SetView) -> Iterator[Problem]:
    """Fragments must be two or more, in order, apart, and reach from the span's start to its end.

    Fragments that touch are one; fragments out of order cover words in another order than the text; fragments that do
    not reach the span's own edges say two different things.

    Mend ``fragments``, or leave them out where the span is continuous. ``--fix`` puts together those that touch.
    """
    if not view.has_fragments:
        return
    for span_ in view.spans:
        if span_.fragments and not is_well_formed(span_):
            yield view.problem(span_, _fault(span_.fragments, span_.start, span_.end), "fragments", fix=_fix(view, span_))


def _fix(view: SetView, span_: Span) -> Fix | None:
    """Put together what touches, where that says the same about the same characters."""
    fragments = span_.fragments
    edges = [edge for fragment in fragments for edge in fragment]
    in_order = edges == sorted(edges) and all(start < end for start, end in fragments)
    reaches = (edges[0], edges[-1]) == (span_.start, span_.end)
    if view.text is None or not in_order or not reaches or span_.start < 0 or span_.end > len(view.text):
        return None
    if span_.text not in (span_.covered(view.text), view.text[span_.start : span_.end]):
        return None
    whole = span_.at(apart(fragments), view.text)
    return Fix("put together the fragments that touch", True, (view.change(span_, whole),))


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
