"""Characters in the cells of a terminal, and a line of text cut into rows of so many cells."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

from rich.cells import cell_len
from wcwidth import iter_graphemes

from postil.segmentation import Extent
from postil.text import is_joining, is_unspaced, printable

_TAB = "⇥   "
_WORD = re.compile(r"((?:\S|[\xa0\u202f])*+)((?:(?![\xa0\u202f])\s)*+)")
_NO_BASE = "◌"  # what a combining mark is shown on that has nothing to combine with


class Cell(NamedTuple):
    """One user-perceived character: where it stands, how it is shown, where on the row, how many cells it takes."""

    offset: int
    shown: str
    x: int
    width: int


@lru_cache(4096)
def _shown(cluster: str) -> tuple[str, int]:
    """A user-perceived character as it is shown, and its width in cells: never none."""
    if cluster == "\t":
        return _TAB, len(_TAB)
    shown = printable(cluster)
    width = cell_len(shown)
    return (shown, width) if width else (f"{_NO_BASE}{shown}", cell_len(_NO_BASE))


@cache
def _is_single(character: str) -> bool:
    """Whether a character is one cell by itself, whatever stands beside it."""
    return not is_joining(character) and _shown(character) == (character, 1)


def _is_simple(line: str) -> bool:
    return (line.isascii() and line.isprintable()) or all(map(_is_single, set(line)))


def cells_of(text: str, start: int, end: int) -> list[Cell]:
    """The characters from ``start`` to ``end`` as they stand on one row."""
    covered = text[start:end]
    if _is_simple(covered):
        return [Cell(start + x, character, x, 1) for x, character in enumerate(covered)]
    found, x, offset = [], 0, start
    for cluster in iter_graphemes(covered):
        shown, width = _shown(cluster)
        found.append(Cell(offset, shown, x, width))
        x, offset = x + width, offset + len(cluster)
    return found


# --- from an offset to a cell -------------------------------------------------------------------------------------------


def x_of(cells: Sequence[Cell], offset: int) -> int:
    """The first cell of the character at ``offset``; behind the last character where it is further."""
    found = bisect_right(cells, offset, key=attrgetter("offset")) - 1
    if found < 0:
        return 0
    cell = cells[found]
    is_behind = found == len(cells) - 1 and offset > cell.offset
    return cell.x + cell.width if is_behind else cell.x


def columns_of(cells: Sequence[Cell], row: Extent, extent: Extent) -> tuple[int, int]:
    """The first cell, and that behind the last, of what of an extent is in a row. Blanks at the row's end do not count."""
    start, end = max(row[0], extent[0]), min(row[1], extent[1])
    found = bisect_left(cells, end, key=attrgetter("offset")) - 1
    while found > 0 and cells[found].shown.isspace() and end < extent[1]:
        found -= 1
    last = cells[found].x + cells[found].width if found >= 0 else 0
    return x_of(cells, start), last


# --- rows ----------------------------------------------------------------------------------------------------------------


def wrapped(text: str, start: int, end: int, width: int) -> list[Extent]:
    """A line of text as rows of at most ``width`` cells, blanks at their ends not counted. Together they are the line."""
    line = text[start:end]
    cuts = _cuts_of_simple(line, width) if _is_simple(line) else _cuts(line, width)
    edges = [start, *(start + cut for cut in cuts), end]
    return list(pairwise(edges))


def _cuts_of_simple(line: str, width: int) -> Iterator[int]:
    start = 0
    while len(line) - start > width:
        blank = line.rfind(" ", start, start + width + 1)
        start = blank + 1 if blank >= start else start + width
        yield start


def _cuts(line: str, width: int) -> Iterator[int]:
    row, x = 0, 0  # where the row begins, and how much of it is taken
    start = end = 0
    for word, blanks in _WORD.findall(line):
        start, end = end, end + len(word) + len(blanks)
        room = _width(word)
        if x + room > width and start > row and (room <= width and not _has_breaks(word)):
            yield start
            row, x = start, 0
        if x + room > width:
            cuts, x = _cuts_inside(word, x, width)
            yield from (start + cut for cut in cuts if start + cut)
            row = start + cuts[-1] if cuts else row
        else:
            x += room
        x += 1 if blanks == " " else _width(blanks)


def _cuts_inside(word: str, x: int, width: int) -> tuple[list[int], int]:
    """Where a word that begins at ``x`` is cut, and how far its rest reaches in the last row."""
    cells = cells_of(word, 0, len(word))
    cuts: list[int] = []
    row, may_cut = 0, (0 if x else -1)  # the cells that the row begins with, and that the next could begin with
    for at, cell in enumerate(cells):
        if at and _may_begin_row(word, cells[at - 1], cell):
            may_cut = at
        while x + cell.x + cell.width > width and (at > row or (not cuts and x)):
            row = may_cut if may_cut > row or (not cuts and may_cut == 0) else at
            x, may_cut = -cells[row].x, -1
            cuts.append(cells[row].offset)
    return cuts, x + cells[-1].x + cells[-1].width


def _may_begin_row(text: str, before: Cell, cell: Cell) -> bool:
    """Whether a row may begin in a script that is written without blanks: not with a sign, which stays with what it follows."""
    here = text[cell.offset]
    return here.isalnum() and is_unspaced(here) and before.width + cell.width > 2


@lru_cache(65536)
def _width(word: str) -> int:
    cells = cells_of(word, 0, len(word))
    return cells[-1].x + cells[-1].width if cells else 0


@lru_cache(65536)
def _has_breaks(word: str) -> bool:
    cells = cells_of(word, 0, len(word))
    return any(_may_begin_row(word, before, cell) for before, cell in pairwise(cells))
