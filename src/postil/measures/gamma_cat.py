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
    return coefficient(_value(totals, label or ""), *(part[0] for part in _parts(totals)))


def quantities(found: Disorder) -> Iterator[tuple[str, Quantities]]:
    """For all and for each label, what its pairs weigh, and those with different labels; by chance: the mean of samples.

    Units without a label have no part of their own.
    """
    samples = len(found.sampled)
    for number, label in enumerate(["", *found.labels]):
        if number and not label:
            continue
        yield (
            label,
            {
                ("observed", "weight"): float(found.categorial.weight[number]),
                ("observed", "differ"): float(found.categorial.differ[number]),
                ("expected", "weight"): float(found.by_chance.weight[number]) / samples,
                ("expected", "differ"): float(found.by_chance.differ[number]) / samples,
            },
        )


def _quantities(comparison: Comparison) -> Iterator[tuple[str, Quantities]]:
    if comparison.disorder:
        yield from quantities(comparison.disorder)
    else:
        yield "", {}


def _parts(totals: Totals) -> tuple[Floats, Floats]:
    return (
        ratio(totals["observed", "differ"], totals["observed", "weight"]),
        ratio(totals["expected", "differ"], totals["expected", "weight"]),
    )


def _value(totals: Totals, _part: str) -> Valued:
    observed, expected = _parts(totals)
    if not totals["observed", "weight"].any():
        reason = "no two spans are aligned"
    elif totals["observed", "differ"].any():
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
)
