"""Disorder: what the best alignment of several annotators costs, and what it would cost by chance.

Everything that gamma, gamma-cat and gamma-k are made of, for one continuum (Mathet, Widlöcher & Métivier 2015; Mathet 2017).
"""

from __future__ import annotations

import math
from itertools import combinations
from typing import NamedTuple

import numpy as np

from postil.measures import Continuum, Floats
from postil.measures._chance import Shuffler
from postil.measures._units import Blocks, Columns, Ints, Weights, apart, columns, labels_of
from postil.measures.alignment import Alignment, align_columns, alignment

FEWEST = 30
MOST = 3_000
_TOGETHER = 2_000  # units of samples that are aligned in one go: few enough for the linear program to be fast


class Chance(NamedTuple):
    """How disorder by chance is estimated.

    From ``FEWEST`` samples, and from more (at most ``MOST``) where 1.96 standard errors of the mean would be more than
    ``precision`` of it. ``seed``: what samples are drawn.
    """

    seed: int = 0
    precision: float = 0.05

    def enough(self, disorders: Floats) -> int:
        """How many samples are needed, judged by these (Mathet et al. 2015, §5.3)."""
        spread, allowed = 1.96 * float(disorders.std(ddof=1)), self.precision * float(disorders.mean())
        if spread >= allowed * MOST**0.5:
            return MOST if spread else FEWEST
        return max(math.ceil((spread / allowed) ** 2), FEWEST)


class Categorial(NamedTuple):
    """Of the aligned pairs of units, how much their labels weigh and differ: samples x (all, and each label).

    A pair weighs ``max(0, 1 - d_pos) / (n - 1)``, where n is the number of units in its block; one of label k is one with it on
    either side. A unit that is alone is in no pair: what was missed does not count here.
    """

    weight: Floats
    differ: Floats

    def mean(self) -> Categorial:
        """The mean over samples."""
        return Categorial(self.weight.mean(axis=0), self.differ.mean(axis=0))

    def variance(self) -> tuple[Floats, Floats, Floats]:
        """Of both means over samples, and between the two, what drawing samples leaves open."""
        weight, differ = (part - part.mean(axis=0) for part in self)
        of = len(weight) * (len(weight) - 1)
        return (weight**2).sum(axis=0) / of, (differ**2).sum(axis=0) / of, (weight * differ).sum(axis=0) / of


class Disorder(NamedTuple):
    """``observed`` is the best alignment, ``categorial`` its labels. ``sampled``, ``by_chance``: the same of each sample."""

    observed: Alignment
    categorial: Categorial
    sampled: Floats
    by_chance: Categorial
    labels: list[str]


def disorder(
    continuum: Continuum,
    weights: Weights = Weights(),  # noqa: B008 - a tuple never changes
    chance: Chance = Chance(),  # noqa: B008 - the same
) -> Disorder:
    """Align the units of two or more annotators, and samples of them.

    Raises ``ValueError`` for fewer annotators, for a continuum without units, and for units that are empty or not inside it;
    :class:`~postil.measures._units.TooManyBlocks` where too many units overlap.
    """
    units, annotators = columns(continuum), len(continuum.units)
    if not units.size:
        raise ValueError("there are no units")
    labels = labels_of(continuum)
    blocks = align_columns(units, annotators, weights)
    shuffler = Shuffler(units, annotators, continuum.length, chance.seed, continuum.name)
    sampling = _Sampling(shuffler, annotators, weights, len(labels))
    sampled, by_chance = sampling.of(FEWEST)
    missing = chance.enough(sampled) - FEWEST
    if missing > 0:
        more, more_by_chance = sampling.of(missing)
        sampled = np.concatenate([sampled, more])
        by_chance = Categorial(*map(np.concatenate, zip(by_chance, more_by_chance, strict=True)))
    observed = alignment(units, annotators, blocks)
    return Disorder(observed, _categorial(units, blocks, len(labels)).mean(), sampled, by_chance, labels)


class _Sampling(NamedTuple):
    shuffler: Shuffler
    annotators: int
    weights: Weights
    labels: int

    def of(self, count: int) -> tuple[Floats, Categorial]:
        """The disorder of each of ``count`` samples, and the labels of all their pairs together."""
        draws = self.shuffler.draw(count)
        parts = [self._aligned(units) for units in self.shuffler.samples(draws, _TOGETHER)]
        disorders, weights, differ = (np.concatenate(some) for some in zip(*parts, strict=True))
        return disorders, Categorial(weights, differ)

    def _aligned(self, units: Columns) -> tuple[Floats, Floats, Floats]:
        blocks = align_columns(units, self.annotators, self.weights)
        counts = np.bincount(units.sample)
        costs = counts.astype(float)
        for some in blocks:
            costs -= np.bincount(units.sample[some.members[:, 0]], some.gains, len(counts))
        return costs * self.annotators / counts, *_categorial(units, blocks, self.labels)


def _categorial(units: Columns, blocks: list[Blocks], labels: int) -> Categorial:
    samples = int(units.sample[-1]) + 1
    weight, differ = np.zeros((samples, labels + 1)), np.zeros((samples, labels + 1))
    for some in blocks:
        size = some.members.shape[1]
        one, other = some.members[:, list(combinations(range(size), 2))].reshape(-1, 2).T
        amount = np.maximum(0, 1 - apart(units, one, other) ** 2) / (size - 1)
        kinds = units.labels[one], units.labels[other], units.sample[one]
        weight += _by_label(amount, *kinds, weight.shape)
        differ += _by_label(np.where(kinds[0] != kinds[1], amount, 0.0), *kinds, differ.shape)
    return Categorial(weight, differ)


def _by_label(amount: Floats, one: Ints, other: Ints, sample: Ints, shape: tuple[int, ...]) -> Floats:
    """The amounts of pairs added up: in each sample those of all, and those with each label on either side."""
    first, mixed = sample * shape[1], one != other
    cells = np.concatenate([first, first + 1 + one, (first + 1 + other)[mixed]])
    found: Floats = np.bincount(cells, np.concatenate([amount, amount, amount[mixed]]), shape[0] * shape[1]).astype(float)
    return found.reshape(shape)
