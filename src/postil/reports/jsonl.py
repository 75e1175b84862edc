"""For programs that read as it comes: one JSON object a line for each finding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from postil.findings import Finding, Tally
from postil.reports import Report, Style

_ESCAPES = {number: f"\\u{number:04x}" for number in (0x85, 0x2028, 0x2029)}  # JSON allows them, but many take them for line ends


def _lines(findings: Sequence[Finding], _tally: Tally, _style: Style) -> Iterator[str]:
    for finding in findings:
        yield msgspec.json.encode(finding).decode().translate(_ESCAPES)


REPORT = Report("jsonl", "one JSON object a line, for programs", _lines)
