"""Where a cursor goes that does not go by units of the text: spans, sentences without one, places of a search, ghosts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any, TypeVar

from postil.annotating.covered import Covered
from postil.annotating.ghosts import GHOST, ghosts
from postil.annotating.state import State
from postil.errors import ActionRefused
from postil.model import Span
from postil.segmentation import Extent
from postil.text import printable, quote

Item = TypeVar("Item")

_BEHIND = "\U0010ffff"  # after every id


def hits(text: str, sought: str) -> list[Extent]:
    """Where a text stands: without capitals in it, capitals do not count; any blank stands for any blanks."""
    words = [re.escape(word) for word in sought.split()]
    flags = re.IGNORECASE if sought == sought.lower() else re.NOFLAG
    return [found.span() for found in re.finditer(r"\s+".join(words), text, flags)] if words else []


def unlabelled(state: State) -> list[Extent]:
    """The sentences that no span of the current layer shares a character with."""
    covered = Covered(state.marks.in_layer(state.place.layer))
    return [sentence for sentence in state.reading.sentences if not covered.any_of(sentence)]


def unlabelled_names(state: State) -> list[Extent]:
    """What may be a name, and no span of the current layer covers any of it."""
    covered = Covered(state.marks.in_layer(state.place.layer))
    return [name for name in state.reading.names if not covered.any_of(name)]


def _spans(state: State) -> Iterable[Span]:
    return state.marks.in_layer(state.place.layer)


_EXTENTS: dict[str, tuple[Callable[[State], Iterable[Extent]], str]] = {
    "unlabelled": (unlabelled, "every sentence has a span of this layer"),
    "name": (unlabelled_names, "whatever has a capital is labelled in this layer"),
    "hit": (lambda state: hits(state.text, state.sought), "it stands nowhere"),
}
_SPANS: dict[str, tuple[Callable[[State], Iterable[Span]], str]] = {
    "span": (_spans, "this layer has no span"),
    "ghost": (ghosts, "no suggestion is left"),
}
STOPS = (*_SPANS, *_EXTENTS)


def stop_after(state: State, stop: str) -> State:
    """Go to the next one, after the last to the first."""
    return _go(state, stop, 1)


def stop_before(state: State, stop: str) -> State:
    """Go to the one before, before the first to the last."""
    return _go(state, stop, -1)


def _go(state: State, stop: str, step: int) -> State:
    if stop in _SPANS:
        all_spans, nothing = _SPANS[stop]
        spans = list(all_spans(state))
        prefix = GHOST if stop == "ghost" else ""
        span = _beside(state, [(span.start, -span.end, f"{prefix}{span.id}") for span in spans], spans, step)
        if span is None:
            raise ActionRefused(nothing)
        return state.at(span.start, span.end, f"{prefix}{span.id}", said=f"{printable(span.label)} {quote(span.text, 40)}")
    all_extents, nothing = _EXTENTS[stop]
    extents = list(all_extents(state))
    extent = _beside(state, [(start, -end) for start, end in extents], extents, step)
    if extent is None:
        raise ActionRefused(f"{quote(state.sought)}: {nothing}" if stop == "hit" else nothing)
    return state.at(*extent)


def _beside(state: State, keys: Sequence[tuple[Any, ...]], items: Sequence[Item], step: int) -> Item | None:
    """The item after the present place, or before it, round the end of the text."""
    here = _here(state)[: len(keys[0])] if keys else ()
    numbers = range(len(items))
    if step > 0:
        order = chain((at for at in numbers if keys[at] > here), numbers)
    else:
        order = chain((at for at in reversed(numbers) if keys[at] < here), reversed(numbers))
    found = next(iter(order), None)
    return None if found is None else items[found]


def _here(state: State) -> tuple[int, int, str]:
    """The present place as a key: of what is selected or looked at; before anything that starts at a bare cursor."""
    start, end = sorted((state.place.anchor, state.place.cursor))
    if start == end:
        return (start, -len(state.text) - 1, "")
    return (start, -end, state.place.focus or _BEHIND)
