"""A text and its spans as lines on a screen: the text wrapped, and under each row of it the spans, each with edges and its label.

::

      1  India-Japan 2+2 Meet: Security, Indo-Pacific, Defence to
         ╰GPE╯ ╰GPE╯                     ╰LOC───────╯
         ╰EVENT─────────────╯

A span lies below those that are shorter, so what is nested or crosses is told apart without any colour. Where a span goes on in
the next row its edge is open; the gap of a discontinuous one is dotted. A span over whole lines stands in the margin, as a bar.

Nothing here knows a terminal, but for how many cells a character takes. Rows are wrapped line by line, and only what changed is
laid out again.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter

import msgspec

from postil.model import Span
from postil.segmentation import Extent, containing
from postil.tui.drawing import BARS, Look, Piece, Shown, View, margin_pieces, text_pieces, tier_pieces
from postil.tui.wrapping import cells_of, columns_of, wrapped, x_of


class Block(msgspec.Struct, frozen=True):
    """One line of the text as rows. ``bars``: spans in the margin; ``tiers``: for each row the spans under it, tier by tier."""

    rows: tuple[Extent, ...]
    number: int = 0
    bars: tuple[Shown, ...] = ()
    tiers: tuple[tuple[tuple[Shown, ...], ...], ...] = ()

    @property
    def height(self) -> int:
        """Lines on the screen."""
        return len(self.rows) + sum(map(len, self.tiers))

    def line(self, number: int) -> tuple[int, int]:
        """The row that a line of the block belongs to, and which tier it is: -1 for the text."""
        for row in range(len(self.rows)):
            lines = 1 + (len(self.tiers[row]) if self.tiers else 0)
            if number < lines:
                return row, number - 1
            number -= lines
        return len(self.rows) - 1, -1

    def first_line(self, row: int) -> int:
        """The line of the block that has the text of a row."""
        return row + sum(map(len, self.tiers[:row]))

    def row_of(self, offset: int) -> int:
        """The row that has the character at ``offset``."""
        return max(containing(self.rows, offset), 0)


def _with_spans(block: Block, shown: Iterable[Shown], text: str) -> Block:
    """The block with these spans in it: those over the whole line as bars, the others in tiers, the shorter above."""
    order = sorted(shown, key=lambda one: (one.span.end - one.span.start, one.span.start, one.span.layer, one.span.id))
    bars: list[Shown] = []
    if len(block.rows) > 1:
        bars = [one for one in order if _is_whole(one.span, block, text)][-BARS:]
    left = [one for one in order if one not in bars]
    tiers: list[list[list[Shown]]] = [[] for _ in block.rows]
    for tier, one in _tiered(left):
        first, last = block.row_of(one.span.start), block.row_of(max(one.span.end - 1, one.span.start))
        for row in range(first, last + 1):
            there = tiers[row]
            there += [[] for _ in range(tier + 1 - len(there))]
            there[tier].append(one)
    used = tuple(tuple(tuple(tier) for tier in row if tier) for row in tiers)
    return msgspec.structs.replace(block, bars=tuple(reversed(bars)), tiers=used if left else ())


def _is_whole(span: Span, block: Block, text: str) -> bool:
    line = text[block.rows[0][0] : block.rows[-1][1]]
    first = block.rows[0][0] + len(line) - len(line.lstrip())
    last = block.rows[0][0] + len(line.rstrip())
    return not span.fragments and span.start <= first and span.end >= last


def _tiered(shown: Iterable[Shown]) -> Iterator[tuple[int, Shown]]:
    """Each span with its tier: the first where it overlaps none of those before it."""
    tiers: list[list[Extent]] = []
    for one in shown:
        extent = (one.span.start, max(one.span.end, one.span.start + 1))
        # a tier must not be nearer to the text than one whose spans it would cross or hold
        tier = next((at for at in range(len(tiers), 0, -1) if not _is_free(tiers[at - 1], extent)), 0)
        if tier == len(tiers):
            tiers.append([])
        insort(tiers[tier], extent)
        yield tier, one


def _is_free(tier: Sequence[Extent], extent: Extent) -> bool:
    at = bisect_left(tier, extent)
    return (at == 0 or tier[at - 1][1] <= extent[0]) and (at == len(tier) or extent[1] <= tier[at][0])


# --- the whole text ------------------------------------------------------------------------------------------------------


class Page:
    """A text laid out in so many cells. Lines are counted from 0, cells from the left of the text."""

    def __init__(self, text: str, width: int) -> None:
        self.text, self.width = text, max(width, 4)
        self._blocks = [Block(tuple(wrapped(text, start, end, self.width - 1)), number) for number, start, end in _lines(text)]
        self._starts = [block.rows[0][0] for block in self._blocks]
        self._shown: dict[tuple[int, bool], Shown] = {}
        self._in_block: dict[int, dict[tuple[int, bool], Shown]] = {}
        self._cells_of_row = lru_cache(512)(lambda row: cells_of(text, *row))
        self._measure()

    def _measure(self) -> None:
        self._tops = list(accumulate((block.height for block in self._blocks), initial=0))

    @property
    def height(self) -> int:
        """Lines in all."""
        return self._tops[-1]

    def put(self, spans: Iterable[Span], ghosts: Iterable[Span] = ()) -> None:
        """Draw these spans from now on. Only the lines are laid out again in which one is new or gone."""
        now = {(id(span), is_ghost): (span, is_ghost) for is_ghost, group in ((False, spans), (True, ghosts)) for span in group}
        before = self._shown
        shown = {key: before.get(key) or Shown(*those) for key, those in now.items()}
        touched: set[int] = set()
        for key in before.keys() - shown.keys():
            for at in self._blocks_of(before[key].span):
                self._in_block[at].pop(key)
                touched.add(at)
        for key in shown.keys() - before.keys():
            for at in self._blocks_of(shown[key].span):
                self._in_block.setdefault(at, {})[key] = shown[key]
                touched.add(at)
        for at in touched:
            self._blocks[at] = _with_spans(self._blocks[at], self._in_block[at].values(), self.text)
        self._shown = shown
        if touched:
            self._measure()

    def _blocks_of(self, span: Span) -> range:
        first = max(bisect_right(self._starts, span.start) - 1, 0)
        return range(first, max(bisect_left(self._starts, span.end), first + 1))

    # --- from an offset to a place, and back -----------------------------------------------------------------------------

    def place(self, offset: int) -> tuple[int, int]:
        """The cell and the line of the character at ``offset``."""
        at = max(bisect_right(self._starts, offset) - 1, 0)
        block = self._blocks[at]
        row = block.row_of(offset)
        return x_of(self._cells_of_row(block.rows[row]), offset), self._tops[at] + block.first_line(row)

    def below(self, line: int) -> int:
        """The last line that belongs to the row of text which ``line`` is of: that of its lowest span."""
        at, row, _ = self._line(line)
        block = self._blocks[at]
        return self._tops[at] + block.first_line(row) + (len(block.tiers[row]) if block.tiers else 0)

    def offset(self, x: int, line: int) -> int:
        """The offset of the character there; of the last one of the row where it has no such cell."""
        at, row, _ = self._line(line)
        block = self._blocks[at]
        start, end = block.rows[row]
        cells = self._cells_of_row((start, end))
        found = bisect_right(cells, x, key=attrgetter("x")) - 1
        if not cells or x >= cells[-1].x + cells[-1].width:
            return end if row == len(block.rows) - 1 or not cells else cells[-1].offset
        return cells[max(found, 0)].offset

    def beside(self, offset: int, rows: int, x: int | None = None) -> int:
        """The offset so many rows of text further down (up: negative), at the same cell, or at ``x``."""
        own, line = self.place(offset)
        for _ in range(abs(rows)):
            line = self.below(line) + 1 if rows > 0 else self._text_line(line - 1)
            if not 0 <= line < self.height:
                return len(self.text) if rows > 0 else 0
        return self.offset(own if x is None else x, line)

    def row(self, offset: int) -> Extent:
        """The row of text that has the character at ``offset``."""
        at = max(bisect_right(self._starts, offset) - 1, 0)
        return self._blocks[at].rows[self._blocks[at].row_of(offset)]

    def shown_at(self, x: int, line: int) -> Shown | None:
        """The span whose sign is drawn there."""
        at, row, tier = self._line(line)
        block = self._blocks[at]
        if x < 0:
            return block.bars[0] if block.bars else None
        if tier < 0:
            return None
        extent = block.rows[row]
        cells = self._cells_of_row(extent)
        for one in block.tiers[row][tier]:
            first, last = columns_of(cells, extent, (one.span.start, one.span.end))
            if first <= x < last:
                return one
        return None

    def _text_line(self, line: int) -> int:
        if line < 0:
            return -1
        at, row, _ = self._line(line)
        return self._tops[at] + self._blocks[at].first_line(row)

    def _line(self, line: int) -> tuple[int, int, int]:
        """The block, the row in it, and the tier (-1: the text) of a line."""
        line = min(max(line, 0), self.height - 1)
        at = bisect_right(self._tops, line) - 1
        return at, *self._blocks[at].line(line - self._tops[at])

    # --- drawing ---------------------------------------------------------------------------------------------------------

    def draw(self, line: int, view: View) -> list[Piece]:
        """A line, with its margin."""
        at, row, tier = self._line(line)
        block = self._blocks[at]
        pieces = list(margin_pieces(block.number, block.bars, line - self._tops[at], view))
        extent = block.rows[row]
        cells = self._cells_of_row(extent)
        if tier >= 0:
            return [*pieces, *tier_pieces(block.tiers[row][tier], extent, cells, self.width, view)]
        seen = [cell for cell in cells if cell.x + cell.width <= self.width]  # but for blanks that hang over the edge
        here = [*(one for each in (block.tiers[row] if block.tiers else ()) for one in each), *block.bars]
        pieces += text_pieces(here, extent, seen, view)
        if view.cursor == view.anchor == extent[1] and row == len(block.rows) - 1:
            pieces.append(Piece(" ", Look(is_cursor=True)))
        return pieces


def _lines(text: str) -> Iterator[tuple[int, int, int]]:
    """Each line's paragraph, if it is the first of one (else 0), its start, and its end without the line feed."""
    number, start, was_blank = 0, 0, True
    for line in text.removesuffix("\n").split("\n"):
        is_blank = not line or line.isspace()
        begins = was_blank and not is_blank
        number += begins
        yield (number if begins else 0), start, start + len(line)
        start, was_blank = start + len(line) + 1, is_blank
