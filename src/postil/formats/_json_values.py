"""Values of JSON from strangers as what they should be, and documents as one array of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO

import msgspec


def listed(value: Any) -> list[Any]:
    """A list as it is, nothing as an empty one, anything else as the only one in it."""
    return value if isinstance(value, list) else [] if value in (None, "") else [value]


def list_or_empty(value: Any) -> list[Any]:
    """A list as it is, anything else as an empty one."""
    return value if isinstance(value, list) else []


def table_or_empty(value: Any) -> dict[str, Any]:
    """An object as it is, anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def write_array(file: BinaryIO, values: Iterable[Any]) -> None:
    """Write an array with a value on each line, one after the other."""
    separator = b"[\n"
    for value in values:
        file.write(separator + msgspec.json.encode(value))
        separator = b",\n"
    file.write(b"\n]\n" if separator == b",\n" else b"[]\n")


def pretty(value: Any) -> bytes:
    """A small file of JSON for people."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"
