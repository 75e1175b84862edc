"""Every unlabelled mention of the same text, to be labelled together after a look: each can be left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from postil.segmentation import Extent
from postil.text import counted, printable, quote

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen

_CONTEXT = 40
_KEYS = "space in or out   ↑↓   ⏎ label those that are in   esc none"


class ReviewScreen(ModalScreen[None], inherit_bindings=False):
    """The places of the session's review, each in its context."""

    DEFAULT_CSS: ClassVar[str] = """
    ReviewScreen VerticalScroll { scrollbar-size-vertical: 1; }
    ReviewScreen { align: center bottom; background: transparent; }
    ReviewScreen > VerticalScroll { width: 100%; height: auto; max-height: 70%; background: $surface; border: round $accent;
        padding: 0 1; }
    ReviewScreen Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    """

    def __init__(self, screen: AnnotateScreen) -> None:
        super().__init__()
        assert screen.state.review is not None
        self._screen, self._review = screen, screen.state.review
        self._out: set[int] = set()
        self._at = 0
        self._content = Static()
        self._box = VerticalScroll(self._content, can_focus=False)

    def compose(self) -> ComposeResult:
        """The list."""
        mark = self._review.mark
        mentions = counted(len(self._review.places), "unlabelled mention")
        self._box.border_title = f"{mentions} of {quote(mark.sought, 40)}, to be {printable(mark.label)}"
        self._box.border_subtitle = _KEYS
        yield self._box

    def on_mount(self) -> None:
        """Draw it."""
        self._show()

    def _show(self) -> None:
        lines = (self._line(at, place) for at, place in enumerate(self._review.places))
        self._content.update(Text("\n").join(lines))
        self._box.scroll_to(y=self._at - 3, animate=False)

    def _line(self, at: int, place: Extent) -> Text:
        text, (start, end) = self._screen.state.text, place
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

    def press(self, key: str) -> None:
        """In or out; enter labels."""
        if key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % len(self._review.places)
        elif key == "space":
            self._out ^= {self._at}
            self._at = min(self._at + 1, len(self._review.places) - 1)
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
