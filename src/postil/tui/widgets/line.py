"""One line to type into."""

from __future__ import annotations

from typing import ClassVar

from textual.widgets import Input

_EDITS = {
    "left": "cursor_left", "right": "cursor_right", "home": "home", "end": "end",
    "ctrl+left": "cursor_left_word", "ctrl+right": "cursor_right_word", "backspace": "delete_left", "delete": "delete_right",
    "ctrl+w": "delete_left_word", "ctrl+u": "delete_left_all", "ctrl+k": "delete_right_all",
}  # fmt: skip


class Line(Input):
    """A line that its screen gives keys to, so that whatever is typed is in it when the next key comes."""

    DEFAULT_CSS: ClassVar[str] = """
    Line { background: $surface; }
    Line > .input--placeholder { color: $foreground; text-style: italic; }
    """

    def __init__(self, value: str = "", placeholder: str = "") -> None:
        super().__init__(value, placeholder, select_on_focus=False, compact=True)

    def take(self, key: str) -> bool:
        """Write or edit; returns whether the key does that."""
        if key in _EDITS:
            getattr(self, f"action_{_EDITS[key]}")()
            return True
        sign = " " if key == "space" else key
        if len(sign) == 1:
            self.insert_text_at_cursor(sign)
        return len(sign) == 1
