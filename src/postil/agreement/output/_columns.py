"""Paragraphs and tables in the columns of a terminal. Widths are counted as terminals do, and nothing is cut off."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import click
from wcwidth import wcswidth, wrap

from postil.text import printable

GAP = 2
_LEAST_WORDS = 26  # columns for words beside numbers


class Column(NamedTuple):
    """A heading and cells; a cell may have several lines."""

    heading: str
    cells: list[str]
    is_number: bool = False


class Page(NamedTuple):
    """Where lines are laid out: how wide it is, and whether it has colour."""

    width: int
    colour: bool

    def paint(self, text: str, **how: Any) -> str:
        """The text in a style, if there is colour."""
        return click.style(text, **how) if self.colour and how and text.strip() else text

    def heading(self, name: str) -> Iterator[str]:
        """A line across the page."""
        first, *more = wrapped(f"━━ {printable(name)}", self.width)
        yield self.paint(f"{first} {'━' * (self.width - _columns(first) - 1)}".rstrip(), fg="cyan", bold=True)
        yield from (self.paint(line, fg="cyan", bold=True) for line in more)

    def paragraph(self, text: str, indent: int = 0, hanging: int = 0, *, term: str = "", **how: Any) -> Iterator[str]:
        """``text`` in lines, the first one moved in by ``indent``, the others by ``hanging`` more. ``term`` it begins with."""
        first, *others = wrapped(printable(text), self.width - indent - hanging, hanging)
        if term and first.startswith(term):
            first = f"{self.paint(term, bold=True)}{first.removeprefix(term)}"
        yield self.paint(f"{' ' * indent}{first}", **how)
        for line in others:
            yield self.paint(f"{' ' * (indent + hanging)}{line}", **how)

    def table(self, names: Sequence[Column], values: Sequence[Column], words: Column | None = None) -> Iterator[str]:
        """Columns side by side: as many values as there is room for, and the others below with the names repeated.

        ``words``: a last column that is as wide as what is left, or is left out where that is too little.
        """
        keys = _fitted(names, self.width)
        room = self.width - sum(GAP + width for _, width in keys)
        blocks = list(_blocks([(column, _natural(column)) for column in values], room))
        if len(blocks) > 1:
            blocks = list(_blocks([(column, _natural(column, is_tight=True)) for column in values], room))
        for number, block in enumerate(blocks):
            left = room - sum(GAP + width for _, width in block) - GAP
            last = [(words, left)] if words and len(blocks) == 1 and left >= _LEAST_WORDS else []
            if number:
                yield ""
            yield from self._block([*keys, *block, *last])

    def _block(self, columns: list[tuple[Column, int]]) -> Iterator[str]:
        headings = [_cell(column.heading, width, is_heading=True) for column, width in columns]
        tallest = max(map(len, headings))
        for line in _lines([[""] * (tallest - len(heading)) + heading for heading in headings], columns):
            yield self.paint(line, dim=True)
        for row in zip(*(column.cells for column, _ in columns), strict=True):
            yield from _lines([_cell(cell, width) for cell, (_, width) in zip(row, columns, strict=True)], columns)


def wrapped(text: str, width: int, hanging: int = 0) -> list[str]:
    """Lines of a printable text; the first may be longer by ``hanging``."""
    lines = wrap(text, max(width, 8) + hanging, subsequent_indent=" " * hanging, break_on_hyphens=False)
    return [line[hanging:] if number else line for number, line in enumerate(lines)] or [""]


def _columns(text: str) -> int:
    return max(wcswidth(text), 0)


def _cell(text: str, width: int, *, is_heading: bool = False) -> list[str]:
    lines = [printable(line) for line in text.split("\n")]
    return [part for line in lines for part in wrap(line, width, break_on_hyphens=is_heading) or [""]]


def _lines(cells: Sequence[Sequence[str]], columns: Sequence[tuple[Column, int]]) -> Iterator[str]:
    for parts in zip_longest(*cells, fillvalue=""):
        yield "".join(_aligned(part, width, column) for part, (column, width) in zip(parts, columns, strict=True)).rstrip()


def _aligned(text: str, width: int, column: Column) -> str:
    filler = " " * (width - _columns(text))
    return f"{' ' * GAP}{filler}{text}" if column.is_number else f"{' ' * GAP}{text}{filler}"


def _natural(column: Column, *, is_tight: bool = False) -> int:
    """How wide a column is at its best; a tight one breaks its heading at hyphens."""
    longest = max((_columns(printable(line)) for cell in column.cells for line in cell.split("\n")), default=0)
    heading = printable(column.heading)
    pieces = heading.replace("-", "- ").split() if is_tight else [heading]
    return max(longest, *(_columns(piece) for piece in pieces), 1)


def _fitted(columns: Sequence[Column], width: int) -> list[tuple[Column, int]]:
    """The columns of names, the widest of them narrower until they leave half of the page."""
    widths = [_natural(column) for column in columns]
    while sum(widths) + GAP * len(widths) > width // 2 and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    return list(zip(columns, widths, strict=True))


def _blocks(columns: Sequence[tuple[Column, int]], room: int) -> Iterator[list[tuple[Column, int]]]:
    block: list[tuple[Column, int]] = []
    for column, natural in columns:
        width = min(natural, room - GAP)
        if block and sum(GAP + each for _, each in block) + GAP + width > room:
            yield block
            block = []
        block.append((column, width))
    yield block
