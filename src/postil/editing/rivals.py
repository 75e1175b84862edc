"""Lines and sentences that were paired in their place though another one, elsewhere, is rather what they became.

Where two rows of a table changed places, the words that both have would be paired across them. What gives it away is what they
do not share: it is gone from the one place and stands, unpaired, in the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from postil.editing.pairing import NONE, Pairing
from postil.editing.tokens import Tokens
from postil.editing.units import lines, sentences

_MANY = 20  # places: a word that stands at more says nothing of where a line went
_AS_MUCH = 0.75  # of what a unit has in common with its own: a rival with that much puts it in doubt


def contradicted(pairing: Pairing, weights: Mapping[int, float]) -> Iterator[int]:
    """The old tokens that are paired in their place, in a line or sentence that rather is another one of the new text."""
    partners = [NONE] * len(pairing.new)
    for token, other in enumerate(pairing.pairs):
        if other != NONE and not pairing.is_moved[token]:
            partners[other] = token
    kept = [NONE if pairing.is_moved[token] else other for token, other in enumerate(pairing.pairs)]
    for units in (lines, sentences):
        old = _Side(pairing.old, units(pairing.old), kept, weights)
        new = _Side(pairing.new, units(pairing.new), partners, weights)
        yield from old.contradicted(new)
        yield from (partners[token] for token in new.contradicted(old))


class _Side:
    """The units of one text. ``kept``: for each token the one of the other text that it is paired with in its place."""

    def __init__(self, tokens: Tokens, units: Sequence[range], kept: Sequence[int], weights: Mapping[int, float]) -> None:
        self._keys, self._units, self._kept, self._weights = tokens.keys, units, kept, weights
        self._unit_of = [number for number, unit in enumerate(units) for _ in unit]
        self._losing: dict[int, set[int]] = {}
        for token, pair in enumerate(kept):
            if pair == NONE and weights[tokens.keys[token]]:
                self._losing.setdefault(tokens.keys[token], set()).add(self._unit_of[token])

    def contradicted(self, other: _Side) -> Iterator[int]:
        """The kept tokens of each unit that has about as much in common with one that it was not paired with."""
        for unit in self._units:
            kept = [token for token in unit if self._kept[token] != NONE]
            if not kept or len(kept) == len(unit):
                continue
            own = self._sum(self._keys[token] for token in kept)
            paired = {other._unit_of[self._kept[token]] for token in kept}
            if len(paired) > 1:
                yield from self._strays(kept, other)
            rivals = self._rivals(unit, other) - paired
            if any(self._in_common(unit, other, rival) >= _AS_MUCH * own for rival in rivals):
                yield from kept

    def _strays(self, kept: Sequence[int], other: _Side) -> Iterator[int]:
        """Of a unit that is paired with several: the tokens that stand, unpaired, in the one that has most of it, too."""
        shares: Counter[int] = Counter()
        for token in kept:
            shares[other._unit_of[self._kept[token]]] += 1
        (most, _), *_ = shares.most_common(1)
        unpaired = {other._keys[token] for token in other._units[most] if other._kept[token] == NONE}
        for token in kept:
            if other._unit_of[self._kept[token]] != most and self._keys[token] in unpaired:
                yield token

    def _rivals(self, unit: range, other: _Side) -> set[int]:
        """The units of the other text that have, unpaired, a word that is unpaired in this."""
        found: set[int] = set()
        for token in unit:
            where = other._losing.get(self._keys[token], ()) if self._kept[token] == NONE else ()
            if len(where) <= _MANY:
                found.update(where)
        return found

    def _in_common(self, unit: range, other: _Side, rival: int) -> float:
        there = other._units[rival]
        shared = Counter(self._keys[unit.start : unit.stop]) & Counter(other._keys[there.start : there.stop])
        return self._sum(shared.elements())

    def _sum(self, keys: Iterable[int]) -> float:
        return sum(self._weights[key] for key in keys)
