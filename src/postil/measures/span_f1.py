"""F1 of spans: the share of spans that two annotators have in common.

With the best one-to-one matching M of the spans of A and B that have one label, F1 = 2·|M| / (|A| + |B|); the mean over pairs of
annotators. That is the average positive specific agreement, and the right choice where what nobody marked cannot be counted
(Hripcsak & Rothschild 2005). Where one annotator is the reference, precision is the share of the other's spans that are matched,
and recall the share of the reference's.

A match counts 1 if it is ``exact`` (the same code points, fragment by fragment) or, ``relaxed``, if there is any overlap.
``partial`` counts the overlap by the union, in code points (Jaccard); ``half`` is the partial match of SemEval-2013 task 9,
whatever the overlap.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal, get_args

import numpy as np

from postil.measures import Coefficient, Extents, Floats, Measure, Quantities, Totals, Unit, Valued, coefficient, ratio
from postil.measures._matching import matched_in_graph
from postil.measures._pairs import mean_f1, mean_over_pairs, pairs
from postil.measures._units import Ints, runs
from postil.measures.comparison import Comparison

Match = Literal["exact", "partial", "half", "relaxed"]
_GREC, _THOMPSON = "Arguments of events in biomedical abstracts", "(Thompson et al. 2009, table 9)"
NO_SPANS = "neither marked anything"


def span_f1(one: Sequence[Unit], other: Sequence[Unit], match: Match = "exact") -> Coefficient:
    """F1 of two annotators' units. Undefined where neither has any. ``observed``: what the matches count.

    A unit that repeats another counts once. Raises ``ValueError`` for an unknown match and for a unit that covers nothing.
    """
    if match not in get_args(Match):
        raise ValueError(f"no match {match!r}: there are {', '.join(get_args(Match))}")
    for unit in (*one, *other):
        if not all(start < end for start, end in unit.extents):
            raise ValueError(f"unit {unit.start} to {unit.end} covers nothing")
    totals = Totals.of(quantities(one, other, ("", ""), match))
    return coefficient(_f1(totals, ""), totals["matched", "", ""][0])


def quantities(one: Sequence[Unit], other: Sequence[Unit], pair: tuple[str, str], match: Match) -> Quantities:
    """``("matched", a, b)``: what the matches count; ``("first", a, b)``, ``("second", a, b)``: how many units each has."""
    mine, yours = ({(unit.label, unit.extents) for unit in units} for units in (one, other))
    same = mine & yours
    matched = float(len(same))
    if match != "exact":
        matched = sum(_matched(*each, match) for each in _by_label(mine, yours))
    return {("matched", *pair): matched, ("first", *pair): float(len(mine)), ("second", *pair): float(len(yours))}


_Labelled = set[tuple[str, Extents]]


def _by_label(mine: _Labelled, yours: _Labelled) -> Iterator[tuple[list[Extents], list[Extents]]]:
    """In an order that is always the same, so that sums of them are."""
    for label in sorted({label for label, _ in mine} & {label for label, _ in yours}):
        yield (
            sorted(extents for own, extents in mine if own == label),
            sorted(extents for own, extents in yours if own == label),
        )


def _matched(mine: list[Extents], yours: list[Extents], match: Match) -> float:
    """What a best matching counts."""
    common = set(mine) & set(yours)
    if match == "relaxed":  # here a span may be worth more to two neighbours than to its like; elsewhere counts are a metric's
        common = set()
    rest, others = ([extents for extents in some if extents not in common] for some in (mine, yours))
    if not rest or not others:
        return float(len(common))
    rows, columns = _overlapping(*(np.array([(extents[0][0], extents[-1][1]) for extents in some]) for some in (rest, others)))
    pairs_of_spans = zip(rows.tolist(), columns.tolist(), strict=True)
    counts = np.array([_count(rest[row], others[column], match) for row, column in pairs_of_spans])
    worth = counts > 0
    best = matched_in_graph(len(rest) + len(others), rows[worth], columns[worth] + len(rest), counts[worth])
    return len(common) + float(best.gains.sum())


def _overlapping(mine: Ints, yours: Ints) -> tuple[Ints, Ints]:
    """The numbers of every two spans, one of each, that overlap, given starts and ends: spans x 2.

    Of two that overlap, one starts in the other: yours in mine, or mine in yours but not where that starts.
    """
    found = []
    turns: tuple[tuple[Ints, Ints, Literal["left", "right"]], ...] = ((mine, yours, "left"), (yours, mine, "right"))
    for one, other, side in turns:
        order = np.argsort(other[:, 0], kind="stable")
        first = np.searchsorted(other[order, 0], one[:, 0], side)
        last = np.searchsorted(other[order, 0], one[:, 1], "left")
        outer, place = runs(first, last - first)
        found.append((outer, order[place]) if one is mine else (order[place], outer))
    return np.concatenate([rows for rows, _ in found]), np.concatenate([columns for _, columns in found])


def _count(one: Extents, other: Extents, match: Match) -> float:
    """What a match of two spans of one label would count."""
    overlap = _overlap(one, other)
    if match == "partial":
        return overlap / (_length(one) + _length(other) - overlap)
    return (0.5 if match == "half" and one != other else 1.0) if overlap else 0.0


def _overlap(one: Extents, other: Extents) -> int:
    return sum(max(0, min(end, last) - max(start, first)) for start, end in one for first, last in other)


def _length(extents: Extents) -> int:
    return sum(end - start for start, end in extents)


def _sums(totals: Totals) -> Iterator[tuple[Floats, Floats, Floats]]:
    for pair in pairs(totals, "first"):
        yield totals["matched", *pair], totals["first", *pair], totals["second", *pair]


def _f1(totals: Totals, _part: str) -> Valued:
    return mean_f1(totals), NO_SPANS


def _precision(totals: Totals, _part: str) -> Valued:
    """The reference comes first in every pair."""
    values = (ratio(matched, second) for matched, _, second in _sums(totals))
    return mean_over_pairs(values, len(totals[()])), "nothing was marked that could be right"


def _recall(totals: Totals, _part: str) -> Valued:
    values = (ratio(matched, first) for matched, first, _ in _sums(totals))
    return mean_over_pairs(values, len(totals[()])), "the reference has nothing that could be found"


def _compared(comparison: Comparison, match: Match, *, with_reference: bool = False) -> Iterator[tuple[str, Quantities]]:
    units, reference = comparison.continuum.units, comparison.document.settings.reference
    whole: Quantities = {}
    parts: dict[str, Quantities] = {}
    for pair in comparison.pairs():
        if with_reference and reference not in pair:
            continue
        one, other = pair if not with_reference or pair[0] == reference else pair[::-1]
        whole |= quantities(units[one], units[other], (one, other), match)
        if comparison.document.settings.with_parts:
            for label in sorted({unit.label for name in pair for unit in units[name]}):
                mine, yours = ([unit for unit in units[name] if unit.label == label] for name in (one, other))
                parts.setdefault(label, {}).update(quantities(mine, yours, (one, other), match))
    if whole:
        yield "", whole
    yield from parts.items()


def _measures() -> Iterator[Measure]:
    kinds: tuple[tuple[str, Match, str, str], ...] = (
        ("", "exact", "with the same label and exactly the same extent", f"{_GREC}: .75 to .77 {_THOMPSON}."),
        ("-partial", "partial", "with the same label, counted by how far they overlap", ""),
        ("-relaxed", "relaxed", "with the same label that overlap at all", f"{_GREC}: .90 to .91 {_THOMPSON}."),
    )
    for suffix, match, how, published in kinds:
        title = f" ({match})"
        yield Measure(
            f"f1{suffix}",
            f"Span F1{title}",
            ("span",),
            partial(_compared, match=match),
            _f1,
            reading=f"The share of spans that two annotators have in common, {how}. Chance is not taken off.",
            published=published,
            is_default=match != "relaxed",
            rank=1,
        )
        for name, value, share in (
            ("precision", _precision, "of the spans that are not the reference's, the share that is in the reference"),
            ("recall", _recall, "of the reference's spans, the share that was found"),
        ):
            yield Measure(
                f"{name}{suffix}",
                f"{name.capitalize()}{title}",
                ("span",),
                partial(_compared, match=match, with_reference=True),
                value,
                reading=f"{share[0].upper()}{share[1:]}, {how}.",
                is_default=match != "relaxed",
                needs_reference=True,
                rank=2,
            )


MEASURES = tuple(_measures())
