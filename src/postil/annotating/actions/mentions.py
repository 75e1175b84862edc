"""Labelling every mention of the same text at once, after a look at the list."""

from __future__ import annotations

from postil.annotating.action import action
from postil.annotating.choosing import whole_number
from postil.annotating.making import span_over
from postil.annotating.mentions import unmarked
from postil.annotating.state import State, focused_span
from postil.errors import ActionRefused
from postil.segmentation import Extent
from postil.text import counted, quote


@action()
def mentions(state: State) -> State:
    """List every place where the text of the span here stands unlabelled in its layer, to be reviewed: then use take or leave."""
    span = focused_span(state)
    places = unmarked(state, span.layer, span.text)
    if not places:
        raise ActionRefused(f"{quote(span.text, 40)} is labelled wherever it stands")
    place = state.at(span.start, span.end, span.id)
    return place.with_(review=tuple(places), said=f"{counted(len(places), 'unlabelled mention')} of {quote(span.text, 40)}")


@action("[NUMBER…]")
def take(state: State, *numbers: str) -> State:
    """Label the mentions of the list with these numbers, counted from 1, or all of them, as the span here is."""
    chosen = _chosen(state, numbers) if numbers else list(state.review)
    if not chosen:
        raise ActionRefused("no mentions wait: use mentions first")
    span = focused_span(state)
    marks = state.marks
    for extent in chosen:
        copy = span_over(state.with_(marks=marks), span.layer, span.label, [extent], span.attributes)
        marks = marks.with_records([copy])
    left = tuple(extent for extent in state.review if extent not in chosen)
    return state.with_(marks=marks, review=left, said=f"{counted(len(chosen), 'mention')} labelled {span.label}")


@action("NUMBER…")
def leave(state: State, *numbers: str) -> State:
    """Take the mentions with these numbers from the list."""
    chosen = _chosen(state, numbers)
    left = tuple(extent for extent in state.review if extent not in chosen)
    return state.with_(review=left, said=f"{counted(len(left), 'mention')} left on the list")


def _chosen(state: State, numbers: tuple[str, ...]) -> list[Extent]:
    found = []
    for number in map(whole_number, numbers):
        if not 0 < number <= len(state.review):
            raise ActionRefused(f"the list has no number {number}: it has {counted(len(state.review), 'mention')}")
        found.append(state.review[number - 1])
    return found
