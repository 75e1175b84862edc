from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView


@set_rule(
    "SPN002",
    Example(records=(span("e1", "GPE", 28, 33),)),
    Example(records=(span("e1", "GPE", 28, 28, text=""),), finds=("e1",)),
    Example(records=(span("e1", "GPE", 33, 28, text="Tokyo"),), finds=("e1",)),
    proof=lambda batch: batch.are_sound,
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must end after it starts.

    A span that covers nothing can be neither shown nor compared, and one that runs backwards is read differently by every tool.

    Mend the offsets, or remove the span.
    """
    if view.text is not None and view.are_in_bounds:
        return
    length = len(view.text) if view.text is not None else None
    for span_ in view.spans:
        if length is not None and not (0 <= span_.start <= length and 0 <= span_.end <= length):
            continue  # SPN001 has it
        if span_.start >= span_.end:
            what = "is empty" if span_.start == span_.end else "ends before it starts"
            yield view.problem(span_, f"the span {what}: {span_.start} to {span_.end}", "end")
