"""What is shown: layers, the panel, the theme, all keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from postil.annotating import focused
from postil.model import Note
from postil.text import printable

if TYPE_CHECKING:
    from postil.tui.screens.annotate import AnnotateScreen


def layer(step: int) -> Callable[[AnnotateScreen], None]:
    """Go so many layers further."""

    def go(screen: AnnotateScreen) -> None:
        layers = list(screen.state.scheme.layers)
        screen.do("layer", layers[(layers.index(screen.state.place.layer) + step) % len(layers)])

    return go


def layer_number(number: int) -> Callable[[AnnotateScreen], None]:
    """Go to the layer with this number, from 1."""

    def go(screen: AnnotateScreen) -> None:
        layers = list(screen.state.scheme.layers)
        if number > len(layers):
            screen.say(f"the scheme has {len(layers)} layers", is_refused=True)
        else:
            screen.do("layer", layers[number - 1])

    return go


def panel(screen: AnnotateScreen) -> None:
    """Show or hide the panel."""
    screen.toggle_class("without-panel")


def theme(screen: AnnotateScreen) -> None:
    """Take the next theme."""
    if screen.application.no_color:
        screen.say("NO_COLOR is set: there is one theme, without colours", is_refused=True)
    else:
        screen.application.next_theme()


def all_keys(screen: AnnotateScreen) -> None:
    """Show all keys, and do what is chosen."""
    from postil.tui.screens.help import HelpScreen

    screen.ask(HelpScreen(screen.keys, screen.state), lambda name: screen.run(screen.keys.named(name)))


def guidelines(screen: AnnotateScreen) -> None:
    """Show the written guidelines, where they speak of the label that is here."""
    from postil.annotating.guidelines import GUIDELINES, about, guidelines
    from postil.tui.screens.guidelines import GuidelinesScreen

    source = guidelines(screen.application.corpus)
    if not source.strip():
        screen.say(f"the corpus has no {GUIDELINES}", is_refused=True)
        return
    state = screen.state
    here = state.ghost or focused(state)
    layer, label = (state.place.layer, "") if here is None or isinstance(here, Note) else (here.layer, here.label)
    screen.app.push_screen(GuidelinesScreen(source, printable(label or layer), about(source, layer, label)))
