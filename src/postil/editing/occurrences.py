"""Where quotations stand in a text."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from postil.editing.tokens import Tokens

Extent = tuple[int, int]


class Occurrences:
    """Where quotations stand in a text: where they cut no word there, unless they do so everywhere.

    ``is_free``: whether a token may be part of such a place; a place of which every token may be comes before any other.
    """

    def __init__(self, tokens: Tokens, is_free: Callable[[int], bool] = lambda _: True) -> None:
        self._tokens, self._is_free = tokens, is_free
        self._found: dict[str, tuple[list[int], list[int]]] = {}
        self._where: dict[str, list[int]] = {}
        for token, word in enumerate(tokens.words):
            self._where.setdefault(word, []).append(token)

    def near(self, quote: str, place: int, most: int = 5, *, is_free: bool = False) -> tuple[Extent, ...]:
        """The ``most`` places of ``quote`` that are nearest to ``place``, the nearest first; those only that are free."""
        if not quote.strip():
            return ()
        if quote not in self._found:
            places = sorted(self._places(quote))
            self._found[quote] = places, [each for each in places if self._is_all_free(each, each + len(quote))]
        places = self._found[quote][is_free]
        at = bisect_right(places, place)
        nearest = sorted(places[max(at - most, 0) : at + most], key=lambda each: (abs(each - place), each))
        return tuple((each, each + len(quote)) for each in nearest[:most])

    def within(self, quote: str, start: int, end: int) -> tuple[Extent, ...]:
        """The places of ``quote`` from ``start`` to ``end``."""
        self.near(quote, start)
        places = self._found.get(quote, ([], []))[0]
        inside = places[bisect_right(places, start - 1) : bisect_right(places, end - len(quote))]
        return tuple((each, each + len(quote)) for each in inside)

    def _places(self, quote: str) -> Iterator[int]:
        parts = Tokens(quote, {})
        if not len(parts):
            return
        rarest = min(range(len(parts)), key=lambda part: len(self._where.get(parts.words[part], ())))
        for token in self._where.get(parts.words[rarest], ()):
            start = self._tokens.starts[token] - parts.starts[rarest]
            if start >= 0 and self._tokens.text.startswith(quote, start) and self._cuts_no_word(start, start + len(quote)):
                yield start

    def _cuts_no_word(self, start: int, end: int) -> bool:
        covered = self._tokens.within(start, end)
        return self._tokens.starts[covered[0]] >= start and self._tokens.ends[covered[-1]] <= end

    def _is_all_free(self, start: int, end: int) -> bool:
        covered: Sequence[int] = self._tokens.within(start, end)
        return all(map(self._is_free, covered))
