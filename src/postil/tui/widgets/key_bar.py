"""The last line: the keys that are wanted most, for what is looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.widgets import Static

from postil.tui.keys import Keys, shown_key
from postil.tui.widgets.clickable import KEY

_NAMES = {
    "": ("help", "quit", "undo", "next-name", "next-unlabelled", "grow", "shrink", "attributes", "next-layer", "head", "search"),
    "ghost": ("help", "quit", "undo", "accept", "reject", "accept-sentence", "next-ghost"),
}
_SHORT = {
    "help": "keys", "next-name": "name", "next-unlabelled": "sentence", "grow": "more", "shrink": "less",
    "accept": "accept", "reject": "reject", "accept-sentence": "all here", "next-ghost": "next", "next-layer": "layer",
    "head": "head",
}  # fmt: skip


class KeyBar(Static):
    """Keys and what they do, in one line."""

    DEFAULT_CSS: ClassVar[str] = "KeyBar { height: 1; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }"

    def show(self, keys: Keys, when: str) -> None:
        """Show the keys for this."""
        self.show_pairs([(keys.named(name).keys, _SHORT.get(name, name)) for name in _NAMES[when]])

    def show_pairs(self, pairs: Sequence[tuple[Sequence[str], str]]) -> None:
        """Show these keys: the first of each that has one."""
        parts = [_part(keys[0], said) for keys, said in pairs if keys]
        self.update(Text("  ").join(parts))


def _part(key: str, said: str) -> Text:
    style = Style(meta={KEY: key})
    return Text.assemble((shown_key(key), style + Style(bold=True, reverse=True)), (f" {said}", style))
