"""Where two annotators differ: what their aligned spans are called, and the pairs that are worth talking about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from heapq import nlargest
from operator import itemgetter
from typing import NamedTuple, TypeVar, get_args

from postil.agreement.report import Disagreement, DisagreementKind, Side
from postil.measures import Unit
from postil.measures.comparison import Comparison
from postil.text import LineIndex

KEPT = 10
"""Disagreements of each kind that are kept."""

_SHOWN = 160  # code points of a span's text

Confusion = dict[tuple[str, str], tuple[int, int]]
"""By two labels (empty: no span), how often, and how often with the same extent."""


def confusion(comparison: Comparison) -> Confusion:
    """How often each label of an annotator met each of another's, over all pairs of annotators, in the order of their names."""
    found: Confusion = {}
    for pair in comparison.pairs():
        if comparison.kind == "label":
            one, other = (comparison.labels[name] for name in pair)
            met = [(label, label, True) for label in one & other]
            met += _unlike(sorted(one - other), sorted(other - one))
        else:
            aligned = comparison.aligned(*pair)
            met = [(mine.label, yours.label, mine.extents == yours.extents) for mine, yours in aligned]
            alone = _alone(comparison, pair, aligned)
            met += [(unit.label, "", False) for unit in alone[0]] + [("", unit.label, False) for unit in alone[1]]
        for one_label, other_label, same in met:
            count, alike = found.get((one_label, other_label), (0, 0))
            found[one_label, other_label] = count + 1, alike + same
    return found


def _unlike(one: list[str], other: list[str]) -> list[tuple[str, str, bool]]:
    """Labels of a document that only one annotator gave: each against the other's, where both gave just one."""
    if len(one) == len(other) == 1:
        return [(one[0], other[0], True)]
    return [(label, "", False) for label in one] + [("", label, False) for label in other]


class _Candidate(NamedTuple):
    """A disagreement before anybody asked to see it. ``pair``: whose ``one`` is comes first."""

    document: str
    kind: DisagreementKind
    weight: float
    pair: tuple[str, str]
    one: Unit
    other: Unit | None


def disagreements(comparison: Comparison) -> list[Disagreement]:
    """The worst of each kind, over all pairs of annotators."""
    found = worst([one for pair in comparison.pairs() for one in _of_pair(comparison, pair)])
    if not found:
        return []
    index = LineIndex(comparison.document.text)
    return [_shown(index, candidate) for candidate in found]


Ranked = TypeVar("Ranked", _Candidate, Disagreement)


def worst(some: Iterable[Ranked]) -> list[Ranked]:
    """Those of each kind that are kept; of equally bad ones, those of as many documents as there are, and that come first."""
    by_kind: dict[str, list[tuple[float, int, Ranked]]] = {kind: [] for kind in get_args(DisagreementKind)}
    seen: Counter[tuple[str, str]] = Counter()
    for one in some:
        seen[one.kind, one.document] += 1
        by_kind[one.kind].append((one.weight, -seen[one.kind, one.document], one))
    return [one for group in by_kind.values() for *_, one in nlargest(KEPT, group, key=itemgetter(0, 1))]


def _of_pair(comparison: Comparison, pair: tuple[str, str]) -> Iterator[_Candidate]:
    name, aligned = comparison.document.name, comparison.aligned(*pair)
    for mine, yours in aligned:
        apart = _apart(mine, yours)
        if mine.label != yours.label:
            yield _Candidate(name, "label", 1 - apart, pair, mine, yours)
        elif mine.extents != yours.extents:
            yield _Candidate(name, "boundary", apart, pair, mine, yours)
    for sides, units in zip((pair, pair[::-1]), _alone(comparison, pair, aligned), strict=True):
        for unit in units:
            yield _Candidate(name, "missing", float(unit.end - unit.start), sides, unit, None)


def _alone(comparison: Comparison, pair: tuple[str, str], aligned: Sequence[tuple[Unit, Unit]]) -> list[list[Unit]]:
    """The units of each of two annotators that are not aligned with one of the other's."""
    matched = {one for one, _ in aligned}, {other for _, other in aligned}
    units = comparison.continuum.units
    return [[unit for unit in units[name] if unit not in some] for name, some in zip(pair, matched, strict=True)]


def _apart(one: Unit, other: Unit) -> float:
    edges = abs(one.start - other.start) + abs(one.end - other.end)
    return min(1.0, edges / (one.end - one.start + other.end - other.start))


def _shown(index: LineIndex, found: _Candidate) -> Disagreement:
    line, _ = index.place(found.one.start)
    one = _side(index.text, found.pair[0], found.one)
    other = _side(index.text, found.pair[1], found.other) if found.other else None
    return Disagreement(found.kind, found.document, line, one, other, "" if other else found.pair[1], found.weight)


def _side(text: str, annotator: str, unit: Unit) -> Side:
    covered = " ".join(text[start:end] for start, end in unit.extents)
    shown = covered if len(covered) <= _SHOWN else f"{covered[: _SHOWN - 1]}…"
    return Side(annotator, unit.id, unit.label, unit.start, unit.end, shown)
