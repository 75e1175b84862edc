"""Agreement as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from postil.agreement.output import Output, View, encodable
from postil.agreement.report import Estimate, Measured, Report

COLUMNS = ("layer", "measure", "scope", "name", "documents", "value", "low", "high", "error", "undefined", "no_interval")
_END = "\r\n"  # what is in it is quoted in cells


def _lines(report: Report, view: View) -> Iterator[str]:
    yield _line(COLUMNS)
    for layer in report.layers:
        for measured in layer.measures:
            for scope, name, documents, estimate in _rows(measured, layer.documents, view):
                said = (estimate.value, estimate.low, estimate.high, estimate.error)
                numbers = ("" if number is None else repr(number) for number in said)
                yield _line((layer.name, measured.name, scope, name, documents, *numbers, estimate.reason, estimate.no_interval))


def _rows(measured: Measured, documents: int, view: View) -> Iterator[tuple[str, str, int, Estimate]]:
    if measured.whole:
        yield "all", "", documents, measured.whole
    if "label" in view.by or measured.part_kind != "label":
        for name, estimate in measured.parts.items():
            yield measured.part_kind, name, documents, estimate
    if "pair" in view.by:
        for pair in measured.pairs:
            yield "pair", f"{pair.one}, {pair.other}", pair.documents, pair.estimate
    if "document" in view.by:
        for found in measured.documents:
            yield "document", found.document, 1, Estimate(found.value, "" if found.value is not None else "undefined")


def _line(cells: tuple[Any, ...]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator=_END).writerow(cells)
    return encodable(line.getvalue().removesuffix(_END))


OUTPUT = Output("csv", "a row for each value", _lines)
