"""What the annotators would do by chance: their own units, thrown anew (the shuffling of Mathet et al. 2015, §4.3.2).

Each annotator of a sample is one of the real ones, drawn at random, with all units moved around the continuum by the same
distance, which keeps lengths, labels and what overlaps what. The distances of a sample are at least the mean length of a unit
apart (in a continuum that is too short for that, half of what there is room for), so that nobody is compared with himself where
he was. Offsets count from the first unit, and annotators are put in order by what they marked: what is drawn does not depend on
where in the text the units stand, nor on how annotators and labels are named. The same seed and name always draw the same.
"""

from __future__ import annotations

import hashlib
import math
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from postil.measures._units import Columns, Ints, portions, runs


class Draws(NamedTuple):
    """For each sample and annotator of it, whose units they are and how far they are moved (both samples x annotators)."""

    sources: Ints
    shifts: Ints


def generator(seed: int, name: str) -> np.random.Generator:
    """The random numbers for what has this name. They are of no use to an adversary and need not be."""
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return np.random.default_rng([seed, *np.frombuffer(digest, dtype="<u4").tolist()])


class Shuffler:
    """Draws samples of units that are on a continuum of ``length`` code points; at least one unit."""

    def __init__(self, units: Columns, annotators: int, length: int, seed: int, name: str) -> None:
        self._annotators, self._length = annotators, length
        self._random = generator(seed, name)
        order = _order(units, annotators)
        self._counts = np.bincount(units.who, minlength=annotators)[order]
        sources = np.argsort(order)[units.who]
        self._units = units.take(np.lexsort((units.labels, units.ends, units.starts, sources)))
        self._begins = np.cumsum(self._counts) - self._counts
        self._first = units.starts.min()
        mean = (units.ends - units.starts).mean()
        self._apart = min(math.ceil(mean), length // (2 * annotators))

    def draw(self, count: int) -> Draws:
        """Whose units, and by how much they are moved, for ``count`` samples. Every sample has units."""
        sources = self._random.integers(self._annotators, size=(count, self._annotators))
        while (empty := ~self._counts[sources].any(axis=1)).any():
            sources[empty] = self._random.integers(self._annotators, size=(int(empty.sum()), self._annotators))
        free = self._length - self._annotators * self._apart
        steps = self._random.integers(free, size=(count, self._annotators), endpoint=True)
        steps[:, 0] = 0
        shifts = np.sort(steps, axis=1) + self._apart * np.arange(self._annotators)
        shifts += self._random.integers(self._length, size=(count, 1))
        return Draws(sources, self._random.permuted(shifts, axis=1))

    def samples(self, draws: Draws, most: int) -> Iterator[Columns]:
        """The units of the samples, some samples at a time: as many as have about ``most`` units, one at least.

        What passes the end of the continuum comes in again at its beginning; a unit that reaches over the end is left in one
        piece.
        """
        for portion in portions(self._counts[draws.sources].sum(axis=1), most):
            sources, shifts = draws.sources[portion].ravel(), draws.shifts[portion].ravel()
            whose, number = runs(self._begins[sources], self._counts[sources])
            units = self._units.take(number)
            starts = (units.starts - self._first + shifts[whose]) % self._length
            ends = starts + (units.ends - units.starts)
            yield Columns(starts, ends, units.labels, whose % self._annotators, whose // self._annotators)


def _order(units: Columns, annotators: int) -> list[int]:
    """The annotators, in an order that depends neither on their names nor on those of labels: by their units."""
    kinds = _kinds(units)
    rows = np.column_stack([units.starts, units.ends, kinds])
    return sorted(range(annotators), key=lambda who: sorted(rows[units.who == who].tolist()))


def _kinds(units: Columns) -> Ints:
    """For each unit the number of its label, where labels are numbered by the places of all units that have them."""
    places = np.column_stack([units.starts, units.ends])[np.lexsort((units.ends, units.starts, units.labels))]
    by_label = [some.tolist() for some in np.split(places, np.cumsum(np.bincount(units.labels))[:-1])]
    in_order = sorted(by_label)
    return np.array([bisect_left(in_order, some) for some in by_label])[units.labels]
