"""Doing the last thing again, at the next place that is like it."""

from __future__ import annotations

from postil.annotating.action import action, action_named
from postil.annotating.making import described, put_span, span_over
from postil.annotating.mentions import unmarked
from postil.annotating.state import Again, Mark, Once, State
from postil.annotating.steps import changes_between
from postil.errors import ActionRefused
from postil.text import quote


@action()
def repeat(state: State) -> State:
    """Do the last action again, at the next match.

    After labelling: label the next place where that text stands unlabelled, or that the search finds, in the same way. After
    something else was done to a span: do it to the next span of the same layer, label and text to which it was not done yet.
    """
    if isinstance(state.last, Mark):
        return _label_again(state, state.last)
    if isinstance(state.last, Again):
        return _do_again(state, state.last)
    if isinstance(state.last, Once):
        raise ActionRefused(f"{state.last.said}: that has no next match; only what is done to spans can be repeated")
    raise ActionRefused("nothing was done yet that can be done again")


def _label_again(state: State, last: Mark) -> State:
    places = unmarked(state, last.layer, last.sought)
    if not places:
        raise ActionRefused(f"{quote(last.sought)} is labelled wherever it stands")
    cursor = max(state.place.anchor, state.place.cursor)
    extent = next((one for one in places if one[0] >= cursor), places[0])
    span = span_over(state, last.layer, last.label, [extent], last.attributes)
    return put_span(state, span, f"{described(span)}; {len(places) - 1} left").with_(last=last)


def _do_again(state: State, last: Again) -> State:
    like = [span for span in state.marks.in_layer(last.layer) if (span.label, span.text) == (last.label, last.text)]
    here = min(state.place.anchor, state.place.cursor)
    for span in sorted(like, key=lambda one: (one.start <= here, one.start)):
        made = _attempt(state.looking_at(span), last)
        if made and changes_between(state.marks, made.marks):
            return made.with_(last=last)
    raise ActionRefused(f"no other {last.label} {quote(last.text, 40)} is left to {last.action}")


def _attempt(state: State, last: Again) -> State | None:
    """What the action makes of the span here; nothing where it is refused."""
    try:
        return action_named(last.action)(state, *last.words)
    except ActionRefused:
        return None
