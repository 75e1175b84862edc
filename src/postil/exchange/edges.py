"""How offsets name the edges of spans: from zero or one, up to the character after the last or the last. One way for a source."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import msgspec
from msgspec.structs import replace

from postil.model import Span

SAY = "--base and --inclusive say how all of them count"
"""What the user can do where a source does not say it."""


class Edges(msgspec.Struct, frozen=True):
    """The number of a text's first character, and whether the end of a span is its last character."""

    base: int = 0
    is_inclusive: bool = False

    def __str__(self) -> str:
        return f"from {'one' if self.base else 'zero'}, with ends {'at' if self.is_inclusive else 'after'} the last character"

    def plain(self, span: Span) -> Span:
        """A span with offsets from zero, whose ends are those after its last character."""
        first, after = -self.base, int(self.is_inclusive) - self.base
        if not first and not after:
            return span
        fragments = tuple((start + first, end + after) for start, end in span.fragments)
        return replace(span, start=span.start + first, end=span.end + after, fragments=fragments)


SHIFTED = (Edges(0, is_inclusive=True), Edges(1, is_inclusive=True), Edges(1))
"""The ways that are not the usual one."""


class Agreement:
    """Whether the documents of a source can all name edges in one way."""

    def __init__(self) -> None:
        self._proven: dict[frozenset[Edges], str] = {}  # the ways that fit a document, and the first such document
        self._unproven = ""  # the first document of which nothing is known

    def see(self, shown: str, fits: frozenset[Edges]) -> None:
        """Note a document by the ways that the texts of its spans allow; none of them where they have no texts."""
        if fits:
            self._proven.setdefault(fits, shown)
        else:
            self._unproven = self._unproven or shown

    def allows(self, edges: Edges) -> bool:
        """Whether this can be the way of every document seen."""
        return all(edges in fits for fits in self._proven)

    def faults(self) -> Iterator[str]:
        """What does not agree, each with two documents."""
        for (one, first), (other, second) in combinations(self._proven.items(), 2):
            if not one & other:
                yield (
                    f"{second}: offsets count {_words(other)}, by the spans' own texts, but in {first} they count {_words(one)}: "
                    f"{SAY}; sources that count differently are imported one by one"
                )
        shifted = next(((fits, shown) for fits, shown in self._proven.items() if Edges() not in fits), None)
        if self._unproven and shifted:
            fits, shown = shifted
            yield f"{self._unproven}: nothing says how offsets count here, and in {shown} they count {_words(fits)}: {SAY}"


def _words(fits: frozenset[Edges]) -> str:
    return " or ".join(sorted(map(str, fits)))
