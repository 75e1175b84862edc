"""Fleiss' kappa: any number of ratings of each item, of annotators with the same chances (Fleiss 1971).

Observed agreement is the mean over items of the share of agreeing pairs of ratings, expected agreement A_e = Σ_c p_c², p_c the
mean over items of the share of c. For two annotators it is Scott's pi; it is not the kappa of Davies & Fleiss (1982), where each
annotator has chances of his own. Observed and expected are agreements.

Where items differ in their number of ratings every item still counts as one, with the shares among its own ratings (Gwet,
*Handbook of Inter-Rater Reliability*, 4th ed. 2014, ch. 2; unlike there, an item rated once is left out altogether).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from postil.measures import Coefficient, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._coding import SAME_VALUE, UNPAIRED, Rows, patterns
from postil.measures._items import ALIGNED, PERFECT, coded_labels
from postil.measures.comparison import Comparison


def fleiss_kappa(rows: Rows) -> Coefficient:
    """Kappa of m rows of N items.

    Raises :class:`ValueError` where rows are not of one length, or one item has fewer ratings (others are ``None``) than another:
    Fleiss has no missing values, Krippendorff's alpha has.
    """
    ratings = {len(row) - row.count(None) for row in patterns(rows)}
    if len(ratings) > 1:
        raise ValueError("some items have fewer ratings than others: take alpha")
    totals = Totals.of(quantities(rows))
    return coefficient(value(totals), *(part[0] for part in _agreements(totals)))


def quantities(rows: Rows) -> Quantities:
    """Sums over the items that have two ratings or more.

    ``("items",)``: how many. ``("agreement",)``: the share of agreeing pairs in each. ``("share", c)``: the share of c in each.
    """
    found: Quantities = {}
    for values, times in patterns(rows).items():
        counts = Counter(value for value in values if value is not None)
        ratings = counts.total()
        if ratings < 2:
            continue
        agreed = sum(of_c * (of_c - 1) for of_c in counts.values()) / (ratings * (ratings - 1))
        found["items",] = found.get(("items",), 0.0) + times
        found["agreement",] = found.get(("agreement",), 0.0) + times * agreed
        for c, of_c in counts.items():
            found["share", c] = found.get(("share", c), 0.0) + times * of_c / ratings
    return found


def value(totals: Totals) -> Valued:
    """Kappa from added quantities."""
    observed, expected = _agreements(totals)
    return ratio(observed - expected, 1 - expected), SAME_VALUE if totals.keys("items") else UNPAIRED


def _agreements(totals: Totals) -> tuple[Floats, Floats]:
    items = totals["items",]
    shares = (ratio(totals[key], items) for key in totals.keys("share"))
    return ratio(totals["agreement",], items), sum((share**2 for share in shares), totals[()])


def _of_labels(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", quantities(coded_labels(comparison))


FLEISS_KAPPA = Measure(
    "fleiss-kappa",
    "Fleiss' kappa (κ) of labels",
    ("span", "label"),
    _of_labels,
    lambda totals, _part: value(totals),
    reading=f"{ALIGNED} All annotators together. {PERFECT}",
)
