"""The list of documents: not begun, in progress, complete, text changed; to be narrowed, and opened."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from postil.annotating import Entry, worklist
from postil.annotating.worklist import PROGRESS, Progress, counts
from postil.corpus import Corpus
from postil.text import printable
from postil.tui.widgets.key_bar import KeyBar
from postil.tui.widgets.line import Line
from postil.tui.widgets.rows import Rows

_SIGNS: dict[Progress, str] = {"not begun": "○", "in progress": "◐", "complete": "●", "text changed": "!", "unreadable": "!"}
_STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}
_BAR = ((("enter",), "open"), (("down",), "choose"), (("tab",), "which are shown"))
_LEAVING = ((("escape",), "quit"),)
_GOING_BACK = ((("escape",), "back"), (("ctrl+q",), "quit"))


class DocumentsScreen(Screen[None], inherit_bindings=False):
    """Which documents there are, and how far each is in the annotator's own set."""

    DEFAULT_CSS: ClassVar[str] = """
    DocumentsScreen { layout: vertical; }
    DocumentsScreen #title { height: 1; padding: 0 1; text-style: bold; background: $panel; }
    DocumentsScreen #title:ansi, DocumentsScreen #counts:ansi { text-style: reverse; }
    DocumentsScreen Line { margin: 1; }
    DocumentsScreen Rows { height: 1fr; padding: 0 1; }
    DocumentsScreen #counts { height: 1; padding: 0 1; background: $panel; }
    """

    def __init__(self, corpus: Corpus, annotator: str, open_: Callable[[str], None], after: str = "", back: str = "") -> None:
        """``after``: the document that is chosen at first. ``back``: that from which the list was asked for."""
        super().__init__()
        self._back = back
        self._corpus, self._annotator, self._open = corpus, annotator, open_
        self._progress: Progress | None = None
        self._line = Line(placeholder="type to search")
        self._all = worklist(corpus, annotator)
        self._at = next((at for at, one in enumerate(self._all) if one.document == after), 0)
        self._rows, self._counts, self._bar = Rows(self._drawn, "no document is so"), Static(id="counts", markup=False), KeyBar()
        self._found = self._all

    def compose(self) -> ComposeResult:
        """A line to type into, the list, counts, keys."""
        title = self._corpus.manifest.title or self._corpus.manifest.name
        yield Static(f"{printable(title)} · set {printable(self._annotator)}", id="title", markup=False)
        yield self._line
        yield self._rows
        yield self._counts
        yield self._bar

    def on_mount(self) -> None:
        """Draw it."""
        self._bar.show_pairs((*_BAR, *(_GOING_BACK if self._back else _LEAVING)))
        self._show()

    @property
    def found(self) -> list[Entry]:
        """The documents that are listed."""
        word = self._line.value.casefold()
        return [one for one in self._all if word in one.document.casefold() and self._progress in (None, one.progress)]

    def _show(self) -> None:
        self._found = self.found
        self._at = max(min(self._at, len(self._found) - 1), 0)
        self._rows.show(len(self._found), self._at)
        shown = f"   shown: {self._progress}" if self._progress else ""
        self._counts.update(", ".join(f"{number:,} {progress}" for progress, number in counts(self._all).items()) + shown)

    def _drawn(self, at: int) -> Text:
        one, is_here = self._found[at], at == self._at
        style = Style(bold=is_here, reverse=is_here)
        records = f"{one.records:>7,}" if one.records else f"{'':>7}"
        return Text(f"{_SIGNS[one.progress]} {one.progress:<12}{records}  {printable(one.document)}", style)

    def on_rows_pointed(self, event: Rows.Pointed) -> None:
        """A click opens."""
        self._at = event.at
        if event.is_taken:
            self._open(self._found[event.at].document)
        else:
            self._show()

    def press(self, key: str) -> None:
        """The arrows choose, enter opens, tab goes through what is shown, escape goes back; anything else is searched for."""
        if key in _STEPS:
            self._at += _STEPS[key]
        elif key == "enter" and self.found:
            self._open(self.found[self._at].document)
            return
        elif key == "tab":
            order = (None, *PROGRESS)
            self._progress = order[(order.index(self._progress) + 1) % len(order)]
        elif key == "escape" and self._back:
            self._open(self._back)
            return
        elif key in ("escape", "ctrl+q"):
            self.app.exit()
        else:
            self._line.take(key)
        self._show()
