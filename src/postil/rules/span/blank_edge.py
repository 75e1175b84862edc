from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.examples import span
from postil.rules.set_view import SetView
from postil.rules.span._moving import moving_fix
from postil.segmentation import trim
from postil.text import quote


@set_rule(
    "SPN004",
    Example(records=(span("e1", "PERSON", 0, 13),)),
    Example(records=(span("e1", "PERSON", 0, 14),), finds=("e1",)),
    Example(
        text="In Tokyo\u00a0today\n", records=(span("e1", "GPE", 3, 9),), finds=("e1",), note="a no-break space is blank too"
    ),
    Example(
        records=(span("e1", "PERSON", 8, 24, fragments=[(8, 14), (18, 24)]),),
        finds=("e1",),
        note="a fragment has edges of its own",
    ),
    proof=lambda batch: batch.are_sound and list(map(str.strip, batch.covered)) == batch.covered,
)
def check(view: SetView) -> Iterator[Problem]:
    """A span must neither begin nor end with a blank.

    Two annotators who mark the same words, one with the blank after them, disagree for no reason, and token-based
    tools lose the span or shift it.

    Move the edge to the first or last visible character; ``--fix`` does.
    """
    if view.are_sound and not view.has_fragments and list(map(str.strip, view.columns.texts)) == view.columns.texts:
        return
    text = view.text or ""
    for span_ in view.sound:
        pieces = [text[start:end] for start, end in span_.extents]
        ragged = [piece for piece in pieces if piece != piece.strip()]
        if ragged:
            side = "begins" if ragged[0] != ragged[0].lstrip() else "ends"
            extents = [trim(text, start, end) for start, end in span_.extents]
            visible = [extent for extent in extents if extent[0] < extent[1]]
            fix = moving_fix(view, span_, "move the edge to what can be seen", visible, is_safe=len(visible) == len(extents))
            key = "start" if side == "begins" else "end"
            yield view.problem(span_, f"{quote(ragged[0])} {side} with a blank", key, fix=fix)
