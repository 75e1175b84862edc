"""Going by rows and pages of the screen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen


def by_rows(rows: int, action: str = "to") -> Callable[[AnnotateScreen], None]:
    """Go so many rows further down, or up, in the same cell."""

    def go(screen: AnnotateScreen) -> None:
        cursor = screen.state.place.cursor
        screen.do(action, str(screen.view.page.beside(cursor, rows, _column(screen))))

    return go


def by_page(pages: int) -> Callable[[AnnotateScreen], None]:
    """Go so many screens further down, or up, in the same cell."""

    def go(screen: AnnotateScreen) -> None:
        _, line = screen.view.page.place(screen.state.place.cursor)
        screen.do("to", str(screen.view.page.offset(_column(screen), line + pages * screen.view.lines_in_page)))

    return go


def _column(screen: AnnotateScreen) -> int:
    """The cell of the row to keep to: that of the cursor when it last went otherwise than along rows."""
    if screen.column is None:
        screen.column = screen.view.page.place(screen.state.place.cursor)[0]
    return screen.column


def row_start(screen: AnnotateScreen) -> None:
    """Go to the start of the row."""
    screen.do("to", str(screen.view.page.row(screen.state.place.cursor)[0]))


def row_end(screen: AnnotateScreen) -> None:
    """Go to the end of the row, before the blanks there."""
    start, end = screen.view.page.row(screen.state.place.cursor)
    screen.do("to", str(start + len(screen.state.text[start:end].rstrip())))
