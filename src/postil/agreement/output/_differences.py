"""How aligned annotations differ: from the confusion of a layer to sentences, lists and a matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from postil.agreement.output._words import NOUNS
from postil.agreement.report import Cell, LayerReport
from postil.text import counted

KINDS = {
    "label": "Different labels of aligned spans",
    "boundary": "The same label, another extent",
    "missing": "What one has and the other has not",
}
"""What the kinds of a :class:`~postil.agreement.report.Disagreement` are called, in the order in which they are shown."""


class Difference(NamedTuple):
    """What one annotator has and what the other has instead (empty: nothing), how often, and how they differ."""

    one: str
    other: str
    times: int
    how: str


class Matrix(NamedTuple):
    """How often each label met each, an empty label being none.

    ``rows``, ``columns``: how often the one and the other annotator has each label, or none. ``left_out``: labels that were too
    many.
    """

    labels: list[str]
    counts: Counter[tuple[str, str]]
    rows: Counter[str]
    columns: Counter[str]
    left_out: int


def sides(annotators: Sequence[str]) -> tuple[str, str]:
    """Who the two annotators of a confusion are. Of more than two it adds up all pairs."""
    return (annotators[0], annotators[1]) if len(annotators) == 2 else ("the first", "the other")


def totals(layer: LayerReport, annotators: Sequence[str]) -> Iterator[str]:
    """How much of what the annotators have is aligned, and alike."""
    cells = layer.confusion
    one, other = sides(annotators)
    noun = NOUNS.get(layer.kind, layer.kind)
    first, second = sum(cell.count for cell in cells if cell.one), sum(cell.count for cell in cells if cell.other)
    both = sum(cell.count for cell in cells if cell.one and cell.other)
    alike = sum(cell.count for cell in cells if cell.one == cell.other)
    exact = sum(cell.same_extent for cell in cells if cell.one == cell.other)
    if len(annotators) > 2:
        yield "All pairs of annotators together; in each, the first is the one whose name comes first."
    if not differences(layer, annotators):
        yield f"Nowhere: {one} and {other} have the same {counted(first, noun)}."
        return
    compared = f"Of {counted(first, noun)} by {one} and {second:,} by {other}"
    if layer.kind == "label":
        yield f"{compared}, {alike:,} are the same."
        return
    yield (
        f"{compared}, {both:,} are aligned: {alike:,} with the same label, {exact:,} with the same extent too. "
        f"Without a counterpart: {first - both:,} by {one}, {second - both:,} by {other}."
    )


def differences(layer: LayerReport, annotators: Sequence[str]) -> list[Difference]:
    """What differs, the most frequent first."""
    found = [_difference(cell, layer.kind, *sides(annotators)) for cell in layer.confusion]
    return sorted((difference for difference in found if difference.times), key=lambda difference: -difference.times)


def _difference(cell: Cell, kind: str, one: str, other: str) -> Difference:
    if not (cell.one and cell.other):
        return Difference(cell.one, cell.other, cell.count, f"{other if cell.one else one} has none")
    if cell.one == cell.other:
        return Difference(cell.one, cell.other, cell.count - cell.same_extent, "other extent")
    if kind == "label":
        return Difference(cell.one, cell.other, cell.count, "other label")
    extent = "same extent" if cell.same_extent == cell.count else f"same extent in {cell.same_extent:,}"
    return Difference(cell.one, cell.other, cell.count, f"other label, {extent if cell.same_extent else 'other extent'}")


def matrix(cells: Iterable[Cell], limit: int) -> Matrix:
    """The confusion by label. Of more than ``limit`` labels, those that are most often confused or missed."""
    found = Matrix([], Counter(), Counter(), Counter(), 0)
    wrong: Counter[str] = Counter()
    for cell in cells:
        found.counts[cell.one, cell.other] += cell.count
        found.rows[cell.one] += cell.count
        found.columns[cell.other] += cell.count
        for label in filter(None, (cell.one, cell.other)):
            wrong[label] += cell.count if cell.one != cell.other else 0
    kept = {label for label, _ in wrong.most_common(limit)}
    return found._replace(labels=sorted(kept), left_out=len(wrong) - len(kept))
