"""For programs: one JSON document with every finding and both of its places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.findings import Finding, Tally
from postil.reports import Report, Style


def _lines(findings: Sequence[Finding], tally: Tally, _style: Style) -> Iterator[str]:
    report = {"version": 1, "checked": tally, "findings": findings}
    yield msgspec.json.format(msgspec.json.encode(report)).decode()


REPORT = Report("json", "one JSON document, for programs", _lines)
