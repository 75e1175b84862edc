"""Where spans stand in a text when the text that they were made for is lost, and their own quotations are all there is.

A long quotation that the text has once is an anchor. Between two anchors that moved by just as many characters, everything that
stands where it should has moved by as many, too. Beyond the first and the last of them nobody knows what stood there: if all from
the one "Japan" to the next was taken out, a quotation that begins with the second looks whole, and its "Japan" may be the first.
Only where the text has such a word once it is believed. Nothing else is certain: that a word stands somewhere does not say that
it is that word.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from postil.editing.anchors import Run, in_order
from postil.editing.occurrences import Extent, Occurrences
from postil.editing.places import Fate, Place
from postil.editing.tokens import Tokens, weigh
from postil.model import Span

_ENOUGH = 40.0  # bits: how rarely an anchor's words come together by chance
_SHORTEST = 12  # characters of an anchor


class QuotedPlaces:
    """Finds places in a text by what ``spans`` say of another."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self._text = text
        self._tokens = Tokens(text, {})
        self._counts = Counter(self._tokens.keys)
        self._quotes: dict[Extent, str] = {}
        for span in spans:
            self._quotes |= _quotes(span)
        self._occurrences = Occurrences(self._tokens)
        self._stretches = list(self._same_shift(in_order(list(self._anchors()))))
        self._starts = [start for start, _, _ in self._stretches]

    def place(self, start: int, end: int) -> Place:
        """What became of the passage that stood at ``start`` to ``end``."""
        quote = self._quotes.get((start, end))
        if quote is None:
            return Place(Fate.ORPHAN)
        index = bisect_right(self._starts, start) - 1
        if index >= 0:
            first, last, shift = self._stretches[index]
            outer = [start + shift] * (start == first) + [end - 1 + shift] * (end == last)
            is_there = self._text.startswith(quote, start + shift) and self._cuts_no_word(start + shift, end + shift)
            if end <= last and is_there and all(map(self._is_once, outer)):
                return Place(Fate.MOVED if shift else Fate.EXACT, ((start + shift, end + shift),))
        found = self._occurrences.near(quote, start)
        return Place(Fate.AMBIGUOUS, found) if found else Place(Fate.ORPHAN)

    def _cuts_no_word(self, start: int, end: int) -> bool:
        covered = self._tokens.within(start, end)
        return bool(covered) and self._tokens.starts[covered[0]] >= start and self._tokens.ends[covered[-1]] <= end

    def _is_once(self, offset: int) -> bool:
        """Whether a word stands at an offset that the text has nowhere else."""
        tokens = self._tokens
        return all(tokens.is_word(token) and self._counts[tokens.keys[token]] == 1 for token in tokens.within(offset, offset + 1))

    def _anchors(self) -> Iterator[Run]:
        """Each passage that was quoted once and that the text has once, if it is long enough, and covers no other."""
        tokens = self._tokens
        weights = weigh(tokens, self._counts)
        counts = Counter(self._quotes.values())
        last = -1
        for (start, end), quote in sorted(self._quotes.items(), key=lambda item: (item[0][0], -item[0][1])):
            if end <= last or start < last or counts[quote] > 1 or len(quote) < _SHORTEST:
                continue
            place = self._text.find(quote)
            if place < 0 or self._text.find(quote, place + 1) >= 0:
                continue
            covered = tokens.within(place, place + len(quote))
            is_whole = self._cuts_no_word(place, place + len(quote)) and _stands_alone(tokens, covered)
            if is_whole and sum(weights[tokens.keys[token]] for token in covered) >= _ENOUGH:
                last = end
                yield Run(start, place, end - start)

    def _same_shift(self, anchors: Sequence[Run]) -> Iterator[tuple[int, int, int]]:
        """Stretches of the old text by their start and end, with how far all of each was shifted."""
        start: int | None = None
        for one, other in pairwise([*anchors, None]):
            assert one is not None
            start = one.old if start is None else start
            if other is None or other.new - other.old != one.new - one.old:
                yield start, one.old + one.size, one.new - one.old
                start = None


def _stands_alone(tokens: Tokens, covered: range) -> bool:
    """Whether the first and the last word of a passage are not there twice, so that either could be it."""
    first, last = covered[0], covered[-1]
    return not (
        (first and tokens.keys[first - 1] == tokens.keys[first])
        or (last + 1 < len(tokens) and tokens.keys[last + 1] == tokens.keys[last])
    )


def _quotes(span: Span) -> dict[Extent, str]:
    """What the span says that each of its extents covered, if its text is as long as they are."""
    found = {}
    at = 0
    for start, end in span.extents:
        found[start, end] = span.text[at : at + end - start]
        at += end - start + 1
    is_sound = at == len(span.text) + 1 and all(start < end for start, end in span.extents)
    return found if is_sound else {}
