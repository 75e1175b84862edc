"""Spans that cut tokens or leave sentences, and which of those that overlap is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from math import inf

from postil.corpus import Document
from postil.exchange.features._feature import Feature, Lane, Policy, Reduce, Reducing
from postil.exchange.features._taking_out import in_each_set, lose, taken_out, without_records
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER, token_range
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent, containing


def _uncut(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    tokens = reducing.tokens.of(document).flat
    doomed = []
    for span in annotations.spans:
        if any(token_range(tokens, start, end) is None for start, end in span.extents):
            lose(reducing, CUT.title, annotations, span)
            doomed.append(span.id)
    return taken_out(annotations, doomed, reducing)


def _within_sentences(annotations: AnnotationSet, document: Document, reducing: Reducing) -> AnnotationSet:
    units = reducing.tokens.of(document).sentences
    doomed = []
    for span in annotations.spans:
        if containing(units, span.start) != containing(units, max(span.end - 1, span.start)):
            lose(reducing, OVER_SENTENCES.title, annotations, span)
            doomed.append(span.id)
    return taken_out(annotations, doomed, reducing)


def _lanes(annotations: AnnotationSet, reducing: Reducing) -> Iterator[list[Span]]:
    """The spans that compete, each lane sorted by start, longest first."""
    lanes: defaultdict[tuple[str, ...], list[Span]] = defaultdict(list)
    for span in annotations.spans:
        lanes[_lane_of(span, reducing.lane)].append(span)
    for lane in lanes.values():
        yield sorted(lane, key=lambda span: (span.start, -span.end))


def _lane_of(span: Span, lane: Lane) -> tuple[str, ...]:
    if lane == "label":
        return span.layer, span.label
    is_row = lane == "rows" and span.layer in (TOKEN_LAYER, SENTENCE_LAYER)
    return (span.layer,) if lane == "layer" or is_row else ()


def _out_of_lanes(kind: str, beaten: Callable[[Sequence[Span], Policy], Iterable[Span]]) -> Reduce:
    """Without the spans of each lane that are beaten there."""

    def change(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
        doomed = []
        for lane in _lanes(annotations, reducing):
            for span in beaten(lane, reducing.policy):
                lose(reducing, kind, annotations, span)
                doomed.append(span.id)
        return taken_out(annotations, doomed, reducing)

    return in_each_set(change)


def _beaten_crossing(lane: Sequence[Span], policy: Policy) -> Iterator[Span]:
    """Spans that cross one which comes first: the longer, the earlier or the shorter, as the policy says."""
    order: dict[Policy, Callable[[Span], tuple[int, int]]] = {
        "longest": lambda span: (span.start - span.end, span.start),
        "outermost": lambda span: (span.start, -span.end),
        "innermost": lambda span: (span.end - span.start, span.start),
    }
    edges = sorted({edge for span in lane for edge in (span.start, span.end)})
    places = {edge: place for place, edge in enumerate(edges)}
    ends, starts = _Greatest(len(edges)), _Greatest(len(edges))  # of those kept: ends by starts, and starts, negative, by ends
    for span in sorted(lane, key=order[policy]):
        start, end = places[span.start], places[span.end]
        if ends.between(start, end) > end or starts.between(start, end) > -start:
            yield span
        else:
            ends.put(start, end)
            starts.put(end, -start)


class _Greatest:
    """The greatest of the values that were put between two of so many places, found without a look at each (a segment tree)."""

    def __init__(self, places: int) -> None:
        self._places = places
        self._tree = [-places] * (2 * places)

    def put(self, place: int, value: int) -> None:
        """Put a value at a place."""
        node = place + self._places
        while node and self._tree[node] < value:
            self._tree[node] = value
            node //= 2

    def between(self, first: int, last: int) -> int:
        """The greatest after the first place and before the last."""
        found, low, high = -self._places, first + 1 + self._places, last + self._places
        while low < high:
            if low % 2:
                found, low = max(found, self._tree[low]), low + 1
            if high % 2:
                high -= 1
                found = max(found, self._tree[high])
            low, high = low // 2, high // 2
        return found


def _beaten_stacked(lane: Sequence[Span], _policy: Policy) -> Iterator[Span]:
    """All but the first of the spans over exactly the same characters."""
    seen: set[tuple[Extent, ...]] = set()
    for span in sorted(lane, key=lambda span: (span.start, -span.end, span.layer, span.label, span.id)):
        if span.extents in seen:
            yield span
        seen.add(span.extents)


def _beaten_nested(lane: Sequence[Span], policy: Policy) -> Iterator[Span]:
    """Spans in another; for ``innermost``, those around another. None is in one over the same characters."""
    stacks = [(end, list(spans)) for (_, end), spans in groupby(lane, key=lambda span: (span.start, span.end))]
    sign = -1 if policy == "innermost" else 1
    furthest = -inf  # of the ends before; for ``innermost`` the nearest of those after, negative
    for end, spans in stacks[::sign]:
        if furthest >= sign * end:
            yield from spans
        furthest = max(furthest, sign * end)


DISCONTINUITY = Feature(
    "discontinuous", "discontinuous spans",
    without_records("discontinuous spans", lambda record: type(record) is Span and bool(record.fragments)),
)  # fmt: skip
CUT = Feature("cut tokens", "spans with an edge inside a token", in_each_set(_uncut))
OVER_SENTENCES = Feature("long", "spans over the end of a sentence", in_each_set(_within_sentences))
CROSSING = Feature("crossing", "crossing spans", _out_of_lanes("crossing spans", _beaten_crossing))
STACKED = Feature("stacked", "spans over the same characters", _out_of_lanes("spans over the same characters", _beaten_stacked))
NESTED = Feature("nested", "nested spans", _out_of_lanes("nested spans", _beaten_nested))
