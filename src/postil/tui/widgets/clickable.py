"""What is drawn of a key can be clicked instead of pressed; what is drawn of an annotation, to go there."""

from __future__ import annotations

from textual import events

KEY = "key"
"""In the meta of a style: the key that a click there is."""

FOCUS = "focus"
"""In the meta of a style: the id of the annotation that a click there goes to, or that of a ghost."""


def focus_clicked(event: events.Click) -> str:
    """The annotation that was named where the mouse is; empty where none was."""
    return str(event.style.meta.get(FOCUS, ""))


def key_clicked(event: events.Click) -> str:
    """The key that was drawn where the mouse is; empty where none was."""
    return str(event.style.meta.get(KEY, ""))
