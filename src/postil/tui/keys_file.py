"""The user's own keys, from ``keys.toml`` in the directory for settings of this system.

::

    theme = "light"            # dark, light, ansi-dark, ansi-light

    [keys]
    next-word = ["w", "ctrl+right"]
    complete = "f12"
    swap = []                  # no key: it can still be done from the list of keys

``postil annotate --keys`` prints one that says of every command which keys it has.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from postil.errors import UnreadableFile
from postil.scheme import Scheme
from postil.storage.toml_file import TomlFile, parse_toml
from postil.text import listing, nearest, printable, quote
from postil.tui.keys import COMMANDS, Command, Keys, shown_key

_NAMED = (
    "left right up down home end pageup pagedown enter tab space escape backspace delete insert "
    + " ".join(f"f{number}" for number in range(1, 25))
).split()
_MODIFIERS = ("alt", "ctrl", "shift")  # in the order in which they are named
_KEY = re.compile(rf"(?P<modifiers>(?:(?:{'|'.join(_MODIFIERS)})\+)*)(?P<key>{'|'.join(_NAMED)}|.)")
_SENT_AS = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+[": "escape"}  # what terminals make of them


class KeysFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``keys.toml`` may say: the theme, and for each command its key or keys."""

    theme: Literal["", "dark", "light", "ansi-dark", "ansi-light"] = ""
    keys: dict[str, str | tuple[str, ...]] = {}


def keys_path(environment: Mapping[str, str] | None = None) -> Path:
    """Where the file is looked for: ``$XDG_CONFIG_HOME/postil/keys.toml``, or where this system keeps settings."""
    known = os.environ if environment is None else environment
    if sys.platform == "win32" and known.get("APPDATA"):
        return Path(known["APPDATA"]) / "postil" / "keys.toml"
    base = known.get("XDG_CONFIG_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path("~/.config").expanduser()) / "postil" / "keys.toml"  # noqa: PTH117


def read_keys(path: Path) -> tuple[Keys, str]:
    """The keys with the user's in the place of ours, and the theme; ours where there is no file.

    Raises :class:`~postil.errors.UnreadableFile` with the line where the file says what cannot be.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Keys(), ""
    except OSError as error:
        raise UnreadableFile(str(path), error.strerror or str(error)) from error
    file = parse_toml(KeysFile, str(path), data)
    if file.faults or file.value is None:
        fault = file.faults[0]
        raise UnreadableFile(file.path, fault.message, fault.line, fault.column)
    return _rebound(file, file.value), file.value.theme


def _rebound(file: TomlFile[KeysFile], said: KeysFile) -> Keys:
    """The commands with the user's keys. A key that the user gives to one is taken from whatever had it, and that is said."""
    own = _own(file, said)
    taken: dict[tuple[str, str], str] = {}
    for name, keys in own.items():
        for key in keys:
            other = taken.setdefault((key, _KNOWN[name].when), name)
            if other != name:
                _refuse(file, name, f"the key {key} is that of {other} and of {name}")
    commands, losses = [], []
    for command in COMMANDS:
        lost = [] if command.name in own else [key for key in command.keys if (key, command.when) in taken]
        left = own.get(command.name, tuple(key for key in command.keys if key not in lost))
        losses += [_loss(command.name, key, taken[key, command.when], left) for key in lost]
        commands.append(msgspec.structs.replace(command, keys=left))
        if command.name in _NEEDED and not left:
            _refuse(file, taken[lost[-1], ""] if lost else command.name, f"{command.name} needs a key: {_NEEDED[command.name]}")
    return Keys(commands, losses)


_KNOWN = {command.name: command for command in COMMANDS}
_NEEDED = {
    "quit": "there is no other way out",
    "help": "the list of keys is what commands without one are done from",
}


def _own(file: TomlFile[KeysFile], said: KeysFile) -> dict[str, tuple[str, ...]]:
    """The keys that the user gives to commands."""
    own: dict[str, tuple[str, ...]] = {}
    for name, keys in said.keys.items():
        if name not in _KNOWN:
            near = nearest(name, _KNOWN)
            also = f"did you mean {near}?" if near else "postil annotate --keys lists all"
            _refuse(file, name, f"there is no command {quote(name)}: {also}")
        written = (keys,) if isinstance(keys, str) else keys
        for key in written:
            if fault := key_fault(key):
                _refuse(file, name, f"{quote(key)} is no key: {fault}")
        own[name] = tuple(dict.fromkeys(map(_in_order, written)))
    return own


def _loss(name: str, key: str, taker: str, left: Sequence[str]) -> str:
    rest = f"{name} is {listing(map(shown_key, left))}" if left else f"{name} has no key"
    return f"{shown_key(key)} is {taker} now: {rest}"


def _refuse(file: TomlFile[KeysFile], name: str, message: str) -> NoReturn:
    raise UnreadableFile(file.path, message, *file.position(("keys", name)))


def key_fault(key: str) -> str:
    """Why a word is no key; empty where it is one."""
    found = _KEY.fullmatch(key)
    if found is None:
        return _meant(key)
    sign, modifiers = found["key"], found["modifiers"]
    if len(sign) == 1 and (not sign.isprintable() or sign.isspace()):
        return "write space, tab or enter"
    if len(sign) == 1 and "shift+" in modifiers:
        return f"write {quote(sign.upper())}, or the sign that shift makes of it"
    if len(sign) == 1 and modifiers and sign.isupper():
        return f"a terminal does not tell it from {quote(f'{modifiers}{sign.lower()}')}: write that"
    if key in _SENT_AS:
        return f"a terminal sends {_SENT_AS[key]} for it: write that"
    return ""


def _meant(key: str) -> str:
    *modifiers, name = key.split("+")
    meant = [nearest(one, _MODIFIERS) for one in modifiers] + [name if len(name) == 1 else nearest(name, _NAMED)]
    return (
        f"did you mean {'+'.join(meant)}?"
        if all(meant)
        else "write a sign as itself, others as ctrl+k, alt+left, f5, space, enter"
    )


def _in_order(key: str) -> str:
    """The key with its modifiers in the order in which Textual names them."""
    found = _KEY.fullmatch(key)
    assert found is not None
    modifiers = sorted({one for one in found["modifiers"].split("+") if one})
    return "+".join([*modifiers, found["key"]])


def as_toml(keys: Keys, path: Path) -> str:
    """A ``keys.toml``, to be saved at ``path``, that says of every command which keys it has, and what it does."""
    lines = [
        f"# {printable(str(path))}: keep the lines that you change, what is left out stays as it is.",
        '# theme = "light"  # dark, light, ansi-dark or ansi-light, instead of what the terminal says of its background',
        "",
        "[keys]",
    ]
    section = ""
    for command in keys.commands:
        if command.section != section:
            section = command.section
            lines += ["", f"# {section}"]
        when = " (at a suggestion)" if command.when else ""
        lines.append(f"{f'{command.name} = [{_strings(command.keys)}]':<48} # {command.summary}{when}")
    return "\n".join([*lines, ""])


def _strings(keys: Iterable[str]) -> str:
    return ", ".join(json.dumps(key, ensure_ascii=False) for key in keys)


def overridden(keys: Keys, scheme: Scheme) -> list[str]:
    """Where a label of the scheme has the key of a command: the label comes first, in its layer. Said in words."""
    said = []
    for name, layer in scheme.layers.items():
        for label, definition in layer.labels.items():
            commands = [command for command in keys.commands if definition.key and definition.key in command.keys]
            said += [f"in {name} {definition.key} is {label}, not {one.name}{_instead(one, definition.key)}" for one in commands]
    return said


def _instead(command: Command, key: str) -> str:
    others: Sequence[str] = [other for other in command.keys if other != key]
    return f" (that is {others[0]} too)" if others else ""
