"""Gamma-cat and gamma-k: agreement on the labels of units that are aligned, whatever was missed and wherever the edges are.

Mathet 2017, *Computational Linguistics* 43(3). Over the best alignment that gamma rests on, the labels of aligned units are
compared, a pair counting the more, the nearer its units are; and so are those of the samples. Gamma-k looks at the pairs with
label k.

A unit that is alone has nothing to be compared with and does not count. Observed and expected are sums over documents and
samples of the weight of pairs with different labels, divided by the weight of all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from postil.measures import Coefficient, Continuum, Floats, Measure, Quantities, Totals, Valued, coefficient, ratio
from postil.measures._units import Weights
from postil.measures.comparison import Comparison
from postil.measures.disorder import Chance, Disorder, disorder


def gamma_cat(
    continuum: Continuum,
    weights: Weights = Weights(),  # noqa: B008 - a tuple never changes
    chance: Chance = Chance(),  # noqa: B008 - the same
    label: str | None = None,
) -> Coefficient:
    """Gamma-cat of a continuum, or the gamma-k of a ``label``.

    Undefined where no two units are aligned, and where chance too would never put different labels together. Raises as
    :func:`~postil.measures.gamma.gamma` does.
    """
    if not any(continuum.units.values()):
        return Coefficient.undefined("nobody marked anything")
    totals = Totals.of(dict(quantities(disorder(continuum, weights, chance))).get(label or "", {}))
    value = coefficient(_value(totals, label or ""), *(part[0] for part in _parts(totals)))
    error = None if value.value is None else float(standard_error(totals)[0])
    return Coefficient(value.value, value.reason, value.observed, value.expected, error)


def quantities(found: Disorder) -> Iterator[tuple[str, Quantities]]:
    """For all and for each label, what its pairs weigh and how much of that are different labels; by chance: the mean of samples.

    ``("variance", …)``: of the two means by chance, and ``both``: their covariance. ``("labels",)``: how many are used.
    """
    by_chance, variances = found.by_chance.mean(), found.by_chance.variance()
    for number, label in enumerate(["", *found.labels]):
        if number and not label:
            continue  # a part has a name; a unit without a label counts in the whole
        yield (
            label,
            {
                ("observed", "weight"): float(found.categorial.weight[number]),
                ("observed", "differ"): float(found.categorial.differ[number]),
                ("expected", "weight"): float(by_chance.weight[number]),
                ("expected", "differ"): float(by_chance.differ[number]),
                ("variance", "weight"): float(variances[0][number]),
                ("variance", "differ"): float(variances[1][number]),
                ("variance", "both"): float(variances[2][number]),
                ("labels",): float(len(found.labels) > 1),
            },
        )


def standard_error(totals: Totals) -> Floats:
    """What drawing samples leaves open, to first order: in sparse text, where chance aligns little, much."""
    observed, expected = _parts(totals)
    spread = totals["variance", "differ"] - 2 * expected * totals["variance", "both"] + expected**2 * totals["variance", "weight"]
    error: Floats = ratio(observed, expected**2) * ratio(np.sqrt(np.maximum(spread, 0)), totals["expected", "weight"])
    return error


def _quantities(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    for part, found in quantities(comparison.disorder) if comparison.disorder else (("", {}),):
        if not part or comparison.document.settings.with_parts:
            yield part, found


def _parts(totals: Totals) -> tuple[Floats, Floats]:
    return (
        ratio(totals["observed", "differ"], totals["observed", "weight"]),
        ratio(totals["expected", "differ"], totals["expected", "weight"]),
    )


def _value(totals: Totals, _part: str) -> Valued:
    observed, expected = _parts(totals)
    if not totals["observed", "weight"].any():
        reason = "no two spans are aligned"
    elif totals["labels",].any() or totals["observed", "differ"].any():
        reason = "chance never aligns different labels"
    else:
        reason = "only one label is used"
    return 1 - ratio(observed, np.nan_to_num(expected)), reason


GAMMA_CAT = Measure(
    "gamma-cat",
    "Gamma-cat (γ-cat; by label γ-k)",
    ("span",),
    _quantities,
    _value,
    reading=(
        "What the spans are called, where they are aligned: what was missed and where edges are does not count. Read as gamma."
    ),
    is_default=True,
    rank=3,
    error=standard_error,
)
