"""The places of a text that are not labelled in a layer yet."""

from __future__ import annotations

from typing import Any

from postil.annotating.overlapping import is_forbidden
from postil.annotating.questions import may_refer
from postil.annotating.state import State
from postil.annotating.stops import hits
from postil.model import Span
from postil.rules.span._geometry import lie
from postil.segmentation import Extent
from postil.text import cuts_grapheme, cuts_word


def unmarked(state: State, layer: str, sought: str) -> list[Extent]:
    """Where ``sought`` stands as words of their own, and no span of the layer covers any of it."""
    spans = state.marks.covered(layer)
    return [extent for extent in _whole(state, sought) if not spans.any_of(extent)]


def unmarked_inside(state: State, layer: str, sought: str) -> list[Extent]:
    """Where ``sought`` stands as words of their own in spans of the layer, where the scheme allows a span in a span."""
    covered = state.marks.covered(layer)
    overlap = state.scheme.layers[layer].overlap
    found = []
    for start, end in _whole(state, sought) if overlap != "none" else ():
        if covered.any_of((start, end)):
            there = [one for one in state.marks.in_layer(layer) if one.start < end and start < one.end]
            ways = {lie(Span("", layer, "", start, end, ""), one) for one in there}
            if "same" not in ways and not any(is_forbidden(way, overlap) for way in ways):
                found.append((start, end))
    return found


def carried_along(state: State, span: Span) -> dict[str, Any]:
    """The attributes of a span that its other mentions get too: of its references only those that the scheme allows."""
    layer = state.scheme.layers.get(span.layer)
    found: dict[str, Any] = {}
    for name, value in span.attributes.items():
        attribute = layer.attributes.get(name) if layer else None
        if attribute is None or attribute.type != "reference":
            found[name] = value
        elif isinstance(value, list):
            valid = [one for one in value if may_refer(state, attribute, one)]
            found.update([(name, valid)] if valid else [])
        elif may_refer(state, attribute, value):
            found[name] = value
    return found


def _whole(state: State, sought: str) -> list[Extent]:
    return [extent for extent in hits(state.text, sought) if _is_whole(state.text, extent)]


def _is_whole(text: str, extent: Extent) -> bool:
    return not any(cuts_word(text, offset) or cuts_grapheme(text, offset) for offset in extent)
