from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.rules.span._finding import finding_fix


@set_rule(
    "SPN001",
    Example(records=(span("e1", "GPE", 28, 33),)),
    Example(records=(span("e1", "GPE", 28, 99, text="Tokyo"),), finds=("e1",)),
    Example(records=(span("e1", "PERSON", -5, 8, text="Rajnath"),), finds=("e1",)),
    Example(records=(span("e1", "GPE", 28, 10**30, text="Tokyo"),), finds=("e1",)),
    proof=lambda batch: batch.are_sound,
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must lie inside its text.

    Offsets count Unicode code points from 0. Beyond the end they were counted in another unit (UTF-16, bytes), for
    another text, or by a tool that was wrong.

    Find the passage by the span's ``text`` and mend the offsets.
    """
    text = view.text
    if text is None or view.are_in_bounds:
        return
    for span_ in view.spans:
        for key, offset in (("start", span_.start), ("end", span_.end)):
            if not 0 <= offset <= len(text):
                help_, fix = finding_fix(view, span_) if span_.start < span_.end else ("", None)
                message = f"{key} is {offset}, outside the text (0 to {len(text)})"
                yield view.problem(span_, message, key, help=help_, fix=fix)
                break
