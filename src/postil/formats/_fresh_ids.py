"""Ids for records that a file gives none, or the same one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


class FreshIds:
    """Makes ids that are not taken, each in constant time."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._last: Counter[str] = Counter()

    def take(self, said: str | int | None, initial: str) -> str:
        """The id that the file has, where nothing else has it; else a new one that begins with ``initial``."""
        if said is None or str(said) in self._taken:
            return self.mint(initial)
        self._taken.add(str(said))
        return str(said)

    def mint(self, initial: str, first: int = 1) -> str:
        """A new id: ``initial`` and the next number that is free, from ``first`` on."""
        self._last[initial] = max(self._last[initial], first - 1)
        while True:
            self._last[initial] += 1
            fresh = f"{initial}{self._last[initial]}"
            if fresh not in self._taken:
                self._taken.add(fresh)
                return fresh
