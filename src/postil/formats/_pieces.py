"""Tokens for formats that take any: those of a pattern, cut wherever a span begins or ends, so that none is lost."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from postil.segmentation import Extent


def pieces(text: str, pattern: re.Pattern[str], spans: Iterable[Extent]) -> list[Extent]:
    """The matches of ``pattern``, none of which is empty, cut at every edge of a span.

    What it does not match is a piece only where a span begins with it or ends with it.
    """
    extents, words = list(spans), [match.span() for match in pattern.finditer(text)]
    starts, ends = {start for start, _ in extents}, {end for _, end in extents}
    word_starts, word_ends = {start for start, _ in words}, {end for _, end in words}
    found: list[Extent] = []
    is_word = False
    for piece in pairwise(sorted({0, *starts, *ends, *word_starts, *word_ends, len(text)})):
        start, end = piece
        is_word = start in word_starts or (is_word and start not in word_ends)
        if is_word or start in starts or end in ends:
            found.append(piece)
    return found
