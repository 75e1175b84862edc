"""What is wrong with a file before its content can be looked at."""

from __future__ import annotations

from typing import Literal

import msgspec

FaultKind = Literal[
    "syntax",  # not JSON, not TOML, not UTF-8
    "record type",  # a record whose type is unknown or missing
    "record shape",  # a key missing, or of the wrong type
    "unknown key",
    "repeated key",
    "header",  # missing, or not where it belongs
    "value",  # a TOML value of the wrong type, or none of the allowed ones
    "size",
]


class Fault(msgspec.Struct, frozen=True):
    """A fault at a line and column (from one) of a file. ``line_text`` is the line, for the excerpt."""

    kind: FaultKind
    message: str
    line: int = 1
    column: int = 1
    line_text: str = ""
