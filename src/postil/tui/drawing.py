"""How a line looks: pieces of the text, of the spans under it, and of the margin. A palette makes colours of that."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple

import msgspec
from rich.cells import cell_len, set_cell_size

from postil.annotating.state import GHOST
from postil.model import Span
from postil.segmentation import Extent
from postil.text import printable
from postil.tui.wrapping import Cell, columns_of

MARGIN = 8
"""Cells left of the text: the paragraph's number, a blank, bars of spans over whole lines, a blank."""

BARS = 2
"""At most so many spans over whole lines stand in the margin."""

_LABEL_IN_MARGIN = 5


class Shown(msgspec.Struct, frozen=True):
    """A span that is drawn; a ghost is another's, offered."""

    span: Span
    is_ghost: bool = False

    @property
    def focus(self) -> str:
        """What a session's place names it by."""
        return f"{GHOST}{self.span.id}" if self.is_ghost else self.span.id


class Look(msgspec.Struct, frozen=True):
    """What a piece of a line is, from which a palette works out how it looks. ``layer`` and ``label`` give the colour."""

    kind: str = "text"  # text, span, number
    layer: str = ""
    label: str = ""
    is_focused: bool = False
    is_selected: bool = False
    is_cursor: bool = False
    is_found: bool = False
    is_aimed_at: bool = False
    is_faulty: bool = False
    is_ghost: bool = False


class Piece(NamedTuple):
    """A piece of a line that looks the same throughout."""

    shown: str
    look: Look


class View(msgspec.Struct, frozen=True):
    """What is looked at: the layer, the selection and its moving end, ids in focus, at fault, at the head; places found.

    ``aimed_at``: the word that a label would be put on, where nothing is selected.
    """

    layer: str = ""
    anchor: int = 0
    cursor: int = 0
    focus: str = ""
    head: str = ""
    faulty: frozenset[str] = frozenset()
    found: Sequence[Extent] = ()
    aimed_at: Extent = (0, 0)


# --- the text ------------------------------------------------------------------------------------------------------------


def text_pieces(shown: Sequence[Shown], row: Extent, cells: Sequence[Cell], view: View) -> Iterator[Piece]:
    """The characters of a row, as the innermost span of the current layer looks, and what is looked at.

    ``shown``: the spans in the row, the shortest first.
    """
    spans = [one.span for one in shown if not one.is_ghost and view.layer in ("", one.span.layer)]
    focused = [one.span for one in shown if one.focus == view.focus]
    selection = (min(view.anchor, view.cursor), max(view.anchor, view.cursor))
    cursor = view.cursor if view.cursor <= view.anchor else _before(view.cursor, row, cells)
    found = list(_within(view.found, row))
    edges = [*row, *selection, *view.aimed_at, cursor, _behind(cursor, cells)]
    edges += [edge for span in (*spans, *focused) for extent in span.extents for edge in extent]
    edges += [edge for extent in found for edge in extent]
    offsets = [cell.offset for cell in cells]
    cuts = sorted({0, len(cells), *(bisect_left(offsets, edge) for edge in edges)})
    for first, last in pairwise(cuts):
        offset = cells[first].offset
        innermost = next((span for span in spans if _covers(span, offset)), None)
        look = Look(
            layer=innermost.layer if innermost else "",
            label=innermost.label if innermost else "",
            is_focused=any(_covers(span, offset) for span in focused),
            is_selected=selection[0] <= offset < selection[1],
            is_cursor=offset == cursor,
            is_found=any(start <= offset < end for start, end in found),
            is_aimed_at=view.aimed_at[0] <= offset < view.aimed_at[1],
        )
        yield Piece("".join(cell.shown for cell in cells[first:last]), look)


def _within(extents: Sequence[Extent], row: Extent) -> Iterator[Extent]:
    """Those of the extents, which do not overlap, that share a character with the row."""
    for at in range(max(bisect_left(extents, row) - 1, 0), len(extents)):
        if extents[at][0] >= row[1]:
            return
        if extents[at][1] > row[0]:
            yield extents[at]


def _behind(cursor: int, cells: Sequence[Cell]) -> int:
    """Where the character after that at the cursor begins."""
    found = bisect_right(cells, cursor, key=attrgetter("offset"))
    return cells[found].offset if found < len(cells) else cursor + 1


def _before(cursor: int, row: Extent, cells: Sequence[Cell]) -> int:
    """The offset of the character before the cursor; -1 where that is in another row."""
    if not (cells and row[0] < cursor <= row[1]):
        return -1
    return cells[bisect_left(cells, cursor, key=attrgetter("offset")) - 1].offset


def _covers(span: Span, offset: int) -> bool:
    return span.start <= offset < span.end and any(start <= offset < end for start, end in span.extents)


# --- spans under the text ------------------------------------------------------------------------------------------------


class _Signs(NamedTuple):
    """How the edges, the line, the gaps and the edges at gaps of a span are drawn; ``single``: all of it in one cell."""

    left: str
    line: str
    right: str
    gap: str
    before_gap: str
    after_gap: str
    single: str


_PLAIN = _Signs("╰", "─", "╯", "┄", "┤", "├", "╵")
_FOCUSED = _Signs("┗", "━", "┛", "┅", "┫", "┣", "╹")
_OFFERED = _Signs("╰", "╌", "╯", "┄", "┤", "├", "╵")
_LEAST_OF_WORD = 3  # cells: where a span has room for fewer, its label stands beside it if that is free
_PLAIN_BAR, _FOCUSED_BAR, _OFFERED_BAR = "│", "┃", "┆"


def tier_pieces(shown: Iterable[Shown], row: Extent, cells: Sequence[Cell], width: int, view: View) -> Iterator[Piece]:
    """A line under the text: the spans of a tier, what lies between them blank."""
    x = 0
    drawn = [
        (one, *stretch) for one in sorted(shown, key=lambda one: one.span.start) for stretch in _signs(one, row, cells, view)
    ]
    edges = [first for _, first, _, _ in drawn[1:]] + [width + 1]
    for (one, first, last, sign), edge in zip(drawn, edges, strict=False):
        if x < (begins := min(first, width)):  # blanks that hang over the edge have no sign, so nothing leads up to it
            yield Piece(" " * (begins - x), Look())
        said = sign(max(min(last, width) - max(first, x), 0), edge - 1 - last)
        yield Piece(said, _look(one, view))
        x = max(x, first) + cell_len(said)


def _look(one: Shown, view: View) -> Look:
    span = one.span
    return Look(
        "span", span.layer, span.label,
        is_focused=one.focus == view.focus,
        is_faulty=not one.is_ghost and span.id in view.faulty,
        is_ghost=one.is_ghost,
    )  # fmt: skip


_Draw = Callable[[int, int], str]


def _signs(one: Shown, row: Extent, cells: Sequence[Cell], view: View) -> Iterator[tuple[int, int, _Draw]]:
    """Each stretch of a span in a row, covered or gap: its first cell, that behind its last, and how it is drawn.

    That is drawn for so many cells, with so many free ones beside it.
    """
    signs = _FOCUSED if one.focus == view.focus else _OFFERED if one.is_ghost else _PLAIN
    word = _word(one, view)
    extents = one.span.extents
    for number, (start, end) in enumerate(extents):
        if start < row[1] and end > row[0]:
            first, last = columns_of(cells, row, (start, end))
            left = signs.line if start < row[0] else signs.after_gap if number else signs.left
            right = signs.line if end > row[1] else signs.before_gap if number < len(extents) - 1 else signs.right
            yield first, last, _stretch(word, signs._replace(left=left, right=right))
            word = ""
        if number < len(extents) - 1 and end < row[1] and extents[number + 1][0] > row[0]:
            first, last = columns_of(cells, row, (end, extents[number + 1][0]))
            yield first, last, lambda width, _: signs.gap * width


def _stretch(word: str, signs: _Signs) -> _Draw:
    def drawn(width: int, free: int) -> str:
        inside = max(width - 2, 0)
        is_cut = inside < min(cell_len(word), _LEAST_OF_WORD) and (cell_len(word) > 1 or width > 2)
        if width and is_cut and cell_len(word) <= free and signs.right != signs.line:
            return f"{_edges('', signs, width)}{word}"
        if width < 3:
            return set_cell_size(word or signs.line, 1)[:width] + signs.right * (width - 1)
        said = set_cell_size(word, min(cell_len(word), inside)).rstrip()  # half of a wide character is a blank
        return _edges(said, signs, width)

    return drawn


def _edges(said: str, signs: _Signs, width: int) -> str:
    if width < 2:
        return signs.single * width
    return f"{signs.left}{said}{signs.line * (width - 2 - cell_len(said))}{signs.right}"


def _word(one: Shown, view: View) -> str:
    """What stands on a span: its label; ``?`` for a suggestion, ``!`` where check finds fault, ``◆`` at a relation's head."""
    own = one.span.id if not one.is_ghost else ""
    signs = ("?" if one.is_ghost else "", "◆" if own and own == view.head else "", "!" if own in view.faulty else "")
    return f"{''.join(signs)}{printable(one.span.label)}"


# --- the margin ----------------------------------------------------------------------------------------------------------


def margin_pieces(number: int, bars: Sequence[Shown], line: int, view: View) -> Iterator[Piece]:
    """The number of the paragraph on its first line; below it, the labels of its bars; and the bars."""
    room = MARGIN - BARS - 1
    label = bars[line - 1] if 0 < line <= len(bars) else None
    if label is not None:
        said = set_cell_size(_word(label, view), min(cell_len(_word(label, view)), _LABEL_IN_MARGIN))
        yield Piece(" " * (room - cell_len(said)) + said, _look(label, view))
    else:
        said = f"{number} " if line == 0 and number else ""
        yield Piece(f"{said:>{room}}"[-room:], Look("number"))
    for bar in bars:
        sign = _FOCUSED_BAR if bar.focus == view.focus else _OFFERED_BAR if bar.is_ghost else _PLAIN_BAR
        yield Piece(sign, _look(bar, view))
    yield Piece(" " * (MARGIN - room - len(bars)), Look())
