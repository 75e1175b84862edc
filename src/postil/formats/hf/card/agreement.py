"""What the card says of agreement: what ``postil agree`` measures. Needs the libraries that measuring needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from postil.agreement.output import _words as said
from postil.formats.hf.card.markdown import code, table, words

if TYPE_CHECKING:
    from postil.agreement.report import Estimate, Measured, Report


def agreement_section(report: Report) -> Iterator[str]:
    """How far annotators agree."""
    yield from map(words, said.introduction(report))
    rows = list(_rows(report))
    head = ("layer", "measure", "value", said.percent(report.parameters.level))
    columns = len(head) if any(interval for *_, interval in rows) else len(head) - 1
    yield table(head[:columns], (row[:columns] for row in rows))
    yield from _notes(report)
    yield from map(words, said.cautions(report))


def _rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    reasons = _reasons(report)
    for layer, measured, part, estimate in _estimates(report):
        what = words(layer) + (f", {measured.part_kind} {code(part)}" if part else "")
        reason = f" ({words(estimate.reason)})" if estimate.reason and len(reasons) > 1 else ""
        yield what, f"{words(measured.title)}, {code(measured.name)}", said.value(estimate) + reason, said.interval(estimate)


def _estimates(report: Report) -> Iterator[tuple[str, Measured, str, Estimate]]:
    """Layer, measure, part and value: of the whole layer, or of the parts where a measure is of nothing else."""
    for layer in filter(said.is_used, report.layers):
        for measured in layer.measures:
            for part, estimate in {"": measured.whole}.items() if measured.whole else measured.parts.items():
                yield layer.name, measured, part, estimate


def _reasons(report: Report) -> set[str]:
    """Why values are undefined."""
    return {estimate.reason for *_, estimate in _estimates(report) if estimate.reason}


def _notes(report: Report) -> Iterator[str]:
    """Why values are undefined, where the reason is the same for all, and why intervals are missing, each reason once."""
    if len(reasons_of_all := _reasons(report)) == 1:
        yield f"Undefined: {words(reasons_of_all.pop())}."
    reasons = {estimate.no_interval for *_, estimate in _estimates(report)}
    yield from (f"No interval: {words(reason)}." for reason in sorted(filter(None, reasons)))


def agreement_summary(report: Report) -> str:
    """The same in plain words, without a table."""
    values = [
        f"{layer}{f', {part}' if part else ''}: {measured.name} {said.value(estimate)}"
        for layer, measured, part, estimate in _estimates(report)
    ]
    return " ".join([*said.introduction(report), f"{'; '.join(values)}."])
