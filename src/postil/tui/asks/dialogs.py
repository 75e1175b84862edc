"""What is asked before an action is done: a line, a choice, a form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from postil.annotating import State, focused, questions
from postil.annotating.state import focused_annotation, looked_at
from postil.errors import ActionRefused
from postil.model import Relation, Span
from postil.text import counted, listing
from postil.tui.label_keys import keys_of
from postil.tui.screens.choose import Choice, ChooseScreen
from postil.tui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen


def prompt(title: str, action: str, value: Callable[[State], str] = lambda _: "") -> Callable[[AnnotateScreen], None]:
    """Ask for a line, and do the action with it. ``value``: what the line begins with."""

    def ask(screen: AnnotateScreen) -> None:
        screen.ask(PromptScreen(title, value(screen.state)), lambda line: screen.do(action, *([line] if line else [])))

    return ask


def note_here(state: State) -> str:
    """The note of what is here."""
    return getattr(focused(state), "note", "")


def _label_choices(screen: AnnotateScreen, layer: str) -> list[Choice]:
    definitions = screen.state.scheme.layers[layer].labels
    colour = screen.view.palette.colour
    keys = keys_of(screen.state.scheme.layers[layer], screen.keys.used)
    return [Choice(label, keys.get(label, ""), one.description, colour(layer, label)) for label, one in definitions.items()]


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


def label(screen: AnnotateScreen) -> None:
    """Ask for a label of the current layer."""
    _choose_label(screen, f"Label in {screen.state.place.layer}", screen.state.place.layer, "label")


def relabel(screen: AnnotateScreen) -> None:
    """Ask what to label it instead; a suggestion is taken with that label."""
    ghost = screen.state.chosen_ghost
    if ghost is not None:
        _choose_label(screen, f"Take it, instead of {ghost.label}, as", ghost.layer, "accept")
        return
    try:
        here = focused_annotation(screen.state)
    except ActionRefused as error:
        screen.say(str(error), is_refused=True)
    else:
        _choose_label(screen, f"Instead of {here.label}", here.layer, "relabel")


def accept_label(screen: AnnotateScreen) -> None:
    """Ask which label's suggestions to take."""
    state = screen.state
    left = Counter(ghost.label for _, ghost in state.offered if ghost.layer == state.place.layer)
    if not state.offered:
        screen.say("no suggestion is left", is_refused=True)
    elif not left:
        waiting = listing(dict.fromkeys(ghost.layer for _, ghost in state.offered), "and")
        screen.say(f"{state.place.layer} has no suggestion, but {waiting}: go to one, or choose the layer", is_refused=True)
    else:
        offered = [
            choice._replace(about=counted(left[choice.name], "suggestion"))
            for choice in _label_choices(screen, state.place.layer)
            if left[choice.name]
        ]
        title = f"Take every suggestion in {state.place.layer} of"
        screen.ask(ChooseScreen(title, offered), lambda label: screen.do("accept-label", label))


def duplicate(screen: AnnotateScreen) -> None:
    """Ask for another layer, then for a label there."""
    if not isinstance(looked_at(screen.state), Span):
        screen.say("no span is here: go to one first", is_refused=True)
        return
    layers = screen.state.scheme.layers_of_kind("span")
    choices = _with_keys(Choice(name, about=layer.description) for name, layer in layers.items())
    screen.ask(
        ChooseScreen("Label it too in the layer", choices),
        lambda layer: _choose_label(screen, f"As what in {layer}", layer, "duplicate", layer),
    )


def relate(screen: AnnotateScreen) -> None:
    """Ask what ties the head to what is here."""
    layers = screen.state.scheme.layers_of_kind("relation")
    if not screen.state.head or not layers:
        why = "no head is marked: go to it and use head" if layers else "the scheme has no layer of relations"
        screen.say(why, is_refused=True)
        return
    choices = _with_keys(choice for layer in layers for choice in _label_choices(screen, layer))
    screen.ask(ChooseScreen("The head and this are tied by", choices), lambda label: screen.do("relate", label))


def argument(screen: AnnotateScreen) -> None:
    """Ask which role of the relation here the head has."""
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
        screen.app.push_screen(form, lambda _: next_ghost(screen) if goes_on else None)
    else:
        screen.say("it has no attributes", is_refused=True)


def next_ghost(screen: AnnotateScreen) -> None:
    """Go on to the next suggestion, if any is left."""
    if screen.state.offered:
        screen.do("next", "ghost")


def mentions(screen: AnnotateScreen) -> None:
    """Show the unlabelled mentions, to be labelled together."""
    from postil.tui.screens.review import ReviewScreen

    if screen.do("mentions"):
        screen.app.push_screen(ReviewScreen(screen))
