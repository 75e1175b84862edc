"""What keys do that is not one action of the session: dialogs, going by rows of the screen, other documents.

The table of keys names them; each gets the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from postil.annotating import State, questions
from postil.model import Note
from postil.tui.asks import dialogs, documents, rows, view

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen


ALONG_ROWS = ("row_down", "row_up", "extend_down", "extend_up", "page_down", "page_up")
"""What keeps to a cell of the row."""


def after(screen: AnnotateScreen, before: State, action: str) -> None:
    """What is asked of itself: attributes that must be answered and have no default; the next document when one is complete."""
    if action in ("label", "relate", "relabel", "accept") and before.marks is not screen.state.marks:
        _attributes_that_lack(screen, goes_on=action == "accept")
    elif action == "complete":
        documents.offer_next(screen)


def _attributes_that_lack(screen: AnnotateScreen, *, goes_on: bool) -> None:
    """Open the form where something must be answered about what was made; then go on to the next suggestion."""
    made = screen.state.marks.by_id.get(screen.state.place.focus)
    if made is not None and not isinstance(made, Note) and any(one.fault for one in questions(screen.state)):
        dialogs.attributes(screen, closes_itself=True, goes_on=goes_on)


ASKS: dict[str, Callable[[AnnotateScreen], object]] = {
    "search": dialogs.prompt("Search (capitals count if you type one)", "find"),
    "go": dialogs.prompt("Go to the record with the id", "go"),
    "row_down": rows.by_rows(1),
    "row_up": rows.by_rows(-1),
    "extend_down": rows.by_rows(1, "extend-to"),
    "extend_up": rows.by_rows(-1, "extend-to"),
    "page_down": rows.by_page(1),
    "page_up": rows.by_page(-1),
    "row_start": rows.row_start,
    "row_end": rows.row_end,
    "text_start": lambda screen: screen.do("to", "0"),
    "text_end": lambda screen: screen.do("to", str(len(screen.state.text))),
    "label": dialogs.label,
    "relabel": dialogs.relabel,
    "duplicate": dialogs.duplicate,
    "argument": dialogs.argument,
    "relate": dialogs.relate,
    "accept_label": dialogs.accept_label,
    "attributes": dialogs.attributes,
    "mentions": dialogs.mentions,
    "note": dialogs.prompt("Note", "note", dialogs.note_here),
    "remark": dialogs.prompt("Remark", "remark"),
    "next_layer": view.layer(1),
    "previous_layer": view.layer(-1),
    **{f"layer_{number}": view.layer_number(number) for number in range(1, 10)},
    "panel": view.panel,
    "panel_down": lambda screen: screen.panel.scroll_page_down(animate=False),
    "panel_up": lambda screen: screen.panel.scroll_page_up(animate=False),
    "theme": view.theme,
    "help": view.all_keys,
    "guidelines": view.guidelines,
    "next_document": documents.next_document,
    "documents": documents.documents,
    "quit": lambda screen: screen.app.exit(),
}
"""What each command asks, by its name in the table of keys."""
