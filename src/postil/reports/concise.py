"""One line a finding: ``path:line:column: CODE message``, as editors and grep like it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postil.findings import Finding, Tally
from postil.reports import Report, Style
from postil.text import printable


def _lines(findings: Sequence[Finding], _tally: Tally, _style: Style) -> Iterator[str]:
    for finding in findings:
        yield f"{finding.place}: {finding.code} {printable(finding.message)}"


REPORT = Report("concise", "one line each: path:line:column: CODE message", _lines)
