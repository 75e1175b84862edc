"""Bennett, Alpert and Goldstein's S: two annotators, chance alike for every category (1954).

Expected agreement is A_e = 1/q for q categories, used or not: S rises with every category that a scheme has and nobody needs.
For more annotators: the mean over pairs. Observed and expected are agreements.
"""

from __future__ import annotations

import numpy as np

from postil.measures import Coefficient, Floats, Measure, Totals, Valued
from postil.measures._coding import Rows
from postil.measures._items import ALIGNED, PERFECT, contingencies_of_labels
from postil.measures._pairs import Table, chance_corrected, contingencies, of_two

__all__ = ["bennett_s", "contingencies", "value"]

_ONE_CATEGORY = "there is one category only, so nothing can be expected by chance"


def bennett_s(rows: Rows, categories: int | None = None) -> Coefficient:
    """S of two rows of N items, ``None`` where a value is missing: such an item is left out.

    ``categories``: how many there are, without it: those that occur. Raises :class:`ValueError` unless there are two rows of one
    length, and for fewer categories than occur.
    """
    categories = _number(Totals.of(contingencies(rows)), categories)
    return of_two(rows, lambda table: _expected(table, categories), _ONE_CATEGORY)


def value(totals: Totals, categories: int | None = None) -> Valued:
    """S from added contingencies, the mean over pairs of annotators. The categories are those of the corpus, not of a pair."""
    categories = _number(totals, categories)
    return chance_corrected(totals, lambda table: _expected(table, categories), _ONE_CATEGORY)


def _number(totals: Totals, categories: int | None) -> int:
    occurring = len({value for key in totals.keys("both") for value in key[3:]})
    if categories is not None and categories < occurring:
        raise ValueError(f"{occurring} categories occur, which is more than {categories}")
    return occurring if categories is None else categories


def _expected(table: Table, categories: int) -> Floats:
    return np.full_like(table.items, 1 / categories)


BENNETT_S = Measure(
    "bennett-s",
    "Bennett's S of labels",
    ("span", "label"),
    contingencies_of_labels,
    lambda totals, _part: value(totals),
    reading=f"{ALIGNED} The mean over pairs of annotators. {PERFECT}",
)
