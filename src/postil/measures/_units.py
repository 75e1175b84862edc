"""Units as columns: what the search for the best alignment works on."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from postil.measures import Continuum, Floats

NOTHING = 1e-9
"""Costs that differ by less are the same: what is left of rounding."""

MOST_PAIRS = 10_000_000
"""Pairs of units that are near each other. More of them would not fit into the memory of a small machine."""

_PORTION = 500_000  # pairs that are looked at at a time, so that memory stays bounded
_MOST_PORTIONS = 200  # some seconds

Ints = npt.NDArray[np.int64]


class TooManyBlocks(ArithmeticError):
    """So many units overlap that the best alignment of them cannot be found."""


class Weights(NamedTuple):
    """How much a difference of position (``alpha``) and of label (``beta``) counts, where leaving a unit alone costs 1."""

    alpha: float = 1.0
    beta: float = 1.0

    def check(self) -> None:
        """Raise ``ValueError`` for weights with which there would be no best alignment."""
        if not all(0 <= weight < math.inf for weight in self):
            raise ValueError(f"weights are 0 or more, not {self.alpha} and {self.beta}")


class Columns(NamedTuple):
    """Units, sample by sample and in each annotator by annotator: their places, numbers of label, annotator and sample.

    Units of different samples have nothing to do with each other; what annotators really marked is one sample.
    """

    starts: Floats
    ends: Floats
    labels: Ints
    who: Ints
    sample: Ints

    def take(self, chosen: Ints | npt.NDArray[np.intp]) -> Columns:
        """Some of the units."""
        return Columns(self.starts[chosen], self.ends[chosen], self.labels[chosen], self.who[chosen], self.sample[chosen])

    @property
    def size(self) -> int:
        """How many units there are."""
        return len(self.starts)


class Blocks(NamedTuple):
    """Blocks of one size: the numbers of their units (blocks x size), ascending, and what each gains over leaving them alone."""

    members: Ints
    gains: Floats


def columns(continuum: Continuum) -> Columns:
    """All units of a continuum, annotator by annotator; a discontinuous one from its first code point to its last.

    Raises ``ValueError`` for a unit that covers nothing or does not lie in the continuum.
    """
    numbers = {label: number for number, label in enumerate(labels_of(continuum))}
    rows = []
    for who, units in enumerate(continuum.units.values()):
        for start, end, label, *_ in units:
            if not 0 <= start < end <= continuum.length:
                raise ValueError(f"unit {start} to {end} covers nothing, or is not in a continuum of length {continuum.length}")
            rows.append((start, end, numbers[label], who))
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    places = table[:, :2].astype(float)
    return Columns(places[:, 0], places[:, 1], table[:, 2], table[:, 3], np.zeros(len(table), dtype=np.int64))


def labels_of(continuum: Continuum) -> list[str]:
    """Every label, in order."""
    return sorted({unit.label for units in continuum.units.values() for unit in units})


def apart(units: Columns, one: Ints, other: Ints) -> Floats:
    """How far apart the places of two units are: the differences of starts and of ends, by the sum of lengths.

    Its square is the positional dissimilarity. Numbers of units broadcast against each other.
    """
    starts, ends = units.starts, units.ends
    found, more = starts[one] - starts[other], ends[one] - ends[other]
    np.abs(found, out=found)
    np.abs(more, out=more)
    found += more
    np.add(ends[one] - starts[one], ends[other] - starts[other], out=more)
    found /= more
    return found


def distances(units: Columns, one: Ints, other: Ints, weights: Weights) -> Floats:
    """The dissimilarity of pairs of units, given by their numbers (Mathet et al. 2015, with a cost of 1 for being alone)."""
    found = apart(units, one, other)
    found *= found
    found *= weights.alpha
    np.add(found, weights.beta, out=found, where=units.labels[one] != units.labels[other])
    return found


def near_pairs(units: Columns, farthest: float, weights: Weights) -> tuple[Ints, Ints, Floats]:
    """Every pair of units of different annotators that is less than ``farthest`` apart, and how far: lower number first.

    A difference of positions is at least twice that of the middles. So units as near as that overlap when each is stretched
    about its middle to ``sqrt(farthest / alpha)`` times its length, and a sweep over sorted starts finds them all.

    Raises :class:`TooManyBlocks` where they are more than ``MOST_PAIRS``, or very many more units overlap.
    """
    order, following = _overlapping(units, farthest, weights)
    if following.sum() > _PORTION * _MOST_PORTIONS:
        raise TooManyBlocks(f"more than {_PORTION * _MOST_PORTIONS:,} pairs of units overlap")
    found = []
    count = 0
    for portion in portions(following, _PORTION):
        places = np.arange(portion.start, portion.stop)
        which, second = runs(places + 1, following[portion])
        one, other = order[places[which]], order[second]
        between = (units.who[one] != units.who[other]) & (units.sample[one] == units.sample[other])
        one, other = one[between], other[between]
        far = distances(units, one, other, weights)
        near = far < farthest
        one, other = one[near], other[near]
        found.append((np.minimum(one, other), np.maximum(one, other), far[near]))
        count += len(one)
        if count > MOST_PAIRS:
            raise TooManyBlocks(f"more than {MOST_PAIRS:,} pairs of units are near each other")
    first, second, far = map(np.concatenate, zip(*found, strict=True))
    return first, second, far


def _overlapping(units: Columns, farthest: float, weights: Weights) -> tuple[Ints, Ints]:
    """Units in order of their stretched starts, and for each how many after it start before it ends."""
    stretch = (farthest / weights.alpha) ** 0.5 / 2 if weights.alpha else math.inf
    if not units.size or not math.isfinite(stretch):
        return np.arange(units.size), np.arange(units.size)[::-1]
    middle, reach = (units.starts + units.ends) / 2, (units.ends - units.starts) * stretch
    left, right = middle - reach, middle + reach
    beside = units.sample * (right.max() - left.min())  # samples are laid side by side
    order = np.argsort(left + beside, kind="stable")
    last = np.searchsorted((left + beside)[order], (right + beside)[order])
    return order, np.maximum(last - np.arange(1, len(order) + 1), 0)


def runs(begins: Ints, counts: Ints) -> tuple[Ints, Ints]:
    """Successive numbers, as many as the count of each begin: the place of the begin that each belongs to, and the number."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(len(which)) + (begins - (np.cumsum(counts) - counts))[which]


def portions(sizes: Ints, most: int) -> Iterator[slice]:
    """Slices whose sizes add up to ``most`` each, or the size of one more."""
    ends = np.flatnonzero(np.diff(np.cumsum(sizes) // most)) + 1
    yield from (slice(first, last) for first, last in pairwise([0, *ends.tolist(), len(sizes)]))
