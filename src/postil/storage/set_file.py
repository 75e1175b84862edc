"""Annotation sets as JSON Lines.

A file that is as :func:`encode_set` writes it is read at the speed of the decoder: decoding it typed and encoding it again gives
the same bytes, which proves that it has no unknown key, no repeated one and no odd spelling. Only where that proof fails is
the file read line by line, to say what is wrong where.
"""

from __future__ import annotations

import codecs
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NoReturn

import msgspec

from postil.lazy import lazy
from postil.model import UNKNOWN_KEYS, AnnotationSet, Header, Label, Note, Record, Relation, Span
from postil.storage.faults import Fault, FaultKind
from postil.text import listing, quote

_RECORD_TYPES: dict[str, type[Header | Record]] = {
    "set": Header, "span": Span, "relation": Relation, "label": Label, "note": Note,
}  # fmt: skip
_FIELDS = {
    kind: {field.encode_name: field for field in msgspec.structs.fields(kind) if field.encode_name != UNKNOWN_KEYS}
    for kind in _RECORD_TYPES.values()
}
_NOUNS = {
    "str": "a string", "int": "a whole number", "float": "a number", "bool": "true or false", "array": "a list",
    "object": "an object", "null": "null",
}  # fmt: skip

_MERGE_MARKERS = (b"<<<<<<<", b"=======", b">>>>>>>")
_JSON = {"Unterminated string starting at": "a string does not end", "Extra data": "something comes after the record"}
_SHOWN = 4000  # bytes of a bad line that its faults keep
_MOST_FAULTS = 1000  # of one file: beyond, it is not this file that is broken but its place

_RECORDS = (Span, Relation, Label, Note)

_UNKNOWN_KEYS_BYTE = UNKNOWN_KEYS.encode()[:1]  # looking for one byte is fast

_decoder = msgspec.json.Decoder(Header | Span | Relation | Label | Note)
_encoder = msgspec.json.Encoder()


class SetFile(msgspec.Struct, frozen=True, dict=True):
    """An annotation set as its file holds it.

    ``records`` are in the order of the file, ``lines`` their line numbers; ``is_exact`` when every line is spelled as
    :func:`encode_set` would spell it (its order is another matter).
    """

    path: str
    annotator: str
    data: bytes
    header: Header | None
    records: Sequence[Record]
    lines: Sequence[int]
    faults: tuple[Fault, ...] = ()
    is_exact: bool = False
    header_line: int = 1

    def annotation_set(self) -> AnnotationSet | None:
        """The set, with its records in the order of the file; ``None`` without a header."""
        if self.header is None:
            return None
        spans, relations, labels, notes = self.by_type
        return AnnotationSet(self.header, tuple(spans), tuple(relations), tuple(labels), tuple(notes))

    @lazy
    def is_grouped(self) -> bool:
        """Whether all spans stand before all relations, those before the labels, and those before the notes."""
        order = [_RECORDS.index(kind) for kind, _ in self._runs]
        return order == sorted(set(order))

    @property
    def has_second_header(self) -> bool:
        """Whether there is a header among the records, which is none of them."""
        return any(kind is Header for kind, _ in self._runs)

    @lazy
    def by_type(self) -> tuple[Sequence[Span], Sequence[Relation], Sequence[Label], Sequence[Note]]:
        """The spans, relations, labels and notes, each in the order of the file."""
        found: dict[type, list[Any]] = {kind: [] for kind in _RECORDS}
        for kind, run in self._runs:
            found[kind] += run
        return found[Span], found[Relation], found[Label], found[Note]

    @lazy
    def has_ignores(self) -> bool:
        """Whether any annotation silences a rule."""
        return any(any([record.ignore for record in records]) for records in self.by_type[:3])

    @lazy
    def _runs(self) -> list[tuple[type, list[Record]]]:
        """The records by runs of one type."""
        return [(kind, list(run)) for kind, run in groupby(self.records, type)]


def has_unreadable_lines(file: SetFile) -> bool:
    """Whether the file says more than its records hold, so that writing them would lose something."""
    return any(fault.kind != "unknown key" for fault in file.faults)


def parse_set(path: str, annotator: str, data: bytes) -> SetFile:
    """Read the bytes of a set. Whatever they are, the result says what could be read and what could not."""
    try:
        decoded = _decoder.decode_lines(data)
        exact = _encoder.encode_lines(decoded) == data
        if exact and _UNKNOWN_KEYS_BYTE in data:
            exact = not any([line.unknown for line in decoded])
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        exact, decoded = False, []
    if exact and decoded and type(header := decoded[0]) is Header:
        file = SetFile(path, annotator, data, header, decoded[1:], range(2, len(decoded) + 1), is_exact=True)
        if not file.has_second_header:
            return file
    return _Explainer(path, annotator, data).set_file(is_exact=exact)


def encode_set(annotations: AnnotationSet) -> bytes:
    """The canonical bytes of a set: sorted, keys in order, no blanks, unknown keys last and sorted."""
    ordered = annotations.canonical()
    lines = (ordered.header, *ordered.records)
    if not any(line.unknown for line in lines):
        return _encoder.encode_lines(lines)
    return b"".join(encode_line(line) + b"\n" for line in lines)


def encode_line(line: Header | Record) -> bytes:
    """The bytes of one line, without its end."""
    if not line.unknown:
        return _encoder.encode(line)
    values = msgspec.to_builtins(line)
    del values[UNKNOWN_KEYS]
    return _encoder.encode({**values, **{key: line.unknown[key] for key in sorted(line.unknown)}})


class _Explainer:
    """Reads a set line by line and names every fault."""

    def __init__(self, path: str, annotator: str, data: bytes) -> None:
        self.path, self.annotator, self.data = path, annotator, data
        self.faults: list[Fault] = []
        self.header: Header | None = None
        self.header_line = 0
        self.records: list[Record] = []
        self.lines: list[int] = []

    def set_file(self, *, is_exact: bool) -> SetFile:
        if self.data.startswith(codecs.BOM_UTF8):
            self.faults.append(Fault("syntax", "the file begins with a byte-order mark: take it out", 1, 1))
        for number, line in enumerate(_lines(self.data.removeprefix(codecs.BOM_UTF8)), 1):
            if line.strip():
                self.read(number, line)
                if len(self.faults) > _MOST_FAULTS:
                    message = f"more than {_MOST_FAULTS:,} faults: the rest of the file was not read"
                    self.faults.append(Fault("syntax", message, number))
                    break
        if not self.header_line:
            message = 'the file has no header: its first line must be {"type":"set",…}'
            self.faults.insert(0, Fault("header", message, 1, 1, _shown(next(_lines(self.data), b""))))
        records, faults = tuple(self.records), tuple(self.faults)
        return SetFile(
            self.path, self.annotator, self.data, self.header, records, self.lines, faults, is_exact, max(self.header_line, 1),
        )  # fmt: skip

    def read(self, number: int, line: bytes) -> None:
        shown = _shown(line)

        def fault(kind: FaultKind, message: str, column: int = 1) -> None:
            self.faults.append(Fault(kind, message, number, column, shown))

        try:
            values, repeated = _load(line)
        except _Unreadable as error:
            fault("syntax", error.message, error.column)
            return
        for key in repeated:
            fault("repeated key", f"key {quote(key)} stands twice in one object", _column(shown, key))
        kind = _RECORD_TYPES.get(values.get("type", "")) if isinstance(values.get("type"), str) else None
        if kind is None:
            found = quote(str(values["type"])) if "type" in values else "missing"
            expected = listing(f'"{name}"' for name in _RECORD_TYPES)
            fault("record type", f'"type" is {found}; expected {expected}', _column(shown, "type"))
            return
        fields = _FIELDS[kind]
        unknown = {key: value for key, value in values.items() if key not in fields and key != "type"}
        for key in unknown:
            fault("unknown key", f"unknown key {quote(key)} in a {values['type']}", _column(shown, key))
        faults = list(_shape_faults(kind, values))
        for key, message in faults:
            fault("record shape", message, _column(shown, key) if key in values else 1)
        if faults:
            if kind is Header:
                self.header_line = number
            return
        known = {key: value for key, value in values.items() if key in fields or key == "type"}
        record = msgspec.structs.replace(msgspec.convert(known, kind), unknown=unknown)
        self.add(number, record, fault)

    def add(self, number: int, record: Header | Record, fault: Any) -> None:
        if not isinstance(record, Header):
            self.records.append(record)
            self.lines.append(number)
        elif self.header is not None:
            fault("header", f"a second header: line {self.header_line} already has one")
        else:
            self.header, self.header_line = record, number
            if self.records:
                fault("header", "the header is not the first line")


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        yield data[start:end]
        start = end + 1


def _shown(line: bytes) -> str:
    return line[:_SHOWN].decode("utf-8", "replace")


class _Unreadable(Exception):
    def __init__(self, message: str, column: int = 1) -> None:
        self.message, self.column = message, column
        super().__init__(message)


def _load(line: bytes) -> tuple[dict[str, Any], list[str]]:
    """The object on a line and the keys it repeats. JSON as RFC 8259 has it: no NaN, no lone surrogate."""
    repeated: list[str] = []

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            repeated.extend(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        return found

    if line.startswith(_MERGE_MARKERS):
        raise _Unreadable("a marker of an unfinished merge: postil install-git, then git checkout -m -- FILE, merges it anew")
    try:
        values = json.loads(line.decode("utf-8"), object_pairs_hook=unique, parse_constant=_no_constant, parse_float=_exact)
        _encoder.encode(values)
    except UnicodeDecodeError as error:
        raise _Unreadable(f"not UTF-8: byte 0x{line[error.start]:02x}", error.start + 1) from error
    except json.JSONDecodeError as error:
        hint = "" if line.rstrip().endswith(b"}") else "; a record is one object on one line"
        raise _Unreadable(f"not JSON: {_JSON.get(error.msg, error.msg)}{hint}", error.colno) from error
    except UnicodeEncodeError as error:
        raise _Unreadable("a string holds half of a surrogate pair, which is no character") from error
    except RecursionError as error:
        raise _Unreadable("nested too deeply") from error
    except ValueError as error:
        raise _Unreadable(f"not JSON: {error}") from error
    if not isinstance(values, dict):
        raise _Unreadable("not a record: a line must be one JSON object")
    return values, repeated


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number that JSON knows")


def _exact(literal: str) -> float:
    """The number, if a double can hold it: what cannot be written again as it was read would be changed without a word."""
    number = float(literal)
    if not math.isfinite(number) or Decimal(literal) != Decimal(repr(number)):
        raise ValueError(f"{literal[:40]} is a number that would lose digits or become infinite")
    return number


def _column(line: str, key: str) -> int:
    found = re.compile(rf"[{{,]\s*({re.escape(json.dumps(key, ensure_ascii=False))})\s*:").search(line)
    return found.start(1) + 1 if found else 1


def _shape_faults(kind: type, values: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, field in _FIELDS[kind].items():
        if key not in values:
            if field.required:
                yield key, f"key {quote(key)} is missing"
            continue
        try:
            msgspec.convert(values[key], field.type)
        except msgspec.ValidationError as error:
            yield key, f"{quote(key)} {_in_words(str(error))}"


def _in_words(message: str) -> str:
    """Say a decoder's "Expected `int`, got `str` - at `$[0]`" as a person would."""
    expected, _, got = message.partition(" - at ")[0].removeprefix("Expected ").partition(", got ")
    wanted = listing(_NOUNS.get(name.strip(), name) for name in expected.strip("`").split("|"))
    found = "a number with a decimal point" if got == "`float`" else _NOUNS.get(got.strip("`"), got)
    return f"must be {wanted}, not {found}" if got else f"is not as it should be: {message}"
