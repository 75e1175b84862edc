"""Which spans the scheme does not let lie where others of their layer are: what ``check`` would find, before it is made."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

from postil.annotating.state import State
from postil.model import Span
from postil.rules.span._geometry import lie
from postil.scheme import Overlap


def forbidding(state: State, span: Span, more: Iterable[Span] = ()) -> Span | None:
    """The span of the same layer beside which the layer's ``overlap`` allows none in this place; itself never counts.

    ``more``: spans that will be there too.
    """
    layer = state.scheme.layers.get(span.layer)
    if layer is None or layer.overlap == "free":
        return None
    covered = state.marks.covered(span.layer)
    there = state.marks.spans if any(map(covered.any_of, span.extents)) else ()
    near = (one for one in chain(there, more) if one.start < span.end and span.start < one.end)
    others = (one for one in near if one.layer == span.layer and one.id != span.id)
    return next((one for one in others if is_forbidden(lie(span, one), layer.overlap)), None)


def is_forbidden(how: str, overlap: Overlap) -> bool:
    """Whether two spans of a layer that lie so to each other are not allowed."""
    return overlap != "free" and how != "apart" and (overlap == "none" or how in ("same", "crossing"))
