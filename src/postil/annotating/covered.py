"""What spans cover, taken together."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from postil.model import Span
from postil.segmentation import Extent


class Covered:
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

    def any_of(self, extent: Extent) -> bool:
        """Whether any character of the extent is covered."""
        found = bisect_right(self._ends, extent[0])
        return found < len(self._starts) and self._starts[found] < extent[1]
