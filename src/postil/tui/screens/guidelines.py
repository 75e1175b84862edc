"""The written guidelines of the corpus, at the section that speaks of the label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Markdown
from textual.widgets.markdown import MarkdownBlock

from postil.annotating.guidelines import Section

_MOVES = {
    "up": "scroll_up", "down": "scroll_down", "pageup": "scroll_page_up", "pagedown": "scroll_page_down",
    "space": "scroll_page_down", "home": "scroll_home", "end": "scroll_end",
}  # fmt: skip
_SOON = 0.05  # seconds: what is not laid out yet has no place to scroll to
_KEYS = "↑↓ pgup pgdn home end   esc close"


class GuidelinesScreen(ModalScreen[None], inherit_bindings=False):
    """Shows Markdown. Nothing in it does anything: links are not followed, HTML is not taken for any."""

    DEFAULT_CSS: ClassVar[str] = """
    GuidelinesScreen { align: center middle; }
    GuidelinesScreen > VerticalScroll { width: 96; max-width: 98%; height: 94%; background: $surface; border: round $accent;
        scrollbar-size-vertical: 1; }
    GuidelinesScreen MarkdownHeader { width: 1fr; height: auto; color: $foreground; background: $surface; text-style: bold;
        margin: 1 0; content-align: left top; }
    """

    def __init__(self, source: str, sought: str, places: Sequence[Section]) -> None:
        """``places``: the sections that speak of what is ``sought``, to be gone through."""
        super().__init__()
        self._sought, self._places, self._at = sought, places, 0
        self._markdown = Markdown(source, open_links=False)
        self._box = VerticalScroll(self._markdown, can_focus=False)

    def compose(self) -> ComposeResult:
        """The text."""
        self._box.border_subtitle = f"tab next place   {_KEYS}" if len(self._places) > 1 else _KEYS
        yield self._box

    @on(Markdown.TableOfContentsUpdated)
    def _loaded(self) -> None:
        self._show()

    def _show(self) -> None:
        """Scroll to the section that is looked at."""
        count = f" ({self._at + 1} of {len(self._places)})" if self._places else ": not named"
        self._box.border_title = f"Guidelines · {self._sought}{count}"
        line = self._places[self._at].line if self._places else 0
        blocks = [one for one in self._markdown.children if isinstance(one, MarkdownBlock) and one.source_range[0] <= line]
        if blocks and not blocks[-1].size:
            self.set_timer(_SOON, self._show)
        elif blocks:
            self._box.scroll_to_widget(blocks[-1], top=True, animate=False, force=True, immediate=True)

    def press(self, key: str) -> None:
        """Scroll; tab goes to the next section that speaks of it; escape closes."""
        if key == "escape":
            self.dismiss()
        elif key in _MOVES:
            getattr(self._box, _MOVES[key])(animate=False)
        elif key == "tab" and self._places:
            self._at = (self._at + 1) % len(self._places)
            self._show()
