"""For programs that read as it comes: one JSON object a line for each finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.checking.run import Tally
from postil.findings import Finding
from postil.reports import Report, Style


def _lines(findings: Sequence[Finding], _tally: Tally, _style: Style) -> Iterator[str]:
    for finding in findings:
        yield msgspec.json.encode(finding).decode()


REPORT = Report("jsonl", "one JSON object a line, for programs", _lines)
