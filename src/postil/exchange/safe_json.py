"""JSON from strangers: strict UTF-8, no halves of surrogate pairs, a limit to its depth; faults with file, line and column."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.sources import File, decode

T = TypeVar("T")

_PEEK = 4096
_BLANKS = re.compile(r"[ \t\r\n]*+")
_HALVES = re.compile(r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]|(\\u[dD][89a-fA-F])")  # a pair, or (first group) a half
_FLOAT_FOR_INT = re.compile(r"Expected `int\b.*got `float` - at `\$(.*)`$")
_STEPS = re.compile(r"\.([^.\[\]]+)|\[[^\]]*\]")
_LONE = "it holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no character"


def parse_json(shown: str, data: bytes | str, line: int = 1) -> Any:
    """The value of a JSON text that begins at ``line`` of the file called ``shown``."""
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise UnreadableFile(shown, "nested deeper than any annotation is", line, 1) from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _explained(shown, data, line, error) from error


def whole(value: Any) -> Any:
    """A whole number that is written as a float (``3.0``, as pandas does it in a column with gaps) as one; else what it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def converted(value: Any, kind: type[T]) -> T:
    """A value of JSON as this type. Where the type wants a whole number, one written as a float is one, in ``value`` too.

    Raises ``msgspec.ValidationError``.
    """
    while True:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            found = _FLOAT_FOR_INT.search(str(error))
            if found is None or not _made_whole(value, _STEPS.findall(found[1])):
                raise


def _made_whole(value: Any, steps: Sequence[str]) -> bool:
    """Whether floats became whole numbers where these steps lead, through every element of each list on the way."""
    tables = [value]
    for step in steps[:-1]:
        tables = [inner for table in tables for inner in _inside(table, step)]
    changed = False
    for table in tables:
        keys: Any = range(len(table)) if isinstance(table, list) else table if steps[-1:] == [""] else steps[-1:]
        for key in keys if isinstance(table, list | dict) else ():
            if (isinstance(table, list) or key in table) and (number := whole(table[key])) is not table[key]:
                table[key] = number
                changed = True
    return changed


def _inside(table: Any, step: str) -> Iterable[Any]:
    """What a step leads to: a key, or (no key) every element."""
    if isinstance(table, list):
        return table
    return (table.values() if not step else [table[step]] if step in table else ()) if isinstance(table, dict) else ()


def read_json(file: File) -> Any:
    """The value that the whole file is."""
    return parse_json(file.shown, file.read().removeprefix(codecs.BOM_UTF8))


def read_json_lines(file: File) -> Iterator[tuple[int, Any]]:
    """Each value of a file of JSON Lines with the line that it begins on, one at a time; blank lines are skipped.

    A value may also go over several lines (pretty-printed): then the rest of the file is read whole.
    """
    lines = file.lines()
    for number, line in lines:
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            if not _is_beginning(line):
                parse_json(file.shown, line, number)
            rest = "\n".join([line, *(text for _, text in lines)])
            yield from _concatenated(file.shown, rest, number)
            return
        yield number, value


def read_json_records(file: File) -> Iterator[tuple[int, Any]]:
    """Each record of a file with the line that it begins on: the elements of an array, or the values of JSON Lines.

    Of an array there are only its bytes in memory, and the one record.
    """
    elements = _elements(file)
    if elements is None:
        yield from read_json_lines(file)
        return
    data, raw = elements
    at, line = 0, 1
    for element in raw:
        found = bytes(element)
        start = data.index(found, at)
        line += data.count(b"\n", at, start)
        yield line, parse_json(file.shown, found, line)
        at, line = start + len(found), line + found.count(b"\n")


def numbered(records: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, int, Any]]:
    """Each record with a number that it can be called by: its line, or the next where several begin on one line."""
    number = 0
    for line, record in records:
        number = max(line, number + 1)
        yield number, line, record


def _elements(file: File) -> tuple[bytes, list[msgspec.Raw]] | None:
    """A file that is one array: its bytes, and its elements in them. ``None`` for any other, broken or not."""
    beginning = next(file.chunks(_PEEK), b"").removeprefix(codecs.BOM_UTF8)
    if not beginning.lstrip().startswith(b"["):
        return None
    data = file.read().removeprefix(codecs.BOM_UTF8)
    try:
        return data, msgspec.json.decode(data, type=list[msgspec.Raw])
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None


def _is_beginning(line: str) -> bool:
    """Whether the line could be the first of a value that goes on."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(line.rstrip()) or error.msg.startswith("Unterminated")
    except (RecursionError, ValueError):
        return False
    return False


def _concatenated(shown: str, text: str, line: int) -> Iterator[tuple[int, Any]]:
    decoder = json.JSONDecoder()
    number, counted = line, 0
    at = _BLANKS.match(text).end()  # type: ignore[union-attr]
    while at < len(text):
        number += text.count("\n", counted, at)
        counted = at
        try:
            _, end = decoder.raw_decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            raise _explained(shown, text[at:], number, error) from error
        yield number, parse_json(shown, text[at:end], number)
        at = _BLANKS.match(text, end).end()  # type: ignore[union-attr]


def _explained(shown: str, data: bytes | str, line: int, error: Exception) -> UnreadableFile:
    """The fault with its place, which only the slow parser knows."""
    try:
        text = data if isinstance(data, str) else decode(shown, data)
    except UnreadableFile as fault:
        raise UnreadableFile(shown, fault.message, line + fault.line - 1, fault.column) from fault
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        return UnreadableFile(shown, f"not JSON: {found.msg}", line + found.lineno - 1, found.colno)
    except RecursionError:
        return UnreadableFile(shown, "nested deeper than any annotation is", line, 1)
    if half := next((found for found in _HALVES.finditer(text) if found[1]), None):
        return UnreadableFile(
            shown, _LONE, line + text.count("\n", 0, half.start()), half.start() - text.rfind("\n", 0, half.start())
        )
    return UnreadableFile(shown, f"not JSON: {error}", line, 1)
