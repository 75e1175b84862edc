"""Passages of two texts that are certainly the same: runs of words that each text has once.

A run of one text and of the other that both have it just once belong together, wherever they stand: that is what finds a
paragraph that was moved. What stands near the ends of such a run is left open, because an edit beside it could be read in two
ways ("the town" before "the town is": which is new?); :mod:`postil.editing.alignment` decides it with what stands between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

Keys = Sequence[int]


class Run(NamedTuple):
    """``size`` tokens from ``old`` in the one text are those from ``new`` in the other."""

    old: int
    new: int
    size: int


def anchors(old: Keys, new: Keys, length: int) -> list[Run]:
    """The runs that are found by passages of ``length`` tokens (a power of two) that either text has once, by their old place.

    No two overlap in either text; their new places need not be in order.
    """
    places = _unique_passages(old, new, length)
    runs: list[list[int]] = []  # first old, first new, passages
    for first, second in places:
        if runs and first == runs[-1][0] + runs[-1][2] and second == runs[-1][1] + runs[-1][2]:
            runs[-1][2] += 1
        else:
            runs.append([first, second, 1])
    margin = length - 1
    return [Run(first + margin, second + margin, count - margin) for first, second, count in runs if count > margin]


def _unique_passages(old: Keys, new: Keys, length: int) -> list[tuple[int, int]]:
    names_old, names_new = list(old), list(new)
    reach = 1
    while reach < length:  # the name of a passage is made of the names of its halves: exact, and linear
        names: dict[tuple[int, int], int] = {}
        names_old, names_new = (
            [names.setdefault(pair, len(names)) for pair in zip(each, each[reach:], strict=False)]
            for each in (names_old, names_new)
        )
        reach *= 2
    once_old, once_new = _once(names_old), _once(names_new)
    return [(place, once_new[name]) for name, place in once_old.items() if name in once_new]


def _once(names: list[int]) -> dict[int, int]:
    """The place of each name that comes once, in the order of the places."""
    found: dict[int, int] = {}
    for place, name in enumerate(names):
        found[name] = -1 if name in found else place
    return {name: place for name, place in found.items() if place >= 0}


def in_order(runs: Sequence[Run]) -> list[Run]:
    """The runs, of most tokens together, whose places are in the same order in both texts. The others were moved."""
    ordered = sorted(runs)
    ranks = {place: rank for rank, place in enumerate(sorted(run.new for run in ordered), 1)}
    tree = [(0, -1)] * (len(ordered) + 1)  # a Fenwick tree of the heaviest chain that ends at a new place, and its last run
    before = []
    for index, run in enumerate(ordered):
        best = (0, -1)
        rank = ranks[run.new] - 1
        while rank > 0:
            best = max(best, tree[rank])
            rank -= rank & -rank
        before.append(best[1])
        weight = (best[0] + run.size, index)
        rank = ranks[run.new]
        while rank < len(tree):
            tree[rank] = max(tree[rank], weight)
            rank += rank & -rank
    best = (0, -1)
    rank = len(ordered)
    while rank > 0:
        best = max(best, tree[rank])
        rank -= rank & -rank
    chain = []
    index = best[1]
    while index >= 0:
        chain.append(ordered[index])
        index = before[index]
    return chain[::-1]
