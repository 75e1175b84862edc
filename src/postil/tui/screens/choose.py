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


_BY_KEYS = "its key or ⏎ chooses   ↑↓   / narrow   esc none"
_BY_TYPING = "type to narrow   ↑↓   ⏎ choose   esc none"
_STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class ChooseScreen(ModalScreen[str | None], inherit_bindings=False):
    """Offers choices: by their keys where all have one, else by typing some of it; escape gives back nothing."""

    DEFAULT_CSS: ClassVar[str] = """
    ChooseScreen { align: center bottom; background: transparent; }
    ChooseScreen Rows { width: 100%; max-height: 60%; background: $surface; border: round $accent;
        padding: 0 1; }
    """

    def __init__(self, title: str, choices: Sequence[Choice], typed: str = "") -> None:
        """``typed``: what the list is narrowed to from the start."""
        super().__init__()
        self._title, self._choices, self._at = title, list(choices), 0
        self._is_typed = bool(typed) or not all(choice.key for choice in self._choices)
        self._typed = typed
        self._rows = Rows(self._line, "nothing is called so", is_fitted=True)

    def compose(self) -> ComposeResult:
        """The list."""
        yield self._rows

    def on_mount(self) -> None:
        """Draw it."""
        self._show()

    @property
    def found(self) -> list[Choice]:
        """The choices that have every word that was typed, those that begin with it first."""
        words = self._typed.casefold().split()
        fitting = [one for one in self._choices if all(word in f"{one.name} {one.about}".casefold() for word in words)]
        typed = self._typed.casefold().strip()
        return sorted(fitting, key=lambda one: not one.name.casefold().startswith(typed)) if typed else fitting

    def _show(self) -> None:
        found = self.found
        self._at = max(min(self._at, len(found) - 1), 0)
        self._rows.border_title = f"{self._title}: {self._typed}▏" if self._is_typed else self._title
        self._rows.border_subtitle = _BY_TYPING if self._is_typed else _BY_KEYS
        self._rows.show(len(found), self._at)

    def _line(self, at: int) -> Text:
        choice = self.found[at]
        key = (f" {choice.key} ", Style(reverse=True)) if choice.key and not self._is_typed else "   "
        name = (printable(choice.name), Style(color=choice.colour or None, bold=at == self._at))
        return Text.assemble("▸ " if at == self._at else "  ", key, " ", name, f"  {printable(choice.about)}")

    def on_rows_pointed(self, event: Rows.Pointed) -> None:
        """A click chooses."""
        self._at = event.at
        if event.is_taken:
            self.dismiss(self.found[event.at].name)
        else:
            self._show()

    def press(self, key: str) -> None:
        """A key of a choice chooses it, or narrows the list."""
        found = self.found
        if key == "escape":
            self.dismiss(None)
        elif key == "enter" and found:
            self.dismiss(found[self._at].name)
        elif key in ("home", "end"):
            self._at = 0 if key == "home" else len(found) - 1
            self._show()
        elif key in _STEPS:
            self._at = self._at + _STEPS[key] if "page" in key else (self._at + _STEPS[key]) % max(len(found), 1)
            self._show()
        elif self._is_typed:
            self._narrow(key)
        else:
            self._press_one(key)

    def _press_one(self, key: str) -> None:
        chosen = next((choice.name for choice in self._choices if choice.key == key), None)
        if chosen is not None:
            self.dismiss(chosen)
        elif key == "/":
            self._is_typed = True
            self._show()

    def _narrow(self, key: str) -> None:
        sign = " " if key == "space" else key
        typed = self._typed[:-1] if key == "backspace" else self._typed + sign if len(sign) == 1 else self._typed
        if typed != self._typed:
            self._typed, self._at = typed, 0
            self._show()
