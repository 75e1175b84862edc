"""One of several things, each with a key: a label, a layer, a role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.screen import ModalScreen

from postil.text import printable
from postil.tui.widgets.rows import Rows


class Choice(NamedTuple):
    """What can be chosen: its name, its key (none: by the arrows only), what it is about, its colour."""

    name: str
    key: str = ""
    about: str = ""
    colour: str = ""


class ChooseScreen(ModalScreen[str | None], inherit_bindings=False):
    """Offers choices, by their keys or with the arrows and enter; escape gives back nothing."""

    DEFAULT_CSS: ClassVar[str] = """
    ChooseScreen { align: center bottom; background: transparent; }
    ChooseScreen Rows { width: 100%; max-height: 60%; background: $surface; border: round $accent;
        padding: 0 1; }
    """

    def __init__(self, title: str, choices: Sequence[Choice]) -> None:
        super().__init__()
        self._title, self._choices, self._at = title, list(choices), 0
        self._rows = Rows(self._line, is_fitted=True)

    def compose(self) -> ComposeResult:
        """The list."""
        self._rows.border_title = self._title
        yield self._rows

    def on_mount(self) -> None:
        """Draw it."""
        self._show()

    def _show(self) -> None:
        self._rows.show(len(self._choices), self._at)

    def _line(self, at: int) -> Text:
        choice = self._choices[at]
        key = (f" {choice.key} ", Style(reverse=True)) if choice.key else "   "
        name = (printable(choice.name), Style(color=choice.colour or None, bold=at == self._at))
        return Text.assemble("▸ " if at == self._at else "  ", key, " ", name, f"  {printable(choice.about)}")

    def on_rows_pointed(self, event: Rows.Pointed) -> None:
        """A click chooses."""
        self._at = event.at
        if event.is_taken:
            self.dismiss(self._choices[event.at].name)
        else:
            self._show()

    def press(self, key: str) -> None:
        """A key of a choice chooses it."""
        chosen = next((choice.name for choice in self._choices if key and choice.key == key), None)
        if chosen is not None:
            self.dismiss(chosen)
        elif key == "escape":
            self.dismiss(None)
        elif key == "enter" and self._choices:
            self.dismiss(self._choices[self._at].name)
        elif key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % max(len(self._choices), 1)
            self._show()
