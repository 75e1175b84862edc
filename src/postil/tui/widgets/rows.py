"""A list of which one is chosen: only what is in sight is drawn, however long it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import Static

_WHEEL = 3  # rows


class Rows(Static):
    """So many rows, each drawn by its number when it is in sight. A click on one, and the wheel, are posted."""

    DEFAULT_CSS: ClassVar[str] = "Rows { text-wrap: nowrap; text-overflow: ellipsis; }"

    class Pointed(Message):
        """A row was clicked, or the wheel turned to it: ``is_taken`` where it was clicked."""

        def __init__(self, at: int, *, is_taken: bool) -> None:
            super().__init__()
            self.at, self.is_taken = at, is_taken

    def __init__(self, draw: Callable[[int], Text], nothing: str = "", *, is_fitted: bool = False) -> None:
        """``nothing``: what is said of no rows. ``is_fitted``: as high as its rows, where there is room."""
        super().__init__()
        self._draw, self._nothing, self._is_fitted = draw, nothing, is_fitted
        self._number, self._at, self._first = 0, 0, 0

    def show(self, number: int, at: int) -> None:
        """Show so many rows, and the one that is chosen among them."""
        self._number, self._at = number, at
        if self._is_fitted:
            self.styles.height = number + self.gutter.height
        self._refresh()

    def on_resize(self) -> None:
        """There is room for more or fewer."""
        self._refresh()

    def _refresh(self) -> None:
        room = max(self.content_size.height, 1)
        context = min(3, (room - 1) // 2)
        self._first = min(max(self._first, self._at + context - room + 1), self._at - context)
        self._first = max(min(self._first, self._number - room), 0)
        rows = [self._draw(at) for at in range(self._first, min(self._first + room, self._number))]
        self.update(Text("\n").join(rows) if rows else Text(self._nothing))

    def on_click(self, event: events.Click) -> None:
        """A row is taken."""
        offset = event.get_content_offset(self)
        if offset is not None and self._first + offset.y < self._number:
            self.post_message(self.Pointed(self._first + offset.y, is_taken=True))

    def on_mouse_scroll_down(self) -> None:
        """Further down."""
        self._turn(_WHEEL)

    def on_mouse_scroll_up(self) -> None:
        """Further up."""
        self._turn(-_WHEEL)

    def _turn(self, rows: int) -> None:
        self.post_message(self.Pointed(max(min(self._at + rows, self._number - 1), 0), is_taken=False))
