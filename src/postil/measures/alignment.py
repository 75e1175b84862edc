"""The best alignment of what several annotators marked, which is what gamma rests on (Mathet, Widlöcher & Métivier 2015).

An alignment divides all units into *blocks*, each of at most one unit of every annotator. With n annotators there are
C = n(n-1)/2 pairs; a block costs the mean, over them, of the dissimilarity of its two units, where a pair that lacks a unit
costs 1. So a block S of real units costs ``1 + Σ (d - 1) / C`` over the pairs in S, and joining units *gains*
``Σ (1 - d) / C + |S| - 1`` over leaving each alone. The best alignment is found exactly: two annotators pose an assignment
problem; more of them a set packing problem over the blocks that may be worth it.
"""

from __future__ import annotations

from typing import NamedTuple

from postil.measures import Continuum
from postil.measures._blocks import best_blocks
from postil.measures._matching import matched
from postil.measures._units import Blocks, Columns, TooManyBlocks, Weights, columns

__all__ = ["Alignment", "TooManyBlocks", "Weights", "align", "align_columns", "alignment"]


class Alignment(NamedTuple):
    """Which units belong together. ``blocks``: for each the numbers of its units, lowest first; alone ones are left out.

    Units are numbered annotator by annotator, in the order of the continuum. ``cost``: of all blocks, those of one unit too.
    """

    units: Columns
    annotators: int
    blocks: list[tuple[int, ...]]
    cost: float

    @property
    def disorder(self) -> float:
        """The cost divided by the mean number of units of an annotator."""
        return self.cost * self.annotators / self.units.size


def align(continuum: Continuum, weights: Weights = Weights()) -> Alignment:  # noqa: B008 - a tuple never changes
    """The best alignment of two or more annotators.

    No block could be divided without loss; where several alignments are equally good, any of them may be found. Raises
    ``ValueError`` for fewer annotators, and for units and weights that cannot be, and
    :class:`~postil.measures._units.TooManyBlocks` where too many units overlap.
    """
    units, annotators = columns(continuum), len(continuum.units)
    return alignment(units, annotators, align_columns(units, annotators, weights))


def alignment(units: Columns, annotators: int, blocks: list[Blocks]) -> Alignment:
    """The alignment that consists of these blocks, in the order of their units."""
    members = sorted(tuple(block) for some in blocks for block in some.members.tolist())
    return Alignment(units, annotators, members, units.size - sum(float(some.gains.sum()) for some in blocks))


def align_columns(units: Columns, annotators: int, weights: Weights) -> list[Blocks]:
    """The blocks of two units or more of a best alignment of each sample."""
    weights.check()
    if annotators < 2:
        raise ValueError("an alignment needs two annotators or more")
    if not units.size:
        return []
    return [matched(units, weights)] if annotators == 2 else best_blocks(units, annotators, weights)
