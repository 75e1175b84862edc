"""Ghosts: the spans of another set that are offered as suggestions, and are neither taken nor turned down yet."""

from __future__ import annotations

from postil.annotating.state import State
from postil.model import Span

GHOST = "ghost:"
"""What the focus on a suggestion begins with: no id of a record does."""


def ghosts(state: State) -> list[Span]:
    """The suggestions that are left, in canonical order."""
    return state.ghosts


def focused_ghost(state: State) -> Span | None:
    """The suggestion that is looked at: the one gone to, else the shortest at the cursor, of the current layer if any."""
    left = ghosts(state)
    chosen = next((span for span in left if GHOST + span.id == state.place.focus), None)
    if chosen:
        return chosen
    here = [span for span in left if span.start <= state.place.cursor < span.end]
    own = [span for span in here if span.layer == state.place.layer]
    return min(own or here, key=lambda span: span.end - span.start, default=None)
