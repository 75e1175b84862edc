"""For people at a terminal: each finding with the passage it is about, and a summary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from postil.findings import Excerpt, Finding, Severity, Tally
from postil.reports import Report, Style
from postil.text import counted, printable

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "cyan"}


def _lines(findings: Sequence[Finding], tally: Tally, style: Style) -> Iterator[str]:
    for finding in findings:
        yield from _finding(finding, style)
        yield ""
    yield _summary(findings, tally, style)


def _finding(finding: Finding, style: Style) -> Iterator[str]:
    def paint(text: str, **how: object) -> str:
        return click.style(text, **how) if style.colour else text  # type: ignore[arg-type]

    colour = _COLOURS[finding.severity]
    head = f"{paint(str(finding.place), bold=True)}: {paint(finding.code, fg=colour, bold=True)} {finding.name}"
    yield f"{head} ({finding.severity})" if not style.colour else head
    yield f"  {printable(finding.message)}"
    place = finding.text_place or finding.place
    if place.excerpt:
        if finding.text_place:
            yield f"  {paint(f'in {place}', dim=True)}"
        yield from (f"  {paint('|', dim=True)} {line}" for line in _pointed(place.excerpt, lambda text: paint(text, fg=colour)))
    for related in finding.related:
        passage = f" ({related.text_place})" if related.text_place else ""
        yield f"  {paint('see', dim=True)} {printable(related.message)}: {related.place}{passage}"
    if finding.help:
        yield f"  {paint('help', fg='green')}: {printable(finding.help)}"
    if finding.fix:
        option = "--fix" if finding.fix.is_safe else "--unsafe-fixes"
        yield f"  {paint('fix', fg='green')}: {printable(finding.fix.title)} ({option})"


def _pointed(excerpt: Excerpt, paint: object) -> Iterator[str]:
    from wcwidth import wcswidth

    caret, width = excerpt.caret, excerpt.width
    before, marked = printable(excerpt.line[:caret]), printable(excerpt.line[caret : caret + width])
    yield before + marked + printable(excerpt.line[caret + width :])
    carets = "^" * max(wcswidth(marked), 1)
    yield " " * max(wcswidth(before), 0) + paint(carets)  # type: ignore[operator]


def _summary(findings: Sequence[Finding], tally: Tally, style: Style) -> str:
    looked = f"{counted(tally.documents, 'document')}, {counted(tally.sets, 'set')}, {counted(tally.annotations, 'annotation')}"
    known = f" {tally.in_baseline:,} known from the baseline." if tally.in_baseline else ""
    if not findings:
        text = f"Checked {looked}: nothing{' new' if known else ''} found.{known}"
        return click.style(text, fg="green") if style.colour else text
    by_severity = [
        _of_severity(count, severity)
        for severity in Severity
        if (count := sum(finding.severity == severity for finding in findings))
    ]
    safe = sum(finding.fix is not None and finding.fix.is_safe for finding in findings)
    fixable = f" {safe:,} fixable with --fix." if safe else ""
    return f"Checked {looked}: {', '.join(by_severity)}.{fixable}{known}"


def _of_severity(number: int, severity: Severity) -> str:
    return f"{number:,} {severity}" if severity is Severity.INFO else counted(number, severity)


REPORT = Report("text", "each finding with the passage it is about, and a summary", _lines)
