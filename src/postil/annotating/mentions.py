"""The places of a text that are not labelled in a layer yet."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from postil.annotating.state import State
from postil.annotating.stops import hits
from postil.model import Span
from postil.segmentation import Extent
from postil.text import cuts_grapheme, cuts_word


def unmarked(state: State, layer: str, sought: str) -> list[Extent]:
    """Where ``sought`` stands as words of their own, and no span of the layer covers any of it."""
    spans = _Covered(state.marks.in_layer(layer))
    return [extent for extent in hits(state.text, sought) if _is_whole(state.text, extent) and not spans.cover(extent)]


def _is_whole(text: str, extent: Extent) -> bool:
    return not any(cuts_word(text, offset) or cuts_grapheme(text, offset) for offset in extent)


class _Covered:
    """What spans cover, their extents put together where they overlap."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(extent for span in spans for extent in span.extents):
            if self._ends and start < self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def cover(self, extent: Extent) -> bool:
        """Whether any character of the extent is covered."""
        found = bisect_right(self._ends, extent[0])
        return found < len(self._starts) and self._starts[found] < extent[1]
