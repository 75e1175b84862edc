"""Krippendorff's alpha for values given to items, by any number of annotators, with values missing.

Krippendorff, *Content Analysis*, 2nd ed. 2004, ch. 11; *Computing Krippendorff's Alpha-Reliability*, 2011. The quantities are the
coincidences ``("o", c, k)``: they add up to those of all items together, so a corpus has the alpha of its concatenation. Observed
and expected are *dis*\\agreements: D_o and D_e.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, get_args

import numpy as np

from postil.measures import Coefficient, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._coding import SAME_VALUE, UNPAIRED, Rows, number, ordered_pairs, patterns, render
from postil.measures._items import ALIGNED, PERFECT, coded_labels
from postil.measures.comparison import Comparison

Metric = Literal["nominal", "ordinal", "interval", "ratio"]
Distance = Callable[[Sequence[str]], Floats]
"""Squared differences between rendered values, K x K, zero between a value and itself and nowhere else."""


def krippendorff_alpha(rows: Rows, metric: Metric = "nominal") -> Coefficient:
    """Alpha of ``rows``: m annotators x N items, ``None`` where a value is missing.

    Items with fewer than two values are left out. Raises :class:`ValueError` for an unknown metric, rows of unequal length, and
    values that are no numbers where the metric is not nominal (for ratio: numbers of at least zero).
    """
    totals = Totals.of(coincidences(rows))
    observed, expected = disagreements(totals, metric)
    return coefficient(_value(totals, observed, expected), observed[0], expected[0])


def alpha_by_category(rows: Rows) -> list[tuple[Any, Coefficient]]:
    """Each value, and the alpha of "this one" against "any other" (Krippendorff 1980, p. 139)."""
    totals = Totals.of(coincidences(rows))
    values = sorted({key[1] for key in totals.keys("o")})
    return [(json.loads(value), coefficient(_category_alpha(totals, value))) for value in values]


def coincidences(rows: Rows) -> Quantities:
    """``("o", c, k)``: ordered pairs of values c and k in one item, each divided by the number of the item's values less one."""
    found: Quantities = {}
    for values, times in patterns(rows).items():
        paired = len(values) - values.count(None)
        for (c, k), pairs in ordered_pairs(values).items():
            key = ("o", c, k)
            found[key] = found.get(key, 0.0) + times * pairs / (paired - 1)
    return found


def alpha(totals: Totals, metric: Metric = "nominal") -> Valued:
    """Alpha from added coincidences."""
    return _value(totals, *disagreements(totals, metric))


def category_alpha(totals: Totals, category: Any) -> Valued:
    """The alpha of ``category`` against all others taken as one, from added coincidences."""
    return _category_alpha(totals, render(category))


def disagreements(totals: Totals, metric: Metric) -> tuple[Floats, Floats]:
    """D_o and D_e. Both ``nan`` where there are not two different values among the pairable ones."""
    if metric not in get_args(Metric):
        raise ValueError(f"no metric {metric!r}: there are {', '.join(get_args(Metric))}")
    values, counts = marginals(totals)
    if metric == "nominal":
        agreed = sum((totals["o", value, value] for value in values), totals["o",])
        n = counts.sum(axis=0)
        return _means(counts, n - agreed, n**2 - (counts**2).sum(axis=0))
    if metric == "ratio":
        return disagreements_by(totals, _ratio_differences)
    if metric == "ordinal":  # its difference is the interval between middle ranks
        return _between_places(totals, values, counts, _middle_ranks(values, counts))
    numbers = np.array([number(value) for value in values]).reshape(-1, 1)
    return _between_places(totals, values, counts, np.broadcast_to(numbers, counts.shape))


def disagreements_by(totals: Totals, distance: Distance) -> tuple[Floats, Floats]:
    """D_o and D_e for any distance between the values."""
    values, counts = marginals(totals)
    differences = distance(values)
    index = {value: at for at, value in enumerate(values)}
    observed = sum((totals[key] * differences[index[key[1]], index[key[2]]] for key in totals.keys("o")), totals["o",])
    return _means(counts, observed, (counts * (differences @ counts)).sum(axis=0))


def marginals(totals: Totals) -> tuple[list[str], Floats]:
    """The K values that occur in pairs, sorted, and how often each: K x R."""
    counts: dict[str, Floats] = {}
    for key in totals.keys("o"):
        counts[key[1]] = counts.get(key[1], 0.0) + totals[key]
    return list(counts), np.array([*counts.values(), totals["o",]])[:-1]


def _means(counts: Floats, observed: Floats, expected: Floats) -> tuple[Floats, Floats]:
    # Whether a second value occurs is asked of the counts: an expected disagreement of zero may have been rounded.
    n = np.where((counts > 0).sum(axis=0) > 1, counts.sum(axis=0), 0)
    return ratio(observed, n), ratio(expected, n * (n - 1))


def _between_places(totals: Totals, values: list[str], counts: Floats, places: Floats) -> tuple[Floats, Floats]:
    index = {value: at for at, value in enumerate(values)}
    observed = sum((totals[key] * (places[index[key[1]]] - places[index[key[2]]]) ** 2 for key in totals.keys("o")), totals["o",])
    # Σ n_c n_k (x_c - x_k)² without pairs of values: around the mean, lest large numbers cancel out.
    n = counts.sum(axis=0)
    deviations = places - np.nan_to_num(ratio((counts * places).sum(axis=0), n))
    return _means(counts, observed, 2 * n * (counts * deviations**2).sum(axis=0))


def _middle_ranks(values: list[str], counts: Floats) -> Floats:
    order = np.argsort([number(value) for value in values], kind="stable")
    ranks = np.empty_like(counts)
    ranks[order] = np.cumsum(counts[order], axis=0) - counts[order] / 2
    return ranks


def _ratio_differences(values: Sequence[str]) -> Floats:
    numbers = np.array([number(value) for value in values])
    if (numbers < 0).any():
        raise ValueError("the ratio metric has a natural zero: no value may be less")
    differences: Floats = np.nan_to_num(ratio(numbers[:, None] - numbers, numbers[:, None] + numbers)) ** 2
    return differences


def _category_alpha(totals: Totals, category: str) -> Valued:
    values, counts = marginals(totals)
    n = counts.sum(axis=0)
    inside = counts[values.index(category)] if category in values else totals["o",]
    crossing = inside - totals["o", category, category]
    value = np.where((inside > 0) & (inside < n), 1 - (n - 1) * ratio(crossing, inside * (n - inside)), np.nan)
    return value, SAME_VALUE if values else UNPAIRED


def _value(totals: Totals, observed: Floats, expected: Floats) -> Valued:
    return 1 - ratio(observed, expected), SAME_VALUE if totals.keys("o") else UNPAIRED


def _of_labels(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", coincidences(coded_labels(comparison))


def _labels(totals: Totals) -> list[str]:
    """The labels that occur; not the sets of them that documents may have."""
    values = [json.loads(value) for value in marginals(totals)[0]]
    return [value for value in values if isinstance(value, str)]


ALPHA = Measure(
    "alpha",
    "Krippendorff's alpha (α) of labels",
    ("span", "label"),
    _of_labels,
    lambda totals, part: category_alpha(totals, part) if part else alpha(totals),
    reading=f"{ALIGNED} {PERFECT}",
    is_default=True,
    default_kind="label",
    for_multiple=False,
    rank=4,
    parts_of=_labels,
    published="Fleiss' κ .56 for the types of given units in newspaper editorials (Al-Khatib et al. 2016).",
)
