"""What keys do that is not one action of the session: dialogs, going by rows of the screen, other documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from postil.annotating import State, focused, questions, worklist
from postil.annotating.worklist import next_document
from postil.errors import ActionRefused
from postil.model import Note, Relation
from postil.tui.screens.choose import Choice, ChooseScreen
from postil.tui.screens.message import MessageScreen
from postil.tui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen

ALONG_ROWS = ("row_down", "row_up", "extend_down", "extend_up", "page_down", "page_up")
"""What keeps to a cell of the row."""


def after(screen: AnnotateScreen, before: State, action: str) -> None:
    """What is asked of itself: attributes that must be answered and have no default; the next document when one is complete."""
    if action in ("label", "relate", "relabel", "accept") and before.marks is not screen.state.marks:
        _attributes_that_lack(screen, goes_on=action == "accept")
    elif action == "complete":
        _offer_next(screen)


def _attributes_that_lack(screen: AnnotateScreen, *, goes_on: bool) -> None:
    """Open the form where something must be answered about what was made; then go on to the next suggestion."""
    made = screen.state.marks.by_id.get(screen.state.place.focus)
    if made is not None and not isinstance(made, Note) and any(one.fault for one in questions(screen.state)):
        attributes(screen, closes_itself=True, goes_on=goes_on)


# --- rows of the screen --------------------------------------------------------------------------------------------------


def _by_rows(rows: int, action: str = "to") -> Callable[[AnnotateScreen], None]:
    def go(screen: AnnotateScreen) -> None:
        cursor = screen.state.place.cursor
        screen.do(action, str(screen.view.page.beside(cursor, rows, _column(screen))))

    return go


def _by_page(pages: int) -> Callable[[AnnotateScreen], None]:
    def go(screen: AnnotateScreen) -> None:
        _, line = screen.view.page.place(screen.state.place.cursor)
        screen.do("to", str(screen.view.page.offset(_column(screen), line + pages * screen.view.lines_in_page)))

    return go


def _column(screen: AnnotateScreen) -> int:
    """The cell of the row to keep to: that of the cursor when it last went otherwise than along rows."""
    if screen.column is None:
        screen.column = screen.view.page.place(screen.state.place.cursor)[0]
    return screen.column


def _row_start(screen: AnnotateScreen) -> None:
    screen.do("to", str(screen.view.page.row(screen.state.place.cursor)[0]))


def _row_end(screen: AnnotateScreen) -> None:
    start, end = screen.view.page.row(screen.state.place.cursor)
    screen.do("to", str(start + len(screen.state.text[start:end].rstrip())))


# --- dialogs -------------------------------------------------------------------------------------------------------------


def _prompt(title: str, action: str, value: Callable[[State], str] = lambda _: "") -> Callable[[AnnotateScreen], None]:
    def ask(screen: AnnotateScreen) -> None:
        screen.ask(PromptScreen(title, value(screen.state)), lambda line: screen.do(action, *([line] if line else [])))

    return ask


def _note_here(state: State) -> str:
    return getattr(focused(state), "note", "")


def _label_choices(screen: AnnotateScreen, layer: str) -> list[Choice]:
    definitions = screen.state.scheme.layers[layer].labels
    colour = screen.view.palette.colour
    return _with_keys(Choice(label, one.key, one.description, colour(layer, label)) for label, one in definitions.items())


def _with_keys(choices: Iterable[Choice]) -> list[Choice]:
    """The choices, those without a key with a digit where one is left."""
    found = list(choices)
    digits = iter([digit for digit in "123456789" if digit not in {choice.key for choice in found}])
    return [choice if choice.key else choice._replace(key=next(digits, "")) for choice in found]


def _choose_label(screen: AnnotateScreen, title: str, layer: str, *words: str) -> None:
    if layer in screen.state.scheme.layers:
        screen.ask(ChooseScreen(title, _label_choices(screen, layer)), lambda label: screen.do(*words, label))
    else:
        screen.say(f"the scheme has no layer {layer}", is_refused=True)


def _label(screen: AnnotateScreen) -> None:
    _choose_label(screen, f"Label in {screen.state.place.layer}", screen.state.place.layer, "label")


def _relabel(screen: AnnotateScreen) -> None:
    here = focused(screen.state)
    if here is None or isinstance(here, Note):
        screen.say("no annotation is here: go to one first", is_refused=True)
    else:
        _choose_label(screen, f"Instead of {here.label}", here.layer, "relabel")


def _accept_label(screen: AnnotateScreen) -> None:
    if not screen.state.ghosts:
        screen.say("no suggestion is left", is_refused=True)
    else:
        _choose_label(screen, "Take every suggestion of", screen.state.place.layer, "accept-label")


def _duplicate(screen: AnnotateScreen) -> None:
    layers = screen.state.scheme.layers_of_kind("span")
    choices = _with_keys(Choice(name, about=layer.description) for name, layer in layers.items())
    screen.ask(
        ChooseScreen("Label it too in the layer", choices),
        lambda layer: _choose_label(screen, f"As what in {layer}", layer, "duplicate", layer),
    )


def _relate(screen: AnnotateScreen) -> None:
    layers = screen.state.scheme.layers_of_kind("relation")
    if not screen.state.head or not layers:
        why = "no head is marked: go to it and use head" if layers else "the scheme has no layer of relations"
        screen.say(why, is_refused=True)
        return
    choices = _with_keys(choice for layer in layers for choice in _label_choices(screen, layer))
    screen.ask(ChooseScreen("The head and this are tied by", choices), lambda label: screen.do("relate", label))


def _argument(screen: AnnotateScreen) -> None:
    here = focused(screen.state)
    if not isinstance(here, Relation) or here.layer not in screen.state.scheme.layers:
        screen.say("no relation is here: go to one by its id", is_refused=True)
        return
    roles = screen.state.scheme.layers[here.layer].roles_of(here.label)
    choices = _with_keys(Choice(name, about=role.description) for name, role in roles.items())
    screen.ask(ChooseScreen("The head is its", choices), lambda role: screen.do("argument", role))


def attributes(screen: AnnotateScreen, *, closes_itself: bool = False, goes_on: bool = False) -> None:
    """The attributes of what is here, as a form; when it is closed, on to the next suggestion if ``goes_on``."""
    from postil.tui.screens.form import FormScreen

    try:
        asked = questions(screen.state)
    except ActionRefused as error:
        screen.say(str(error), is_refused=True)
        return
    if asked:
        form = FormScreen(screen, closes_itself=closes_itself)
        screen.app.push_screen(form, lambda _: _next_ghost(screen) if goes_on else None)
    else:
        screen.say("it has no attributes", is_refused=True)


def _next_ghost(screen: AnnotateScreen) -> None:
    if screen.state.ghosts:
        screen.do("next", "ghost")


def _mentions(screen: AnnotateScreen) -> None:
    from postil.tui.screens.review import ReviewScreen

    if screen.do("mentions"):
        screen.app.push_screen(ReviewScreen(screen))


# --- layers and the screen -----------------------------------------------------------------------------------------------


def _layer(step: int) -> Callable[[AnnotateScreen], None]:
    def go(screen: AnnotateScreen) -> None:
        layers = list(screen.state.scheme.layers)
        screen.do("layer", layers[(layers.index(screen.state.place.layer) + step) % len(layers)])

    return go


def _layer_number(number: int) -> Callable[[AnnotateScreen], None]:
    def go(screen: AnnotateScreen) -> None:
        layers = list(screen.state.scheme.layers)
        if number > len(layers):
            screen.say(f"the scheme has {len(layers)} layers", is_refused=True)
        else:
            screen.do("layer", layers[number - 1])

    return go


def _layers_shown(screen: AnnotateScreen) -> None:
    screen.view.has_all_layers = not screen.view.has_all_layers
    screen.show()
    screen.say("all layers are shown" if screen.view.has_all_layers else "only the current layer is shown")


def _panel(screen: AnnotateScreen) -> None:
    screen.toggle_class("without-panel")


def _theme(screen: AnnotateScreen) -> None:
    screen.application.next_theme()


def _help(screen: AnnotateScreen) -> None:
    from postil.tui.screens.help import HelpScreen

    screen.ask(HelpScreen(screen.keys, screen.state), lambda name: screen.run(screen.keys.named(name)))


# --- documents -----------------------------------------------------------------------------------------------------------


def _offer_next(screen: AnnotateScreen) -> None:
    following = _following(screen)
    if not following:
        screen.say("the document is complete, and so are all others")
        return
    answers = (("enter", f"next: {following}"), ("escape", "stay"))
    screen.ask(
        MessageScreen("Complete", "This document is complete.", answers),
        lambda key: screen.application.open_document(following) if key == "enter" else None,
    )


def _following(screen: AnnotateScreen) -> str:
    header = screen.state.marks.header
    corpus = screen.application.corpus
    return next_document(worklist(corpus, header.annotator), header.document)


def _next_document(screen: AnnotateScreen) -> None:
    following = _following(screen)
    if following:
        screen.application.open_document(following)
    else:
        screen.say("every other document is complete", is_refused=True)


def _documents(screen: AnnotateScreen) -> None:
    screen.application.show_documents()


ASKS: dict[str, Callable[[AnnotateScreen], object]] = {
    "search": _prompt("Search", "find"),
    "go": _prompt("Go to the record with the id", "go"),
    "row_down": _by_rows(1),
    "row_up": _by_rows(-1),
    "extend_down": _by_rows(1, "extend-to"),
    "extend_up": _by_rows(-1, "extend-to"),
    "page_down": _by_page(1),
    "page_up": _by_page(-1),
    "row_start": _row_start,
    "row_end": _row_end,
    "text_start": lambda screen: screen.do("to", "0"),
    "text_end": lambda screen: screen.do("to", str(len(screen.state.text))),
    "label": _label,
    "relabel": _relabel,
    "duplicate": _duplicate,
    "argument": _argument,
    "relate": _relate,
    "accept_label": _accept_label,
    "attributes": attributes,
    "mentions": _mentions,
    "note": _prompt("Note", "note", _note_here),
    "remark": _prompt("Remark", "remark"),
    "next_layer": _layer(1),
    "previous_layer": _layer(-1),
    **{f"layer_{number}": _layer_number(number) for number in range(1, 10)},
    "layers_shown": _layers_shown,
    "panel": _panel,
    "panel_down": lambda screen: screen.panel.scroll_page_down(animate=False),
    "panel_up": lambda screen: screen.panel.scroll_page_up(animate=False),
    "theme": _theme,
    "help": _help,
    "next_document": _next_document,
    "documents": _documents,
    "quit": lambda screen: screen.app.exit(),
}
"""What each command asks, by its name in the table of keys."""
