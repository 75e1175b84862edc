"""Krippendorff's alpha for unitizing as it was at first, alpha-U: where units begin and end, for each label by itself.

Krippendorff 1995, *Sociological Methodology* 25; *Content Analysis*, 2nd ed. 2004, pp. 251-256. Lengths are whole numbers (code
points), and the value depends on how fine they are. Its author replaced it in 2016 by what :mod:`postil.measures.u_alpha` has,
"as it turned out to behave not as expected when applied to more than two observers"; it is here to compare with older figures.
Units of *different* labels may overlap. Where one annotator's units of one label overlap there is no value: to drop all but the
longest would be another study.

Observed and expected are disagreements, D_o and D_e, summed over labels. The quantities are L²·D_o and L²·D_e, L the length of
the document: the squared code points by which a pair of annotators differs, not relative to the length of the document. So what
adds up is the disagreement itself, wherever it is, and a document with everything in it twice as long counts four times. A corpus
does not have the value of its concatenation: chance moves units within their document only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from postil.measures import Coefficient, Continuum, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._items import PERFECT
from postil.measures._tiling import ONE_ANNOTATOR, OVERLAP, Stretch, gaps, has_overlap, labels, restricted, stretches
from postil.measures.comparison import Comparison

_NO_UNITS = "no units, or nowhere else to put them"


def alpha_u(continuum: Continuum, label: str | None = None) -> Coefficient:
    """Alpha-U of one label, or of all together: one less the sum of D_o by the sum of D_e.

    Raises :class:`ValueError` for a unit that is empty or not inside the continuum.
    """
    totals = Totals.of(quantities(continuum if label is None else restricted(continuum, label)))
    area = max(continuum.length, 1) ** 2
    return coefficient(value(totals), totals["observed",][0] / area, totals["expected",][0] / area)


def quantities(continuum: Continuum) -> Quantities:
    """What documents add up to, nothing where there are fewer than two annotators.

    ``("observed",)``, ``("expected",)``: L²·D_o and L²·D_e, summed over labels. ``("overlaps",)``: labels of which an annotator's
    units overlap. ``("documents",)``: one.
    """
    found: Quantities = {}
    if len(continuum.units) < 2:
        return found
    found["documents",] = 1.0
    for label in labels(continuum):
        tilings = [stretches(units, continuum.length) for units in restricted(continuum, label).units.values()]
        if any(map(has_overlap, tilings)):
            found["overlaps",] = found.get(("overlaps",), 0.0) + 1
            continue
        for key, amount in (("observed", _observed(tilings)), ("expected", _expected(tilings, continuum.length))):
            found[key,] = found.get((key,), 0.0) + amount
    return found


def value(totals: Totals) -> Valued:
    """Alpha-U from added quantities."""
    overlapping = totals["overlaps",] > 0
    value = np.where(overlapping, np.nan, 1 - ratio(totals["observed",], totals["expected",]))
    if overlapping[0]:
        return value, f"{OVERLAP} within a label"
    return value, _NO_UNITS if totals.keys("documents") else ONE_ANNOTATOR


def differences(one: Sequence[Stretch], other: Sequence[Stretch]) -> Iterator[int]:
    """The squared differences δ² between two annotators' units of one label, from both sides."""
    met: set[Stretch] = set()
    below = 0
    for unit in one:
        while below < len(other) and other[below].end <= unit.start:
            below += 1
        for across in _starting_before(other, below, unit.end):
            met |= {unit, across}
            yield from 2 * [(unit.start - across.start) ** 2 + (unit.end - across.end) ** 2]
    # What meets no unit lies completely in a gap. Each annotator's set is his own: equal stretches do meet.
    yield from (2 * (unit.end - unit.start) ** 2 for unit in (*one, *other) if unit not in met)


def _starting_before(units: Sequence[Stretch], first: int, end: int) -> Iterator[Stretch]:
    for at in range(first, len(units)):
        if units[at].start >= end:
            return
        yield units[at]


def _observed(tilings: Sequence[Sequence[Stretch]]) -> float:
    annotators = len(tilings)
    return sum(sum(differences(*pair)) for pair in combinations(tilings, 2)) / (annotators * (annotators - 1))


def _expected(tilings: Sequence[Sequence[Stretch]], length: int) -> float:
    units = np.array([unit.end - unit.start for tiling in tilings for unit in tiling], dtype=float)
    free = np.sort([float(gap.end - gap.start) for tiling in tilings for gap in gaps(tiling, length)])
    # For each unit, over the gaps that are long enough for it: Σ (gap - unit + 1).
    fitting = np.searchsorted(free, units)
    room = np.append(np.cumsum(free[::-1])[::-1], 0.0)[fitting] - (len(free) - fitting) * (units - 1)
    against_units = (len(units) - 1) / 3 * (2 * units**3 - 3 * units**2 + units)
    places = len(tilings) * length
    return float(2 * length * (against_units + units**2 * room).sum() / (places * (places - 1) - (units * (units - 1)).sum()))


def _of_units(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", quantities(comparison.continuum)
    if comparison.document.settings.with_parts:
        for label in labels(comparison.continuum):
            yield label, quantities(restricted(comparison.continuum, label))


ALPHA_U = Measure(
    "alpha-u",
    "Krippendorff's alpha for unitizing of 1995 (αU)",
    ("span",),
    _of_units,
    lambda totals, _part: value(totals),
    reading=f"Where units begin and end. Superseded by u-alpha: for comparison with older figures. {PERFECT}",
    published="Components of arguments in web discourse: .48; in articles and blog posts alone .09 (Habernal & Gurevych 2017).",
    grows_with_empty_text=True,
)
