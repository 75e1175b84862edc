"""Krippendorff's alpha for unitizing, the family of 2016: where units are, and what they are called.

Krippendorff, Mathet, Bouvry & Widlöcher 2016, *Quality & Quantity* 50, 2347-2364. Each annotator's units and the gaps between
them tile the continuum; annotators are compared by how much of it they tile alike.

- uα: positions and labels together. |uα: only where units are, whatever their label. cuα: only labels, where two annotators have
  a unit. (k)uα: how well label k is told from the others there.
- cuα and (k)uα speak of a part of the material: their *coverage* says how much.
- For three annotators and more there are two readings of what cuα and (k)uα expect. By the *pair rule* what a unit shares with
  the units of another annotator is squared for each of the others; by the *union rule* what it shares with those of all others
  together is squared once. For two annotators they are the same. Which one is meant is not settled: ``postil agree`` goes by
  pairs. Where many annotate and few units meet, either may leave nothing to expect: then there is no value.

Every unit of an annotator is part of one tiling. Units of one label that overlap are merged; where units of different labels
overlap there is no tiling and no value. Then take each label by itself (:func:`restricted`): that label against all else, where
uα and |uα are the same and the other two are not defined.

Observed and expected are disagreements. Lengths are code points, and the quantities add up to those of concatenated documents.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from postil.measures import Coefficient, Continuum, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._items import PERFECT
from postil.measures._tiling import ONE_ANNOTATOR, OVERLAP, restricted
from postil.measures._unitized import Lengths, Rule, lengths, quantities
from postil.measures.comparison import Comparison

__all__ = [
    "binary_u_alpha",
    "binary_value",
    "coding_coverage",
    "coding_u_alpha",
    "coding_value",
    "label_coverage",
    "label_u_alpha",
    "label_value",
    "quantities",
    "restricted",
    "u_alpha",
    "value",
]

_ONE_VALUE = "all of the text is units of one label, or none of it"
_NO_GAPS = "all of the text is units, or none of it"
_NO_COMMON = "no two annotators have units in the same place"
_ONE_LABEL = "only one label where two annotators have units"
_TOO_LITTLE = "too little where two annotators have units to expect anything by chance"


def u_alpha(continuum: Continuum) -> Coefficient:
    """uα. Raises :class:`ValueError` for a unit that is empty or not inside the continuum."""
    totals = Totals.of(quantities(continuum))
    return coefficient(value(totals), *_first(_disagreements(totals)))


def binary_u_alpha(continuum: Continuum) -> Coefficient:
    """|uα, of units against gaps; otherwise as :func:`u_alpha`."""
    totals = Totals.of(quantities(continuum))
    return coefficient(binary_value(totals), *_first(_binary_disagreements(totals)))


def coding_u_alpha(continuum: Continuum, rule: Rule = "pair") -> Coefficient:
    """cuα, of the labels where two annotators have units, by the pair rule or the union rule; otherwise as :func:`u_alpha`.

    Raises :class:`ValueError` for an unknown rule too.
    """
    totals = Totals.of(quantities(continuum, rule))
    return coefficient(coding_value(totals), *_first(_coding_disagreements(totals)))


def label_u_alpha(continuum: Continuum, label: str) -> Coefficient:
    """(k)uα of a label; otherwise as :func:`u_alpha`."""
    return coefficient(label_value(Totals.of(quantities(continuum)), label))


def value(totals: Totals) -> Valued:
    """uα from added quantities."""
    return _value(totals, _disagreements(totals), _ONE_VALUE)


def binary_value(totals: Totals) -> Valued:
    """|uα from added quantities."""
    return _value(totals, _binary_disagreements(totals), _NO_GAPS)


def coding_value(totals: Totals) -> Valued:
    """cuα from added quantities."""
    return _value(totals, _coding_disagreements(totals), _coding_reason(lengths(totals)))


def label_value(totals: Totals, label: str) -> Valued:
    """(k)uα of a label from added quantities."""
    of = lengths(totals)
    inside, squares = of.common.get(label, of.nothing), of.squares.get(label, of.nothing)
    # ε*_k and ε*_k - ε*_kk, but for what both are divided by.
    expected, crossing = inside * of.whole_common - squares, inside * (of.whole_common - inside)
    observed = ratio(expected, inside) * (inside - totals["units", label, label])
    usable = (of.chance > 0) & (expected > 0)
    reason = _coding_reason(of) if inside[0] else "no unit of the label meets another annotator's unit"
    return _value(totals, (np.where(usable, observed, np.nan), crossing), reason)


def coding_coverage(totals: Totals) -> Floats:
    """The share of the material that cuα is about: where two annotators have units."""
    of = lengths(totals)
    share: Floats = ratio(of.whole_common, of.whole)
    return share


def label_coverage(totals: Totals, label: str) -> Floats:
    """The share of the units of a label that (k)uα is about: where another annotator has a unit too."""
    of = lengths(totals)
    share: Floats = ratio(of.common.get(label, of.nothing), of.units.get(label, of.nothing))
    return share


def _disagreements(totals: Totals) -> tuple[Floats, Floats]:
    of = lengths(totals)
    agreed = sum((totals["units", label, label] for label in of.units), totals["gaps",])
    squares = sum((length**2 for length in of.units.values()), of.gaps**2)
    return ratio(of.whole - agreed, of.whole), ratio(of.whole**2 - squares, of.whole**2 - totals["q",])


def _binary_disagreements(totals: Totals) -> tuple[Floats, Floats]:
    of = lengths(totals)
    # Both sides of the edge between units and gaps, as D_o is elsewhere.
    observed, expected = 2 * (of.gaps - totals["gaps",]), 2 * of.gaps * (of.whole - of.gaps)
    return ratio(observed, of.whole), ratio(expected, of.whole**2 - totals["q",])


def _coding_disagreements(totals: Totals) -> tuple[Floats, Floats]:
    of = lengths(totals)
    agreed = sum((totals["units", label, label] for label in of.common), of.nothing)
    squares = sum((length**2 for length in of.common.values()), of.nothing)
    expected = ratio(of.whole_common**2 - squares, np.where(of.chance > 0, of.chance, 0))
    return ratio(of.whole_common - agreed, of.whole_common), expected


def _coding_reason(of: Lengths) -> str:
    if not of.whole_common[0]:
        return _NO_COMMON
    return _ONE_LABEL if sum(bool(length[0]) for length in of.common.values()) == 1 else _TOO_LITTLE


def _value(totals: Totals, disagreements: tuple[Floats, Floats], reason: str) -> Valued:
    overlapping = totals["overlaps",] > 0
    value = np.where(overlapping, np.nan, 1 - ratio(*disagreements))
    if overlapping[0]:
        return value, f"{OVERLAP}, with different labels"
    return value, reason if totals.keys("q") else ONE_ANNOTATOR


def _first(parts: tuple[Floats, Floats]) -> tuple[float, float]:
    return float(parts[0][0]), float(parts[1][0])


def _of_units(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", quantities(comparison.continuum)


def _of_each_label(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield from _of_units(comparison)
    # Only of labels that every document has a part for, used in it or not: where nobody used one, that is agreement on it.
    if comparison.document.settings.with_parts and comparison.definition:
        for label in comparison.definition.labels:
            yield label, quantities(restricted(comparison.continuum, label))


def _labels(totals: Totals) -> list[str]:
    return sorted(lengths(totals).units)


U_ALPHA = Measure(
    "u-alpha",
    "Krippendorff's alpha for unitizing (uα)",
    ("span",),
    _of_each_label,
    lambda totals, _part: value(totals),
    reading=f"How much of the text is marked alike; a label by itself: against all else. {PERFECT}",
    grows_with_empty_text=True,
)
BINARY_U_ALPHA = Measure(
    "binary-u-alpha",
    "Krippendorff's alpha for unitizing, marked or not (|uα)",
    ("span",),
    _of_units,
    lambda totals, _part: binary_value(totals),
    reading=f"How much of the text both mark, whatever they call it. {PERFECT}",
    grows_with_empty_text=True,
)
CODING_U_ALPHA = Measure(
    "cu-alpha",
    "Krippendorff's alpha for unitizing, labels (cuα)",
    ("span",),
    _of_units,
    lambda totals, part: label_value(totals, part) if part else coding_value(totals),
    reading=(
        "What the text is called that both mark; a label by itself, (k)uα: how well it is told from the others there. "
        f"What only one marks does not count, be it little or nearly all. {PERFECT}"
    ),
    parts_of=_labels,
)
