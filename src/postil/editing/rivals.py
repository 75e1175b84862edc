"""Lines and sentences that were paired though another one is as likely what they became.

Where two rows of a table changed places, the words that both have would be paired across them. What gives it away is what they
do not share: it is gone from the one place and stands, unpaired, in the other. And where a line was copied and one of the two was
changed, the line that stands elsewhere as it was may be the copy, and the changed one in its place may be it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from postil.editing.filling import LARGEST, common
from postil.editing.pairing import NONE, Pairing
from postil.editing.tokens import Tokens
from postil.editing.units import lines, sentences

_MANY = 20  # places: a word that stands at more says nothing of where a line went
_CLOSEST = 8  # rivals that are looked at
_AS_MUCH = 0.75  # of what a unit has in common with its own: a rival with that much puts it in doubt
_SOME = 0.33  # of what a unit has in common with its own: a rival must have that of it, not only what is gone
_PLACE = 500  # tokens: where more was written anew, nothing stands in the place of anything


def contradicted(pairing: Pairing, weights: Mapping[int, float]) -> Iterator[int]:
    """The old tokens that are paired in a line or sentence that may as well be another one of the new text."""
    partners = [NONE] * len(pairing.new)
    for token, other in enumerate(pairing.pairs):
        if other != NONE:
            partners[other] = token
    is_moved = [token != NONE and pairing.is_moved[token] for token in partners]
    for units in (lines, sentences):
        old = _Side(pairing.old, units(pairing.old), pairing.pairs, pairing.is_moved, weights)
        new = _Side(pairing.new, units(pairing.new), partners, is_moved, weights)
        for side, other_side, token_of in ((old, new, range(len(pairing.old))), (new, old, partners)):
            for found in (side.contradicted(other_side), side.left_behind(other_side), side.torn(other_side)):
                yield from (token_of[token] for token in found)


class _Side:
    """The units of one text, with what each of its tokens is paired with in the other, and whether it was moved there."""

    def __init__(
        self,
        tokens: Tokens,
        units: Sequence[range],
        pairs: Sequence[int],
        is_moved: Sequence[bool],
        weights: Mapping[int, float],
    ) -> None:
        self._keys, self._units, self._pairs, self._weights = tokens.keys, units, pairs, weights
        # what is paired in its place
        self._kept = [NONE if moved else pair for pair, moved in zip(pairs, is_moved, strict=True)]
        self._unit_of = [number for number, unit in enumerate(units) for _ in unit]
        self._losing: dict[int, set[int]] = {}
        for token, pair in enumerate(self._kept):
            if pair == NONE and weights[tokens.keys[token]]:
                self._losing.setdefault(tokens.keys[token], set()).add(self._unit_of[token])

    def contradicted(self, other: _Side) -> Iterator[int]:
        """The kept tokens of each unit that has about as much in common with one that it is not paired with."""
        for unit in self._units:
            kept = [token for token in unit if self._kept[token] != NONE]
            if not kept or len(kept) == len(unit):
                continue
            rivals = set(self._rivals(unit, other)) - {other._unit_of[self._kept[token]] for token in kept}
            if any(self._may_be(unit, kept, other._units[rival], other) for rival in rivals):
                yield from kept

    def left_behind(self, other: _Side) -> Iterator[int]:
        """The tokens of each unit that was moved, where about as much of it stands, unpaired, in its place."""
        before = list(accumulate(self._kept, max, initial=NONE))
        backward = (pair if pair != NONE else len(other._keys) for pair in reversed(self._kept))
        after = list(accumulate(backward, min, initial=len(other._keys)))[::-1]
        for unit in self._units:
            moved = [token for token in unit if self._pairs[token] != self._kept[token]]
            place = range(before[unit.start] + 1, after[unit.stop])
            unpaired = [token for token in place if other._pairs[token] == NONE] if moved and len(place) <= _PLACE else []
            if self._stands_in(moved, unpaired, other):
                yield from moved

    def torn(self, other: _Side) -> Iterator[int]:
        """Of each unit that is paired with several: what stands, unpaired, in another one of those, too.

        That is all that is paired with one of them, or a passage that is paired with another one than most of the unit.
        """
        for unit in self._units:
            parts: dict[int, list[int]] = {}
            for token in unit:
                if self._pairs[token] != NONE:
                    parts.setdefault(other._unit_of[self._pairs[token]], []).append(token)
            if len(parts) < 2:
                continue
            unpaired = {number: [token for token in other._units[number] if other._pairs[token] == NONE] for number in parts}
            most = max(parts, key=lambda number: len(parts[number]))
            for number, part in parts.items():
                if any(self._stands_in(part, unpaired[rival], other) for rival in parts if rival != number):
                    yield from part
            for passage in self._passages([token for part in parts.values() for token in part]):
                is_elsewhere = all(other._unit_of[self._pairs[token]] != most for token in passage)
                if is_elsewhere and self._stands_in(passage, unpaired[most], other):
                    yield from passage

    def _passages(self, paired: Sequence[int]) -> list[list[int]]:
        """Tokens that stand side by side in both texts."""
        found: list[list[int]] = []
        for token in paired:
            if found and found[-1][-1] == token - 1 and self._pairs[token - 1] == self._pairs[token] - 1:
                found[-1].append(token)
            else:
                found.append([token])
        return found

    def _rivals(self, unit: range, other: _Side) -> list[int]:
        """The units of the other text that have, unpaired, the most of the words that are unpaired in this."""
        found: Counter[int] = Counter()
        for token in unit:
            where = other._losing.get(self._keys[token], ()) if self._kept[token] == NONE else ()
            if len(where) <= _MANY:
                found.update(where)
        return [number for number, _ in found.most_common(_CLOSEST)]

    def _may_be(self, unit: range, kept: Sequence[int], rival: range, other: _Side) -> bool:
        """Whether a rival has about as much of a unit as what it is paired with, and some of that very part."""
        own = self._sum(kept)
        shared = self._shared(unit, rival, other, _AS_MUCH * own)
        return bool(shared) and self._sum(token for token in shared if self._kept[token] != NONE) >= _SOME * own

    def _stands_in(self, tokens: Sequence[int], others: Sequence[int], other: _Side) -> bool:
        return bool(self._shared(tokens, others, other, _AS_MUCH * self._sum(tokens)))

    def _shared(self, tokens: Sequence[int], others: Sequence[int], other: _Side, least: float) -> Sequence[int]:
        """The tokens that others of the other text are the same as, in the same order; none where those say too little."""
        keys, keys_other = [self._keys[token] for token in tokens], [other._keys[token] for token in others]
        anywhere = Counter(keys) & Counter(keys_other)
        if sum(self._weights[key] * count for key, count in anywhere.items()) < least:
            return ()
        if len(keys) * len(keys_other) > LARGEST:
            return tokens
        shared = [tokens[place] for place in common(keys, keys_other)]
        return shared if self._sum(shared) >= least else ()

    def _sum(self, tokens: Iterable[int]) -> float:
        return sum(self._weights[self._keys[token]] for token in tokens)
