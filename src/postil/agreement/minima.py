"""Thresholds: what agreement must at least be."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from postil.agreement.report import LayerReport, Report
from postil.errors import PostilError


class Minimum(NamedTuple):
    """The least that a measure may be, of one layer or (none named) of all that it is about."""

    layer: str
    measure: str
    value: float

    def __str__(self) -> str:
        return f"{self.layer}.{self.measure}" if self.layer else self.measure


def parse_minima(said: Iterable[str]) -> list[Minimum]:
    """``[LAYER.]MEASURE=VALUE``. Raises :class:`~postil.errors.PostilError` for anything else."""
    found = {}
    for one in said:
        name, _, number = one.partition("=")
        try:
            found[name] = float(number)
        except ValueError:
            found[name] = math.nan
        if not name or not math.isfinite(found[name]):
            raise PostilError(f"{one} is no threshold: write MEASURE=VALUE or LAYER.MEASURE=VALUE, such as gamma=0.6")
    return minima_of(found)


def minima_of(agreement: Mapping[str, float]) -> list[Minimum]:
    """Thresholds by name, as the manifest has them."""
    return [Minimum(*name.rpartition(".")[::2], value) for name, value in agreement.items()]


def failures(report: Report, minima: Iterable[Minimum]) -> Iterator[str]:
    """What does not reach its minimum, in words. An undefined value does not; a layer that nobody used is not asked."""
    for minimum in minima:
        reached = [value for layer in report.layers for value in _values(layer, minimum)]
        if not reached:
            yield f"{minimum} was not measured, so it cannot be {minimum.value:g} or more"
        for layer, value, reason in reached:
            if value is None:
                yield f"{layer}: {minimum.measure} is undefined ({reason}), where {minimum.value:g} or more is asked for"
            elif value < minimum.value:
                yield f"{layer}: {minimum.measure} is {value:.3f}, less than {minimum.value:g}"


def _values(layer: LayerReport, minimum: Minimum) -> Iterator[tuple[str, float | None, str]]:
    if minimum.layer not in ("", layer.name) or not any(layer.annotations.values()):
        return
    for measured in layer.measures:
        if measured.name == minimum.measure:
            estimates = [measured.whole] if measured.whole else list(measured.parts.values())
            yield from ((layer.name, estimate.value, estimate.reason) for estimate in estimates)
