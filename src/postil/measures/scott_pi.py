"""Scott's pi: two annotators with the same chances (Scott 1955).

Expected agreement is A_e = Σ_c p_c², p_c the share of c among the values of both. For more annotators: the mean over pairs here;
:mod:`postil.measures.fleiss_kappa` takes them together. Observed and expected are agreements.
"""

from __future__ import annotations

import numpy as np

from postil.measures import Coefficient, Floats, Measure, Totals, Valued, ratio
from postil.measures._coding import Rows
from postil.measures._items import ALIGNED, PERFECT, contingencies_of_labels
from postil.measures._pairs import Table, chance_corrected, contingencies, of_two

__all__ = ["contingencies", "scott_pi", "value"]


def scott_pi(rows: Rows) -> Coefficient:
    """Pi of two rows of N items, ``None`` where a value is missing: such an item is left out.

    Raises :class:`ValueError` unless there are two rows of one length. Undefined where both always used one and the same value.
    """
    return of_two(rows, _expected)


def value(totals: Totals) -> Valued:
    """Pi from added contingencies, the mean over pairs of annotators."""
    return chance_corrected(totals, _expected)


def _expected(table: Table) -> Floats:
    zero = np.zeros_like(table.items)
    pooled = (table.first.get(c, zero) + table.second.get(c, zero) for c in {**table.first, **table.second})
    share: Floats = ratio(sum((both**2 for both in pooled), zero), (2 * table.items) ** 2)
    return share


SCOTT_PI = Measure(
    "scott-pi",
    "Scott's pi (π) of labels",
    ("span", "label"),
    contingencies_of_labels,
    lambda totals, _part: value(totals),
    reading=f"{ALIGNED} The mean over pairs of annotators. {PERFECT}",
)
