"""Agreement for people at a terminal: what was compared, the numbers, where annotators differ, and how to read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from postil.agreement.output import Output, View
from postil.agreement.output._breakdowns import Breakdown, breakdowns
from postil.agreement.output._columns import Column, Page
from postil.agreement.output._differences import KINDS, Topic, differences, sides, topics, totals
from postil.agreement.output._sureness import notes, sureness
from postil.agreement.output._words import (
    ABSENT,
    NO_SPAN,
    amounts,
    cautions,
    gist,
    interval,
    introduction,
    is_used,
    nothing,
    percent,
    readings,
    title,
    value,
)
from postil.agreement.report import Disagreement, Estimate, LayerReport, Report
from postil.text import counted, listing

_NARROWEST = 40  # columns: in fewer, tables have no room
_DIFFERENCES = 15  # in the list of what differs
_QUOTED = 5  # topics of each kind


def _lines(report: Report, view: View) -> Iterator[str]:
    page = Page(max(view.width, _NARROWEST), view.colour)
    yield from page.paragraph(title(report), bold=True)
    yield ""
    for said in introduction(report):
        yield from page.paragraph(said)
    if not report.documents:
        return
    general = sureness(report, view)
    if general.said:
        yield from page.paragraph(general.said)
    for layer in report.layers:
        yield ""
        yield from _layer(report, layer, page, view, explain=not general.is_all)
    yield from _how_to_read(report, page)


def _layer(report: Report, layer: LayerReport, page: Page, view: View, *, explain: bool) -> Iterator[str]:
    if not is_used(layer):
        yield from page.paragraph(f"━━ {layer.name}: nobody used this layer.")
        return
    yield from page.heading(layer.name)
    if layer.description:
        yield from page.paragraph(layer.description)
    yield from page.paragraph(amounts(layer))
    yield from _measures(report, layer, page)
    for breakdown in breakdowns(layer, report.annotators, view):
        yield ""
        yield from page.paragraph(breakdown.title, bold=True)
        yield from _breakdown(breakdown, page)
    yield from _notes(layer, page, view, explain=explain)
    yield from _differing(report, layer, page)
    yield from _disagreements(layer.disagreements, page)


def _measures(report: Report, layer: LayerReport, page: Page) -> Iterator[str]:
    shown = [(one, one.whole) for one in layer.measures if one.whole]
    if not shown:
        return
    yield ""
    values = [_numbers("value", (value(estimate) for _, estimate in shown))]
    intervals = [interval(estimate) for _, estimate in shown]
    if any(intervals):
        values.append(_numbers(f"{percent(report.parameters.level)} interval", intervals))
    words = Column("what it says", [gist(one) for one, _ in shown])
    yield from page.table([Column("measure", [one.name for one, _ in shown])], values, words)


def _breakdown(breakdown: Breakdown, page: Page) -> Iterator[str]:
    names = [Column(name, [row.names[at] for row in breakdown.rows]) for at, name in enumerate(breakdown.names)]
    numbers = [
        *(_numbers(name, (_count(row.counts[at]) for row in breakdown.rows)) for at, name in enumerate(breakdown.counts)),
        *(_numbers(name, (_estimate(row.values[at]) for row in breakdown.rows)) for at, name in enumerate(breakdown.measures)),
    ]
    yield from page.table(names, numbers)


def _numbers(heading: str, cells: Iterable[str]) -> Column:
    return Column(heading, list(cells), is_number=True)


def _count(count: int | None) -> str:
    return ABSENT if count is None else f"{count:,}"


def _estimate(estimate: Estimate | None) -> str:
    """A value and, below it, its interval."""
    if estimate is None:
        return ABSENT
    return "\n".join(filter(None, (value(estimate), interval(estimate, is_tight=True))))


def _notes(layer: LayerReport, page: Page, view: View, *, explain: bool) -> Iterator[str]:
    for number, note in enumerate(notes(layer, view, explain=explain)):
        if not number:
            yield ""
        yield from page.paragraph(note)


def _differing(report: Report, layer: LayerReport, page: Page) -> Iterator[str]:
    if not layer.confusion:
        return
    yield ""
    yield from page.paragraph("Where they differ", bold=True)
    for said in totals(layer, report.annotators):
        yield from page.paragraph(said)
    found = differences(layer, report.annotators)
    shown, more = found[:_DIFFERENCES], found[_DIFFERENCES:]
    if shown:
        yield ""
        one, other = sides(report.annotators)
        names = [
            Column(one, [difference.one or f"({nothing(layer.kind)})" for difference in shown]),
            Column(other, [difference.other or f"({nothing(layer.kind)})" for difference in shown]),
        ]
        times = _numbers("times", (f"{difference.times:,}" for difference in shown))
        yield from page.table(names, [times, Column("how", [difference.how for difference in shown])])
    if more:
        yield from page.paragraph(f"and {counted(len(more), 'other kind')}, {sum(one.times for one in more):,} times in all", 2)


def _disagreements(found: Sequence[Disagreement], page: Page) -> Iterator[str]:
    for kind, heading in KINDS.items():
        chosen = topics(found, kind)[:_QUOTED]
        if chosen:
            yield ""
            yield from page.paragraph(f"To talk about: {heading[0].lower()}{heading[1:]}", bold=True)
        for one in chosen:
            yield from page.paragraph(f"{one.document}, line {one.line}", 2, 2)
            yield from _versions(one, page)


def _versions(topic: Topic, page: Page) -> Iterator[str]:
    names = [listing(version.annotators, "and") for version in topic.versions]
    lacking = listing(topic.missing, "and") if topic.missing else ""
    width = max(map(len, (*names, lacking)))
    for name, version in zip(names, topic.versions, strict=True):
        where = f"{listing(version.ids, 'and')}, {version.side.start} to {version.side.end}"
        yield from page.paragraph(f"{name:{width}}  {version.side.label}  “{version.side.text}”  ({where})", 4, 4)
    if lacking:
        yield from page.paragraph(f"{lacking:{width}}  ({NO_SPAN})", 4, 4)


def _how_to_read(report: Report, page: Page) -> Iterator[str]:
    shown = readings(report)
    if not shown:
        return
    yield ""
    yield from page.heading("How to read this")
    for one in shown:
        published = f" Published: {one.published}" if one.published else ""
        yield from page.paragraph(f"{one.name}: {one.title}. {one.reading}{published}", 0, 2, term=one.name)
    for said in cautions(report):
        yield from page.paragraph(said)


OUTPUT = Output("text", "for people: what was compared, the numbers, where annotators differ, how to read it", _lines)
