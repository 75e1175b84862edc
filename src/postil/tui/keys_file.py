"""The user's own keys, from ``keys.toml`` in the directory for settings of this system.

::

    theme = "light"            # dark, light, ansi-dark, ansi-light

    [keys]
    next-word = ["w", "ctrl+right"]
    complete = "f12"
    swap = []                  # no key: it can still be done from the list of keys
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NoReturn

import msgspec

from postil.errors import UnreadableFile
from postil.scheme import Scheme
from postil.storage.toml_file import TomlFile, parse_toml
from postil.text import nearest, quote
from postil.tui.keys import COMMANDS, Command, Keys

_NAMED = (
    "left right up down home end pageup pagedown enter tab space escape backspace delete insert "
    + " ".join(f"f{number}" for number in range(1, 25))
).split()
_KEY = re.compile(rf"(?P<modifiers>(?:(?:ctrl|alt|shift)\+)*)(?P<key>{'|'.join(_NAMED)}|.)")


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
    return Keys(_rebound(file, file.value)), file.value.theme


def _rebound(file: TomlFile[KeysFile], said: KeysFile) -> Iterator[Command]:
    """The commands with the user's keys. A key that the user gives to one is taken from whatever had it."""
    known = {command.name: command for command in COMMANDS}
    own: dict[str, tuple[str, ...]] = {}
    for name, keys in said.keys.items():
        if name not in known:
            near = nearest(name, known)
            _refuse(file, name, f"there is no command {quote(name)}{f': did you mean {near}?' if near else ''}")
        own[name] = (keys,) if isinstance(keys, str) else keys
        for key in own[name]:
            if fault := key_fault(key):
                _refuse(file, name, f"{quote(key)} is no key: {fault}")
    taken: dict[tuple[str, str], str] = {}
    for name, keys in own.items():
        for key in keys:
            other = taken.setdefault((key, known[name].when), name)
            if other != name:
                _refuse(file, name, f"the key {key} is that of {other} and of {name}")
    for command in COMMANDS:
        left = tuple(key for key in command.keys if (key, command.when) not in taken)
        yield msgspec.structs.replace(command, keys=own.get(command.name, left))


def _refuse(file: TomlFile[KeysFile], name: str, message: str) -> NoReturn:
    raise UnreadableFile(file.path, message, *file.position(("keys", name)))


def key_fault(key: str) -> str:
    """Why a word is no key; empty where it is one."""
    found = _KEY.fullmatch(key)
    if found is None:
        near = nearest(key.rpartition("+")[2], _NAMED)
        return f"did you mean {near}?" if near else "write a sign as itself, others as ctrl+k, alt+left, f5, space, enter"
    sign, modifiers = found["key"], found["modifiers"]
    if len(sign) == 1 and (not sign.isprintable() or sign.isspace()):
        return "write space, tab or enter"
    if len(sign) == 1 and "shift+" in modifiers:
        return f"write {quote(sign.upper())}, or the sign that shift makes of it"
    return ""


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
