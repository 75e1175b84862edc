"""Gamma: agreement on where units are and what they are called, for any units and any number of annotators.

Mathet, Widlöcher & Métivier 2015, *Computational Linguistics* 41(3). One less the disorder of the best alignment by the disorder
that the annotators would have by chance: 1 where they agree in everything, 0 where they agree no more than by chance, and less
where they agree still less. Units may overlap, nest, and have any label; a discontinuous one counts from its first code point to
its last.

Observed and expected are disorders. They are weighed by the mean number of units of an annotator when documents are added up.
What is expected is a mean over random samples, and depends on the seed within its standard error.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from postil.measures import Coefficient, Continuum, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._units import Weights
from postil.measures.comparison import Comparison
from postil.measures.disorder import Chance, Disorder, disorder

NO_UNITS = "nobody marked anything"
NO_DISORDER = "the text is so short that by chance too everybody would agree"


def gamma(
    continuum: Continuum,
    weights: Weights = Weights(),  # noqa: B008 - a tuple never changes
    chance: Chance = Chance(),  # noqa: B008 - the same
) -> Coefficient:
    """Gamma of a continuum that two or more annotators marked.

    ``weights``: how much place and label count (1 and 1; the authors' own program has 3 and 1). Undefined without units, and
    where chance leaves no disorder. Raises ``ValueError`` for fewer than two annotators, for units that are empty or not inside
    the continuum, and for negative weights; :class:`~postil.measures._units.TooManyBlocks` where too many units overlap.
    """
    if not any(continuum.units.values()):
        return Coefficient.undefined(NO_UNITS)
    found = quantities(disorder(continuum, weights, chance))
    units = sum(map(len, continuum.units.values())) / len(continuum.units)
    value = coefficient(_value(Totals.of(found), ""), found["observed",] / units, found["expected",] / units)
    error = None if value.value is None else float(standard_error(Totals.of(found))[0])
    return Coefficient(value.value, value.reason, value.observed, value.expected, error)


def quantities(found: Disorder) -> Quantities:
    """``("observed",)``, ``("expected",)``: the cost of the alignment, and by chance. ``("variance",)``: of the latter's mean."""
    sampled, observed = found.sampled, found.observed
    units = observed.units.size / observed.annotators
    return {
        ("observed",): observed.cost,
        ("expected",): units * float(sampled.mean()),
        ("variance",): units**2 * float(sampled.var(ddof=1)) / len(sampled),
        ("samples",): float(len(sampled)),
    }


def standard_error(totals: Totals) -> Floats:
    """What drawing samples leaves open, to first order."""
    error: Floats = np.sqrt(totals["variance",]) * ratio(totals["observed",], totals["expected",] ** 2)
    return error


def _quantities(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    yield "", quantities(comparison.disorder) if comparison.disorder else {}


def _value(totals: Totals, _part: str) -> Valued:
    reason = NO_DISORDER if totals["samples",].any() else NO_UNITS
    return 1 - ratio(totals["observed",], totals["expected",]), reason


GAMMA = Measure(
    "gamma",
    "Gamma (γ)",
    ("span",),
    _quantities,
    _value,
    reading=(
        "Where the spans are and what they are called, together, against what chance would give: "
        "1 is full agreement, 0 is chance, below 0 is worse than chance."
    ),
    is_default=True,
    rank=3,
    error=standard_error,
    grows_with_empty_text=True,
)
