"""TOML files as typed structs, with every fault at its line: scheme, manifest and metadata are all read here."""

from __future__ import annotations

import datetime
import difflib
import re
import tomllib
import types
import typing
from functools import cache, lru_cache
from typing import Any, Generic, Literal, TypeVar

import msgspec

from postil.storage.faults import Fault, FaultKind
from postil.storage.toml_positions import KeyPath, key_positions
from postil.text import LineIndex, listing, quote

StructType = TypeVar("StructType", bound=msgspec.Struct)

_DEEPEST = 50  # tables in tables
_PLAIN = re.compile(r'(?:[A-Za-z0-9_-]++ = "[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029]*+"\n)*+')
_MERGE_MARKERS = ("<<<<<<<", "=======", ">>>>>>>")
_NOUNS = {str: "a string", int: "a whole number", float: "a number", bool: "true or false", datetime.date: "a date"}


class TomlFile(msgspec.Struct, Generic[StructType], frozen=True):
    """One TOML file: what it says as far as it could be read (``None``: not at all), and what is wrong with it."""

    path: str
    source: str
    value: StructType | None
    faults: tuple[Fault, ...] = ()

    def position(self, path: KeyPath) -> tuple[int, int]:
        """Line and column of a key, or of the nearest table around it."""
        return line_index(self.source).place(_nearest(key_positions(self.source), path))

    def raw(self) -> dict[str, Any]:
        """What the file says, unchecked and not to be changed; nothing where it is no TOML."""
        return _raw(self.source)


@lru_cache(maxsize=4)
def _raw(source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(source)
    except (ValueError, RecursionError):
        return {}


@lru_cache(maxsize=4)
def line_index(source: str) -> LineIndex:
    """The lines of a file, for all the places that are asked for one after the other."""
    return LineIndex(source)


def parse_toml(kind: type[StructType], path: str, data: bytes) -> TomlFile[StructType]:
    """Read ``data`` as a ``kind``. Every fault is reported, and what is sound is kept."""
    try:
        source = data.decode("utf-8")
        if (values := _strings(source)).keys() <= _fields_of_strings(kind) and values:
            return TomlFile(path, source, kind(**values))
        values = tomllib.loads(source)
        if sum(map(source.count, "[{.")) > _DEEPEST:
            _refuse_deep(values)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return TomlFile(path, "", None, (Fault("syntax", f"not UTF-8: byte 0x{data[error.start]:02x}", line),))
    except tomllib.TOMLDecodeError as error:
        return TomlFile(path, source, None, (_syntax_fault(source, error),))
    except (RecursionError, ValueError) as error:
        why = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return TomlFile(path, source, None, (Fault("syntax", why),))
    builder = _Builder()
    value = builder.struct(kind, values, ())
    positions = key_positions(source) if builder.problems else {}
    index = LineIndex(source)
    faults = []
    for key_path, fault_kind, message in builder.problems:
        line, column = index.place(_nearest(positions, key_path))
        faults.append(Fault(fault_kind, message, line, column, index.line(line)))
    return TomlFile(path, source, value, tuple(faults))


def _strings(source: str) -> dict[str, str]:
    """What a file of plain strings says, one a line, as the metadata of most documents; nothing where it is another file."""
    if not _PLAIN.fullmatch(source):
        return {}
    pairs = [line.split(" = ", 1) for line in source.splitlines()]
    found = {key: value[1:-1] for key, value in pairs}
    return found if len(found) == len(pairs) else {}


def _refuse_deep(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer if isinstance(outer, list) else ())
        ]
    if level:
        raise RecursionError


def _nearest(positions: dict[KeyPath, int], path: KeyPath) -> int:
    """The offset of a key, or of the nearest table around it that has one."""
    while path and path not in positions:
        path = path[:-1]
    return positions.get(path, 0)


def _syntax_fault(source: str, error: tomllib.TOMLDecodeError) -> Fault:
    # the position is in the message only, before Python 3.14: "… (at line 3, column 7)" or "… (at end of document)"
    message, _, where = str(error).rpartition(" (at ")
    numbers = [int(word) for word in where.rstrip(")").replace(",", " ").split() if word.isdigit()]
    index = LineIndex(source)
    line, column = numbers if len(numbers) == 2 else index.place(len(source))
    if source.startswith("\ufeff"):
        return Fault("syntax", "not TOML: the file begins with a byte-order mark", 1, 1, index.line(1))
    if index.line(line).startswith(_MERGE_MARKERS):
        return Fault("syntax", "a marker of an unfinished merge: decide it", line, 1, index.line(line))
    return Fault("syntax", f"not TOML: {message or error}", line, column, index.line(line))


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


@cache
def _fields_of_strings(kind: type[msgspec.Struct]) -> frozenset[str]:
    """The keys that may hold any string, where no key has to be there."""
    fields = _fields(kind).values()
    if any(field.required for field in fields):
        return frozenset()
    return frozenset(field.name for field in fields if field.name == field.encode_name and _is_string(field.type))


def _is_string(kind: Any) -> bool:
    is_union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    return kind is str or (is_union and str in typing.get_args(kind))


class _Builder:
    """Makes structs of plain values, collecting what does not fit."""

    def __init__(self) -> None:
        self.problems: list[tuple[KeyPath, FaultKind, str]] = []

    def struct(self, kind: type[StructType], values: dict[str, Any], path: KeyPath) -> StructType | None:
        fields = _fields(kind)
        known = {}
        for key, value in values.items():
            if key not in fields:
                near = difflib.get_close_matches(key, fields, 1)
                hint = f"; did you mean {near[0]}?" if near else f"; expected {listing(fields)}"
                self.problems.append(((*path, key), "unknown key", f"unknown key {quote(key)}{hint}"))
                continue
            converted = self.value(fields[key].type, value, (*path, key))
            if converted is not None:
                known[fields[key].name] = converted
        missing = [name for name, field in fields.items() if field.required and field.name not in known]
        for name in missing:
            if name not in values:
                where = f" in [{'.'.join(map(str, path))}]" if path else ""
                self.problems.append((path, "value", f"{quote(name)} is missing{where}"))
        return None if missing else kind(**known)

    def value(self, kind: Any, value: Any, path: KeyPath) -> Any:
        origin, arguments = typing.get_origin(kind), typing.get_args(kind)
        if kind is Any:
            return value
        if origin is Literal:
            return self.choice(arguments, value, path)
        if origin in (typing.Union, types.UnionType):
            return self.union(arguments, value, path)
        if origin is tuple:
            return self.array(arguments, value, path)
        if origin is dict:
            return self.table(arguments[1], value, path)
        if issubclass(kind, msgspec.Struct):
            if isinstance(value, dict):
                return self.struct(kind, value, path)
            return self.wrong("a table", value, path)
        if _is(kind, value):
            return value
        return self.wrong(_NOUNS[kind], value, path)

    def choice(self, allowed: tuple[Any, ...], value: Any, path: KeyPath) -> Any:
        if value in allowed and type(value) in map(type, allowed):
            return value
        return self.wrong(listing(str(one) for one in allowed if one != ""), value, path)  # empty is the same as left out

    def union(self, kinds: tuple[Any, ...], value: Any, path: KeyPath) -> Any:
        for kind in kinds:
            if typing.get_origin(kind) is tuple and isinstance(value, list):
                return self.array(typing.get_args(kind), value, path)
            if isinstance(kind, type) and kind in _NOUNS and _is(kind, value):
                return value
        nouns = [_NOUNS[kind] for kind in kinds if kind in _NOUNS]
        return self.wrong(listing(nouns), value, path)

    def array(self, arguments: tuple[Any, ...], value: Any, path: KeyPath) -> Any:
        if not isinstance(value, list):
            return self.wrong("a list", value, path)
        if arguments[-1] is not Ellipsis and len(value) != len(arguments):
            return self.wrong(f"a list of {len(arguments)}", value, path)
        items = [self.value(arguments[0], item, (*path, index)) for index, item in enumerate(value)]
        return tuple(item for item in items if item is not None)

    def table(self, kind: Any, value: Any, path: KeyPath) -> Any:
        if not isinstance(value, dict):
            return self.wrong("a table", value, path)
        items = {key: self.value(kind, item, (*path, key)) for key, item in value.items()}
        return {key: item for key, item in items.items() if item is not None}

    def wrong(self, expected: str, value: Any, path: KeyPath) -> None:
        found = quote(value) if isinstance(value, str) else _noun(value)
        self.problems.append((path, "value", f"{path[-1]} must be {expected}, not {found}"))


def _is(kind: Any, value: Any) -> bool:
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, kind)


def _noun(value: Any) -> str:
    kinds: dict[type, str] = {**_NOUNS, list: "a list", dict: "a table"}
    return kinds.get(type(value), type(value).__name__)
