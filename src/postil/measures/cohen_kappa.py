"""Cohen's kappa: two annotators, each with chances of his own (Cohen 1960).

Expected agreement is A_e = Σ_c p_1c·p_2c over the items that both coded. For more annotators: the mean over pairs, as in Light
1971. Observed and expected are agreements.
"""

from __future__ import annotations

import numpy as np

from postil.measures import Coefficient, Floats, Measure, Totals, Valued, ratio
from postil.measures._coding import Rows, rows_of
from postil.measures._items import ALIGNED, PERFECT, contingencies_of_labels
from postil.measures._pairs import Table, chance_corrected, contingencies, of_two

__all__ = ["cohen_kappa", "contingencies", "rows_of", "value"]


def cohen_kappa(rows: Rows) -> Coefficient:
    """Kappa of two rows of N items, ``None`` where a value is missing: such an item is left out.

    Raises :class:`ValueError` unless there are two rows of one length. Undefined where both always used one and the same value.
    """
    return of_two(rows, _expected)


def value(totals: Totals) -> Valued:
    """Kappa from added contingencies, the mean over pairs of annotators."""
    return chance_corrected(totals, _expected)


def _expected(table: Table) -> Floats:
    common = (table.first[c] * table.second[c] for c in table.first if c in table.second)
    share: Floats = ratio(sum(common, np.zeros_like(table.items)), table.items**2)
    return share


COHEN_KAPPA = Measure(
    "cohen-kappa",
    "Cohen's kappa (κ) of labels",
    ("span", "label"),
    contingencies_of_labels,
    lambda totals, _part: value(totals),
    reading=f"{ALIGNED} The mean over pairs of annotators. {PERFECT}",
)
