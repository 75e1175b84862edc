"""How findings are shown: one module each, which announces a :class:`Report`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from postil.checking import Tally
from postil.findings import Finding
from postil.registry import parts


class Style(msgspec.Struct, frozen=True):
    """Whether to use colour, and the version of the tool for reports that name it."""

    colour: bool = False


class Report(msgspec.Struct, frozen=True):
    """A way to show findings. ``lines`` yields the report's lines without their ends."""

    name: str
    summary: str
    lines: Callable[[Sequence[Finding], Tally, Style], Iterator[str]]


def all_reports() -> dict[str, Report]:
    """Every report by its name."""
    return {report.name: report for report in parts("postil.reports", Report)}
