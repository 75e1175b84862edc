"""Where a cursor goes that does not go by units of the text: spans, sentences without one, places of a search, ghosts."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple, TypeVar

from postil.annotating.making import described
from postil.annotating.state import GHOST, State
from postil.errors import ActionRefused
from postil.model import Annotation, Record, Relation, Span
from postil.segmentation import Extent
from postil.text import quote

Item = TypeVar("Item")

_NOWHERE = (2**63, 0)  # behind every text
_BEHIND = "\U0010ffff"  # after every id


def hits(text: str, sought: str) -> list[Extent]:
    """Where a text stands: without capitals in it, capitals do not count; any blank stands for any blanks."""
    words = [re.escape(word) for word in sought.split()]
    flags = re.IGNORECASE if sought == sought.lower() else re.NOFLAG
    return [found.span() for found in re.finditer(r"\s+".join(words), text, flags)] if words else []


def unlabelled(state: State) -> list[Extent]:
    """The sentences that no span of the current layer shares a character with."""
    return list(filter(_is_unlabelled(state), state.reading.sentences))


def _is_unlabelled(state: State) -> Callable[[Extent], bool]:
    covered = state.marks.covered(state.place.layer)
    return lambda extent: not covered.any_of(extent)


def _is_any(_: State) -> Callable[[Extent], bool]:
    return lambda _: True


class _Places(NamedTuple):
    """Extents in their order, which of them are gone to, and what is said where none is."""

    extents: Callable[[State], Sequence[Extent]]
    which: Callable[[State], Callable[[Extent], bool]]
    nothing: str


_EXTENTS: dict[str, _Places] = {
    "unlabelled": _Places(lambda state: state.reading.sentences, _is_unlabelled, "every sentence has a span of this layer"),
    "name": _Places(
        lambda state: state.reading.names, _is_unlabelled, "nothing with a capital or a digit is left unlabelled in this layer"
    ),
    "hit": _Places(lambda state: hits(state.text, state.sought), _is_any, "it stands nowhere"),
}
STOPS = ("span", "ghost", *_EXTENTS)


def stop_after(state: State, stop: str) -> State:
    """Go to the next one, after the last to the first."""
    return _go(state, stop, 1)


def stop_before(state: State, stop: str) -> State:
    """Go to the one before, before the first to the last."""
    return _go(state, stop, -1)


def _go(state: State, stop: str, step: int) -> State:
    if stop not in _EXTENTS:
        return _to_ghost(state, step) if stop == "ghost" else _to_annotation(state, step)
    places = _EXTENTS[stop]
    order = _beside(places.extents(state), lambda one: (one[0], -one[1]), _here(state)[:2], step)
    extent = next(filter(places.which(state), order), None)
    if extent is None:
        raise ActionRefused(f"{quote(state.sought)}: {places.nothing}" if stop == "hit" else places.nothing)
    return state.at(*extent)


def _to_annotation(state: State, step: int) -> State:
    """Go to what the current layer holds: its spans, its relations by the places of their ends, its labels of the document."""
    if state.layer.kind == "span":
        return _to_span(state, step)
    ordered = _relations(state) if state.layer.kind == "relation" else _labels(state)
    here = next((order for order, one in ordered if one.id == state.place.focus), _here(state)[:2])
    found = next(_beside(ordered, lambda one: one[0], here, step), None)
    if found is None:
        raise ActionRefused(f"this layer has no {state.layer.kind}")
    (start, end, *_), one = found
    has_place = isinstance(one, Relation) and start <= len(state.text)
    anchor, cursor = (start, -end) if has_place else (state.place.anchor, state.place.cursor)
    return state.at(anchor, cursor, one.id, said=described(one, state.marks.by_id))


def _relations(state: State) -> list[tuple[tuple[Any, ...], Annotation]]:
    """The relations of the current layer with their order: by the place of the head, then of the others; without one, last."""
    by_id = state.marks.by_id
    found: list[tuple[tuple[Any, ...], Annotation]] = []
    for one in state.marks.annotations.relations:
        if one.layer == state.place.layer:
            ends = [_place(by_id.get(id), by_id) for _, id in one.arguments()]
            head, *others = ends or [_NOWHERE]
            found.append(((*head, tuple(others), one.id), one))
    return sorted(found, key=lambda one: one[0])


def _place(end: Record | None, by_id: Mapping[str, Record], depth: int = 4) -> tuple[int, int]:
    """Where what a relation ties is: of a relation, where its head is."""
    if isinstance(end, Relation) and depth:
        head = next((by_id.get(id) for _, id in end.arguments()), None)
        return _place(head, by_id, depth - 1)
    return (end.start, -end.end) if isinstance(end, Span) else _NOWHERE


def _labels(state: State) -> list[tuple[tuple[Any, ...], Annotation]]:
    return [((0, 0, one.id), one) for one in state.marks.annotations.labels if one.layer == state.place.layer]


def _to_span(state: State, step: int) -> State:
    spans = state.marks.in_layer(state.place.layer)
    span = next(_beside(spans, lambda one: (one.start, -one.end, one.id), _here(state), step), None)
    if span is None:
        raise ActionRefused("this layer has no span")
    return state.at(span.start, span.end, span.id, said=described(span))


def _to_ghost(state: State, step: int) -> State:
    """Go to the suggestion after what is here; of those in its very place to the first."""
    offered = state.offered
    here = next((order for order, one in offered if one is state.chosen_ghost), (*_here(state)[:2], ""))
    ghost = next(_beside(offered, lambda one: one[0], here, step), None)
    if ghost is None:
        raise ActionRefused("no suggestion is left in the layers that are shown")
    return state.at_ghost(ghost[1], said=described(ghost[1], state.marks.by_id))


def _beside(items: Sequence[Item], key: Callable[[Item], tuple[Any, ...]], here: tuple[Any, ...], step: int) -> Iterator[Item]:
    """The items after the present place, or those before it, the nearest first; then round the end of the text."""
    start = bisect_left(items, here[0], key=lambda one: key(one)[0])  # of what begins further back none is after it
    if step > 0:
        return chain((one for one in islice(items, start, None) if key(one) > here), items)
    end = bisect_right(items, here[0], key=lambda one: key(one)[0])
    before = (one for one in map(items.__getitem__, range(end - 1, -1, -1)) if key(one) < here)
    return chain(before, reversed(items))


def _here(state: State) -> tuple[int, int, str]:
    """The present place as a key: of what is selected or looked at; before anything that starts at a bare cursor."""
    start, end = sorted((state.place.anchor, state.place.cursor))
    if start == end:
        return (start, -len(state.text) - 1, "")
    focus = state.place.focus
    is_span = focus.startswith(GHOST) or isinstance(state.marks.by_id.get(focus), Span)
    return (start, -end, focus if is_span else state.recent if focus and state.recent else _BEHIND)
