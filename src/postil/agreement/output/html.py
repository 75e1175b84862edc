"""Agreement as one HTML file: no script, nothing fetched, every word of the corpus escaped.

The same report is the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from postil.agreement.output import Output, View
from postil.agreement.output._breakdowns import Breakdown, breakdowns
from postil.agreement.output._differences import KINDS, Difference, Topic, Version, differences, sides, topics, totals
from postil.agreement.output._heat_map import heat_map
from postil.agreement.output._markup import STYLE, name, paragraph, said, table, words
from postil.agreement.output._plots import MOST_DOTS, bar, bar_scale, by_document
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
from postil.agreement.report import Disagreement, Estimate, LayerReport, Measured, Report
from postil.text import counted, listing

_MOST_DOCUMENTS = 1_000  # rows: a longer table is for machines
_DIFFERENCES = 100
_ABSENT = f'<td class="number none">{ABSENT}</td>'


def _lines(report: Report, view: View) -> Iterator[str]:
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8">'
    yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{said(title(report))}</title><style>{STYLE}</style></head><body>"
    yield f"<header><h1>{said(title(report))}</h1>"
    yield from map(paragraph, introduction(report))
    if report.documents:
        yield from _compared(report, view)
    else:
        yield "</header>"
    yield "</body></html>"


def _compared(report: Report, view: View) -> Iterator[str]:
    general = sureness(report, view)
    if general.said:
        yield paragraph(general.said)
    yield from _overview(report)
    yield "</header><main>"
    for at, layer in enumerate(report.layers):
        yield f'<section id="layer{at}"><h2>{name(layer.name)}</h2>'
        yield from _layer(report, layer, view, explain=not general.is_all)
        yield "</section>"
    yield from _how_to_read(report)
    yield "</main>"


def _overview(report: Report) -> Iterator[str]:
    """The values of all layers at a glance, where there are several."""
    used = [(at, layer) for at, layer in enumerate(report.layers) if is_used(layer)]
    if len(used) < 2:
        return
    measures = [one for one in readings(report) if one.whole or any(_whole(layer, one.name) for _, layer in used)]
    rows = (
        [f'<a href="#layer{at}">{name(layer.name)}</a>', *(_value(_whole(layer, one.name), bare=True) for one in measures)]
        for at, layer in used
    )
    yield from table("Each layer at a glance", ["layer", *(said(one.name) for one in measures)], rows)


def _whole(layer: LayerReport, measure: str) -> Estimate | None:
    return next((one.whole for one in layer.measures if one.name == measure), None)


def _layer(report: Report, layer: LayerReport, view: View, *, explain: bool) -> Iterator[str]:
    if not is_used(layer):
        yield paragraph("Nobody used this layer.")
        return
    if layer.description:
        yield paragraph(layer.description)
    yield paragraph(amounts(layer), "faint")
    yield from _measures(report, layer)
    for breakdown in breakdowns(layer, report.annotators, view, _MOST_DOCUMENTS):
        yield from _breakdown(breakdown)
    yield from map(paragraph, notes(layer, view, explain=explain))
    yield from _plots(layer)
    yield from _differing(report, layer)
    yield from _disagreements(layer.disagreements)


def _measures(report: Report, layer: LayerReport) -> Iterator[str]:
    shown = [(one, one.whole) for one in layer.measures if one.whole]
    if not shown:
        return
    scale = bar_scale([estimate for _, estimate in shown])
    level = percent(report.parameters.level)
    ends = words(f"from {scale.least:g} to {scale.most:g}", "th")
    intervals = [interval(estimate) for _, estimate in shown]
    headings = ["measure", "value", *([f"{level} interval"] if any(intervals) else ()), ends, words("what it says", "th")]
    rows = (
        [
            f"<code>{said(one.name)}</code>",
            _value(estimate, bare=True),
            *([said_interval or _ABSENT] if any(intervals) else ()),
            f"<td>{bar(estimate, scale)}</td>",
            words(gist(one)),
        ]
        for (one, estimate), said_interval in zip(shown, intervals, strict=True)
    )
    yield from table("Measures", headings, rows)


def _breakdown(breakdown: Breakdown) -> Iterator[str]:
    rows = (
        [
            *map(name, row.names),
            *(_ABSENT if count is None else f"{count:,}" for count in row.counts),
            *map(_value, row.values),
        ]
        for row in breakdown.rows
    )
    headings = [said(one) for one in (*breakdown.names, *breakdown.counts, *breakdown.measures)]
    yield from table(f"<h3>{said(breakdown.title)}</h3>", headings, rows, len(breakdown.names))


def _value(estimate: Estimate | None, *, bare: bool = False) -> str:
    """A value, above its interval unless it is to be ``bare``."""
    if estimate is None:
        return _ABSENT
    if estimate.value is None:
        return f'<td class="number undefined">{value(estimate)}</td>'
    below = "" if bare or not interval(estimate) else f"<small>{interval(estimate)}</small>"
    return f"{said(value(estimate))}{below}"


def _plots(layer: LayerReport) -> Iterator[str]:
    shown: list[Measured] = [one for one in layer.measures if one.documents]
    if shown and layer.documents > 1:  # of one, there is nothing to see that the table does not say
        yield "<h3>The values of single documents</h3>"
        binned = f", or, of more than {MOST_DOTS}, each column those with about the same value"
        mark = f"Each dot is a document{binned if layer.documents > MOST_DOTS else ''}"
        yield paragraph(f"{mark}. The line is the value of all together, the band its interval.", "faint")
        yield f'<div class="plots">{"".join(map(by_document, sorted(shown, key=_is_empty)))}</div>'


def _is_empty(measured: Measured) -> bool:
    return all(found.value is None for found in measured.documents)


def _differing(report: Report, layer: LayerReport) -> Iterator[str]:
    if not layer.confusion:
        return
    yield "<h3>Where they differ</h3>"
    yield from map(paragraph, totals(layer, report.annotators))
    yield from heat_map(layer, report.annotators)
    found = differences(layer, report.annotators)
    shown, more = found[:_DIFFERENCES], found[_DIFFERENCES:]
    if shown:
        one, other = map(name, sides(report.annotators))
        rows = (
            [_label(each.one, layer.kind), _label(each.other, layer.kind), f"{each.times:,}", words(each.how)] for each in shown
        )
        yield from table("What differs, the most frequent first", [one, other, "times", words("how", "th")], rows, 2)
    if more:
        yield paragraph(_rest(more))


def _rest(more: Sequence[Difference]) -> str:
    return f"And {counted(len(more), 'other kind')}, {sum(one.times for one in more):,} times in all."


def _label(label: str, kind: str) -> str:
    return name(label) if label else f'<span class="none">{nothing(kind)}</span>'


def _disagreements(found: Sequence[Disagreement]) -> Iterator[str]:
    if found:
        yield "<h3>To talk about</h3>"
    for kind, heading in KINDS.items():
        chosen = topics(found, kind)
        if chosen:
            yield f'<h4>{heading}</h4><ul class="talk">'
            yield from map(_topic, chosen)
            yield "</ul>"


def _topic(topic: Topic) -> str:
    versions = "".join(map(_version, topic.versions))
    lacking = f'<div>{_names(topic.missing)} <span class="none">{NO_SPAN}</span></div>' if topic.missing else ""
    return f'<li><div class="faint">{name(topic.document)}, line {topic.line}</div>{versions}{lacking}</li>'


def _version(version: Version) -> str:
    side = version.side
    where = f'<span class="faint">{_names(version.ids)}, {side.start} to {side.end}</span>'
    head = f'<div>{_names(version.annotators)} <span class="chip">{name(side.label)}</span> {where}</div>'
    return f'{head}<blockquote lang="" dir="auto">“{said(side.text)}”</blockquote>'


def _names(names: Sequence[str]) -> str:
    return listing(map(name, names), "and")


def _how_to_read(report: Report) -> Iterator[str]:
    shown = readings(report)
    if not shown:
        return
    yield "<section><h2>How to read this</h2><dl>"
    for one in shown:
        yield f"<dt><code>{said(one.name)}</code> {said(one.title)}</dt><dd>{said(one.reading)}</dd>"
        if one.published:
            yield f"<dd>Published: {said(one.published)}</dd>"
    yield "</dl>"
    yield from map(paragraph, cautions(report))
    yield "</section>"


OUTPUT = Output("html", "the same as a page, with plots and a heat map of what was called what", _lines)
