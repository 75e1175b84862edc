"""Labelling every mention of the same text at once, after a look at the list."""

from __future__ import annotations

from postil.annotating.action import action
from postil.annotating.choosing import whole_number
from postil.annotating.making import span_over
from postil.annotating.mentions import carried_along, unmarked, unmarked_inside
from postil.annotating.state import Mark, Review, State, focused_span
from postil.errors import ActionRefused
from postil.model import Record
from postil.segmentation import Extent
from postil.text import counted, quote


@action()
def mentions(state: State) -> State:
    """List every place where the text of the span here stands unlabelled in its layer, to be reviewed: then use take or leave.

    They get its attributes too, which are named; of references only those that hold.
    Where the scheme allows spans in spans, also where it is part of what is labelled: that is taken only by its number.
    """
    span = focused_span(state)
    inside = unmarked_inside(state, span.layer, span.text) if span.layer in state.scheme.layers else []
    places = sorted([*unmarked(state, span.layer, span.text), *inside])
    if not places:
        raise ActionRefused(f"{quote(span.text, 40)} is labelled wherever it stands")
    mark = Mark(span.layer, span.label, carried_along(state, span), span.text)
    said = f"{counted(len(places), 'unlabelled mention')} of {quote(span.text, 40)}"
    said += f", {len(inside):,} in what is labelled" if inside else ""
    said += f"; {mark.with_what}" if mark.attributes else ""
    return state.with_(review=Review(mark, tuple(places), frozenset(inside)), said=said)


@action("[NUMBER…]")
def take(state: State, *numbers: str) -> State:
    """Label the mentions of the list with these numbers, counted from 1, or all that lie in no other span."""
    review = _review(state)
    chosen = _chosen(review, numbers) if numbers else [one for one in review.places if one not in review.inside]
    if not chosen:
        raise ActionRefused("all of them lie in what is labelled: say their numbers")
    mark = review.mark
    spans: dict[str, Record] = {}  # each may lie where it does whatever the others are: no two mentions overlap
    for extent in chosen:
        span = span_over(state, mark.layer, mark.label, [extent], mark.attributes, beside=spans)
        spans[span.id] = span
    said = f"{counted(len(chosen), 'mention')} labelled {mark.label}"
    said += f", {mark.with_what}" if mark.attributes else ""
    return state.with_(marks=state.marks.with_records(spans.values()), review=_without(review, chosen), said=said)


@action("NUMBER…")
def leave(state: State, *numbers: str) -> State:
    """Take the mentions with these numbers from the list."""
    review = _review(state)
    left = _without(review, _chosen(review, numbers))
    return state.with_(review=left, said=f"{counted(len(left.places) if left else 0, 'mention')} left on the list")


def _review(state: State) -> Review:
    if state.review is None:
        raise ActionRefused("no mentions wait: use mentions first")
    return state.review


def _chosen(review: Review, numbers: tuple[str, ...]) -> list[Extent]:
    found = []
    for number in map(whole_number, numbers):
        if not 0 < number <= len(review.places):
            raise ActionRefused(f"the list has no number {number}: it has {counted(len(review.places), 'mention')}")
        found.append(review.places[number - 1])
    return list(dict.fromkeys(found))


def _without(review: Review, chosen: list[Extent]) -> Review | None:
    gone = set(chosen)
    left = tuple(extent for extent in review.places if extent not in gone)
    return Review(review.mark, left, review.inside) if left else None
