"""The places of a text that are not labelled in a layer yet."""

from __future__ import annotations

from postil.annotating.state import State
from postil.annotating.stops import hits
from postil.segmentation import Extent
from postil.text import cuts_grapheme, cuts_word


def unmarked(state: State, layer: str, sought: str) -> list[Extent]:
    """Where ``sought`` stands as words of their own, and no span of the layer covers any of it."""
    spans = state.marks.covered(layer)
    return [extent for extent in hits(state.text, sought) if _is_whole(state.text, extent) and not spans.any_of(extent)]


def _is_whole(text: str, extent: Extent) -> bool:
    return not any(cuts_word(text, offset) or cuts_grapheme(text, offset) for offset in extent)
