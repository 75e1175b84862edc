"""Where a passage stands in a text, by what it says and what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator

Extent = tuple[int, int]


class Passages:
    """Finds passages of a text. A quotation is looked for as it is; where it is not there, with any blanks for its blanks."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._known: dict[str, list[Extent]] = {}

    def places(self, exact: str, prefix: str = "", suffix: str = "") -> list[Extent]:
        """Every place of ``exact``; where some of several have ``prefix`` before and ``suffix`` after them, only those."""
        if exact not in self._known:
            self._known[exact] = list(self._exactly(exact)) or list(self._folded(exact))
        found = self._known[exact]
        if len(found) > 1 and (prefix or suffix):
            found = [place for place in found if self._is_around(place, prefix, suffix)] or found
        return found

    def _exactly(self, exact: str) -> Iterator[Extent]:
        at = self.text.find(exact) if exact else -1
        while at >= 0:
            yield at, at + len(exact)
            at = self.text.find(exact, at + 1)

    def _folded(self, exact: str) -> Iterator[Extent]:
        words = exact.split()
        if words:
            pattern = re.compile(r"\s+".join(map(re.escape, words)))
            yield from (found.span() for found in pattern.finditer(self.text))

    def _is_around(self, place: Extent, prefix: str, suffix: str) -> bool:
        start, end = place
        before = without_blanks(self.text[max(start - 2 * len(prefix), 0) : start])
        after = without_blanks(self.text[end : end + 2 * len(suffix)])
        return before.endswith(without_blanks(prefix)) and after.startswith(without_blanks(suffix))


def without_blanks(text: str) -> str:
    """The text without any blank: tools differ in the blanks of a quotation."""
    return "".join(text.split())


def nearest(places: list[Extent], start: int) -> Extent | None:
    """The place whose beginning is nearest to ``start``; ``None`` where two are just as near."""
    order = sorted(places, key=lambda place: abs(place[0] - start))
    is_tie = len(order) > 1 and abs(order[0][0] - start) == abs(order[1][0] - start)
    return None if is_tie or not order else order[0]
