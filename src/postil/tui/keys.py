"""Every key and what it does: the one table that the screens dispatch by and that ``?`` shows.

The keys of the scheme's labels come first: small letters and digits are left to them, so commands have signs, capitals and the
keys with names. All of it can be changed in the user's ``keys.toml``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

import msgspec

from postil.annotating.state import GHOST, State, focused


class Command(msgspec.Struct, frozen=True):
    """What a key does. ``does``: an action of the session with its words; ``asks``: what a screen asks, or does, instead.

    ``when``: it is only for this: ``ghost``, a suggestion is looked at. Where several commands have a key, one for what is
    looked at comes first.
    """

    name: str
    section: str
    summary: str
    keys: tuple[str, ...] = ()
    does: tuple[str, ...] = ()
    asks: str = ""
    when: str = ""


def _moves(section: str, *rows: tuple[str, str, tuple[str, ...], tuple[str, ...]]) -> Iterator[Command]:
    for name, summary, keys, does in rows:
        yield Command(name, section, summary, keys, does)


def _asks(section: str, *rows: tuple[str, str, tuple[str, ...], str]) -> Iterator[Command]:
    for name, summary, keys, asks in rows:
        yield Command(name, section, summary, keys, asks=asks)


_GO, _SELECT, _MARK, _CHANGE, _OFFER, _FILE = (
    "Going through the text", "Selecting", "Marking", "Changing what is marked", "Suggestions", "Documents and screen",
)  # fmt: skip

COMMANDS: tuple[Command, ...] = (
    *_moves(
        _GO,
        ("next-name", "next unlabelled name", ("tab",), ("next", "name")),
        ("previous-name", "unlabelled name before", ("shift+tab",), ("previous", "name")),
        ("next-unlabelled", "next sentence without a span", ("space",), ("next", "unlabelled")),
        ("previous-unlabelled", "sentence without a span before", ("`",), ("previous", "unlabelled")),
        ("next-span", "next span, relation or label of the layer", ("]",), ("next", "span")),
        ("previous-span", "the one before in the layer", ("[",), ("previous", "span")),
        ("next-character", "next character", ("right",), ("next", "character")),
        ("previous-character", "character before", ("left",), ("previous", "character")),
        ("next-word", "next word", (".", "ctrl+right"), ("next", "word")),
        ("previous-word", "word before", (",", "ctrl+left"), ("previous", "word")),
        ("next-sentence", "next sentence", (")",), ("next", "sentence")),
        ("previous-sentence", "sentence before", ("(",), ("previous", "sentence")),
        ("next-paragraph", "next paragraph", ("}",), ("next", "paragraph")),
        ("previous-paragraph", "paragraph before", ("{",), ("previous", "paragraph")),
        ("next-hit", "next place of what was searched", ("ctrl+n", "f3"), ("next", "hit")),
        ("previous-hit", "place of it before", ("ctrl+p", "shift+f3"), ("previous", "hit")),
    ),
    *_asks(
        _GO,
        ("search", "search for a text", ("/", "ctrl+f"), "search"),
        ("go", "go to a record by its id", ("ctrl+g",), "go"),
        ("row-down", "row below", ("down",), "row_down"),
        ("row-up", "row above", ("up",), "row_up"),
        ("row-start", "start of the row", ("home",), "row_start"),
        ("row-end", "end of the row", ("end",), "row_end"),
        ("page-down", "a screen down", ("pagedown",), "page_down"),
        ("page-up", "a screen up", ("pageup",), "page_up"),
        ("text-start", "start of the text", ("ctrl+home",), "text_start"),
        ("text-end", "end of the text", ("ctrl+end",), "text_end"),
    ),
    *_moves(
        _SELECT,
        ("grow", "select more: word, phrase, clause, sentence, paragraph", ("+", "=", "ctrl+up"), ("grow",)),
        ("shrink", "select less", ("-", "ctrl+down"), ("shrink",)),
        ("extend-word", "a word further", (">", "ctrl+shift+right"), ("extend", "word")),
        ("extend-back-word", "a word back", ("<", "ctrl+shift+left"), ("extend-back", "word")),
        ("extend-character", "a character further", ("shift+right",), ("extend", "character")),
        ("extend-back-character", "a character back", ("shift+left",), ("extend-back", "character")),
        ("extend-sentence", "a sentence further", ("S",), ("extend", "sentence")),
        ("extend-back-sentence", "a sentence back", (), ("extend-back", "sentence")),
        ("extend-paragraph", "a paragraph further", ("P",), ("extend", "paragraph")),
        ("extend-back-paragraph", "a paragraph back", (), ("extend-back", "paragraph")),
        ("swap", "go to the selection's other end", ("%",), ("swap",)),
        ("collapse", "select nothing", ("escape",), ("collapse",)),
    ),
    *_asks(
        _SELECT,
        ("extend-down", "a row further", ("shift+down",), "extend_down"),
        ("extend-up", "a row back", ("shift+up",), "extend_up"),
    ),
    *_asks(
        _MARK,
        ("label", "choose a label from a list", ("'",), "label"),
        ("attributes", "answer the attributes of what is here", ("enter",), "attributes"),
        ("mentions", "label all identical mentions, after a look", ("M",), "mentions"),
        ("relate", "tie the head to what is here, by a list", ('"',), "relate"),
        ("argument", "put the head into a further role of the relation here", ("Y",), "argument"),
        ("note", "write a note on what is here", ("N",), "note"),
        ("remark", "write a remark, a record of its own", ("K",), "remark"),
    ),
    *_moves(
        _MARK,
        ("repeat", "do the last again at the next match", (";",), ("repeat",)),
        ("head", "mark the head of a relation; then, at the tail, its label's key", ("H",), ("head",)),
        ("add-fragment", "add the selection to the last span, as a fragment", ("F",), ("add-fragment",)),
    ),
    *_asks(
        _MARK,
        ("next-layer", "next layer", ("L",), "next_layer"),
        ("previous-layer", "layer before", ("ctrl+l",), "previous_layer"),
        *((f"layer-{number}", f"layer {number}", (str(number),), f"layer_{number}") for number in range(1, 10)),
    ),
    *_asks(
        _CHANGE,
        ("relabel", "give it another label", ("R",), "relabel"),
        ("duplicate", "label it in another layer too", ("D",), "duplicate"),
    ),
    *_moves(
        _CHANGE,
        ("undo", "undo", ("ctrl+z", "U"), ("undo",)),
        ("redo", "do again", ("ctrl+y",), ("redo",)),
        ("delete", "take it out", ("delete", "backspace"), ("delete",)),
        ("fit", "let the last span be where the selection is", ("T",), ("fit",)),
        ("start-out", "start a word further out", ("Z",), ("stretch", "start")),
        ("start-in", "start a word further in", ("X",), ("trim", "start")),
        ("end-in", "end a word further in", ("C", "alt+left"), ("trim", "end")),
        ("end-out", "end a word further out", ("V", "alt+right"), ("stretch", "end")),
        ("start-out-character", "start a character further out", (), ("stretch", "start", "character")),
        ("start-in-character", "start a character further in", (), ("trim", "start", "character")),
        ("end-in-character", "end a character further in", (), ("trim", "end", "character")),
        ("end-out-character", "end a character further out", (), ("stretch", "end", "character")),
    ),
    Command("accept", _OFFER, "take it; with a label's key, as that", ("enter",), ("accept",), when="ghost"),
    Command("reject", _OFFER, "turn it down for good", ("delete", "backspace"), ("reject",), when="ghost"),
    *_moves(
        _OFFER,
        ("next-ghost", "next suggestion", ("G",), ("next", "ghost")),
        ("previous-ghost", "suggestion before", ("B",), ("previous", "ghost")),
        ("accept-sentence", "take all in this sentence", ("A",), ("accept-sentence",)),
    ),
    Command("accept-label", _OFFER, "take all of a label", ("E",), asks="accept_label"),
    *_moves(
        _FILE,
        ("complete", "the document is done", ("ctrl+d",), ("complete",)),
        ("in-progress", "the document is not done yet", (), ("in-progress",)),
        ("layers-shown", "show all layers, or the current one only", ("|",), ("narrow",)),
    ),
    *_asks(
        _FILE,
        ("next-document", "next document that is not complete", ("J",), "next_document"),
        ("documents", "list of documents", ("O",), "documents"),
        ("panel", "show or hide the panel", ("f2",), "panel"),
        ("panel-down", "further down in the panel", ("alt+down",), "panel_down"),
        ("panel-up", "further up in the panel", ("alt+up",), "panel_up"),
        ("theme", "next theme", ("ctrl+t",), "theme"),
        ("guidelines", "written guidelines, where they speak of the label here", ("I", "f4"), "guidelines"),
        ("help", "all keys", ("?", "f1"), "help"),
        ("quit", "quit", ("ctrl+q",), "quit"),
    ),
)


@runtime_checkable
class Pressable(Protocol):
    """A screen that takes keys. The application gives it one after the other, each when the one before is done.

    Were they left to each screen's own queue of events, what is typed ahead would reach a screen that is closing, or miss one
    that is opening.
    """

    def press(self, key: str) -> None:
        """Do what a key does, by its name here."""


class Keys:
    """The commands with the keys that they have here."""

    def __init__(self, commands: Iterable[Command] = COMMANDS, losses: Iterable[str] = ()) -> None:
        """``losses``: which commands lost a key to another, in words."""
        self.commands, self.losses = tuple(commands), tuple(losses)

    @property
    def used(self) -> frozenset[str]:
        """The keys that commands have."""
        return frozenset(key for command in self.commands for key in command.keys)

    def named(self, name: str) -> Command:
        """The command with this name."""
        return next(command for command in self.commands if command.name == name)

    def find(self, key: str, when: str) -> Command | None:
        """What a key does: first what is only for ``when``."""
        fitting = [command for command in self.commands if key in command.keys and command.when in ("", when)]
        return max(fitting, key=lambda command: bool(command.when), default=None)


def key_name(key: str, character: str | None) -> str:
    """What a key that was pressed is called here: the sign that it writes, else its name with its modifiers."""
    is_sign = character is not None and len(character) == 1 and character.isprintable() and not character.isspace()
    return character if is_sign and not key.startswith(("alt+", "ctrl+", "super+")) else key  # type: ignore[return-value]


_DISPLAYED = {
    "right": "→", "left": "←", "up": "↑", "down": "↓", "enter": "⏎", "space": "space", "escape": "esc", "backspace": "⌫",
    "delete": "del", "pagedown": "pgdn", "pageup": "pgup", "ctrl": "^", "shift": "⇧", "alt": "alt-",
}  # fmt: skip


def shown_key(key: str) -> str:
    """A key as people write it: ``^z``, ``⇧tab``, ``→``."""
    if len(key) == 1:
        return key
    return "".join(_DISPLAYED.get(part, part) for part in key.split("+"))


def as_markdown(commands: Iterable[Command] = COMMANDS) -> str:
    """The table of keys for the README: a row for each section, what has no key left out."""
    rows: dict[str, list[str]] = {}
    for command in commands:
        if command.keys:
            keys = " ".join(f"`{shown_key(key)}`" if key != "`" else "`` ` ``" for key in command.keys)
            rows.setdefault(command.section, []).append(f"{keys.replace('|', chr(92) + '|')} {command.summary}")
    lines = [f"| {section} | {'; '.join(said)} |" for section, said in rows.items()]
    return "\n".join(["| | |", "|---|---|", *lines])


def context(state: State) -> str:
    """What is looked at, as far as keys depend on it."""
    if state.place.focus.startswith(GHOST):
        return "ghost"
    is_free = focused(state) is None or (state.layer.kind == "label" and state.place.focus not in state.marks.by_id)
    return "ghost" if is_free and state.ghost is not None else ""
