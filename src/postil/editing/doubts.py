"""Which pairs of two texts are beyond doubt: those that could hardly be the same by chance.

What a stretch of words that are the same says is counted in bits: the rarer its words, the more. The more places there were to be
the same at, the more bits it takes; and more again for a passage that stands somewhere else than it did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain

from postil.editing.pairing import NONE, Pairing
from postil.editing.rivals import contradicted
from postil.editing.tokens import Tokens, weigh
from postil.editing.units import STOPS, Twins

_ENOUGH = 24.0  # bits
_ENOUGH_AT_ONE_PLACE = 17.0  # bits, where it could not be the same at any other place
_ENOUGH_MOVED = 60.0  # bits, for what stands somewhere else than it did
_ENOUGH_LINE = 16.0  # bits, for the whole of a line
_ENOUGH_AT_EDGE = 16.0  # bits of words that are doubted beside a passage that was replaced
_MANY = 6  # tokens
_FEW = 3  # lines or sentences
_NEAR = 12  # tokens that may have been changed inside a passage that was moved

Block = tuple[int, int]


class Doubts:
    """Doubts the pairs of two texts."""

    def __init__(self, pairing: Pairing) -> None:
        self._pairing = pairing
        self._old, self._new = pairing.old, pairing.new
        counts = Counter(self._old.keys) | Counter(self._new.keys)
        self._weights = weigh(self._old, counts) | weigh(self._new, counts)
        self._twins = Twins(pairing)
        self._sums = list(accumulate((self._weights[key] for key in self._old.keys), initial=0.0))

    def drop_weak(self) -> None:
        """Undo what is paired in order and says too little: it may be paired with what was moved."""
        pairing = self._pairing
        blocks = [block for block in pairing.blocks() if not pairing.is_moved[block[0]] and not self._is_whole(*block)]
        for start, end in blocks:
            if not self._says_enough(start, end):
                pairing.undo(start, end)
        while self._shorten(self._without_other_lines):
            pass  # what one block was sure of may have been the loose end of another
        self._shorten(self._without_coincidences)
        self._shorten(self._without_signs)

    def _shorten(self, shortened: Callable[[int, int], Block]) -> bool:
        """Undo the ends of blocks that may not belong to them; returns whether there were any."""
        pairing = self._pairing
        has_changed = False
        for start, end in list(pairing.blocks()):
            if pairing.is_moved[start] or self._is_whole(start, end):
                continue
            first, last = shortened(start, end)
            if (first, last) != (start, end):
                has_changed = True
                pairing.undo(start, first)
                pairing.undo(last, end)
        return has_changed

    def certain(self) -> list[bool]:
        """For each old token whether its pair is beyond doubt."""
        found = [False] * len(self._old)
        blocks = list(self._pairing.blocks())
        for (start, end), bits in zip(blocks, self._together(blocks), strict=True):
            is_enough = self._says_enough(start, end) and (not self._pairing.is_moved[start] or bits >= _ENOUGH_MOVED)
            is_line = self._pairing.begins_line(start) and self._pairing.ends_line(end - 1)
            is_enough = is_enough or (is_line and self._bits(start, end) >= _ENOUGH_LINE)
            if is_enough or self._is_whole(start, end):
                found[start:end] = [True] * (end - start)
                for unknown in self._unknown(start, end):
                    found[unknown.start : unknown.stop] = [False] * len(unknown)
        for token in contradicted(self._pairing, self._weights):
            found[token] = False
        return found

    def _unknown(self, start: int, end: int) -> Iterator[range]:
        """Of a block: the sentences that stand elsewhere, too, where nothing beside them says which of those they are.

        One that is as it was is known by what stands on one side of it, one that was changed by what stands on both.
        """
        twins = self._twins
        numbers = twins.of_old(start, end)
        if self._is_whole(start, end) or not any(twins.is_twin[number] for number in numbers):
            return
        parts = {number: _overlap(twins.units[number], start, end) for number in numbers}
        others = [number for number in numbers if not twins.is_twin[number]]
        is_known = (
            (len(numbers) > _FEW and not self._pairing.is_moved[start])
            or any(twins.is_whole(number) for number in others)
            or sum(self._bits(parts[number].start, parts[number].stop) for number in others) >= _ENOUGH_MOVED
        )
        for number in numbers:
            if twins.is_twin[number] and not (is_known if twins.is_whole(number) else twins.is_between(number)):
                yield parts[number]

    def _bits(self, start: int, end: int) -> float:
        return self._sums[end] - self._sums[start]

    def _says_enough(self, start: int, end: int) -> bool:
        return self._bits(start, end) >= max(_ENOUGH, _ENOUGH_AT_ONE_PLACE + min(self._pairing.places[start:end], default=0.0))

    def _is_whole(self, start: int, end: int) -> bool:
        return end - start == len(self._old) == len(self._new)

    def _together(self, blocks: Sequence[Block]) -> list[float]:
        """For each block how much it says together with those that were moved with it, with little between them in both texts."""
        pairs, is_moved = self._pairing.pairs, self._pairing.is_moved
        groups: list[int] = []
        for number, (start, _) in enumerate(blocks):
            is_with = False
            if number and is_moved[start] and is_moved[blocks[number - 1][0]]:
                end = blocks[number - 1][1]
                is_with = start - end <= _NEAR and 0 < pairs[start] - pairs[end - 1] <= _NEAR + 1
            groups.append(groups[-1] if is_with else number)
        sums: dict[int, float] = {}
        for group, block in zip(groups, blocks, strict=True):
            sums[group] = sums.get(group, 0.0) + self._bits(*block)
        return [sums[group] for group in groups]

    def _without_other_lines(self, start: int, end: int) -> Block:
        """A block without what it has of another paragraph at its edges.

        Two paragraphs may begin with the same words: that one follows what the other followed does not make them the same.
        """
        pairing = self._pairing
        last = next((token for token in range(end - 1, start - 1, -1) if pairing.begins_line(token)), NONE)
        if last >= start and self._is_another_line(last, end, 1):
            end = last
        first = next((token for token in range(start + 1, end + 1) if pairing.ends_line(token - 1)), NONE)
        if first > start and self._is_another_line(start, first, -1):
            start = first
        return (start, end) if start < end else (end, end)

    def _without_coincidences(self, start: int, end: int) -> Block:
        """A block without its last words where many were put in the place of many others: the first may be the same by chance."""
        pairing = self._pairing
        if self._is_replaced(range(end, end + _MANY), pairing.pairs[end - 1] + 1, 1):
            end -= self._doubted(range(end - 1, start - 1, -1))
        if start < end and self._is_replaced(range(start - 1, start - 1 - _MANY, -1), pairing.pairs[start] - 1, -1):
            start += self._doubted(range(start, end))
        return (start, end) if start < end else (start, start)

    def _is_another_line(self, start: int, end: int, side: int) -> bool:
        """Whether the lines, of which a block has the tokens ``start`` to ``end``, have nothing else in common, and much else."""
        own = self._bits(start, end)
        if own >= 2 * _ENOUGH:
            return False
        pairs, new = self._pairing.pairs, self._new
        edge = end - 1 if side > 0 else start
        rest, other_rest = _rest(self._old, edge, side), _rest(new, pairs[edge], side)
        line = new.line_of[pairs[edge]]
        if any(pairs[token] != NONE and new.line_of[pairs[token]] == line for token in rest):
            return False
        weights = (
            (self._weights[tokens.keys[each]] for each in these) for tokens, these in ((self._old, rest), (new, other_rest))
        )
        return min(map(sum, weights)) > own

    def _is_replaced(self, ahead: range, other: int, side: int) -> bool:
        """Whether, from here on, many words stand in the place of many others, and no line or sentence ends before them."""
        pairing = self._pairing
        if self._is_end(*((ahead[0], other) if side > 0 else (ahead[0] + 1, other + 1))):
            return False
        others = range(other, other + side * _MANY, side)
        if min(*ahead, *others) < 0 or max(ahead) >= len(self._old) or max(others) >= len(self._new):
            return False
        return all(pairing.pairs[token] == NONE for token in ahead) and not any(pairing.taken[token] for token in others)

    def _is_end(self, token: int, other: int) -> bool:
        """Whether a line, or a sentence, ends before both tokens."""
        old, new = self._old, self._new
        if token >= len(old) or other >= len(new) or (old.begins_line(token) and new.begins_line(other)):
            return True
        return all(each > 0 and tokens.words[each - 1] in STOPS for tokens, each in ((old, token), (new, other)))

    def _doubted(self, tokens: range) -> int:
        """How many of these tokens, one after the other, it takes to make a coincidence unlikely."""
        sums = accumulate(chain((self._weights[self._old.keys[token]] for token in tokens), [_ENOUGH_AT_EDGE]))
        return min(next(number for number, bits in enumerate(sums, 1) if bits >= _ENOUGH_AT_EDGE), len(tokens))

    def _without_signs(self, start: int, end: int) -> Block:
        """A block without the signs at its edges that are written onto a word outside it."""
        old, new, pairs = self._old, self._new, self._pairing.pairs
        while start < end and not old.is_word(start) and (old.is_attached(start) or new.is_attached(pairs[start])):
            start += 1
        while start < end and not old.is_word(end - 1) and not old.is_attached(end - 1):
            if not (old.is_attached(end) or new.is_attached(pairs[end - 1] + 1)):
                break
            end -= 1
        return start, end


def _overlap(unit: range, start: int, end: int) -> range:
    return range(max(unit.start, start), min(unit.stop, end))


def _rest(tokens: Tokens, token: int, side: int) -> range:
    """The tokens of the line of ``token`` that come after it, or before it."""
    end = token + side
    while 0 <= end < len(tokens) and tokens.line_of[end] == tokens.line_of[token]:
        end += side
    return range(token + side, end, side)
