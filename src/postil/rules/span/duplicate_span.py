from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules._merging import distinguishing, merging_fix
from postil.rules.examples import SCHEME, span
from postil.rules.set_view import SetView
from postil.text import quote

_BY_STRENGTH = SCHEME.replace('type = "integer"', 'type = "integer"\ndistinguishes = true')


@set_rule(
    "SPN008",
    Example(records=(span("e1", "PERSON", 0, 13), span("s1", "FACT", 0, 33))),
    Example(records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 0, 13)), finds=("e2",)),
    Example(
        scheme=_BY_STRENGTH,
        records=(
            span("s1", "FACT", 0, 33, attributes={"strength": 1}),
            span("s2", "FACT", 0, 33, attributes={"strength": 2}),
            span("s3", "FACT", 0, 33, attributes={"strength": 2}),
        ),
        finds=("s3",),
        note="strength distinguishes",
    ),
    proof=lambda batch: batch.are_distinct,
)
def check(view: SetView) -> Iterator[Problem]:
    """A layer must not have the same span with the same label twice.

    Every count, agreement and export has one too many.

    Remove one, and let relations that name it name the other: ``--fix`` does, where both say the same. If their attributes
    differ, decide which are right; if both are, say ``distinguishes = true`` in the scheme of an attribute in which they differ.
    """
    if view.are_distinct:
        return
    seen: dict[tuple[object, ...], int] = {}
    for index, span_ in enumerate(view.spans):
        place = span_.layer, span_.label, span_.start, span_.end, span_.fragments
        first = view.spans[seen.setdefault((*place, distinguishing(view, span_)), index)]
        if first is not span_ and first.id != span_.id:
            message = f"the same {span_.label} {quote(span_.text)} is annotated as {first.id}"
            yield view.problem(span_, message, related=[("the first one", first)], fix=merging_fix(view, first, span_))
