"""How sure values are: what their intervals are of, and why some values, or their intervals, are not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from postil.agreement.output import View
from postil.agreement.output._words import is_used, percent, some
from postil.agreement.report import Estimate, LayerReport, Measured, Report
from postil.text import counted


class Sureness(NamedTuple):
    """What is said of all intervals. ``is_all``: nothing is left to say of those that are missing."""

    said: str
    is_all: bool


def sureness(report: Report, view: View) -> Sureness:
    """What intervals are of; or, where no value has one and the reason is always the same, that reason."""
    used = (layer for layer in report.layers if is_used(layer))
    shown = [estimate for layer in used for one in layer.measures for _, estimate in _estimates(one, view)]
    missing = {estimate.no_interval for estimate in shown if _lacks_interval(estimate)}
    if any(estimate.low is not None for estimate in shown):
        return Sureness(_explanation(report), not missing)
    if len(missing) == 1:
        return Sureness(f"No value has an interval ({missing.pop()}).", True)
    return Sureness("", not missing)


def _explanation(report: Report) -> str:
    parameters = report.parameters
    grouped = f" (in {counted(report.groups, 'group')} that stay together)" if report.groups != report.documents else ""
    return (
        f"Each {percent(parameters.level)} interval shows how far a value might move had other documents of this kind been "
        f"annotated: {counted(report.documents, 'document')}{grouped} were drawn anew, whole, "
        f"{counted(parameters.replicates, 'time')}."
    )


def _lacks_interval(estimate: Estimate) -> bool:
    return estimate.value is not None and estimate.low is None and bool(estimate.no_interval)


def _estimates(measured: Measured, view: View) -> Iterator[tuple[str, Estimate]]:
    """Every value that is shown of a measure and is not of one document, with what it is the value of (empty: of all)."""
    if measured.whole:
        yield "", measured.whole
    if measured.part_kind != "label" or "label" in view.by:
        yield from measured.parts.items()
    if "pair" in view.by:
        yield from ((f"{pair.one} with {pair.other}", pair.estimate) for pair in measured.pairs)


_Reasons = dict[str, dict[str, list[str]]]
"""Each reason with the measures, and what of each, that it holds for."""


def _reasons(layer: LayerReport, view: View) -> tuple[_Reasons, _Reasons]:
    """Why values are undefined, and why others have no interval."""
    undefined: _Reasons = {}
    without: _Reasons = {}
    for one in layer.measures:
        for name, estimate in _estimates(one, view):
            if estimate.value is None:
                undefined.setdefault(estimate.reason or "no reason is given", {}).setdefault(one.name, []).append(name)
            elif _lacks_interval(estimate):
                without.setdefault(estimate.no_interval, {}).setdefault(one.name, []).append(name)
    return undefined, without


def notes(layer: LayerReport, view: View, *, explain: bool) -> Iterator[str]:
    """What is to be said below the tables of a layer. ``explain``: also why values have no interval."""
    undefined, without = _reasons(layer, view)
    for reason, of in undefined.items():
        yield f"Undefined: {_listed(of)} ({reason})."
    for reason, of in without.items() if explain else ():
        yield f"No interval: {_listed(of)} ({reason})."


def _listed(of: Mapping[str, list[str]]) -> str:
    return "; ".join(
        name if values == [""] else f"{name} of {some([value or 'all' for value in values])}" for name, values in of.items()
    )
