"""Finding spans that are not where their file says, by the text that it says they cover.

The text is the one that was annotated, so that what occurs in it once can only be there. What occurs more often is taken where
its neighbours lead: both the one before and the one after are off by the same number of characters, and so is one occurrence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from msgspec.structs import replace

from postil.model import Span


def found_again(text: str, spans: Sequence[Span], wrong: set[str]) -> dict[str, Span]:
    """Those of the ``wrong`` spans, by id, whose place is certain, there. All ``spans`` have offsets as their file has them."""
    anchors = {span.start: 0 for span in spans if span.id not in wrong}
    moved: dict[str, Span] = {}
    several: list[tuple[Span, list[int]]] = []
    known: dict[str, list[int]] = {}
    for span in spans:
        if span.id not in wrong or not span.text.strip() or span.fragments:
            continue
        if span.text not in known:
            known[span.text] = _occurrences(text, span.text)
        places = known[span.text]
        if len(places) == 1:
            moved[span.id] = _at(span, places[0])
            anchors[span.start] = places[0] - span.start
        elif places:
            several.append((span, places))
    starts = sorted(anchors)
    for span, places in several:
        at = bisect_left(starts, span.start)
        drifts = {anchors[start] for start in starts[max(at - 1, 0) : at + 1]}
        if len(drifts) == 1 and _holds(places, place := span.start + drifts.pop()):
            moved[span.id] = _at(span, place)
    return moved


def _occurrences(text: str, quote: str) -> list[int]:
    places = []
    at = text.find(quote)
    while at >= 0:
        places.append(at)
        at = text.find(quote, at + 1)
    return places


def _holds(places: list[int], place: int) -> bool:
    at = bisect_left(places, place)
    return at < len(places) and places[at] == place


def _at(span: Span, start: int) -> Span:
    return replace(span, start=start, end=start + len(span.text))
