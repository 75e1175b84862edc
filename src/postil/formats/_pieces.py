"""Tokens for formats that take any: those of a pattern, cut wherever a span begins or ends, so that none is lost."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from postil.segmentation import Extent


def pieces(text: str, pattern: re.Pattern[str], spans: Iterable[Extent]) -> list[Extent]:
    """The matches of ``pattern``, cut at every edge of a span.

    What it does not match is a piece only where a span begins with it or ends with it.
    """
    extents = list(spans)
    starts, ends = {start for start, _ in extents}, {end for _, end in extents}
    edges = sorted(starts | ends)
    found: list[Extent] = []
    at = 0
    for start, end in [*(match.span() for match in pattern.finditer(text)), (len(text), len(text))]:
        found += [(first, last) for first, last in _cut(at, start, edges) if first in starts or last in ends]
        found += _cut(start, end, edges)
        at = end
    return found


def _cut(start: int, end: int, edges: list[int]) -> list[Extent]:
    if start == end:
        return []
    inside = edges[bisect_right(edges, start) : bisect_left(edges, end)]
    return list(zip([start, *inside], [*inside, end], strict=True))
