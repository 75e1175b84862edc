"""Where each key of a TOML document stands: :mod:`tomllib` reads values, and forgets where it found them.

The scanner presumes a document that :mod:`tomllib` has accepted, so it only needs to tell keys, strings and brackets apart.
"""

from __future__ import annotations

import re
from functools import lru_cache

KeyPath = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*+")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]++")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*+")
_STRINGS = (
    ('"""', re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}', re.DOTALL)),
    ("'''", re.compile(r"'''(?:[^']|'(?!''))*+'{3,5}", re.DOTALL)),
    ('"', re.compile(r'"(?:[^"\\\n]|\\.)*+"')),
    ("'", re.compile(r"'[^'\n]*+'")),
)


@lru_cache(maxsize=4)
def key_positions(source: str) -> dict[KeyPath, int]:
    """The offset of every key, table header and array element, by its path."""
    scanner = _Scanner(source)
    scanner.document()
    return scanner.found


class _Scanner:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.found: dict[KeyPath, int] = {}
        self.tables: dict[KeyPath, int] = {}  # arrays of tables, and the index of the last

    def document(self) -> None:
        table: KeyPath = ()
        while self.blank() < len(self.source):
            if self.source[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def blank(self) -> int:
        match = _BLANK.match(self.source, self.at)
        self.at = match.end() if match else self.at
        return self.at

    def header(self) -> KeyPath:
        start, is_array = self.at, self.source.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        path: KeyPath = ()
        keys = self.dotted_key()
        for depth, key in enumerate(keys):
            path += (key,)
            if is_array and depth == len(keys) - 1:
                self.tables[path] = self.tables.get(path, -1) + 1
                self.found.setdefault(path, start)
            if path in self.tables:
                path += (self.tables[path],)
            self.found.setdefault(path, start)
        self.at = self.source.index("]", self.at) + (2 if is_array else 1)
        return path

    def pair(self, table: KeyPath) -> None:
        start = self.at
        path = table
        for key in self.dotted_key():
            path += (key,)
            self.found.setdefault(path, start)
        self.at = self.source.index("=", self.at) + 1
        self.value(path)

    def dotted_key(self) -> list[str]:
        keys = []
        while True:
            self.blank()
            if self.source[self.at] in "\"'":
                keys.append(self.string()[1:-1])
            else:
                match = _BARE_KEY.match(self.source, self.at)
                keys.append(match.group() if match else "")
                self.at = match.end() if match else self.at + 1
            self.blank()
            if not self.source.startswith(".", self.at):
                return keys
            self.at += 1

    def value(self, path: KeyPath) -> None:
        self.blank()
        first = self.source[self.at : self.at + 1]
        if first == "[":
            self.array(path)
        elif first == "{":
            self.inline_table(path)
        elif first in ('"', "'"):
            self.string()
        else:
            match = _BARE_VALUE.match(self.source, self.at)
            self.at = match.end() if match else self.at

    def array(self, path: KeyPath) -> None:
        self.at += 1
        index = 0
        while self.source[self.blank()] != "]":
            self.found[(*path, index)] = self.at
            self.value((*path, index))
            index += 1
            self.comma()
        self.at += 1

    def inline_table(self, path: KeyPath) -> None:
        self.at += 1
        while self.source[self.blank()] != "}":
            self.pair(path)
            self.comma()
        self.at += 1

    def comma(self) -> None:
        if self.source.startswith(",", self.blank()):
            self.at += 1

    def string(self) -> str:
        for quotes, pattern in _STRINGS:
            if self.source.startswith(quotes, self.at):
                match = pattern.match(self.source, self.at)
                self.at = match.end() if match else len(self.source)
                return match.group() if match else ""
        return ""
