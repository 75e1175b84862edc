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

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import accumulate, groupby, pairwise
from operator import attrgetter
from typing import NamedTuple

import msgspec
from rich.cells import cell_len, set_cell_size
from wcwidth import iter_graphemes

from postil.annotating.ghosts import GHOST
from postil.model import Span
from postil.segmentation import Extent, containing
from postil.text import is_joining, is_unspaced, printable

MARGIN = 8
"""Cells left of the text: the paragraph's number, a blank, bars of spans over whole lines, a blank."""

_BARS = 2  # at most; further ones are drawn below the text
_LABEL_IN_MARGIN = 5
_TAB = "⇥   "
_WORD = re.compile(r"((?:\S|[\xa0\u202f])*+)((?:(?![\xa0\u202f])\s)*+)")
_NO_BASE = "◌"  # what a combining mark is shown on that has nothing to combine with


class Shown(msgspec.Struct, frozen=True):
    """A span that is drawn; a ghost is another's, offered."""

    span: Span
    is_ghost: bool = False

    @property
    def focus(self) -> str:
        """What a session's place names it by."""
        return f"{GHOST}{self.span.id}" if self.is_ghost else self.span.id


class Cell(NamedTuple):
    """One user-perceived character: where it stands, how it is shown, where on the row, how many cells it takes."""

    offset: int
    shown: str
    x: int
    width: int


class Look(msgspec.Struct, frozen=True, order=True):
    """What a piece of a line is, from which a palette works out how it looks. ``layer`` and ``label`` give the colour."""

    kind: str = "text"  # text, span, number
    layer: str = ""
    label: str = ""
    is_focused: bool = False
    is_selected: bool = False
    is_cursor: bool = False
    is_found: bool = False
    is_faulty: bool = False
    is_other: bool = False  # of another layer than the current one
    is_ghost: bool = False


class Piece(NamedTuple):
    """A piece of a line that looks the same throughout."""

    shown: str
    look: Look


class View(msgspec.Struct, frozen=True):
    """What is looked at: the layer, the selection and its moving end, ids in focus, at fault, at the head; places found."""

    layer: str = ""
    anchor: int = 0
    cursor: int = 0
    focus: str = ""
    head: str = ""
    faulty: frozenset[str] = frozenset()
    found: Sequence[Extent] = ()


# --- characters ----------------------------------------------------------------------------------------------------------


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


def _cells(text: str, start: int, end: int) -> list[Cell]:
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


# --- wrapping ------------------------------------------------------------------------------------------------------------


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
    for found in _WORD.finditer(line):
        word, blanks = found.groups()
        start = found.start()
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
        x += _width(blanks)


def _cuts_inside(word: str, x: int, width: int) -> tuple[list[int], int]:
    """Where a word that begins at ``x`` is cut, and how far its rest reaches in the last row."""
    cells = _cells(word, 0, len(word))
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
    cells = _cells(word, 0, len(word))
    return cells[-1].x + cells[-1].width if cells else 0


@lru_cache(65536)
def _has_breaks(word: str) -> bool:
    cells = _cells(word, 0, len(word))
    return any(_may_begin_row(word, before, cell) for before, cell in pairwise(cells))


# --- one line of text ----------------------------------------------------------------------------------------------------


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
        bars = [one for one in order if _is_whole(one.span, block, text)][-_BARS:]
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
        self._cells_of_row = lru_cache(512)(lambda row: _cells(text, *row))
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
        return _x_of(self._cells_of_row(block.rows[row]), offset), self._tops[at] + block.first_line(row)

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
            first, last = _columns(cells, extent, (one.span.start, one.span.end))
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
        pieces = list(_margin(block, line - self._tops[at], view))
        extent = block.rows[row]
        cells = self._cells_of_row(extent)
        if tier < 0:
            return pieces + _joined(self._text_looks(block, row, cells, view))
        return pieces + _joined(_tier_looks(block.tiers[row][tier], extent, cells, self.width, view))

    def _text_looks(self, block: Block, row: int, cells: Sequence[Cell], view: View) -> Iterator[Piece]:
        """The characters of a row, each with its look: as the innermost span of the current layer, and what is looked at."""
        here = [*(one for tier in (block.tiers[row] if block.tiers else ()) for one in tier), *block.bars]
        spans = [one.span for one in here if not one.is_ghost and view.layer in ("", one.span.layer)]
        focused = [one.span for one in here if one.focus == view.focus]
        start, end = sorted((view.anchor, view.cursor))
        cursor = view.cursor if view.cursor <= view.anchor else _before(view.cursor, block.rows[row], cells)
        first = bisect_left(view.found, (block.rows[row][0] - 200, 0))
        for cell in cells:
            if cell.x + cell.width > self.width:
                return
            offset = cell.offset
            innermost = next((span for span in spans if _covers(span, offset)), None)
            yield Piece(
                cell.shown,
                Look(
                    layer=innermost.layer if innermost else "",
                    label=innermost.label if innermost else "",
                    is_focused=any(_covers(span, offset) for span in focused),
                    is_selected=start <= offset < end,
                    is_cursor=offset == cursor,
                    is_found=_is_in(view.found, offset, first),
                ),
            )
        last = block.rows[row][1]
        x = cells[-1].x + cells[-1].width if cells else 0
        if view.cursor == last and cursor == last and row == len(block.rows) - 1 and x < self.width:
            yield Piece(" ", Look(is_cursor=True))


def _lines(text: str) -> Iterator[tuple[int, int, int]]:
    """Each line's paragraph, if it is the first of one (else 0), its start, and its end without the line feed."""
    number, start, was_blank = 0, 0, True
    for line in text.removesuffix("\n").split("\n"):
        is_blank = not line or line.isspace()
        begins = was_blank and not is_blank
        number += begins
        yield (number if begins else 0), start, start + len(line)
        start, was_blank = start + len(line) + 1, is_blank


def _before(cursor: int, row: Extent, cells: Sequence[Cell]) -> int:
    """The offset of the character before the cursor; -1 where that is in another row."""
    if not row[0] < cursor <= row[1]:
        return -1
    return cells[bisect_left(cells, cursor, key=attrgetter("offset")) - 1].offset


def _covers(span: Span, offset: int) -> bool:
    return span.start <= offset < span.end and any(start <= offset < end for start, end in span.extents)


def _is_in(extents: Sequence[Extent], offset: int, first: int) -> bool:
    for start, end in extents[first:]:
        if start > offset:
            return False
        if offset < end:
            return True
    return False


def _x_of(cells: Sequence[Cell], offset: int) -> int:
    """The first cell of the character at ``offset``; behind the last character where it is further."""
    found = bisect_right(cells, offset, key=attrgetter("offset")) - 1
    if found < 0:
        return 0
    cell = cells[found]
    is_behind = found == len(cells) - 1 and offset > cell.offset
    return cell.x + cell.width if is_behind else cell.x


def _columns(cells: Sequence[Cell], row: Extent, extent: Extent) -> tuple[int, int]:
    """The first cell, and that behind the last, of what of an extent is in a row. Blanks at the row's end do not count."""
    start, end = max(row[0], extent[0]), min(row[1], extent[1])
    found = bisect_left(cells, end, key=attrgetter("offset")) - 1
    while found > 0 and cells[found].shown.isspace() and end < extent[1]:
        found -= 1
    last = cells[found].x + cells[found].width if found >= 0 else 0
    return _x_of(cells, start), last


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    return [Piece("".join(piece.shown for piece in group), look) for look, group in groupby(pieces, key=attrgetter("look"))]


# --- spans under the text ------------------------------------------------------------------------------------------------


class _Signs(NamedTuple):
    """How the edges, the line, the gaps and the edges at gaps of a span are drawn."""

    left: str
    line: str
    right: str
    gap: str
    before_gap: str
    after_gap: str


_PLAIN = _Signs("╰", "─", "╯", "┄", "┤", "├")
_FOCUSED = _Signs("┗", "━", "┛", "┅", "┫", "┣")
_OFFERED = _Signs("╰", "╌", "╯", "┄", "┤", "├")
_PLAIN_BAR, _FOCUSED_BAR, _OFFERED_BAR = "│", "┃", "┆"


def _tier_looks(shown: Iterable[Shown], row: Extent, cells: Sequence[Cell], width: int, view: View) -> Iterator[Piece]:
    """A line under the text: the spans of a tier, what lies between them blank."""
    x = 0
    for one in sorted(shown, key=lambda one: one.span.start):
        look = _look(one, view)
        for first, last, sign in _signs(one, row, cells, view):
            if x < first:
                yield Piece(" " * (first - x), Look())
            drawn = sign(max(min(last, width) - max(first, x), 0))
            yield Piece(drawn, look)
            x = max(x, first) + cell_len(drawn)


def _look(one: Shown, view: View) -> Look:
    span = one.span
    return Look(
        "span", span.layer, span.label,
        is_focused=one.focus == view.focus,
        is_faulty=not one.is_ghost and span.id in view.faulty,
        is_other=view.layer not in ("", span.layer),
        is_ghost=one.is_ghost,
    )  # fmt: skip


def _signs(one: Shown, row: Extent, cells: Sequence[Cell], view: View) -> Iterator[tuple[int, int, Callable[[int], str]]]:
    """Each stretch of a span in a row, covered or gap: its first cell, that behind its last, and how it is drawn."""
    signs = _FOCUSED if one.focus == view.focus else _OFFERED if one.is_ghost else _PLAIN
    word = _word(one, view)
    extents = one.span.extents
    for number, (start, end) in enumerate(extents):
        if start < row[1] and end > row[0]:
            first, last = _columns(cells, row, (start, end))
            left = signs.line if start < row[0] else signs.after_gap if number else signs.left
            right = signs.line if end > row[1] else signs.before_gap if number < len(extents) - 1 else signs.right
            yield first, last, _stretch(word, left, signs.line, right)
            word = ""
        if number < len(extents) - 1 and end < row[1] and extents[number + 1][0] > row[0]:
            first, last = _columns(cells, row, (end, extents[number + 1][0]))
            yield first, last, lambda width: signs.gap * width


def _stretch(word: str, left: str, line: str, right: str) -> Callable[[int], str]:
    def drawn(width: int) -> str:
        if width < 3:
            return set_cell_size(word or line, 1)[:width] + right * (width - 1)
        said = set_cell_size(word, min(cell_len(word), width - 2))
        return f"{left}{said}{line * (width - 2 - cell_len(said))}{right}"

    return drawn


def _word(one: Shown, view: View) -> str:
    """What stands on a span: its label; ``?`` for a suggestion, ``!`` where check finds fault, ``◆`` at a relation's head."""
    own = one.span.id if not one.is_ghost else ""
    signs = ("?" if one.is_ghost else "", "◆" if own and own == view.head else "", "!" if own in view.faulty else "")
    return f"{''.join(signs)}{printable(one.span.label)}"


def _margin(block: Block, line: int, view: View) -> Iterator[Piece]:
    """The number of the paragraph on its first line; below it, the labels of its bars; and the bars."""
    room = MARGIN - _BARS - 1
    label = block.bars[line - 1] if 0 < line <= len(block.bars) else None
    if label is not None:
        said = set_cell_size(_word(label, view), min(cell_len(_word(label, view)), _LABEL_IN_MARGIN))
        yield Piece(" " * (room - cell_len(said)) + said, _look(label, view))
    else:
        number = f"{block.number} " if line == 0 and block.number else ""
        yield Piece(f"{number:>{room}}"[-room:], Look("number"))
    for bar in block.bars:
        sign = _FOCUSED_BAR if bar.focus == view.focus else _OFFERED_BAR if bar.is_ghost else _PLAIN_BAR
        yield Piece(sign, _look(bar, view))
    yield Piece(" " * (MARGIN - room - len(block.bars)), Look())
