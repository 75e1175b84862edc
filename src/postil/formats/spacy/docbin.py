"""The bytes of a DocBin: taken apart without spaCy's own reader, and put together without holding all of it.

spaCy reads a DocBin whole and rebuilds a pipeline's objects from it; what it cannot rebuild is a traceback. Here the message is
decoded as typed data: nothing in it can run, whatever it says, and what does not fit together is a fault of the file.
"""

from __future__ import annotations

import struct
import tempfile
import zlib
from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, chain, pairwise
from typing import Any, BinaryIO

import msgspec

from postil.errors import ExportRefused, MissingExtra, UnreadableFile
from postil.exchange.sources import File
from postil.formats.spacy.msgpack import LIST, MAP, Packed
from postil.text import counted

_SPAN = struct.Struct(">QQQllll")
_SMALL = 64 << 20  # bytes that any file may unpack to
_LARGEST = 4 << 30
_LARGEST_RATIO = 100
_IN_MEMORY = 1 << 16
_LISTS = ("cats", "flags", "span_groups", "user_data")
_CHUNK = 1 << 20
_MOST_BYTES = (1 << 32) - 1  # of one field: its length is written in 32 bits


class SpanRow(msgspec.Struct, frozen=True):
    """A span of a group: hashes of its id, link and label; its tokens; its characters."""

    id: int
    kb_id: int
    label: int
    start: int
    end: int
    start_char: int
    end_char: int


class StoredDoc(msgspec.Struct):
    """A document of a DocBin. ``columns``: by the number of an attribute, its value at each token. ``groups``: by name.

    ``described``: the groups that have attributes of their own.
    """

    columns: dict[int, list[int]]
    spaces: Sequence[bool]
    cats: dict[str, Any]
    groups: dict[str, list[SpanRow]]
    user_data: dict[Any, Any]
    described: list[str] = []


class _Group(msgspec.Struct):
    name: str
    spans: list[bytes]
    attrs: dict[Any, Any] = {}


def attribute_ids(purpose: str) -> dict[str, int]:
    """The numbers of spaCy's attributes by their names."""
    try:
        from spacy.attrs import IDS
    except ModuleNotFoundError as error:
        raise MissingExtra(purpose, "spaCy", "spacy") from error
    return dict(IDS)


class Strings:
    """The strings of a file by their hashes."""

    def __init__(self, strings: Sequence[str] = ()) -> None:
        from spacy.strings import StringStore

        self._store: Any = StringStore(strings)

    def get(self, number: int) -> str | None:
        """The string with this hash; ``None`` where the file lacks it."""
        return self._store[number] if number in self._store else None  # noqa: SIM401 - it has no get


class Message:
    """A DocBin that was unpacked to the disk. ``strings``: all of them; ``lengths``: how many tokens each document has.

    All else is read a document at a time.
    """

    def __init__(self, packed: Packed) -> None:
        self._packed = packed
        self._places = dict(self._members())
        self._attrs: list[int] = packed.value(self._place("attrs"), list[int])
        self.strings: list[str] = packed.value(self._place("strings"), list[str])
        self.lengths = self._lengths(packed.value(self._place("lengths"), bytes))
        self._tokens, size = packed.bytes_at(self._place("tokens"))
        self._spaces, count = packed.bytes_at(self._place("spaces"))
        self._width = 8 * len(self._attrs)  # bytes of a token
        if not self._width or size != count * self._width or sum(self.lengths) != count:
            raise self._unfitting()
        self._next = dict(self._lists())

    def docs(self) -> Iterator[StoredDoc]:
        """Each document, checked to fit together."""
        read, shown = self._packed.read, self._packed.shown
        for start, end in pairwise(accumulate(self.lengths, initial=0)):
            values = memoryview(read(self._tokens + start * self._width, (end - start) * self._width)).cast("Q")
            columns = {attribute: values[column :: len(self._attrs)].tolist() for column, attribute in enumerate(self._attrs)}
            flags = self._element("flags", dict[str, Any]) or {}
            spaces = [True] * (end - start)
            if not flags.get("has_unknown_spaces"):
                spaces = [bool(one) for one in read(self._spaces + start, end - start)]
            groups, described = _groups(shown, self._element("span_groups", bytes) or b"")
            data = self._element("user_data", bytes | None)
            user_data = self._packed.decoded(data, dict[Any, Any]) if data else {}
            yield StoredDoc(columns, spaces, self._element("cats", dict[str, Any]) or {}, groups, user_data, described)

    def _members(self) -> Iterator[tuple[str, int]]:
        """Each key, and where its value begins."""
        count, at = self._packed.inside(0, MAP)
        for _ in range(count):
            value = self._packed.end(at)
            yield self._packed.value(at, str), value
            at = self._packed.end(value)

    def _place(self, name: str) -> int:
        if name not in self._places:
            raise self._packed.fault(f"it has no {name}")
        return self._places[name]

    def _lengths(self, data: bytes) -> array[int]:
        lengths = array("i")
        if len(data) % lengths.itemsize:
            raise self._unfitting()
        lengths.frombytes(data)
        if min(lengths, default=0) < 0:
            raise self._unfitting()
        return lengths

    def _unfitting(self) -> UnreadableFile:
        return UnreadableFile(self._packed.shown, "its lengths do not fit together")

    def _lists(self) -> Iterator[tuple[str, int]]:
        """The lists that have something of each document, and where that of the first begins."""
        for name in _LISTS:
            count, at = self._packed.inside(self._places[name], LIST) if name in self._places else (0, 0)
            if count not in (0, len(self.lengths)):
                message = f"it has {counted(len(self.lengths), 'document')} and {count} of {name}"
                raise UnreadableFile(self._packed.shown, message)
            if count:
                yield name, at

    def _element(self, name: str, kind: Any) -> Any:
        """What the list has of the next document; ``None`` where it has nothing of any."""
        if name not in self._next:
            return None
        start = self._next[name]
        self._next[name] = self._packed.end(start)
        return self._packed.value(start, kind)


@contextmanager
def loaded(file: File) -> Iterator[Message]:
    """The message of a file, as long as it is needed."""
    with tempfile.TemporaryFile() as unpacked:
        _unpack(file, unpacked)
        yield Message(Packed(file.shown, unpacked))


def _unpack(file: File, target: BinaryIO) -> None:
    unpacking = zlib.decompressobj()
    packed = 0
    try:
        for chunk in file.chunks(_CHUNK):
            packed += len(chunk)
            limit = min(max(_SMALL, packed * _LARGEST_RATIO), _LARGEST)
            rest = chunk
            while rest:
                target.write(unpacking.decompress(rest, _CHUNK))
                rest = unpacking.unconsumed_tail
                if target.tell() > limit:
                    raise UnreadableFile(file.shown, f"would unpack to more than {limit:,} bytes: nothing was read")
        target.write(unpacking.flush())
    except zlib.error as error:
        raise UnreadableFile(file.shown, f"not a DocBin (what DocBin.to_disk writes): {error}") from error
    if not unpacking.eof:
        raise UnreadableFile(file.shown, "the end of it is missing")


def _decoded(shown: str, data: bytes, kind: Any) -> Any:
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise UnreadableFile(shown, f"not a DocBin that spaCy wrote: {error}") from error


def _groups(shown: str, data: bytes) -> tuple[dict[str, list[SpanRow]], list[str]]:
    """The groups of spans, in each of the forms that versions of spaCy have written, and which have attributes."""
    found: dict[str, list[SpanRow]] = {}
    described: list[str] = []
    packed: list[bytes] | dict[bytes, list[str]] = _decoded(shown, data, list[bytes] | dict[bytes, list[str]]) if data else []
    for one in packed:
        group: _Group = _decoded(shown, one, _Group)
        if any(len(span) != _SPAN.size for span in group.spans):
            raise UnreadableFile(shown, f"a span of the group {group.name} is not one that spaCy 3 wrote")
        rows = [SpanRow(*_SPAN.unpack(span)) for span in group.spans]
        keys = packed[one] if isinstance(packed, dict) else [group.name]
        found.update((key, rows) for key in keys)
        described += keys if group.attrs else []
    return found, described


class Bin:
    """A DocBin that is being written: what it has of each document lies on the disk until :meth:`write`."""

    FIELDS = ("tokens", "spaces", "cats", "flags", "span_groups", "user_data")

    def __init__(self, attrs: Sequence[int]) -> None:
        from spacy.strings import get_string_id

        self._hash = get_string_id
        self.attrs = attrs
        self.lengths = array("i")
        self._numbers: dict[str, int] = {"": 0}  # the hash of each string so far
        self._parts: dict[str, BinaryIO] = {
            name: tempfile.SpooledTemporaryFile(_IN_MEMORY)  # type: ignore[misc]  # noqa: SIM115 - closed by close()
            for name in self.FIELDS
        }

    def string(self, value: str) -> int:
        """The hash of a string, which is in the file from then on."""
        number = self._numbers.get(value)
        if number is None:
            number = self._numbers[value] = self._hash(value)
        return number

    def add(self, doc: StoredDoc) -> None:
        """Add a document."""
        values = array("Q", list(chain.from_iterable(zip(*(doc.columns[attr] for attr in self.attrs), strict=True))))
        self.lengths.append(len(doc.spaces))
        self._parts["tokens"].write(values.tobytes())
        self._parts["spaces"].write(bytes(doc.spaces))
        groups = {
            msgspec.msgpack.encode({"name": name, "attrs": {}, "spans": [_packed(row) for row in rows]}): [name]
            for name, rows in doc.groups.items()
        }
        for name, value in (
            ("cats", doc.cats),
            ("flags", {"has_unknown_spaces": False}),
            ("span_groups", msgspec.msgpack.encode(groups or [])),
            ("user_data", msgspec.msgpack.encode(doc.user_data)),
        ):
            self._parts[name].write(msgspec.msgpack.encode(value))

    def write(self, file: BinaryIO) -> None:
        """Write all of it."""
        packing = zlib.compressobj()
        file.writelines(packing.compress(piece) for piece in self._pieces())
        file.write(packing.flush())

    def close(self) -> None:
        """Give up what lies on the disk."""
        for part in self._parts.values():
            part.close()

    def _pieces(self) -> Iterator[bytes]:
        yield b"\x8a"  # a map of ten
        for name, value in (("version", "0.1"), ("attrs", list(self.attrs))):
            yield msgspec.msgpack.encode(name) + msgspec.msgpack.encode(value)
        yield from self._bytes("tokens")
        yield from self._bytes("spaces")
        yield msgspec.msgpack.encode("lengths") + msgspec.msgpack.encode(self.lengths.tobytes())
        yield msgspec.msgpack.encode("strings") + msgspec.msgpack.encode(sorted(filter(None, self._numbers)))
        for name in ("cats", "flags", "span_groups", "user_data"):
            yield msgspec.msgpack.encode(name) + b"\xdd" + struct.pack(">I", len(self.lengths))
            yield from self._part(name)

    def _bytes(self, name: str) -> Iterator[bytes]:
        size = self._parts[name].tell()
        if size > _MOST_BYTES:
            raise ExportRefused("a DocBin cannot hold that many tokens: export the corpus in parts")
        yield msgspec.msgpack.encode(name) + b"\xc6" + struct.pack(">I", size)
        yield from self._part(name)

    def _part(self, name: str) -> Iterator[bytes]:
        self._parts[name].seek(0)
        while piece := self._parts[name].read(_CHUNK):
            yield piece


def _packed(row: SpanRow) -> bytes:
    return _SPAN.pack(row.id, row.kb_id, row.label, row.start, row.end, row.start_char, row.end_char)
