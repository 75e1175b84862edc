"""Workflow commands of GitHub Actions, which show each finding beside its line in a pull request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postil.findings import Finding, Severity, Tally
from postil.reports import Report, Style

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def _lines(findings: Sequence[Finding], _tally: Tally, style: Style) -> Iterator[str]:
    for finding in findings:
        place = finding.place
        properties = {"title": f"{finding.code} {finding.name}", "file": style.prefix + place.path}
        if place.line:
            properties |= {"line": str(place.line), "col": str(place.column)}
        message = finding.message
        if finding.text_place:
            message += f"\n{style.prefix}{finding.text_place}"
        listed = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
        yield f"::{_LEVELS[finding.severity]} {listed}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


REPORT = Report("github", "workflow commands for GitHub Actions", _lines)
