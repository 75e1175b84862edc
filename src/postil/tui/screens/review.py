"""Every unlabelled mention of the same text, to be labelled together after a look: each can be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.screen import ModalScreen

from postil.text import counted, printable, quote
from postil.tui.widgets.rows import Rows

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen

_CONTEXT = 40
_KEYS = "space in or out   M all or none   ↑↓   ⏎ label those that are in   esc none"


class ReviewScreen(ModalScreen[None], inherit_bindings=False):
    """The places of the session's review, each in its context."""

    DEFAULT_CSS: ClassVar[str] = """
    ReviewScreen { align: center bottom; background: transparent; }
    ReviewScreen Rows { width: 100%; max-height: 70%; background: $surface; border: round $accent;
        padding: 0 1; }
    """

    def __init__(self, screen: AnnotateScreen) -> None:
        super().__init__()
        assert screen.state.review is not None
        self._screen, self._review = screen, screen.state.review
        self._out = {at for at, place in enumerate(self._review.places) if place in self._review.inside}
        self._at = 0
        self._rows = Rows(self._line, is_fitted=True)

    def compose(self) -> ComposeResult:
        """The list."""
        mark = self._review.mark
        mentions = counted(len(self._review.places), "unlabelled mention")
        self._rows.border_title = f"{mentions} of {quote(mark.sought, 40)}, to be {printable(mark.label)}"
        if mark.attributes:
            self._rows.border_title += f", {mark.with_what}"
        self._rows.border_subtitle = _KEYS
        yield self._rows

    def on_mount(self) -> None:
        """Draw it."""
        self._show()

    def _show(self) -> None:
        self._rows.show(len(self._review.places), self._at)

    def _line(self, at: int) -> Text:
        text, (start, end) = self._screen.state.text, self._review.places[at]
        before = text[max(start - _CONTEXT, 0) : start].rpartition("\n")[2]
        after = text[end : end + _CONTEXT].partition("\n")[0]
        here = at == self._at
        return Text.assemble(
            "▸ " if here else "  ",
            "[ ] " if at in self._out else "[x] ",
            f"{printable(before):>{_CONTEXT}}",
            (printable(text[start:end]), Style(bold=True, underline=True)),
            printable(after),
        )

    def on_rows_pointed(self, event: Rows.Pointed) -> None:
        """A click puts in or out."""
        self._at = event.at
        self._out ^= {event.at} if event.is_taken else set()
        self._show()

    def press(self, key: str) -> None:
        """In or out; enter labels."""
        if key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % len(self._review.places)
        elif key == "space":
            self._out ^= {self._at}
            self._at = min(self._at + 1, len(self._review.places) - 1)
        elif key == "M":
            self._out = set() if self._out else set(range(len(self._review.places)))
        elif key in ("enter", "escape"):
            self.dismiss()
            self._finish(is_taken=key == "enter")
            return
        self._show()

    def _finish(self, *, is_taken: bool) -> None:
        numbers = range(1, len(self._review.places) + 1)
        chosen = [str(number) for number in numbers if number - 1 not in self._out] if is_taken else []
        is_refused = bool(chosen) and not self._screen.do("take", *chosen)
        if self._screen.state.review is not None:
            left = range(1, len(self._screen.state.review.places) + 1)
            said = self._screen.refusal if is_refused else self._screen.state.said if chosen else "nothing was labelled"
            self._screen.do("leave", *map(str, left))
            self._screen.say(said, is_refused=is_refused)
