"""Krippendorff's alpha for sets of labels: what one annotator said of an item is a set, which may be empty.

A distance goes by the version of its definition, since there are two that are called MASI. J is the share of common members,
intersection by union.

- ``masi-2006``: 1 - J·M, M = 1, 2/3, 1/3, 0 for sets that are identical, one inside the other, overlapping, disjoint
  (Passonneau 2006).
- ``masi-dkpro``: (1 - J)·w, w = 0, 1/3, 2/3, 1 for the same (DKPro Statistics).
- ``passonneau-2004``: w alone.
- ``jaccard``: 1 - J. ``nominal``: 1 unless they are identical.

Two empty sets are identical, with J = 1. An empty set is inside every other, with J = 0.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence, Set as AbstractSet
from typing import Any, Literal, get_args

import numpy as np

from postil.measures import Coefficient, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._coding import SAME_VALUE, UNPAIRED
from postil.measures._items import PERFECT
from postil.measures.comparison import Comparison
from postil.measures.krippendorff_alpha import coincidences, disagreements_by

SetDistance = Literal["masi-2006", "masi-dkpro", "passonneau-2004", "jaccard", "nominal"]
Labels = AbstractSet[Any]


def set_valued_alpha(rows: Sequence[Sequence[Labels | None]], distance: SetDistance = "masi-2006") -> Coefficient:
    """Alpha of ``rows``: m annotators x N items, each a set of labels, ``None`` where it is missing.

    Observed and expected are disagreements. Raises :class:`ValueError` for an unknown distance and rows of unequal length.
    """
    totals = Totals.of(set_coincidences(rows))
    observed, expected = disagreements_by(totals, _differences(distance))
    return coefficient(_value(totals, observed, expected), observed[0], expected[0])


def set_alpha(totals: Totals, distance: SetDistance = "masi-2006") -> Valued:
    """Alpha from added coincidences of sets."""
    return _value(totals, *disagreements_by(totals, _differences(distance)))


def set_coincidences(rows: Sequence[Sequence[Labels | None]]) -> Quantities:
    """The coincidences ``("o", c, k)`` of rows of sets; c and k are JSON lists, sorted."""
    return coincidences([[None if labels is None else frozenset(labels) for labels in row] for row in rows])


def set_distance(one: Labels, other: Labels, distance: SetDistance = "masi-2006") -> float:
    """How different two sets are, from 0 to 1."""
    return _DISTANCES[_known(distance)](one, other)


def _jaccard(one: Labels, other: Labels) -> float:
    return 1 - len(one & other) / len(one | other) if one or other else 0.0


def _monotonicity(one: Labels, other: Labels) -> float:
    if one == other:
        return 1.0
    if one <= other or other <= one:
        return 2 / 3
    return 1 / 3 if one & other else 0.0


def _masi_2006(one: Labels, other: Labels) -> float:
    return 1 - (1 - _jaccard(one, other)) * _monotonicity(one, other)


def _masi_dkpro(one: Labels, other: Labels) -> float:
    return _jaccard(one, other) * _passonneau_2004(one, other)


def _passonneau_2004(one: Labels, other: Labels) -> float:
    return 1 - _monotonicity(one, other)


def _nominal(one: Labels, other: Labels) -> float:
    return float(one != other)


_DISTANCES: dict[SetDistance, Callable[[Labels, Labels], float]] = {
    "masi-2006": _masi_2006,
    "masi-dkpro": _masi_dkpro,
    "passonneau-2004": _passonneau_2004,
    "jaccard": _jaccard,
    "nominal": _nominal,
}


def _known(distance: SetDistance) -> SetDistance:
    if distance not in _DISTANCES:
        raise ValueError(f"no distance {distance!r}: there are {', '.join(get_args(SetDistance))}")
    return distance


def _differences(distance: SetDistance) -> Callable[[Sequence[str]], Floats]:
    between = _DISTANCES[_known(distance)]

    def differences(values: Sequence[str]) -> Floats:
        sets = [frozenset(json.loads(value)) for value in values]
        return np.array([[between(one, other) for other in sets] for one in sets]).reshape(len(sets), len(sets))

    return differences


def _value(totals: Totals, observed: Floats, expected: Floats) -> Valued:
    return 1 - ratio(observed, expected), SAME_VALUE if totals.keys("o") else UNPAIRED


def _of_labels(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", set_coincidences([[labels] for labels in comparison.labels.values()])


MASI_ALPHA = Measure(
    "masi-alpha",
    "Krippendorff's alpha (α) of sets of labels, MASI 2006",
    ("label",),
    _of_labels,
    lambda totals, _part: set_alpha(totals),
    reading=f"Which labels documents have, sets that share some counting as nearer than sets that share none. {PERFECT}",
    is_default=True,
    for_multiple=True,
    rank=4,
)
