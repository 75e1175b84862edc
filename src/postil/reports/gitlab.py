"""GitLab's code quality report (a subset of Code Climate's)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.findings import Finding, Severity, Tally, fingerprints
from postil.reports import Report, Style

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def _lines(findings: Sequence[Finding], _tally: Tally, style: Style) -> Iterator[str]:
    issues = [
        {
            "description": f"{finding.code} {finding.message}",
            "check_name": finding.name,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": {"path": style.prefix + finding.place.path, "lines": {"begin": max(finding.place.line, 1)}},
        }
        for finding, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]
    yield msgspec.json.format(msgspec.json.encode(issues)).decode()


REPORT = Report("gitlab", "GitLab's code quality report", _lines)
