"""Changing where a span begins and ends."""

from __future__ import annotations

from postil.annotating.action import action
from postil.annotating.choosing import one_of
from postil.annotating.making import described, put_record, refuse_twin
from postil.annotating.state import State, focused_span, selected
from postil.annotating.taking import taken_one
from postil.errors import ActionRefused
from postil.model import Span, apart
from postil.segmentation import Extent

_SIDES = ("start", "end")
_STEPS = ("character", "word", "sentence", "paragraph")


@action("SIDE [UNIT]", repeats=True)
def stretch(state: State, side: str, unit: str = "word") -> State:
    """Move the start or the end of the span here outward, by a word unless another unit is said. A suggestion is taken so."""
    reading, span = state.reading, _here(state)
    step = one_of(unit, _STEPS, "unit")
    if one_of(side, _SIDES, "side") == "start":
        return _moved(state, span, reading.previous_start(step, span.start), span.end)
    return _moved(state, span, span.start, reading.next_end(step, span.end))


@action("SIDE [UNIT]", repeats=True)
def trim(state: State, side: str, unit: str = "word") -> State:
    """Move the start or the end of the span here inward, by a word unless another unit is said. A suggestion is taken so."""
    reading, span = state.reading, _here(state)
    step = one_of(unit, _STEPS, "unit")
    if one_of(side, _SIDES, "side") == "start":
        return _moved(state, span, reading.next_start(step, span.start), span.end)
    return _moved(state, span, span.start, reading.previous_end(step, span.end))


@action()
def fit(state: State) -> State:
    """Let the span looked at last begin and end where the selection does."""
    span = _recent(state)
    return _put(state, span, [selected(state)])


@action()
def add_fragment(state: State) -> State:
    """Add the selection to the span looked at last, as a fragment: what lies between them is not part of it."""
    span = _recent(state)
    start, end = selected(state)
    if any(one < end and start < other for one, other in span.extents):
        raise ActionRefused(f"the selection overlaps {described(span)}: a fragment lies outside")
    return _put(state, span, sorted([*span.extents, (start, end)]))


def _here(state: State) -> Span:
    ghost = state.chosen_ghost
    return ghost if isinstance(ghost, Span) else focused_span(state)


def _recent(state: State) -> Span:
    found = state.marks.by_id.get(state.recent)
    if not isinstance(found, Span):
        raise ActionRefused("no span was looked at yet: label one, or go to one, first")
    return found


def _moved(state: State, span: Span, start: int, end: int) -> State:
    """The span with another first start and last end. It keeps a character of each of its fragments."""
    extents = [list(extent) for extent in span.extents]
    extents[0][0], extents[-1][1] = start, end
    if any(one >= other for one, other in extents):
        raise ActionRefused("nothing would be left of it")
    if (start, end) == (span.start, span.end):
        raise ActionRefused("it is at the edge of the text")
    return _put(state, span, [(one, other) for one, other in extents])


def _put(state: State, span: Span, extents: list[Extent]) -> State:
    changed = span.at(apart(extents), state.text)
    if changed.extents == span.extents:
        raise ActionRefused(f"{described(span)} is just there already")
    if span is state.chosen_ghost:
        return taken_one(state, changed)
    refuse_twin(state, changed)  # it may cross another until that is moved too
    said = f"{described(span)} is {described(changed)}"
    return put_record(state.looking_at(changed), changed, said)
