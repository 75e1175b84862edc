"""One line asked for at the foot of the screen: what to search for, a note, the value of an attribute."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class PromptScreen(ModalScreen[str | None]):
    """Asks for a line. Enter gives it back, escape nothing."""

    DEFAULT_CSS: ClassVar[str] = """
    PromptScreen { align: center bottom; background: transparent; }
    PromptScreen > Vertical { width: 100%; height: auto; background: $surface; border: round $accent; }
    PromptScreen Input { margin: 0 1; background: $surface; }
    PromptScreen Static { padding: 0 1; height: auto; }
    """

    def __init__(self, title: str, value: str = "", *, about: str = "") -> None:
        super().__init__()
        self._title, self._about = title, about
        self._input = Input(value, select_on_focus=False, compact=True)

    def compose(self) -> ComposeResult:
        """The line."""
        box = Vertical()
        box.border_title = self._title
        with box:
            if self._about:
                yield Static(self._about, markup=False)
            yield self._input

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter."""
        event.stop()
        self.dismiss(event.value)

    def on_key(self, event: events.Key) -> None:
        """Escape; and what was typed before the line was there to be typed into."""
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif self.focused is None and event.key == "enter":
            self.dismiss(self._input.value)
        elif self.focused is None and event.is_printable and event.character:
            self._input.insert_text_at_cursor(event.character)
