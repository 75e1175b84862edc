"""reviewdog's Diagnostic Format, which puts findings into reviews on any forge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from postil.findings import Finding, Place, Severity, Tally
from postil.reports import Report, Style

_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.INFO: "INFO"}


def _lines(findings: Sequence[Finding], _tally: Tally, style: Style) -> Iterator[str]:
    diagnostics = [
        {
            "message": finding.message,
            "location": _location(finding.place, style),
            "severity": _SEVERITIES[finding.severity],
            "code": {"value": finding.code},
        }
        for finding in findings
    ]
    yield msgspec.json.format(msgspec.json.encode({"source": {"name": "postil"}, "diagnostics": diagnostics})).decode()


def _location(place: Place, style: Style) -> dict[str, Any]:
    location: dict[str, Any] = {"path": style.prefix + place.path}
    if place.line:
        location["range"] = _range(place)
    return location


def _range(place: Place) -> dict[str, dict[str, int]]:
    """The range with columns in bytes of UTF-8, as the format has them; without, where the line's beginning is not at hand."""
    shown = place.excerpt
    if not shown or shown.caret != place.column - 1 or shown.line.startswith("…"):
        return {"start": {"line": place.line}}
    start = len(shown.line[: shown.caret].encode()) + 1
    end = start + len(shown.line[shown.caret : shown.caret + shown.width].encode())
    return {"start": {"line": place.line, "column": start}, "end": {"line": place.line, "column": end}}


REPORT = Report("rdjson", "reviewdog's format, for reviews on any forge", _lines)
