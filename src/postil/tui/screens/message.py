"""A dialog that says something, with what can be answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from postil.tui.keys import shown_key


class MessageScreen(ModalScreen[str], inherit_bindings=False):
    """Says something, and gives back the key of the answer. ``answers``: keys with what they mean; the last one is escape too."""

    DEFAULT_CSS: ClassVar[str] = """
    MessageScreen VerticalScroll { scrollbar-size-vertical: 1; }
    MessageScreen { align: center middle; }
    MessageScreen > VerticalScroll { width: 72; max-width: 96%; height: auto; max-height: 80%; padding: 1 2;
        border: round $accent; background: $surface; }
    MessageScreen Static { height: auto; }
    MessageScreen .answers { margin-top: 1; }
    """

    def __init__(self, title: str, said: str, answers: Sequence[tuple[str, str]] = (("enter", "go on"),)) -> None:
        super().__init__()
        self._title, self._said, self._answers = title, said, dict(answers)

    def compose(self) -> ComposeResult:
        """The text and the keys."""
        box = VerticalScroll(can_focus=False)
        box.border_title = self._title
        with box:
            yield Static(self._said, markup=False)
            keys = "   ".join(f"{shown_key(key)} {said}" for key, said in self._answers.items())
            yield Static(keys, markup=False, classes="answers")

    def press(self, key: str) -> None:
        """An answer closes the dialog."""
        if key == "escape":
            key = list(self._answers)[-1]
        if key in self._answers:
            self.dismiss(key)
