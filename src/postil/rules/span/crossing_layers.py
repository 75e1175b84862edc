from __future__ import annotations

from collections.abc import Iterator

from postil.model import Span, are_nesting, is_nested
from postil.rules import Example, Problem, set_rule
from postil.rules.batch import Batch
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.rules.span._geometry import conflicts, lie
from postil.text import quote


def _proof(batch: Batch) -> bool:
    if not (batch.are_sound and batch.are_in_order):
        return False
    return all(are_nesting(batch.extents(constraint.layers)) for constraint in batch.scheme.constraints)


@set_rule(
    "SPN010",
    Example(records=(span("e1", "PERSON", 0, 13), span("s1", "FACT", 0, 33))),
    Example(records=(span("e1", "PERSON", 0, 13), span("s1", "FACT", 8, 33)), finds=("s1",)),
    proof=_proof,
)
def check(view: SetView) -> Iterator[Problem]:
    """Spans of two layers must not cross where the scheme says so.

    A ``no-crossing`` constraint says that a span of one layer lies inside, around or apart from every span of the
    other: a name is not half in a statement.

    Mend the edges of one of the two.
    """
    for constraint in view.scheme.constraints if view.scheme else ():
        one, other = (view.spans_by_layer.get(name, []) for name in constraint.layers)
        if constraint.layers[0] == constraint.layers[1] or not one or not other:
            continue
        both = sorted([*one, *other], key=lambda span_: (span_.start, -span_.end))
        if is_nested(both):
            continue
        for span_, earlier in conflicts(both, _cross):
            message = f"{span_.layer} {quote(span_.text)} crosses {earlier.layer} {quote(earlier.text)}"
            yield view.problem(span_, message, "start", related=[(f"the other one, {earlier.id}", earlier)])


def _cross(span: Span, earlier: Span) -> bool:
    return span.layer != earlier.layer and lie(span, earlier) == "crossing"
