"""How a report of agreement is shown: one module each, which announces an :class:`Output`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import msgspec

from postil.agreement.report import Report

Breakdown = Literal["label", "document", "pair"]


class View(msgspec.Struct, frozen=True):
    """``by``: what is listed besides the whole. ``colour``: whether to use it. ``width``: columns."""

    by: frozenset[Breakdown] = frozenset()
    colour: bool = False
    width: int = 100


class Output(msgspec.Struct, frozen=True):
    """A way to show agreement. ``lines`` yields lines without their ends, which UTF-8 can hold."""

    name: str
    summary: str
    lines: Callable[[Report, View], Iterator[str]]


def encodable(line: str) -> str:
    """The line with every surrogate, which UTF-8 cannot hold, as ``\\udcff``."""
    return line.encode("utf-8", "backslashreplace").decode("utf-8")
