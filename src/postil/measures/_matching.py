"""The best one-to-one matching of two annotators' units: pairs that gain 2 - d over being left alone, an assignment problem."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from postil.measures import Floats
from postil.measures._units import NOTHING, Blocks, Columns, Ints, Weights, distances, near_pairs, split_by

DENSE = 60 * 60
"""Pairs of units in a sample: with so many, a table of all costs less than looking for those that are near."""

_SPARSE = 4  # cells for each that is filled: with more of them, it is better not to keep the others


def matched(units: Columns, weights: Weights) -> Blocks:
    """The pairs of a best matching in each sample, those that gain nothing left out."""
    mine, others = (_table(units, np.flatnonzero(units.who == who)) for who in (0, 1))
    if mine.shape[1] * others.shape[1] <= DENSE:
        return _matched_in_tables(units, mine, others, weights)
    one, other, far = near_pairs(units, 2.0 - NOTHING, weights)
    return _matched_in_graph(units.size, one, other, 2 - far)


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


def _matched_in_graph(size: int, one: Ints, other: Ints, gains: Floats) -> Blocks:
    """A best matching in the graph with these edges, component by component."""
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), (size, size))
    count, component = connected_components(graph, directed=False)
    of_edges = component[one]
    is_single = np.bincount(of_edges, minlength=count)[of_edges] == 1
    rest = np.flatnonzero(~is_single)
    numbers, of_rest = np.unique(of_edges[rest], return_inverse=True)
    chosen = [np.flatnonzero(is_single)]
    chosen.extend(_assigned(rest[edges], one, other, gains) for edges in split_by(of_rest, len(numbers)))
    picked = np.sort(np.concatenate(chosen))
    return Blocks(np.column_stack([one[picked], other[picked]]), gains[picked])


def _assigned(edges: Ints, one: Ints, other: Ints, gains: Floats) -> Ints:
    """The edges of a best matching of one component."""
    rows, row = np.unique(one[edges], return_inverse=True)
    ends, column = np.unique(other[edges], return_inverse=True)
    cells = len(rows) * len(ends)
    if cells > DENSE and cells > len(edges) * _SPARSE:
        chosen = _assigned_sparsely(row, column, gains[edges])
    else:
        table = np.zeros((len(rows), len(ends)))
        table[row, column] = gains[edges]
        chosen = np.column_stack(linear_sum_assignment(table, maximize=True))
    found: Ints = edges[np.isin(row * len(ends) + column, chosen @ [len(ends), 1])]
    return found


def _assigned_sparsely(row: Ints, column: Ints, gains: Floats) -> Ints:
    """The same where few cells are filled: the rows and columns that are matched.

    Each row has a column of its own besides, which stands for being left alone. All gains are raised by 1, as a cell without
    gain would not be there; that changes nothing, as every row takes one cell.
    """
    rows, ends = np.arange(row.max() + 1), column.max() + 1
    cells = np.concatenate([gains, np.zeros(len(rows))]) + 1
    table = coo_array((cells, (np.concatenate([row, rows]), np.concatenate([column, ends + rows]))))
    chosen = np.column_stack(min_weight_full_bipartite_matching(table.tocsr(), maximize=True))
    found: Ints = chosen[chosen[:, 1] < ends]
    return found
