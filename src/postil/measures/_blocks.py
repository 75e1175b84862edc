"""The best division of three or more annotators' units into blocks: those that may be worth it, for a packing of them.

A block is worth it only if no division of it into two parts is as good: only if, for every two parts, the sum of d - 1 over the
pairs across is less than C. Units are joined annotator by annotator. As d is 0 or more, a further unit takes at most 1 from such
a sum for each pair across, and at most what the nearest unit of its annotator would take: what cannot become worth it any more
is dropped.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array

from postil.measures import Floats
from postil.measures._packing import packing
from postil.measures._units import NOTHING, Blocks, Columns, Ints, TooManyBlocks, Weights, near_pairs, portions, runs

MOST = 1_000_000
"""Blocks that may be worth it. With more of them the search would take far more than a minute and gigabytes of memory."""

_PORTION = 200_000  # blocks that are grown at a time, so that memory stays bounded

Bools = npt.NDArray[np.bool_]


def best_blocks(units: Columns, annotators: int, weights: Weights) -> list[Blocks]:
    """The blocks of a best division of each sample, by size.

    Raises :class:`~postil.measures._units.TooManyBlocks` where more than ``MOST`` may be worth it.
    """
    by_size: dict[int, list[Blocks]] = {}
    count = 0
    for some in _Graph(units, annotators, weights).blocks():
        count += len(some.gains)
        if count > MOST:
            raise TooManyBlocks(f"more than {MOST:,} groups of overlapping units would have to be weighed against each other")
        by_size.setdefault(some.members.shape[1], []).append(some)
    blocks = [Blocks(*map(np.concatenate, zip(*by_size[size], strict=True))) for size in sorted(by_size)]
    if not count:
        return []
    sizes = np.repeat([some.members.shape[1] for some in blocks], [len(some.gains) for some in blocks])
    rows = np.concatenate([some.members.ravel() for some in blocks])
    table = csc_array((np.ones(len(rows)), rows, np.concatenate([[0], np.cumsum(sizes)])), (units.size, count))
    chosen = packing(table, np.concatenate([some.gains for some in blocks]))
    each = np.split(chosen, np.cumsum([len(some.gains) for some in blocks])[:-1])
    return [Blocks(some.members[those], some.gains[those]) for some, those in zip(blocks, each, strict=True)]


class _Grown(NamedTuple):
    """Blocks of one size: the numbers of their units, ascending, and ``d - 1`` of every pair in the order of ``combinations``."""

    members: Ints
    excess: Floats

    def take(self, chosen: Bools | slice) -> _Grown:
        return _Grown(self.members[chosen], self.excess[chosen])


class _Graph:
    """Which units may share a block: pairs of different annotators, in order, each with ``d - 1``."""

    def __init__(self, units: Columns, annotators: int, weights: Weights) -> None:
        self._annotators, self._size, self._who = annotators, units.size, units.who
        self._pairs = annotators * (annotators - 1) // 2
        # in a block that is worth it, a unit's d - 1 add up to less than C, and each of n - 2 others takes off 1 at most
        one, other, far = near_pairs(units, self._pairs + annotators - 1.0, weights)
        order = np.lexsort((other, one))
        one, self._other, self._excess = one[order], other[order], far[order] - 1
        self._keys = one * self._size + self._other
        self._begins = np.searchsorted(one, np.arange(self._size + 1))
        # for each unit and annotator, the least that units of this annotator and all later ones add to the unit's sum
        least = np.zeros((self._size, annotators + 1))
        np.minimum.at(least, (one, units.who[self._other]), self._excess)
        np.minimum.at(least, (self._other, units.who[one]), self._excess)
        self._least = np.cumsum(least[:, ::-1], axis=1)[:, ::-1]

    def blocks(self) -> Iterator[Blocks]:
        """Every block that may be worth it, some at a time."""
        yield from self._from(_Grown(np.arange(self._size)[:, None], np.zeros((self._size, 0))))

    def _from(self, blocks: _Grown) -> Iterator[Blocks]:
        last = blocks.members[:, -1]
        for portion in portions(self._begins[last + 1] - self._begins[last], _PORTION):
            grown = self._joined(blocks.take(portion))
            size = grown.members.shape[1]
            worth, hopeful = self._judged(grown)
            gains = size - 1 - grown.excess[worth].sum(axis=1) / self._pairs
            yield Blocks(grown.members[worth], gains)
            if size < self._annotators and hopeful.any():
                yield from self._from(grown.take(hopeful))

    def _judged(self, blocks: _Grown) -> tuple[Bools, Bools]:
        """Which blocks are better than every division of them, and which may become so with units of later annotators."""
        count, size = blocks.members.shape
        worth, hopeful = np.ones(count, dtype=bool), np.ones(count, dtype=bool)
        pairs = list(combinations(range(size), 2))
        least = self._least[blocks.members, self._who[blocks.members[:, -1:]] + 1]
        for part in (part for some in range(1, size) for part in combinations(range(size), some)):
            across = [place for place, (one, other) in enumerate(pairs) if (one in part) != (other in part)]
            excess = blocks.excess[:, across].sum(axis=1)
            worth &= excess < self._pairs - NOTHING
            hopeful &= excess + least[:, part].sum(axis=1) < self._pairs
        return worth, hopeful

    def _joined(self, blocks: _Grown) -> _Grown:
        """Every block with one more unit, of a later annotator, that may share a block with each of its units."""
        members = blocks.members
        last = members[:, -1]
        parent, edge = runs(self._begins[last], self._begins[last + 1] - self._begins[last])
        places = [edge]  # of the edges from the block's units to the fresh one, the first unit's first
        for position in range(members.shape[1] - 2, -1, -1):
            wanted = members[parent, position] * self._size + self._other[edge]
            place = np.minimum(np.searchsorted(self._keys, wanted), len(self._keys) - 1)
            there = self._keys[place] == wanted
            parent, edge = parent[there], edge[there]
            places = [place[there], *(one[there] for one in places)]
        size = members.shape[1] + 1
        old, new = iter(blocks.excess[parent].T), iter(self._excess[place] for place in places)
        table = [next(new) if second == size - 1 else next(old) for _, second in combinations(range(size), 2)]
        return _Grown(np.column_stack([members[parent], self._other[edge]]), np.column_stack(table))
