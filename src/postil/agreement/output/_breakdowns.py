"""A layer's values by label, by attribute, by pair and by document, as tables that any output may draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from postil.agreement.output import View
from postil.agreement.report import Estimate, LayerReport, Measured

WORST = 5
"""Documents that are shown where nobody asked for all."""


class Row(NamedTuple):
    """What a row is about, how many there are of it (nothing where that is not known), and a value for each measure."""

    names: tuple[str, ...]
    counts: tuple[int | None, ...]
    values: tuple[Estimate | None, ...]


class Breakdown(NamedTuple):
    """A table: what it shows, and the headings of its names, counts and values."""

    title: str
    names: tuple[str, ...]
    counts: tuple[str, ...]
    measures: tuple[str, ...]
    rows: list[Row]


def breakdowns(layer: LayerReport, annotators: Sequence[str], view: View, limit: int | None = None) -> Iterator[Breakdown]:
    """The tables that are shown of a layer. ``limit``: of documents, if all of them are asked for."""
    if "label" in view.by:
        yield from _by_part(layer, "label", _counts(layer, annotators))
    yield from _by_part(layer, "attribute", {})
    if "pair" in view.by:
        yield from _by_pair(layer)
    yield from _by_document(layer, all_of_them="document" in view.by, limit=limit)


def _by_part(layer: LayerReport, kind: str, counts: Mapping[str, tuple[int, ...]]) -> Iterator[Breakdown]:
    shown = [one for one in layer.measures if one.part_kind == kind and one.parts]
    parts = list(dict.fromkeys([*(counts if shown else ()), *(part for one in shown for part in one.parts)]))
    if parts:
        columns = tuple(layer.annotations) if counts else ()
        rows = [
            Row((part,), counts.get(part, (0,) * len(columns)), tuple(one.parts.get(part) for one in shown)) for part in parts
        ]
        yield Breakdown(f"By {kind}", (kind,), columns, _names(shown), rows)


def _counts(layer: LayerReport, annotators: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """How often each of two annotators used each label. Of more, the confusion does not tell: each is in several pairs."""
    if len(annotators) != 2:
        return {}
    labels = sorted({label for cell in layer.confusion for label in (cell.one, cell.other) if label})
    return {
        label: (
            sum(cell.count for cell in layer.confusion if cell.one == label),
            sum(cell.count for cell in layer.confusion if cell.other == label),
        )
        for label in labels
    }


def _by_pair(layer: LayerReport) -> Iterator[Breakdown]:
    shown = [one for one in layer.measures if one.pairs]
    # measures may be about different documents of a pair, which are then different rows
    values = [{((pair.one, pair.other), pair.documents): pair.estimate for pair in one.pairs} for one in shown]
    found = list(dict.fromkeys(key for each in values for key in each))
    if found:
        rows = [Row(key[0], (key[1],), tuple(each.get(key) for each in values)) for key in found]
        yield Breakdown("By pair of annotators", ("annotator", "annotator"), ("documents",), _names(shown), rows)


def _by_document(layer: LayerReport, *, all_of_them: bool, limit: int | None) -> Iterator[Breakdown]:
    shown = [one for one in layer.measures if one.documents]
    if not shown or (layer.documents < 2 and not all_of_them):
        return
    ranked = shown[0].documents
    if not all_of_them:
        ranked = [found for found in ranked if found.value is not None and found.value < 1][:WORST]
    listed = ranked[:limit]
    values = [{found.document: Estimate(found.value) for found in one.documents} for one in shown]
    rows = [Row((one.document,), (one.annotations,), tuple(each.get(one.document) for each in values)) for one in listed]
    if rows:
        heading = _heading(shown[0], len(listed), len(ranked), all_of_them=all_of_them)
        yield Breakdown(heading, ("document",), ("annotations",), _names(shown), rows)


def _heading(first: Measured, listed: int, ranked: int, *, all_of_them: bool) -> str:
    if not all_of_them:
        return f"Documents that agree least, by {first.name}"
    if listed < ranked:
        return f"The {listed:,} documents that agree least by {first.name}, of {ranked:,}; --format csv has all of them"
    return f"By document, what agrees least by {first.name} first"


def _names(shown: Sequence[Measured]) -> tuple[str, ...]:
    return tuple(one.name for one in shown)
