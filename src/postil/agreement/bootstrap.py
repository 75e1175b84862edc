"""Intervals by resampling documents: the bootstrap, bias-corrected and accelerated (Efron 1987).

Documents are drawn whole, with the annotations of all annotators, and those of one group together: spans of one document are no
independent judgements, and to draw tokens or spans makes intervals many times too narrow.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from postil.measures import Floats, Key, Totals

FEWEST = 10
"""Groups of documents: of fewer, resampling says too little."""

REPLICATES = 1_000
LEVEL = 0.95

_AT_A_TIME = 100
_MOST_UNDEFINED = 0.05  # of the replicates

Value = Callable[[Totals], Floats]


class Interval(NamedTuple):
    """From ``low`` to ``high``, or the reason why there is none."""

    low: float | None
    high: float | None
    reason: str = ""


TOO_FEW = Interval(None, None, f"too few documents: an interval needs {FEWEST} or more that are independent")
TOO_MANY = Interval(None, None, "too many different values to resample")

MOST_CELLS = 20_000_000
"""Quantities times groups: a table of more would fill the memory."""


class Resampler:
    """Draws groups of documents, the same for every measure, so that their values may be compared."""

    def __init__(self, groups: int, seed: int, replicates: int = REPLICATES) -> None:
        self.groups = groups
        even = np.full(max(groups, 1), 1 / max(groups, 1))
        random = np.random.default_rng(seed)
        self._drawn = random.multinomial(groups, even, size=replicates).astype(np.uint16)

    def interval(self, columns: Mapping[Key, Floats], value: Value) -> Interval:
        """The interval of a value of totals, whose addends are given by group."""
        if self.groups < FEWEST:
            return TOO_FEW
        keys = list(columns)
        table = np.array([columns[key] for key in keys]).reshape(len(keys), self.groups)
        sums = np.concatenate(
            [self._drawn[first : first + _AT_A_TIME].astype(float) @ table.T for first in range(0, len(self._drawn), _AT_A_TIME)]
        )
        replicates = value(_totals(keys, sums.T))
        left_out = value(_totals(keys, table.sum(axis=1, keepdims=True) - table))
        point = value(_totals(keys, table.sum(axis=1, keepdims=True)))[0]
        return _corrected(point, replicates, left_out)


def _totals(keys: list[Key], sums: Floats) -> Totals:
    return Totals(dict(zip(keys, sums, strict=True)), sums.shape[1])


def _corrected(point: float, replicates: Floats, left_out: Floats) -> Interval:
    """BCa limits; ``left_out``: the value without each group."""
    defined = replicates[~np.isnan(replicates)]
    if len(defined) < (1 - _MOST_UNDEFINED) * len(replicates):
        return Interval(None, None, "undefined in too many samples of the documents")
    if defined.min() == defined.max():
        return Interval(None, None, "every sample of the documents has the same value")
    below = ((defined < point).sum() + (defined == point).sum() / 2) / len(defined)
    bias = ndtri(np.clip(below, 1 / len(defined), 1 - 1 / len(defined)))
    deviations = np.nanmean(left_out) - left_out[~np.isnan(left_out)]
    spread = (deviations**2).sum()
    acceleration = (deviations**3).sum() / (6 * spread**1.5) if spread > 0 else 0.0
    normal = bias + ndtri(np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    low, high = np.quantile(defined, ndtr(bias + normal / (1 - acceleration * normal)))
    return Interval(float(low), float(high))
