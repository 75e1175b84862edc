"""The best one-to-one matching of two annotators' units: pairs that gain 2 - d over being left alone, an assignment problem."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from postil.measures import Floats
from postil.measures._units import NOTHING, Blocks, Columns, Ints, Weights, distances, near_pairs

DENSE = 120 * 120
"""Pairs of units in a sample: with so many, a table of all costs less than looking for those that are near."""

Bools = npt.NDArray[np.bool_]

_SMALL = 60 * 60  # cells of a table that is better filled than only kept where it gains
_SPARSE = 4  # cells for each that gains: the fewest with which a larger table is better not filled


def matched(units: Columns, weights: Weights) -> Blocks:
    """The pairs of a best matching in each sample, those that gain nothing left out."""
    mine, others = (_table(units, np.flatnonzero(units.who == who)) for who in (0, 1))
    if mine.shape[1] * others.shape[1] <= DENSE:
        return _matched_in_tables(units, mine, others, weights)
    one, other, far = near_pairs(units, 2.0 - NOTHING, weights)
    return matched_in_graph(units.size, one, other, 2 - far)


def _table(units: Columns, chosen: Ints) -> Ints:
    """Numbers of units, samples x units, filled up with -1."""
    sample = units.sample[chosen]
    samples = int(units.sample[-1]) + 1 if units.size else 0
    counts = np.bincount(sample, minlength=samples)
    table = np.full((samples, counts.max(initial=0)), -1)
    table[sample, np.arange(len(chosen)) - (np.cumsum(counts) - counts)[sample]] = chosen
    return table


def _matched_in_tables(units: Columns, mine: Ints, others: Ints, weights: Weights) -> Blocks:
    gains = distances(units, mine[:, :, None], others[:, None, :], weights)
    np.subtract(2, gains, out=gains)
    np.maximum(gains, 0, out=gains)
    gains[mine < 0] = 0
    gains.transpose(0, 2, 1)[others < 0] = 0
    found = [linear_sum_assignment(table, maximize=True) for table in gains]
    if not found:
        return Blocks(np.empty((0, 2), dtype=np.int64), np.empty(0))
    rows, places = np.array(found).transpose(1, 0, 2)
    sample = np.arange(len(found))[:, None]
    gained = gains[sample, rows, places]
    worth = gained > NOTHING
    return Blocks(np.column_stack([mine[sample, rows][worth], others[sample, places][worth]]), gained[worth])


def matched_in_graph(size: int, one: Ints, other: Ints, gains: Floats) -> Blocks:
    """A best matching in the graph of ``size`` units with these edges, each of which gains something, component by component."""
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), (size, size))
    count, component = connected_components(graph, directed=False)
    of_edges = component[one]
    edges = np.bincount(of_edges, minlength=count)
    chosen = edges[of_edges] == 1
    rest = np.flatnonzero(~chosen)
    rest = rest[np.argsort(of_edges[rest], kind="stable")]
    row, column = (_places(units[rest], of_edges[rest]) for units in (one, other))
    ends = np.cumsum(edges[edges > 1])
    for first, last in pairwise([0, *ends.tolist()]):
        some = rest[first:last]
        chosen[some] = _assigned(row[first:last], column[first:last], gains[some])
    return Blocks(np.column_stack([one[chosen], other[chosen]]), gains[chosen])


def _places(units: Ints, component: Ints) -> Ints:
    """For each edge the place of its unit among those of the same component."""
    different, number = np.unique(units, return_inverse=True)
    of = np.empty(len(different), dtype=np.int64)
    of[number] = component
    order = np.argsort(of, kind="stable")
    place = np.empty(len(different), dtype=np.int64)
    place[order] = np.arange(len(different)) - np.searchsorted(of[order], of[order])
    return place[number]


def _assigned(row: Ints, column: Ints, gains: Floats) -> Bools:
    """Which cells of a table, where all others gain nothing, are a best matching of its rows and columns."""
    height, width = int(row.max()) + 1, int(column.max()) + 1
    if height * width > _SMALL and height * width > len(row) * _SPARSE:
        rows, columns = _assigned_sparsely(row, column, gains)
    else:
        table = np.zeros((height, width))
        table[row, column] = gains
        rows, columns = linear_sum_assignment(table, maximize=True)
    of_row = np.full(height, -1)
    of_row[rows] = columns
    found: Bools = of_row[row] == column
    return found


def _assigned_sparsely(row: Ints, column: Ints, gains: Floats) -> tuple[Ints, Ints]:
    """The same where few cells are filled: the rows, and the column that each is matched with.

    Each row has a column of its own besides, which stands for being left alone. All gains are raised by 1, as a cell without
    gain would not be there; that changes nothing, as every row takes one cell.
    """
    rows, width = np.arange(row.max() + 1), column.max() + 1
    cells = np.concatenate([gains, np.zeros(len(rows))]) + 1
    table = coo_array((cells, (np.concatenate([row, rows]), np.concatenate([column, width + rows]))))
    found: tuple[Ints, Ints] = min_weight_full_bipartite_matching(table.tocsr(), maximize=True)
    return found
