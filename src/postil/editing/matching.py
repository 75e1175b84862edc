"""Which record of one set is which of another: what comparing, merging and adjudicating start from.

Two versions of one annotator's set share ids. What has no partner by its id, and the sets of two annotators, are matched by
what they say: first what says the same, then what has the same place, then what overlaps most. Every record has one partner at
most.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

import msgspec

from postil.editing.references import References, with_names
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span

Kind = TypeVar("Kind", Span, Relation, Label, Note)

Level = Callable[[Sequence[Any], Sequence[Any], Mapping[str, str], References], Iterator[tuple[Any, Any]]]
"""Pairs records of two lists, given the ids of the second set by those of the first, as far as they are known."""

_ANY = References(None, guesses=True)


class Match(NamedTuple):
    """A record of the first set and the one of the second that it is; ``None`` where there is none."""

    first: Record | None
    second: Record | None


def match(first: AnnotationSet, second: AnnotationSet, *, by_id: bool = True, references: References = _ANY) -> list[Match]:
    """Every record of both sets, in the order of the second, and those that it lacks after them.

    ``by_id``: whether the same id means the same record, as in two versions of one set. ``references``: which attributes name
    other records; where nothing is said, all that have the id of one do.
    """
    pairs: list[tuple[Record, Record]] = []
    names: dict[str, str] = {}  # an id of the first set → the id of its partner

    def add(found: Iterable[tuple[Record, Record]]) -> None:
        for one, other in found:
            pairs.append((one, other))
            names[one.id] = other.id

    for kind in ("spans", "relations", "labels", "notes"):
        here, there = getattr(first, kind), getattr(second, kind)
        if by_id:
            add(_by(here, there, lambda record: record.id, lambda record: record.id))
        for level in _LEVELS[kind]:
            matched_here, matched_there = {id(one) for one, _ in pairs}, {id(other) for _, other in pairs}
            add(
                level(
                    [record for record in here if id(record) not in matched_here],
                    [record for record in there if id(record) not in matched_there],
                    names,
                    references,
                )
            )
    partner = {id(other): one for one, other in pairs}
    matched = {id(one) for one, _ in pairs}
    found = [Match(partner.get(id(record)), record) for record in second.records]
    return [*found, *(Match(record, None) for record in first.records if id(record) not in matched)]


def _by(
    here: Sequence[Kind], there: Sequence[Kind], key: Callable[[Kind], Hashable], other_key: Callable[[Kind], Hashable]
) -> Iterator[tuple[Kind, Kind]]:
    """Pairs with the same key; of several with one key the first with the first."""
    waiting: dict[Hashable, list[Kind]] = {}
    for record in reversed(there):
        waiting.setdefault(other_key(record), []).append(record)
    for record in here:
        same = waiting.get(key(record))
        if same:
            yield record, same.pop()


def _same(*fields: str) -> Level:
    """A level that pairs records of which these fields are the same."""
    may_name = not {"args", "attributes", "about"}.isdisjoint(fields)

    def level(
        here: Sequence[Any], there: Sequence[Any], names: Mapping[str, str], references: References
    ) -> Iterator[tuple[Any, Any]]:
        def key(record: Any) -> Hashable:
            return _key(with_names(record, names, references) if may_name else record, fields)

        return _by(here, there, key, lambda record: _key(record, fields))

    return level


def _key(record: Any, fields: Sequence[str]) -> Hashable:
    return msgspec.json.encode([getattr(record, field) for field in fields])


def _overlapping(*fields: str) -> Level:
    """A level that pairs spans that share text, of which these fields are the same: those that share the largest part first."""

    def level(
        here: Sequence[Span], there: Sequence[Span], _names: Mapping[str, str], _references: References
    ) -> Iterator[tuple[Span, Span]]:
        found = []
        all_others = _grouped(there, fields)
        for key, group in _grouped(here, fields).items():
            others = sorted(all_others.get(key, []), key=lambda span: span.start)
            starts = [other.start for other in others]
            reached = list(accumulate((other.end for other in others), max))  # how far any up to this one goes
            for one in group:
                near = others[bisect_right(reached, one.start) : bisect_left(starts, one.end)]
                found += [(share(one, other), one, other) for other in near if other.end > one.start]
        taken: set[int] = set()
        for part, one, other in sorted(found, key=lambda item: (-item[0], item[1].start, item[1].id, item[2].start, item[2].id)):
            if part > 0 and id(one) not in taken and id(other) not in taken:
                taken |= {id(one), id(other)}
                yield one, other

    return level


def _grouped(spans: Iterable[Span], fields: Sequence[str]) -> dict[tuple[str, ...], list[Span]]:
    found: dict[tuple[str, ...], list[Span]] = {}
    for span in spans:
        found.setdefault(tuple(getattr(span, field) for field in fields), []).append(span)
    return found


def share(one: Span, other: Span) -> float:
    """Which part of the characters that either covers both cover."""
    common = sum(
        max(0, min(end, last) - max(start, first)) for start, end in one.extents for first, last in other.extents
    )  # fmt: skip
    covered = sum(end - start for start, end in (*one.extents, *other.extents))
    return common / (covered - common) if covered > common else 0.0


_LEVELS: dict[str, tuple[Level, ...]] = {
    "spans": (
        _same("layer", "label", "extents", "attributes"),
        _same("layer", "label", "extents"),
        _same("layer", "extents"),
        _overlapping("layer", "label"),
        _overlapping("layer"),
    ),
    "relations": (_same("layer", "label", "args", "attributes"), _same("layer", "label", "args"), _same("layer", "args")),
    "labels": (_same("layer", "label", "attributes"), _same("layer", "label"), _same("layer")),
    "notes": (_same("about", "text", "decide"), _same("about", "text")),
}
