"""JSON from strangers: strict UTF-8, no halves of surrogate pairs, a limit to its depth; faults with file, line and column."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.sources import LARGEST_FILE, File, decode

T = TypeVar("T")

_CHUNK = 1 << 18  # characters, or bytes, at a time of a file that is read piece by piece
_PEEK = 4096
_BLANKS = re.compile(r"[ \t\r\n]*+")
_OPENING = re.compile(r"\[[ \t\r\n]*+")
_HALVES = re.compile(r"\\\\|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]|(\\u[dD][89a-fA-F])")  # a pair, or (first group) a half
_EXPECTED = re.compile(r"Expected `([^`]*)`, got `([^`]*)`(?: - at `\$(.*)`)?")
_MISSING = re.compile(r"Object missing required field `([^`]*)`(?: - at `\$(.*)`)?")
_KINDS = {
    "int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "null": "nothing", "array": "a list",
    "object": "an object",
}  # fmt: skip
_REASONS = {
    "Invalid control character at": "a control character in a string, which has to be written as \\u and four digits",
    "Unterminated string starting at": "a string that begins here and never ends",
}
_FLOAT_FOR_INT = re.compile(r"Expected `int\b.*got `float` - at `\$(.*)`$")
_STEPS = re.compile(r"\.([^.\[\]]+)|\[[^\]]*\]")
_LONE = "it holds half of a surrogate pair (\\ud800 to \\udfff alone), which is no character"
_TOO_DEEP = "nested deeper than any annotation is"
_LONGEST_WORD = 16  # characters that the parser looks at together: -Infinity, \ud83d
_DECODER = json.JSONDecoder()


class Member(NamedTuple):
    """A record, or with a ``key`` an element of the list that a record has under it. ``line``: that it begins on."""

    line: int
    value: Any
    key: str = ""


def parse_json(shown: str, data: bytes | str, line: int = 1, column: int = 1) -> Any:
    """The value of a JSON text that begins at ``line`` and ``column`` of the file called ``shown``."""
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise UnreadableFile(shown, _TOO_DEEP, line, column) from error
    except (msgspec.DecodeError, UnicodeError) as error:
        raise _explained(shown, data, line, column, error) from error


def whole(value: Any) -> Any:
    """A whole number that is written as a float (``3.0``, as pandas does it in a column with gaps) as one; else what it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def converted(value: Any, kind: type[T]) -> T:
    """A value of JSON as this type. Where the type wants a whole number, one written as a float is one, in ``value`` too.

    Raises ``msgspec.ValidationError``, which says in words what is wanted where.
    """
    while True:
        try:
            return msgspec.convert(value, kind)
        except msgspec.ValidationError as error:
            found = _FLOAT_FOR_INT.search(str(error))
            if found is None or not _made_whole(value, _STEPS.findall(found[1])):
                raise msgspec.ValidationError(_in_words(str(error))) from error


def _in_words(message: str) -> str:
    """What the parser of types says, for people."""
    if found := _MISSING.fullmatch(message):
        return f"{_where(found[2])} has no {found[1]}"
    if not (found := _EXPECTED.fullmatch(message)):
        return message
    wanted, got, place = found.groups()
    kinds = [_KINDS.get(one, one) for one in wanted.split(" | ")]
    return f"{_where(place)} is {_KINDS.get(got, got)}, where {' or '.join(kinds)} is wanted"


def _where(steps: str | None) -> str:
    return steps.lstrip(".") if steps else "it"


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

    A value may also go over several lines (pretty-printed).
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
            pieces = chain([line], (f"\n{text}" for _, text in lines))
            yield from _Stream(file.shown, pieces, number).values()
            return
        yield number, value


def read_json_records(file: File) -> Iterator[tuple[int, Any]]:
    """Each record of a file with the line that it begins on: the elements of an array, or the values of JSON Lines.

    There is only the one record in memory.
    """
    if next(file.chunks(_PEEK), b"").removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
        yield from ((line, value) for line, value, _ in read_json_members(file))
    else:
        yield from read_json_lines(file)


def read_json_members(file: File, *keys: str) -> Iterator[Member]:
    """Each record of a file, and before one that is an object the elements of the lists that it has under these ``keys``.

    A record is an element of an array, or a value of JSON Lines; its lists under ``keys`` are empty in it, as their elements
    were given. There is only the one record, or the one element, in memory. An array of plain values is a record itself.
    """
    yield from _Stream(file.shown, _decoded(file)).records(keys)


def numbered(records: Iterable[tuple[int, Any]]) -> Iterator[tuple[int, int, Any]]:
    """Each record with a number that it can be called by: its line, or the next where several begin on one line."""
    number = 0
    for line, record in records:
        number = max(line, number + 1)
        yield number, line, record


def _decoded(file: File) -> Iterator[str]:
    """The text of a file, piece by piece."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    try:
        for chunk in file.chunks(_CHUNK):
            yield decoder.decode(chunk)
        yield decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        for _ in file.lines():
            pass  # says where
        raise UnreadableFile(file.shown, f"not UTF-8: {error.reason}") from error


class _Stream:
    """Values of JSON in a text that comes piece by piece: what was taken of it is no longer in memory.

    Where a value ends is found by the parser of Python, which can begin anywhere and goes no further. Where what is there
    ends before the value does, as much again is read and the value is begun anew: that is linear, as it doubles.
    """

    def __init__(self, shown: str, pieces: Iterator[str], line: int = 1) -> None:
        self.shown, self._pieces = shown, pieces
        self._text, self._at = "", 0
        self._line, self._counted = line, 0  # the line of the place up to which line ends were counted
        self._gone = 0  # characters of the first line of the text that are no longer there

    def records(self, keys: tuple[str, ...]) -> Iterator[Member]:
        """The members of what is left."""
        while first := self._peek():
            if first == "[" and self._behind_bracket() in ("{", "[", "]", ""):
                for _ in self._parts("]"):
                    yield from self._members(keys)
            else:
                yield from self._members(keys)

    def values(self) -> Iterator[tuple[int, Any]]:
        """The values of what is left, each with its line."""
        while self._peek():
            yield self._value()

    def _members(self, keys: tuple[str, ...]) -> Iterator[Member]:
        if not keys or self._peek() != "{":
            yield Member(*self._value())
            return
        line = self._place()
        record: dict[str, Any] = {}
        for key in self._parts("}"):
            if key in record and key in keys:
                raise self._fault(f'"{key}" is there twice in one object', self._at)
            if key in keys and self._peek() == "[":
                record[key] = []
                for _ in self._parts("]"):
                    yield Member(*self._value(), key)
            else:
                _, record[key] = self._value()
        yield Member(line, record)

    def _parts(self, closing: str) -> Iterator[str]:
        """Stops before each element of the array, or after the key (which is given) of each member of the object, here."""
        self._at += 1
        if self._peek() == closing:
            self._at += 1
            return
        while True:
            yield self._key() if closing == "}" else ""
            if self._peek() == closing:
                self._at += 1
                return
            self._take(",")

    def _key(self) -> str:
        if self._peek() != '"':
            raise self._fault("not JSON: Expecting property name enclosed in double quotes", self._at)
        _, key = self._value()
        self._take(":")
        return str(key)

    def _take(self, character: str) -> None:
        if self._peek() != character:
            raise self._fault(f"not JSON: Expecting {character!r} delimiter", self._at)
        self._at += 1

    def _peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            self._at = _BLANKS.match(self._text, self._at).end()  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _behind_bracket(self) -> str:
        """What comes after the bracket that is next."""
        while (end := _OPENING.match(self._text, self._at).end()) == len(self._text) and self._more():  # type: ignore[union-attr]
            pass
        return self._text[end : end + 1]

    def _value(self) -> tuple[int, Any]:
        """The value that is next, whatever it is, and its line."""
        self._peek()
        end = self._end()
        start, line = self._at, self._place()
        self._at = end
        try:
            return line, msgspec.json.decode(self._text[start:end])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return line, parse_json(self.shown, self._text[start:end], line, self._column(start))  # says what is wrong

    def _end(self) -> int:
        """Where the value that is next ends."""
        while True:
            try:
                _, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - _LONGEST_WORD
                if not (is_cut and self._more()):
                    raise self._what_is_wrong(error) from error
            except RecursionError as error:
                raise self._fault(_TOO_DEEP, self._at) from error
            except ValueError as error:
                raise self._fault("not JSON that can be read: it has a number of thousands of digits", self._at) from error
            else:
                if end + 2 < len(self._text) or not self._more():  # a number may go on, as 1 does in 1e+9
                    return end

    def _more(self) -> bool:
        """Give up what was taken, and read at least as much again as is left. Says no, and changes nothing, at the end."""
        pieces = [self._text[self._at :]]
        wanted, size = max(len(pieces[0]), _CHUNK), 0
        if wanted > LARGEST_FILE:
            raise self._fault(f"a value of more than {LARGEST_FILE:,} characters: too many for what is read whole", self._at)
        for piece in self._pieces:
            pieces.append(piece)
            size += len(piece)
            if size >= wanted:
                break
        if size:
            self._place()
            self._gone = self._column(self._at) - 1
            self._text, self._at, self._counted = "".join(pieces), 0, 0
        return size > 0

    def _place(self) -> int:
        """The line of what is next."""
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line

    def _column(self, at: int) -> int:
        before = self._text.rfind("\n", 0, at)
        return at - before if before >= 0 else at + self._gone + 1

    def _what_is_wrong(self, error: json.JSONDecodeError) -> UnreadableFile:
        """The fault; where the line before a whole value is what is not complete, in that line."""
        before = len(self._text[: error.pos].rstrip())
        line = self._text[error.pos :].partition("\n")[0]
        if "\n" in self._text[before : error.pos] and line.startswith("{") and _is_json(line):
            return self._fault("not JSON: the line ends before the value does, and another begins after it", before)
        return self._fault(f"not JSON: {_reason(error)}", error.pos)

    def _fault(self, message: str, at: int) -> UnreadableFile:
        return UnreadableFile(self.shown, message, self._place() + self._text.count("\n", self._at, at), self._column(at))


def _reason(error: json.JSONDecodeError) -> str:
    """What is wrong, as a whole sentence."""
    return _REASONS.get(error.msg, error.msg)


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _is_beginning(line: str) -> bool:
    """Whether the line could be the first of a value that goes on."""
    try:
        json.loads(line)
    except json.JSONDecodeError as error:
        return error.pos >= len(line.rstrip()) or error.msg.startswith("Unterminated")
    except (RecursionError, ValueError):
        return False
    return False


def _explained(shown: str, data: bytes | str, line: int, column: int, error: Exception) -> UnreadableFile:
    """The fault with its place, which only the slow parser knows."""

    def at(line_in_it: int, column_in_it: int) -> tuple[int, int]:
        return line + line_in_it - 1, column_in_it + (column - 1 if line_in_it == 1 else 0)

    try:
        text = data if isinstance(data, str) else decode(shown, data)
    except UnreadableFile as fault:
        raise UnreadableFile(shown, fault.message, *at(fault.line, fault.column)) from fault
    try:
        json.loads(text)
    except json.JSONDecodeError as found:
        return UnreadableFile(shown, f"not JSON: {_reason(found)}", *at(found.lineno, found.colno))
    except RecursionError:
        return UnreadableFile(shown, _TOO_DEEP, line, column)
    if half := next((found for found in _HALVES.finditer(text) if found[1]), None):
        before = half.start() - text.rfind("\n", 0, half.start())
        return UnreadableFile(shown, _LONE, *at(text.count("\n", 0, half.start()) + 1, before))
    return UnreadableFile(shown, f"not JSON: {error}", line, column)
