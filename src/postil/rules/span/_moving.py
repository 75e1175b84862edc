"""Moving the edges of a span: what the fixes of this family do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, pairwise

from postil.model import Span
from postil.rules._merging import merging_fix
from postil.rules.fixes import Fix
from postil.rules.set_view import SetView


def moving_fix(view: SetView, span: Span, title: str, extents: Sequence[tuple[int, int]], *, is_safe: bool) -> Fix | None:
    """The fix that makes ``extents`` what the span covers; none where they are none, touch, or are what it covers."""
    edges = list(chain.from_iterable(extents))
    if not edges or tuple(extents) == span.extents or any(one >= other for one, other in pairwise(edges)):
        return None
    moved = span.at(extents, view.text or "")
    twin = _at_the_same_place(view, span, moved)
    if twin is None:
        return Fix(title, is_safe, (view.change(span, moved),))
    merged = merging_fix(view, twin, span, as_if=moved) if twin.label == span.label else None
    return Fix(f"{title}, where it is {twin.id} once more: {merged.title}", is_safe, merged.changes) if merged else None


def _at_the_same_place(view: SetView, span: Span, moved: Span) -> Span | None:
    """The other span of the layer that covers just what this one would, if the layer has no room for both."""
    layer = view.layer(span)
    others = view.by_extents.get((span.layer, moved.extents), ())  # not the span itself, which covers something else
    return next((other for other in others if other.label == span.label or (layer and layer.overlap != "free")), None)
