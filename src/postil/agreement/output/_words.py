"""What every output for people says in words, and how it writes numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from postil.agreement.report import Estimate, LayerReport, Measured, Parameters, Report
from postil.measures import all_measures
from postil.text import counted, listing

NOUNS = {"span": "span", "relation": "relation", "label": "document label"}
NO_SPAN = "no span"
"""What an annotator has where only the other has a span."""

ABSENT = "–"
"""Where a table has no value, not even an undefined one."""

UNDEFINED = "undefined"

NO_VERDICTS = (
    "No value is called good or poor here: scales that do so are conventions without a ground, and what is enough depends on "
    "what the annotations are for."
)

_NAMED = 5  # names of many


def nothing(kind: str) -> str:
    """What an annotator has where only the other has an annotation of this kind."""
    return "no label" if kind == "label" else NO_SPAN


def number(value: float | None) -> str:
    """Three decimals. Where there is no value, never a number in its place."""
    if value is None or math.isnan(value):
        return UNDEFINED
    return f"{value:.3f}".replace("-0.000", "0.000")


def value(estimate: Estimate) -> str:
    """The value, with the error that drawing samples leaves in it."""
    if estimate.value is None or estimate.error is None:
        return number(estimate.value)
    error = number(estimate.error) if estimate.error >= 0.0005 or not estimate.error else "<0.001"
    return f"{number(estimate.value)} ± {error}"


def interval(estimate: Estimate, *, is_tight: bool = False) -> str:
    """The interval; nothing where there is none."""
    if estimate.low is None:
        return ""
    between = "–" if is_tight and estimate.low >= 0 else " to "  # a dash before a minus would be misread
    return f"{number(estimate.low)}{between}{number(estimate.high)}"


def percent(level: float) -> str:
    """``95 %``."""
    return f"{level * 100:g} %"


def some(names: Sequence[str], limit: int = _NAMED) -> str:
    """The first few names, and how many more there are."""
    if len(names) <= limit + 1:
        return listing(names, "and")
    return f"{', '.join(names[:limit])} and {len(names) - limit:,} more"


def title(report: Report) -> str:
    """What the report is about."""
    where = f": {report.corpus}" if report.corpus else ""
    return f"Agreement of {listing(report.annotators, 'and')}{where}" if report.documents else "Agreement: nothing was compared"


def introduction(report: Report) -> Iterator[str]:
    """What was compared and what was not, a paragraph each."""
    if not report.documents:
        yield _nothing(report)
    else:
        of = "the only document" if report.documents == report.of_documents == 1 else _share(report)
        who = listing([_made(report, name) for name in report.annotators], "and")
        number = counted(len(report.annotators), "annotator")
        yield f"{number}: {who}. Compared in {of}: {counted(report.characters, 'character')} of text."
    for reason, names in report.left_out.items():
        yield f"Not compared, {reason}: {counted(len(names), 'document')}, {some(names)}."
    if report.documents and report.unfinished:
        sets = [f"{count:,} by {name}" for name, count in report.unfinished.items()]
        yield f"Not compared, as they are not finished: {listing(sets, 'and')}."
    yield from _not_independent(report)
    if report.adjudicated:
        yield (
            f"Left out: what {listing(report.adjudicated, 'and')} has, since it was made from the sets of others and agrees with "
            "them for that reason."
        )
    if report.reference:
        yield f"{report.reference} is the reference: right by definition.{_against_reference(report)}"
    if report.repeated:
        yield f"Counted once: {counted(report.repeated, 'annotation')} with the place and label of another in the same set."


def _not_independent(report: Report) -> Iterator[str]:
    """Who may agree with whom because one has annotations of the other, or both have those of a third."""
    made = [name for name in report.derived if "manual" not in report.methods[name]]
    if made:
        were = "was" if len(made) == 1 else "were"
        yield f"{listing(made, 'and')} {were} made from others here, and may agree with them for that reason."
    for name in report.derived:
        taken = [source for source in report.sources[name] if source in report.annotators and source != name]
        if name not in made:
            yield f"{name} took suggestions of {listing(taken, 'and')}, and may agree with {_them(taken)} for that reason."
    for source in sorted({source for sources in report.sources.values() for source in sources} - set(report.annotators)):
        those = [name for name, sources in report.sources.items() if source in sources]
        if len(those) > 1:
            yield f"{listing(those, 'and')} have annotations of {source}, and may agree with each other for that reason."


def _them(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"


def _made(report: Report, annotator: str) -> str:
    """The annotator and, where no person annotated, how the sets were made."""
    methods = [method for method in report.methods.get(annotator, ()) if method != "manual"]
    return f"{annotator} ({listing(methods, 'and')})" if methods else annotator


def _against_reference(report: Report) -> str:
    """Which measures are about fewer pairs of annotators than the others."""
    needing = {measure.name for measure in all_measures() if measure.needs_reference}
    those = [one.name for one in readings(report) if one.name in needing]
    if len(report.annotators) < 3 or not those:
        return ""
    compare = "compares" if len(those) == 1 else "compare"
    return f" {listing(those, 'and').capitalize()} {compare} it with each of the others; all other measures are of all pairs."


def _nothing(report: Report) -> str:
    if not report.of_documents:
        return "Nothing was compared: there are no documents."
    return (
        f"Nothing was compared. Of {counted(report.of_documents, 'document')}, none has two or more sets that are finished and "
        "may be compared."
    )


def _share(report: Report) -> str:
    if report.documents == report.of_documents:
        return f"all {report.documents:,} documents"
    return f"{report.documents:,} of {counted(report.of_documents, 'document')}"


def is_used(layer: LayerReport) -> bool:
    """Whether anybody has an annotation in the layer."""
    return any(layer.annotations.values())


def amounts(layer: LayerReport) -> str:
    """How many annotations each annotator has."""
    each = ", ".join(f"{annotator} {count:,}" for annotator, count in layer.annotations.items())
    return f"{NOUNS.get(layer.kind, layer.kind).capitalize()}s in {counted(layer.documents, 'document')}: {each}."


def gist(measured: Measured) -> str:
    """What a measure says, as short as its reading allows: the first clause of it."""
    first = re.split(r"[.:;] ", measured.reading)[0].rstrip(".")
    return f"{measured.title}: {first[:1].lower()}{first[1:]}" if first else measured.title


def readings(report: Report) -> list[Measured]:
    """Every measure that was computed for a layer somebody used, once."""
    shown = (one for layer in report.layers if is_used(layer) for one in layer.measures)
    return list({one.name: one for one in shown}.values())


def cautions(report: Report) -> Iterator[str]:
    """What else to know before numbers are compared."""
    shown = readings(report)
    growing = [one.name for one in shown if one.grows_with_empty_text]
    if growing:
        rises = "rises" if len(growing) == 1 else "rise"
        yield (
            f"Take care: {listing(growing, 'and')} {rises} when text is added in which nobody marks anything. Do not compare "
            f"corpora, layers or documents that are not equally dense by {'it' if len(growing) == 1 else 'them'}."
        )
    if any(one.whole and one.whole.error is not None for one in shown):
        yield "±: the standard error that drawing samples leaves in a value; a smaller --gamma-precision makes it smaller."
    if shown:
        yield NO_VERDICTS
        yield f"Parameters: {', '.join(_parameters(report.parameters))}."


def _parameters(parameters: Parameters) -> Iterator[str]:
    yield f"seed {parameters.seed}"
    yield f"alpha {parameters.alpha:g} and beta {parameters.beta:g} (how much place and label count in gamma)"
    yield f"precision {parameters.precision:g}"
    yield f"{parameters.replicates:,} replicates for each {percent(parameters.level)} interval"
