"""MessagePack on the disk: where its values begin and end, so that of a large one only the part that is wanted is read."""

from __future__ import annotations

from typing import Any, BinaryIO, NamedTuple

import msgspec

from postil.errors import UnreadableFile


class _Head(NamedTuple):
    """What the first byte of a value says: how many bytes follow in any case, and in how many a count stands before them.

    ``members``: how many values come with each that is counted; none: they are bytes.
    """

    fixed: int = 0
    counted_in: int = 0
    members: int = 0


MAP, LIST = 2, 1

_HEADS = (
    [_Head()] * 0x80  # small numbers
    + [_Head(members=MAP)] * 16  # their count is in the head
    + [_Head(members=LIST)] * 16
    + [_Head(fixed=size) for size in range(32)]  # short strings
    + [_Head()] * 4  # nothing, no, yes
    + [_Head(counted_in=size) for size in (1, 2, 4)]  # bytes
    + [_Head(1, size) for size in (1, 2, 4)]  # extensions
    + [_Head(size) for size in (4, 8, 1, 2, 4, 8, 1, 2, 4, 8)]  # numbers
    + [_Head(1 + size) for size in (1, 2, 4, 8, 16)]  # extensions
    + [_Head(counted_in=size) for size in (1, 2, 4)]  # strings
    + [_Head(counted_in=size, members=LIST) for size in (2, 4)]
    + [_Head(counted_in=size, members=MAP) for size in (2, 4)]
    + [_Head()] * 32  # small numbers below nought
)
_BYTES = (0xC4, 0xC5, 0xC6)


class Packed:
    """A value of MessagePack in a file. Raises :class:`~postil.errors.UnreadableFile`, for ``shown``, where it is none."""

    def __init__(self, shown: str, file: BinaryIO) -> None:
        self.shown, self._file = shown, file
        self._size = file.seek(0, 2)

    def read(self, start: int, size: int) -> bytes:
        """So many bytes from a place."""
        if start + size > self._size:
            raise self.fault("it ends too early")
        self._file.seek(start)
        return self._file.read(size)

    def value(self, start: int, kind: Any) -> Any:
        """The value at a place, which has to be of this type."""
        return self.decoded(self.read(start, self.end(start) - start), kind)

    def decoded(self, data: bytes, kind: Any) -> Any:
        """A value that is at hand."""
        try:
            return msgspec.msgpack.decode(data, type=kind)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise self.fault(str(error)) from error

    def end(self, start: int) -> int:
        """Where the value at a place ends. Nothing recurses, however deep it is."""
        at, pending = start, 1
        while pending:
            head, count, after = self._head(at)
            at = after + head.fixed + (0 if head.members else count)
            pending += count * head.members - 1
        return at

    def inside(self, start: int, members: int) -> tuple[int, int]:
        """How much the map or the list at a place has, and where the first of it is."""
        head, count, after = self._head(start)
        if head.members != members:
            raise self.fault("a map is wanted" if members == MAP else "a list is wanted")
        return count, after

    def bytes_at(self, start: int) -> tuple[int, int]:
        """Where the bytes at a place begin, and how many they are."""
        if self.read(start, 1)[0] not in _BYTES:
            raise self.fault("bytes are wanted")
        _, count, after = self._head(start)
        return after, count

    def fault(self, message: str) -> UnreadableFile:
        """That this is not what it should be."""
        return UnreadableFile(self.shown, f"not a DocBin that spaCy wrote: {message}")

    def _head(self, at: int) -> tuple[_Head, int, int]:
        """What is at a place, its count, and where it goes on."""
        byte = self.read(at, 1)[0]
        head = _HEADS[byte]
        after = at + 1 + head.counted_in
        if head.counted_in:
            return head, int.from_bytes(self.read(at + 1, head.counted_in), "big"), after
        return head, byte & 0x0F if head.members else 0, after
