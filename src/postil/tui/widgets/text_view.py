"""The text with its spans, drawn line by line as it is scrolled."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from postil.annotating.state import State, aimed_at, looked_at
from postil.annotating.stops import hits
from postil.tui.drawing import MARGIN, View
from postil.tui.layout import Page
from postil.tui.palette import Palette

_CONTEXT = 2  # lines kept above and below the cursor


class TextView(ScrollView, can_focus=False):
    """The text of a state. It changes nothing: clicks are posted."""

    DEFAULT_CSS: ClassVar[str] = """
    TextView { width: 1fr; height: 1fr; padding: 0 1; overflow-x: hidden; overflow-y: scroll; scrollbar-size-vertical: 1;
        scrollbar-background: $panel; }
    """

    class Pointed(Message):
        """The mouse is at a character: ``extends`` where it was dragged there."""

        def __init__(self, offset: int, *, extends: bool) -> None:
            super().__init__()
            self.offset, self.extends = offset, extends

    class SpanPointed(Message):
        """A span's sign was clicked: ``focus`` is its id, or that of a ghost."""

        def __init__(self, focus: str) -> None:
            super().__init__()
            self.focus = focus

    class Pressed(Message):
        """A character was clicked twice."""

    def __init__(self, state: State, palette: Palette) -> None:
        super().__init__()
        self.palette = palette
        self._state = state
        self._faulty: frozenset[str] = frozenset()
        self._page: Page | None = None
        self._drawn: tuple[object, ...] = (None, None, None, None)  # what the page has: laid out again where one is another
        self._view = View()
        self._sought: tuple[str, list[tuple[int, int]]] = ("", [])
        self._is_dragging = False
        self._free = 0  # lines at the foot that a dialog covers

    # --- what is shown ---------------------------------------------------------------------------------------------------

    def show(self, state: State, faulty: frozenset[str]) -> None:
        """Draw this state from now on, and scroll to where its cursor is. ``faulty``: the ids that check finds fault with."""
        self._state, self._faulty = state, faulty
        if self._page is not None:
            self._lay_out(self._page)
            self._keep_cursor_in_sight(self._page)
        self.refresh()

    @property
    def page(self) -> Page:
        """The layout at the present width."""
        width = max(self.scrollable_content_region.width - MARGIN, 4)
        if self._page is None or self._page.width != width:
            self._page = Page(self._state.text, width)
            self._lay_out(self._page)
        return self._page

    def _lay_out(self, page: Page) -> None:
        state = self._state
        layer = state.place.layer if state.is_narrow else ""
        drawn = (page, state.marks, state.rejected, layer)
        if any(one is not other for one, other in zip(drawn, self._drawn, strict=True)):
            self._drawn = drawn
            page.put([one for one in state.marks.spans if state.is_shown(one.layer)], state.ghosts)
        self.virtual_size = Size(page.width + MARGIN, page.height + self._free)
        self._view = self._viewed(state)

    def _viewed(self, state: State) -> View:
        if self._sought[0] != state.sought:
            self._sought = (state.sought, hits(state.text, state.sought))
        here = looked_at(state)
        place = state.place
        focus = place.focus or (here.id if here else "")
        sought, aimed = self._sought[1], aimed_at(state) or (0, 0)
        return View(place.layer, place.anchor, place.cursor, focus, state.head, self._faulty, sought, aimed)

    def keep_free(self, lines: int) -> None:
        """Keep what is looked at above so many lines at the foot, which something else covers."""
        if lines != self._free:
            self._free = lines
            self.show(self._state, self._faulty)

    def _keep_cursor_in_sight(self, page: Page) -> None:
        place = self._state.place
        _, first = page.place(min(place.anchor, place.cursor))
        _, line = page.place(place.cursor)
        top, height = round(self.scroll_y), max(self.scrollable_content_region.height - self._free, 1)
        context = min(_CONTEXT, (height - 1) // 2)
        last = page.below(line)
        if last - first < height:  # the whole selection, where that is possible
            line = min(line, first)
        if line < top + context:
            self.scroll_to(y=max(line - context, 0), animate=False, immediate=True)
        elif last >= top + height - context:
            self.scroll_to(y=min(last + 1 + context - height, line), animate=False, immediate=True)

    def on_resize(self) -> None:
        """Lay the text out again in the new width."""
        self._keep_cursor_in_sight(self.page)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """A line of the window."""
        width = self.scrollable_content_region.width
        page = self.page
        line = y + self.scroll_offset.y
        if line >= page.height:
            return Strip.blank(width, self.rich_style)
        style = self.palette.style
        segments = [Segment(piece.shown, style(piece.look)) for piece in page.draw(line, self._view)]
        return Strip(segments).extend_cell_length(width).crop(0, width).apply_style(self.rich_style)

    @property
    def lines_in_page(self) -> int:
        """How many lines a page down goes."""
        return max(self.scrollable_content_region.height - 2 * _CONTEXT, 1)

    # --- the mouse -------------------------------------------------------------------------------------------------------

    def _point(self, event: events.MouseEvent) -> tuple[int, int] | None:
        """The cell, from the left of the text, and the line where the mouse is."""
        at = event.get_content_offset(self)
        return (at.x - MARGIN, at.y + self.scroll_offset.y) if at is not None else None

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Go there, or to the span whose sign is there."""
        point = self._point(event)
        if point is None or event.button != 1:
            return
        shown = self.page.shown_at(*point)
        if shown is not None:
            self.post_message(self.SpanPointed(shown.focus))
            return
        self._is_dragging = True
        self.capture_mouse()
        self.post_message(self.Pointed(self.page.offset(*point), extends=event.shift))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Select as far as the mouse was dragged."""
        if self._is_dragging:
            x, y = event.offset.x - MARGIN - self.gutter.left, event.offset.y - self.gutter.top + self.scroll_offset.y
            self.post_message(self.Pointed(self.page.offset(max(x, 0), y), extends=True))

    def on_mouse_up(self) -> None:
        """The end of dragging."""
        self.stop_dragging()

    def stop_dragging(self) -> None:
        """Take the mouse for no longer held: it was let go, or a dialog has come between."""
        self._is_dragging = False
        self.release_mouse()

    def on_click(self, event: events.Click) -> None:
        """Two clicks select the word."""
        if event.chain == 2:
            self.post_message(self.Pressed())
