"""Boundary similarity B of segmentations: which boundaries two annotators have in common, or nearly (Fournier 2013).

Boundaries in the same place match. Of the others, one of each annotator may be the same boundary, put ``n_t - 1`` places or less
apart (a transposition, which costs its distance by ``n_t``); what is left is an addition, which costs 1. The transpositions are
those that make the cost least. B = 1 - cost / (matches + transpositions + additions).

A segmentation is given by its *masses*, the sizes of its segments. Or it is a continuum: boundaries are the edges of units, but
for the two ends of the text. A gap between units is a segment too: where annotators leave a blank between sentences, there are
two boundaries, at both sides of it. Units that overlap have boundaries inside one another; labels do not matter. What is near is
counted in places: in code points, where a continuum has those, which says little of sentences unless ``n_t`` is larger.

The quantities are kept for each pair of annotators, and B is the mean over pairs. Pi and kappa (Fournier & Inkpen 2012) are of
all annotators: the agreement that they correct is the B of all pairs taken together, and what they expect is that two annotators
put boundaries in the same place by chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, combinations

from postil.measures import Coefficient, Continuum, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._pairs import mean_over_pairs, pairs
from postil.measures._tiling import stretches
from postil.measures.comparison import Comparison

_NO_BOUNDARIES = "no boundaries that two annotators could have in common"
_NO_CHANCE = "no boundaries that two annotators could have in common, or boundaries everywhere"


def boundary_similarity(one: Sequence[int], other: Sequence[int], n_t: int = 2) -> Coefficient:
    """B of two segmentations given as masses. Undefined where neither has a boundary.

    Raises :class:`ValueError` for masses that are not positive or do not have one sum, and for ``n_t`` below 1.
    """
    return coefficient(value(_of_masses(one, other, n_t)))


def boundary_pi(one: Sequence[int], other: Sequence[int], n_t: int = 2) -> Coefficient:
    """Pi of two segmentations: both put boundaries with the same chance. Otherwise as :func:`boundary_similarity`."""
    return coefficient(pi_value(_of_masses(one, other, n_t)))


def boundary_kappa(one: Sequence[int], other: Sequence[int], n_t: int = 2) -> Coefficient:
    """Kappa of two segmentations: each puts boundaries with a chance of its own. Otherwise as :func:`boundary_similarity`."""
    return coefficient(kappa_value(_of_masses(one, other, n_t)))


def quantities(continuum: Continuum, n_t: int = 2) -> Quantities:
    """Of the edges of units; as :func:`quantities_of`. Raises :class:`ValueError` for a unit that is empty or not inside."""
    places = range(1, continuum.length)
    edges = {
        annotator: {edge for stretch in stretches(units, continuum.length) for edge in stretch[:2] if edge in places}
        for annotator, units in continuum.units.items()
    }
    return quantities_of(edges, len(places), n_t)


def quantities_of(boundaries: Mapping[str, Iterable[int]], places: int, n_t: int = 2) -> Quantities:
    """What documents add up to, for each pair of annotators a and b in the order of their names.

    ``boundaries``: of each annotator. ``places``: how many places could have one.

    ``("cost", a, b)``; ``("boundaries", a, b)``: matches, transpositions and additions; ``("places", a, b)``; ``("first", a, b)``
    and ``("second", a, b)``: how many boundaries a has, and b.
    """
    if n_t < 1:
        raise ValueError(f"boundaries are compared over one place or more, not {n_t}")
    found: Quantities = {}
    for (a, of_a), (b, of_b) in combinations(sorted((name, set(each)) for name, each in boundaries.items()), 2):
        saved, transpositions = _transpositions(sorted(of_a - of_b), sorted(of_b - of_a), n_t)
        found["cost", a, b] = len(of_a ^ of_b) - saved / n_t
        found["boundaries", a, b] = float(len(of_a | of_b) - transpositions)
        found["places", a, b] = float(places)
        found["first", a, b] = float(len(of_a))
        found["second", a, b] = float(len(of_b))
    return found


def value(totals: Totals) -> Valued:
    """B from added quantities, the mean over pairs of annotators."""
    similarities = (_similarity(totals, pair) for pair in pairs(totals, "boundaries"))
    return mean_over_pairs(similarities, len(totals[()])), _NO_BOUNDARIES


def pi_value(totals: Totals) -> Valued:
    """Pi of all annotators from added quantities."""
    both = _sum(totals, "first") + _sum(totals, "second")
    return _corrected(totals, ratio(both, 2 * _sum(totals, "places")) ** 2)


def kappa_value(totals: Totals) -> Valued:
    """Kappa of all annotators from added quantities."""
    shares = (
        (ratio(totals[who, *pair], totals["places", *pair]) for who in ("first", "second")) for pair in pairs(totals, "places")
    )
    return _corrected(totals, mean_over_pairs((first * second for first, second in shares), len(totals[()])))


def _of_masses(one: Sequence[int], other: Sequence[int], n_t: int) -> Totals:
    if sum(one) != sum(other) or min((*one, *other), default=0) < 1:
        raise ValueError("two segmentations have segments of one or more, and the same sum")
    boundaries = {"a": list(accumulate(one))[:-1], "b": list(accumulate(other))[:-1]}
    return Totals.of(quantities_of(boundaries, sum(one) - 1, n_t))


def _transpositions(one: Sequence[int], other: Sequence[int], n_t: int) -> tuple[int, int]:
    """What transpositions save at most, in ``n_t``-ths of an addition; and how many they are, the fewest that save as much.

    On a line the best pairs need not cross: ``best[j]`` is the best with what was seen of ``one`` and the first j of ``other``,
    and a boundary of ``one`` changes it only for the few that are near.
    """
    best = [(0, 0)]
    low = high = 0
    for place in one:
        while low < len(other) and other[low] <= place - n_t:
            low += 1
        while high < len(other) and other[high] < place + n_t:
            high += 1
        best += [best[-1]] * (high + 1 - len(best))
        before = best[low : high + 1]
        for j in range(low, high):
            saved, fewer = before[j - low]
            best[j + 1] = max(best[j], best[j + 1], (saved + 2 * n_t - abs(other[j] - place), fewer - 1))
    return best[-1][0], -best[-1][1]


def _similarity(totals: Totals, pair: tuple[str, str]) -> Floats:
    unlike: Floats = ratio(totals["cost", *pair], totals["boundaries", *pair])
    return 1 - unlike


def _corrected(totals: Totals, expected: Floats) -> Valued:
    observed = 1 - ratio(_sum(totals, "cost"), _sum(totals, "boundaries"))
    return ratio(observed - expected, 1 - expected), _NO_CHANCE


def _sum(totals: Totals, first: str) -> Floats:
    return sum((totals[key] for key in totals.keys(first)), totals[()])


def _of_units(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", quantities(comparison.continuum)


BOUNDARY_SIMILARITY = Measure(
    "boundary-similarity",
    "Boundary similarity (B)",
    ("span",),
    _of_units,
    lambda totals, _part: value(totals),
    reading=(
        "The share of boundaries that are the same, or one code point apart, whatever the labels. For layers that divide the "
        "whole text. The mean over pairs of annotators. Chance is not taken off."
    ),
)
