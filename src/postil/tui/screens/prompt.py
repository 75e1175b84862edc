"""One line asked for at the foot of the screen: what to search for, a note, the value of an attribute."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from postil.tui.widgets.line import Line


class PromptScreen(ModalScreen[str | None], inherit_bindings=False):
    """Asks for a line. Enter gives it back, escape nothing."""

    DEFAULT_CSS: ClassVar[str] = """
    PromptScreen { align: center bottom; background: transparent; }
    PromptScreen > Vertical { width: 100%; height: auto; background: $surface; border: round $accent; }
    PromptScreen Line { margin: 0 1; }
    PromptScreen Static { padding: 0 1; height: auto; }
    """

    def __init__(self, title: str, value: str = "", *, about: str = "") -> None:
        super().__init__()
        self._title, self._about = title, about
        self._line = Line(value)

    def compose(self) -> ComposeResult:
        """The line."""
        box = Vertical()
        box.border_title = self._title
        with box:
            if self._about:
                yield Static(self._about, markup=False)
            yield self._line

    def press(self, key: str) -> None:
        """Type; or enter, or escape."""
        if key == "enter":
            self.dismiss(self._line.value)
        elif key == "escape":
            self.dismiss(None)
        else:
            self._line.take(key)
