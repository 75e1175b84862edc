"""SARIF 2.1.0 (OASIS), in the shape that GitHub code scanning reads: rules with help, fingerprints, related locations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote as percent_encoded

import msgspec

from postil import __version__
from postil.findings import Finding, Place, Severity, Tally, fingerprints
from postil.reports import Report, Style
from postil.rules import Rule, all_rules

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _lines(findings: Sequence[Finding], _tally: Tally, style: Style) -> Iterator[str]:
    found = {finding.code for finding in findings}
    rules = [rule for rule in all_rules() if rule.code in found]
    indexes = {rule.code: index for index, rule in enumerate(rules)}
    results = [
        _result(finding, indexes[finding.code], name, style)
        for finding, name in zip(findings, fingerprints(findings), strict=True)
    ]
    driver = {"name": "postil", "semanticVersion": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    yield msgspec.json.format(msgspec.json.encode(log)).decode()


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.manual},
        "help": {"text": rule.manual, "markdown": rule.manual.replace("``", "`")},
        "defaultConfiguration": {"level": _LEVELS[rule.severity]},
    }


def _result(finding: Finding, index: int, fingerprint: str, style: Style) -> dict[str, Any]:
    related = [("the passage", finding.text_place)] if finding.text_place else []
    related += [(one.message, one.place) for one in finding.related]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": _location(finding.place, style)}],
        "partialFingerprints": {"postil/v1": fingerprint},
    }
    if finding.fix:  # no "fixes": SARIF wants the replacement itself there
        result["properties"] = {"fix": finding.fix.title, "safe": finding.fix.is_safe}
    if related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": message}, "physicalLocation": _location(place, style)}
            for number, (message, place) in enumerate(related, 1)
        ]
    return result


def _location(place: Place, style: Style) -> dict[str, Any]:
    return {"artifactLocation": {"uri": percent_encoded(style.prefix + place.path)}, "region": _region(place)}


def _region(place: Place) -> dict[str, int]:
    """Lines and columns of both ends: GitHub shows no result without them, so a whole file is the point at its beginning."""
    if not place.line:
        return {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    column = max(place.column, 1)
    width = place.excerpt.width if place.excerpt else 1
    return {"startLine": place.line, "startColumn": column, "endLine": place.line, "endColumn": column + width}


REPORT = Report("sarif", "SARIF 2.1.0, for GitHub code scanning and other forges", _lines)
