"""Measures of two annotators, as the mean over pairs of them: who is a pair, and the contingency table of each.

A pair's name stands in the second and third place of a key. A pair without a value of its own is left out of the mean; where no
pair has one, neither has the mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np

from postil.measures import Coefficient, Floats, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._coding import SAME_VALUE, UNPAIRED, Rows, patterns


class Table(NamedTuple):
    """What a pair of annotators said of the items that both coded, by value (rendered) how often each used it."""

    items: Floats
    agreed: Floats
    first: dict[str, Floats]
    second: dict[str, Floats]

    @property
    def observed(self) -> Floats:
        """A_o: the share of items in which they agreed."""
        share: Floats = ratio(self.agreed, self.items)
        return share


def contingencies(rows: Rows, annotators: Sequence[str] = ()) -> Quantities:
    """``("both", a, b, c, k)``: items that annotator a called c and b called k, for each pair in the order of their names.

    ``annotators`` names the rows; they are numbered without. Raises :class:`ValueError` where rows or names do not fit together.
    """
    names = annotators or [f"{at:04}" for at in range(len(rows))]
    found: Quantities = {}
    for (a, row_a), (b, row_b) in combinations(sorted(zip(names, rows, strict=True), key=lambda named: named[0]), 2):
        for (c, k), times in patterns((row_a, row_b)).items():
            if c is not None and k is not None:
                found["both", a, b, c, k] = float(times)
    return found


def pairs(totals: Totals, first: str) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """The keys that begin with ``first``, by the pair that they are about."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for key in totals.keys(first):
        found.setdefault((key[1], key[2]), []).append(key)
    return found


def tables(totals: Totals) -> Iterator[Table]:
    """The contingency table of each pair, from added quantities."""
    for keys in pairs(totals, "both").values():
        table = Table(totals[()].copy(), totals[()].copy(), {}, {})
        for key in keys:
            c, k = key[3:]
            table.items[:] += totals[key]
            table.agreed[:] += totals[key] * (c == k)
            table.first[c] = table.first.get(c, 0.0) + totals[key]
            table.second[k] = table.second.get(k, 0.0) + totals[key]
        yield table


def mean_over_pairs(values: Iterable[Floats], size: int) -> Floats:
    """The mean of those that are defined, ``nan`` where none is."""
    each = np.array([*values, np.full(size, np.nan)])
    defined = ~np.isnan(each)
    mean: Floats = ratio(np.where(defined, each, 0).sum(axis=0), defined.sum(axis=0))
    return mean


def mean_f1(totals: Totals) -> Floats:
    """F1, the mean over pairs: ``("matched", a, b)`` twice, by the sum of ``("first", a, b)`` and ``("second", a, b)``."""
    values = (
        ratio(2 * totals["matched", *pair], totals["first", *pair] + totals["second", *pair]) for pair in pairs(totals, "first")
    )
    return mean_over_pairs(values, len(totals[()]))


def chance_corrected(totals: Totals, expected: Callable[[Table], Floats], reason: str = SAME_VALUE) -> Valued:
    """(A_o - A_e) / (1 - A_e), the mean over pairs; A_e as ``expected`` has it."""
    values = (ratio(table.observed - expected(table), 1 - expected(table)) for table in tables(totals))
    return mean_over_pairs(values, len(totals[()])), reason if totals.keys("both") else UNPAIRED


def of_two(rows: Rows, expected: Callable[[Table], Floats], reason: str = SAME_VALUE) -> Coefficient:
    """The coefficient of exactly two annotators. Raises :class:`ValueError` for more or fewer."""
    if len(rows) != 2:
        raise ValueError(f"two annotators are compared, not {len(rows)}: take the mean over pairs, or alpha")
    totals = Totals.of(contingencies(rows))
    table = next(tables(totals), None)
    parts = (table.observed[0], expected(table)[0]) if table else ()
    return coefficient(chance_corrected(totals, expected, reason), *parts)
