"""Thresholds: what agreement must at least be."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from postil.agreement.report import Estimate, LayerReport, Report
from postil.agreement.request import known_measures
from postil.errors import PostilError
from postil.measures import all_measures
from postil.text import nearest


class Minimum(NamedTuple):
    """The least that a measure may be: of one layer or (none named) of all that it is about, of the whole or of one ``part``."""

    layer: str
    measure: str
    part: str
    value: float

    def __str__(self) -> str:
        return ".".join(filter(None, (self.layer, self.measure, self.part)))


def parse_minimum(said: str, layers: Collection[str], reference: str = "") -> Minimum:
    """``[LAYER.]MEASURE[.PART]=VALUE``. Raises :class:`~postil.errors.PostilError` for anything else, and for unknown names."""
    name, _, number = said.rpartition("=")
    try:
        return minimum_of(name.strip(), float(number), layers, reference)
    except ValueError:
        raise PostilError(f"{said} is no threshold: write LAYER.MEASURE=VALUE or MEASURE=VALUE, such as gamma=0.6") from None


def minimum_of(name: str, value: float, layers: Collection[str], reference: str = "") -> Minimum:
    """A threshold of this name; ``layers``: of the scheme. Raises :class:`~postil.errors.PostilError` for unknown names."""
    known = {measure.name for measure in all_measures()}
    words = name.split(".")
    at = next((number for number, word in enumerate(words) if word in known), len(words) - 1)
    layer, measure, part = ".".join(words[:at]), words[at], ".".join(words[at + 1 :])
    if not name or not math.isfinite(value) or value > 1:
        raise PostilError(f"{name}={value:g} is no threshold: a measure, perhaps its layer before it, and a number of 1 or less")
    if measure == "all" or "," in measure:
        raise PostilError(f"there is no measure {measure}: a threshold is of one")
    known_measures([measure], reference)
    if layer and layer not in layers:
        near = nearest(layer, layers)
        raise PostilError(f"{name}: there is no layer {layer}" + (f"; did you mean {near}?" if near else ""))
    return Minimum(layer, measure, part, value)


def failures(report: Report, minima: Iterable[Minimum]) -> Iterator[str]:
    """What does not reach its minimum, in words. An undefined value does not; a layer that nobody used is not asked."""
    for minimum in minima:
        layers = [layer for layer in report.layers if minimum.layer in ("", layer.name) and any(layer.annotations.values())]
        found = [(layer, name, estimate) for layer in layers for name, estimate in _estimates(layer, minimum)]
        if not found and (layers or not report.documents):
            yield f"{minimum} was not measured, so it cannot be {minimum.value:g} or more"
        for layer, name, estimate in found:
            what = f"{layer.name}: {minimum.measure}{f' of {name}' if name else ''}"
            if estimate.value is None:
                yield f"{what} is undefined ({estimate.reason}), where {minimum.value:g} or more is asked for"
            elif estimate.value < minimum.value:
                yield f"{what} is {_told_apart(estimate.value, minimum.value)}, less than {minimum.value:g}"


def _estimates(layer: LayerReport, minimum: Minimum) -> list[tuple[str, Estimate]]:
    for measured in layer.measures:
        if measured.name != minimum.measure:
            continue
        if minimum.part:
            return [(name, estimate) for name, estimate in measured.parts.items() if name == minimum.part]
        if measured.whole:
            return [("", measured.whole)]
        # of attributes, an undefined one says nothing of the others
        return [(name, one) for name, one in measured.parts.items() if one.value is not None] or list(measured.parts.items())
    return []


def _told_apart(value: float, least: float) -> str:
    """The value with three decimals, or as many as show that it is less."""
    return next((said for digits in (3, 4, 6, 9) if float(said := f"{value:.{digits}f}") < least), repr(value))
