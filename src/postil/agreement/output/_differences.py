"""How aligned annotations differ: from the confusion of a layer to sentences, lists and a matrix."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from postil.agreement.output._words import NOUNS
from postil.agreement.report import Cell, Disagreement, LayerReport, Side
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


class Version(NamedTuple):
    """What some annotators have in one place: all of them the like of ``side``."""

    annotators: list[str]
    side: Side
    ids: list[str]


class Topic(NamedTuple):
    """Disagreements of one kind about the same spans of a document: ``versions`` of one place, and whose are ``missing``."""

    document: str
    line: int
    versions: list[Version]
    missing: list[str]


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
    if not differences(layer, annotators):
        two = f"{one} and {other} have the same {noun if first == 1 else counted(first, noun)}"
        many = f"whichever two annotators are compared, they have the same {noun}s"
        yield f"Nowhere: {many if len(annotators) > 2 else two}."
        return
    if len(annotators) > 2:
        yield "All pairs of annotators together; in each, the first is the one whose name comes first."
    compared = f"Of {counted(first, noun)} by {one} and {second:,} by {other}"
    if layer.kind == "label":
        yield f"{compared}, {_are(alike)} the same."
        return
    yield (
        f"{compared}, {_are(both)} aligned: {alike:,} with the same label, {exact:,} with the same extent too. "
        f"Without a counterpart: {first - both:,} by {one}, {second - both:,} by {other}."
    )


def _are(number: int) -> str:
    return f"{number:,} {'is' if number == 1 else 'are'}"


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


def topics(found: Iterable[Disagreement], kind: str) -> list[Topic]:
    """What is to be talked about of a kind, each once however many pairs of annotators differ in it."""
    groups: dict[tuple[object, ...], list[Disagreement]] = {}
    for one in found:
        if one.kind == kind:
            said = (_what(side) for side in (one.one, one.other) if side)
            groups.setdefault((one.document, *sorted(said)), []).append(one)
    return [_topic(group) for group in groups.values()]


def _topic(group: Sequence[Disagreement]) -> Topic:
    first = group[0]
    sides = [side for each in group for side in (each.one, each.other) if side]
    versions = []
    for what in dict.fromkeys(map(_what, sides)):
        by = {side.annotator: side for side in sides if _what(side) == what}
        versions.append(Version(sorted(by), next(iter(by.values())), sorted({side.id for side in by.values()})))
    return Topic(first.document, first.line, versions, sorted({each.missing for each in group if not each.other}))


def _what(side: Side) -> tuple[int, int, str, str]:
    """What makes the spans of two annotators the same. The text tells fragments apart."""
    return side.start, side.end, side.label, side.text


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
