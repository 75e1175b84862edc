"""What is drawn of a key can be clicked instead of pressed."""

from __future__ import annotations

from textual import events

KEY = "key"
"""In the meta of a style: the key that a click there is."""


def key_clicked(event: events.Click) -> str:
    """The key that was drawn where the mouse is; empty where none was."""
    return str(event.style.meta.get(KEY, ""))
