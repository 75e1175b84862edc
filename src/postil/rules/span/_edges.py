"""The edges of spans that a layer's ``unit`` has something to say about."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from postil.model import Span
from postil.rules.set_view import SetView
from postil.scheme import SpanUnit


def edges(view: SetView, units: Collection[SpanUnit]) -> set[int]:
    """The offset of every edge of a sound span in a layer with one of these units."""
    found: set[int] = set()
    for name, spans in view.spans_by_layer.items():
        if view.scheme and view.scheme.layers[name].unit in units:
            for span in spans:
                found.update((span.start, span.end))
                for fragment in span.fragments:
                    found.update(fragment)
    return found


def bad_edges(view: SetView, units: Collection[SpanUnit], is_bad: Callable[[int], bool]) -> Iterator[tuple[Span, str, int]]:
    """Each sound span in a layer with one of these units that has a bad edge: the span, ``start`` or ``end``, the offset."""
    bad = set(filter(is_bad, edges(view, units)))
    if not bad:
        return
    for name, spans in view.spans_by_layer.items():
        if view.scheme and view.scheme.layers[name].unit in units:
            for span in spans:
                for key, offset in (pair for start, end in span.extents for pair in (("start", start), ("end", end))):
                    if offset in bad:
                        yield span, key, offset
                        break
