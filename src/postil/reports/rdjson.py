"""reviewdog's Diagnostic Format, which puts findings into reviews on any forge."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from postil.checking.run import Tally
from postil.findings import Finding, Place, Severity
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
        location["range"] = {"start": {"line": place.line, "column": place.column}}
    return location


REPORT = Report("rdjson", "reviewdog's format, for reviews on any forge", _lines)
