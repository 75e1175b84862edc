"""Spans that cut tokens or leave sentences, and which of those that overlap is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

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
    rivals: defaultdict[int, list[int]] = defaultdict(list)
    around: list[int] = []
    for number, span in enumerate(lane):
        around = [other for other in around if lane[other].end > span.start]
        for other in around:
            if lane[other].start < span.start and lane[other].end < span.end:
                rivals[number].append(other)
                rivals[other].append(number)
        around.append(number)
    kept: set[int] = set()
    for number in sorted(rivals, key=lambda number: order[policy](lane[number])):
        if kept.isdisjoint(rivals[number]):
            kept.add(number)
        else:
            yield lane[number]


def _beaten_stacked(lane: Sequence[Span], _policy: Policy) -> Iterator[Span]:
    """All but the first of the spans over exactly the same characters."""
    seen: set[tuple[Extent, ...]] = set()
    for span in sorted(lane, key=lambda span: (span.start, -span.end, span.layer, span.label, span.id)):
        if span.extents in seen:
            yield span
        seen.add(span.extents)


def _beaten_nested(lane: Sequence[Span], policy: Policy) -> Iterator[Span]:
    """Spans in another; for ``innermost``, those around another."""
    around: list[Span] = []
    outer: dict[int, Span] = {}
    for span in lane:
        around = [other for other in around if other.end > span.start]
        holders = [other for other in around if other.end >= span.end and (other.start, other.end) != (span.start, span.end)]
        if policy == "innermost":
            outer.update((id(other), other) for other in holders)
        elif holders:
            yield span
        around.append(span)
    yield from outer.values()


DISCONTINUITY = Feature(
    "discontinuous", "discontinuous spans",
    without_records("discontinuous spans", lambda record: type(record) is Span and bool(record.fragments)),
)  # fmt: skip
CUT = Feature("cut tokens", "spans with an edge inside a token", in_each_set(_uncut))
OVER_SENTENCES = Feature("long", "spans longer than a sentence", in_each_set(_within_sentences))
CROSSING = Feature("crossing", "crossing spans", _out_of_lanes("crossing spans", _beaten_crossing))
STACKED = Feature("stacked", "spans over the same characters", _out_of_lanes("spans over the same characters", _beaten_stacked))
NESTED = Feature("nested", "nested spans", _out_of_lanes("nested spans", _beaten_nested))
