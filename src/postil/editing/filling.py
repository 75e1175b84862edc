"""Pairing what is common to two short stretches of text, where there is but one way to read it.

Words are aligned by their longest common subsequence, once from the front and once from the back. Where the two readings disagree
("Japan and Japan" became "Japan": which?) nothing is paired, unless one of them alone keeps what is written together together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from postil.editing.anchors import Keys, Run, anchors, in_order
from postil.editing.pairing import NONE, Pairing

LARGEST = 50_000_000  # cells of a table of words by words
_LONGER = (16, 64)  # tokens: the passages that are looked for where a table would be larger


def fill(pairing: Pairing, first: Sequence[int], second: Sequence[int], *, moved: bool = False, longer: int = 0) -> None:
    """Pair what the free tokens ``first`` of the old text and ``second`` of the new one have in common.

    ``longer``: how many lengths of passages were tried already to make the stretches shorter.
    """
    if not first or not second:
        return
    if len(first) * len(second) > LARGEST:
        _divide(pairing, first, second, moved, longer)
        return
    places = math.log2(len(first) * len(second))
    for token in first:
        pairing.places[token] = places
    keys = _keys(pairing, first, second)
    size, other_size = len(first) - 1, len(second) - 1
    forward = common(*keys)
    backward = {size - one: other_size - other for one, other in common(keys[0][::-1], keys[1][::-1]).items()}
    for one, other in forward.items():
        if backward.get(one) == other:
            pairing.pair(first[one], second[other], moved=moved)
    readings = ({first[one]: second[other] for one, other in each.items()} for each in (forward, backward))
    _Settling(pairing, *readings, moved=moved).settle()


def _keys(pairing: Pairing, first: Sequence[int], second: Sequence[int]) -> tuple[list[int], list[int]]:
    return [pairing.old.keys[token] for token in first], [pairing.new.keys[token] for token in second]


def common(first: Keys, second: Keys) -> dict[int, int]:
    """A longest common subsequence, as pairs of places: of several the one whose pairs stand furthest to the front."""
    from rapidfuzz.distance import LCSseq

    found: dict[int, int] = {}
    # without marks at the ends, what both begin and end with would be paired first, whichever way it is read
    for code in LCSseq.opcodes([-1, *first, -2], [-3, *second, -4]):
        if code.tag == "equal":
            places = range(code.src_start - 1, code.src_end - 1), range(code.dest_start - 1, code.dest_end - 1)
            found.update(zip(*places, strict=True))
    return found


def _divide(pairing: Pairing, first: Sequence[int], second: Sequence[int], moved: bool, longer: int) -> None:
    """Pair two stretches that are too long for a table: their ends, then what stands between their longer unique passages.

    Of a text that repeats itself without end the rest is left as it is: nothing is certain there.
    """
    if longer == len(_LONGER):
        return
    keys = _keys(pairing, first, second)
    before, after = _same_ends(*keys)
    for step in range(before):
        pairing.pair(first[step], second[step], moved=moved)
    for step in range(1, after + 1):
        pairing.pair(first[-step], second[-step], moved=moved)
    end, other_end = len(first) - after, len(second) - after
    first, second = first[before:end], second[before:other_end]
    chain = in_order(anchors(keys[0][before:end], keys[1][before:other_end], _LONGER[longer]))
    for run in chain:
        for step in range(run.size):
            pairing.pair(first[run.old + step], second[run.new + step], moved=moved)
    for one, other in pairwise([Run(0, 0, 0), *chain, Run(len(first), len(second), 0)]):
        rest = first[one.old + one.size : other.old], second[one.new + one.size : other.new]
        fill(pairing, *rest, moved=moved, longer=longer + 1)


def _same_ends(first: Keys, second: Keys) -> tuple[int, int]:
    """How many tokens are the same at the beginning and at the end, without those that could be of either, and a margin."""
    shorter = min(len(first), len(second))
    before = next((at for at in range(shorter) if first[at] != second[at]), shorter)
    after = next((at for at in range(shorter) if first[-1 - at] != second[-1 - at]), shorter)
    contested = max(before + after - shorter, 0) + _LONGER[-1]
    return max(before - contested, 0), max(after - contested, 0)


class _Settling:
    """Decides between two readings of a stretch, where one of them alone leaves words, and lines, in one piece.

    A sign belongs to the word that it is written onto. At an end of a line, whole lines rather came or went than ends of two.
    """

    def __init__(self, pairing: Pairing, forward: dict[int, int], backward: dict[int, int], *, moved: bool) -> None:
        self._pairing, self._moved = pairing, moved
        self._readings = forward, backward
        self._choices = {
            token: {reading[token] for reading in (forward, backward) if token in reading} for token in {*forward, *backward}
        }
        self._wanted: dict[int, set[int]] = {}
        for token, others in self._choices.items():
            for other in others:
                self._wanted.setdefault(other, set()).add(token)

    def settle(self) -> None:
        """Pair what fits: passages first, then single tokens, from the front and from the back."""
        for token, other in self._attached_passages():
            if self._pairing.pairs[token] == NONE and not self._pairing.taken[other]:
                self._pairing.pair(token, other, moved=self._moved)
        for tokens in (sorted(self._choices), sorted(self._choices, reverse=True)):
            for token in tokens:
                if self._pairing.pairs[token] == NONE:
                    self._settle(token)

    def _attached_passages(self) -> list[tuple[int, int]]:
        """The pairs of each passage that, in one reading, goes on from what is paired, where in the other it hangs in the air."""
        passages = [_passages(reading, self._pairing) for reading in self._readings]
        found: list[tuple[int, int]] = []
        for mine, others in (passages, passages[::-1]):
            rivals: dict[tuple[str, int], bool] = {}
            for passage in others:
                is_near_old, is_near_new = self._is_near(passage)
                for token, other in passage:
                    rivals["old", token], rivals["new", other] = is_near_new, is_near_old
            for passage in mine:
                is_contested = any(rivals.get(("old", token)) or rivals.get(("new", other)) for token, other in passage)
                if self._is_attached(passage) and not is_contested:
                    found += passage
        return found

    def _is_attached(self, passage: Sequence[tuple[int, int]]) -> bool:
        (first, other_first), (last, other_last) = passage[0], passage[-1]
        return self._pairing.are_pair(first - 1, other_first - 1) or self._pairing.are_pair(last + 1, other_last + 1)

    def _is_near(self, passage: Sequence[tuple[int, int]]) -> tuple[bool, bool]:
        """Whether the passage stands beside what is paired in the old text, and in the new one."""
        (first, other_first), (last, other_last) = passage[0], passage[-1]
        pairs, taken = self._pairing.pairs, self._pairing.taken
        is_near_old = (first > 0 and pairs[first - 1] != NONE) or (last + 1 < len(pairs) and pairs[last + 1] != NONE)
        is_near_new = (other_first > 0 and taken[other_first - 1]) or (other_last + 1 < len(taken) and taken[other_last + 1])
        return is_near_old, is_near_new

    def _settle(self, token: int) -> None:
        is_word = self._pairing.old.is_word(token)
        fits = self._continues_line if is_word else self._is_written_on_alike
        fitting = [other for other in self._choices[token] if not self._pairing.taken[other] and fits(token, other)]
        if len(fitting) == 1 and (not is_word or self._is_alone(token, fitting[0])):
            self._pairing.pair(token, fitting[0], moved=self._moved)

    def _is_written_on_alike(self, token: int, other: int) -> bool:
        """Whether two signs are written onto words that are paired."""
        old, new = self._pairing.old, self._pairing.new
        if old.is_attached(token) and new.is_attached(other):
            return self._pairing.are_pair(token - 1, other - 1)
        if self._pairing.are_pair(token + 1, other + 1):
            return old.is_attached(token + 1) and new.is_attached(other + 1)
        return False

    def _continues_line(self, token: int, other: int) -> bool:
        """Whether the next word, or the one before, stands in the same line in both texts and is paired."""
        old, new = self._pairing.old.line_of, self._pairing.new.line_of
        return any(
            self._pairing.are_pair(token + side, other + side)
            and old[token + side] == old[token]
            and new[other + side] == new[other]
            for side in (-1, 1)
        )

    def _is_alone(self, token: int, other: int) -> bool:
        """Whether no other choice is in the same line as the one that fits, or fits as well."""
        old, new = self._pairing.old.line_of, self._pairing.new.line_of
        rivals = self._wanted[other] - {token}
        return not (
            any(new[each] == new[other] for each in self._choices[token] - {other})
            or any(old[each] == old[token] or self._continues_line(each, other) for each in rivals)
        )


def _passages(reading: dict[int, int], pairing: Pairing) -> list[list[tuple[int, int]]]:
    """What a reading pairs and nobody has paired yet, by passages that stand without a break in both texts."""
    found: list[list[tuple[int, int]]] = []
    for token, other in sorted(reading.items()):
        if pairing.pairs[token] != NONE or pairing.taken[other]:
            continue
        if found and found[-1][-1] == (token - 1, other - 1):
            found[-1].append((token, other))
        else:
            found.append([(token, other)])
    return found
