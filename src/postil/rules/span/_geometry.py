"""How two spans lie to each other, by the characters that they cover: gaps of a discontinuous span are not covered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal

from postil.model import Span

Lie = Literal["apart", "same", "inside", "around", "crossing"]


def lie(one: Span, other: Span) -> Lie:
    """How ``one`` lies to ``other``."""
    extents, others = one.extents, other.extents
    if extents == others:
        return "same"
    if not any(start < last and first < end for start, end in extents for first, last in others):
        return "apart"
    if _within(extents, others):
        return "inside"
    return "around" if _within(others, extents) else "crossing"


def _within(inner: Sequence[tuple[int, int]], outer: Sequence[tuple[int, int]]) -> bool:
    return all(any(first <= start and end <= last for first, last in outer) for start, end in inner)


def conflicts(spans: Iterable[Span], is_conflict: Callable[[Span, Span], bool]) -> Iterator[tuple[Span, Span]]:
    """Each span that is in conflict with an earlier one, and the nearest such. They come sorted by start."""
    open_spans: list[Span] = []
    for span in spans:
        open_spans = [earlier for earlier in open_spans if earlier.end > span.start]
        nearest = next((earlier for earlier in reversed(open_spans) if is_conflict(span, earlier)), None)
        if nearest is not None:
            yield span, nearest
        open_spans.append(span)
