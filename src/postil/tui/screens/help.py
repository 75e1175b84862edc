"""All keys, to be searched: what is typed narrows the list, and enter does what is chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, NamedTuple

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from postil.annotating import State
from postil.tui.keys import Keys, shown_key
from postil.tui.label_keys import label_keys, layer_of_key
from postil.tui.widgets.line import Line

_KEYS = "type to search   ↑↓   ⏎ do it   esc close"


class Entry(NamedTuple):
    """One line of the list: section, keys, what they do; the command as ``keys.toml`` names it, none for a label."""

    section: str
    keys: tuple[str, ...]
    said: str
    command: str = ""


def entries(keys: Keys, state: State) -> Iterator[Entry]:
    """Everything that a key does in this state: the labels, then the commands."""
    for key, (action, label) in label_keys(state, keys).items():
        layer = layer_of_key(state, action, label)
        definition = state.scheme.definition(layer, label)
        yield Entry(f"Labels of {layer}", (key,), f"{action} {label}{definition and f': {definition}'}")
    for command in keys.commands:
        when = " (at a suggestion)" if command.when else ""
        yield Entry(command.section, command.keys, f"{command.summary}{when}", command.name)


class HelpScreen(ModalScreen[str | None], inherit_bindings=False):
    """The list of keys. Gives back the name of the command that was chosen."""

    DEFAULT_CSS: ClassVar[str] = """
    HelpScreen VerticalScroll { scrollbar-size-vertical: 1; }
    HelpScreen { align: center middle; }
    HelpScreen > Vertical { width: 90; max-width: 98%; height: 90%; background: $surface; border: round $accent; padding: 0 1; }
    HelpScreen Line { margin-bottom: 1; }
    HelpScreen VerticalScroll { height: 1fr; }
    HelpScreen Static { height: auto; text-wrap: nowrap; text-overflow: ellipsis; }
    HelpScreen .about { border-top: solid $accent; text-wrap: wrap; max-height: 4; }
    """

    def __init__(self, keys: Keys, state: State) -> None:
        super().__init__()
        self._all = list(entries(keys, state))
        self._found = self._all
        self._at = 0
        self._line = Line(placeholder="search")
        self._content, self._about = Static(), Static(classes="about", markup=False)
        self._box = VerticalScroll(self._content, can_focus=False)

    def compose(self) -> ComposeResult:
        """A line to type into, and the list."""
        outer = Vertical()
        outer.border_title, outer.border_subtitle = "Keys", _KEYS
        with outer:
            yield self._line
            yield self._box
            yield self._about

    def on_mount(self) -> None:
        """Draw it."""
        self._show()

    def press(self, key: str) -> None:
        """The arrows choose, enter does it, escape closes; anything else is searched for."""
        if key in ("enter", "escape"):
            chosen = self._found[self._at].command if self._found and key == "enter" else ""
            self.dismiss(chosen or None)
        elif key in ("up", "down"):
            self._at = (self._at + (1 if key == "down" else -1)) % max(len(self._found), 1)
            self._show()
        elif key in ("pageup", "pagedown"):
            page = max(self._box.size.height - 1, 1)
            self._at = max(min(self._at + (page if key == "pagedown" else -page), len(self._found) - 1), 0)
            self._show()
        elif self._line.take(key):
            words = self._line.value.casefold().split()
            self._found = [one for one in self._all if all(word in _searched(one) for word in words)]
            self._at = 0
            self._show()

    def _show(self) -> None:
        lines: list[Text] = []
        here, section = 0, ""
        for at, one in enumerate(self._found):
            if one.section != section:
                section = one.section
                lines.append(Text(f"\n{section}" if lines else section, Style(bold=True, underline=True)))
            here = len(Text("\n").join(lines).plain.split("\n")) if at == self._at else here
            keys = ", ".join(map(shown_key, one.keys)) or "no key"
            name = (f"  ({one.command})" if one.command else "", Style(dim=True))
            line = Text.assemble("▸ " if at == self._at else "  ", (f"{keys:<16}", Style(bold=True)), one.said, name)
            lines.append(line)
        self._content.update(Text("\n").join(lines) if lines else Text("no key does that"))
        self._about.update(_about(self._found[self._at]) if self._found else "")
        self._box.scroll_to(y=max(here - 4, 0), animate=False)


def _about(one: Entry) -> str:
    """All that is said of an entry, and what it is called where keys are changed."""
    return f"{one.said}  ·  in keys.toml: {one.command}" if one.command else one.said


def _searched(one: Entry) -> str:
    return f"{' '.join(map(shown_key, one.keys))} {' '.join(one.keys)} {one.said} {one.section} {one.command}".casefold()
