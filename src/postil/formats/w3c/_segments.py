"""Which stretch of a text selectors mean."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from postil.exchange.losses import Losses
from postil.exchange.offsets import UNITS
from postil.exchange.safe_json import whole
from postil.formats._passages import Extent, Passages, nearest, without_blanks
from postil.formats.w3c._parsing import as_list, plain
from postil.text import Unit, Units

_CHARACTERS = re.compile(r"char=(\d{1,18})(?:,(\d{1,18}))?(?:;.*)?")
_DEEPEST = 20


class Segment(msgspec.Struct):
    """A stretch of text. ``exact``: what the file says that stands there; ``why_not``: why it has no certain place."""

    start: int = -1
    end: int = -1
    exact: str = ""
    why_not: str = ""


class _Clues(msgspec.Struct):
    """What the alternatives of one segment say together."""

    position: Extent | None = None
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    refined: Any = None
    edges: tuple[Any, Any] | None = None


class Segments:
    """Finds the segments of a text that annotations select.

    ``selections``: all of them, from which follows what their positions count: code points, as the model says, or the unit in
    which they agree with every quotation.
    """

    def __init__(self, text: str, selections: list[list[Any]], repaired: Losses) -> None:
        self.text, self.repaired = text, repaired
        self._passages = Passages(text)
        self._units = Units(text, self._unit([_clues(selectors) for selectors in selections]))

    def _unit(self, all_clues: list[_Clues]) -> Unit:
        pairs = [clues for clues in all_clues if clues.position and clues.exact]
        if not self.text.isascii():
            for unit in UNITS:
                units = Units(self.text, unit)
                if all(self._fits(clues.exact, _converted(clues.position, units)) for clues in pairs):
                    return unit
        return "code point"

    def _fits(self, exact: str, extent: Extent | None) -> bool:
        if extent is None:
            return False
        found = self.text[extent[0] : extent[1]]
        return found == exact or without_blanks(found) == without_blanks(exact)

    def find(self, selectors: list[Any], where: str, depth: int = 0) -> Segment:
        """The segment that the alternatives select; ``where``: what messages call the annotation."""
        clues = _clues(selectors)
        found = self._found(clues, where, depth)
        if clues.refined is None or depth > _DEEPEST:
            return found
        return self._refined(found, as_list(clues.refined), where, depth)

    def _found(self, clues: _Clues, where: str, depth: int) -> Segment:
        if clues.edges and depth < _DEEPEST:
            first, last = (self.find(as_list(edge), where, depth + 1) for edge in clues.edges)
            return Segment(first.start, last.start, why_not=first.why_not or last.why_not)
        extent = _converted(clues.position, self._units)
        if not clues.exact:
            if clues.position is None:
                return Segment(why_not="annotations whose selectors are not about plain text")
            return Segment(*(extent or clues.position))
        if self._fits(clues.exact, extent):
            assert extent
            return Segment(*extent, clues.exact)
        return self._quoted(clues, where)

    def _quoted(self, clues: _Clues, where: str) -> Segment:
        """The place that the quotation has; the position decides only between several."""
        places = self._passages.places(clues.exact, clues.prefix, clues.suffix)
        place = places[0] if len(places) == 1 else nearest(places, clues.position[0]) if clues.position else None
        if place:
            if clues.position:
                self.repaired.add("spans found by their quotation, which is not at their position", where, clues.exact)
            return Segment(*place, clues.exact)
        if clues.position:
            return Segment(*clues.position, clues.exact)
        several = "annotations whose quotation is in the text several times, and nothing says which"
        return Segment(why_not=several if places else "annotations whose quotation is not in the text")

    def _refined(self, outer: Segment, selectors: list[Any], where: str, depth: int) -> Segment:
        """What the selectors mean inside ``outer``; a quotation that the text has once needs no outer segment."""
        inner = _clues(selectors)
        if outer.why_not:
            return self._found(msgspec.structs.replace(inner, position=None), where, depth + 1)
        if inner.position and not inner.exact:
            return Segment(outer.start + inner.position[0], outer.start + inner.position[1])
        within = Passages(self.text[outer.start : outer.end])
        places = within.places(inner.exact, inner.prefix, inner.suffix)
        if len(places) != 1:
            return Segment(why_not="annotations whose quotation is not once in the segment that they narrow")
        return Segment(outer.start + places[0][0], outer.start + places[0][1], inner.exact)


def _converted(extent: Extent | None, units: Units) -> Extent | None:
    if extent is None:
        return None
    try:
        start, end = units.to_code_points(extent[0]), units.to_code_points(extent[1])
    except ValueError:
        return None
    return (start, end) if start <= end else None


def _clues(selectors: list[Any]) -> _Clues:
    clues = _Clues()
    for selector in selectors:
        if isinstance(selector, dict):
            _add_clues(clues, selector)
    return clues


def _add_clues(clues: _Clues, selector: dict[str, Any]) -> None:
    kinds = {plain(one) for one in as_list(selector.get("type", selector.get("@type"))) if isinstance(one, str)}
    start, end = whole(selector.get("start")), whole(selector.get("end"))
    if "TextPositionSelector" in kinds and _is_position(start) and _is_position(end):
        clues.position = (start, end)
    elif "TextQuoteSelector" in kinds:
        names = ("exact", "prefix", "suffix")
        clues.exact, clues.prefix, clues.suffix = (
            value if isinstance(value := selector.get(name), str) else "" for name in names
        )
    elif "FragmentSelector" in kinds and (found := _CHARACTERS.fullmatch(str(selector.get("value")))):
        clues.position = clues.position or (int(found[1]), int(found[2] or found[1]))
    elif "RangeSelector" in kinds:
        clues.edges = (selector.get("startSelector"), selector.get("endSelector"))
    if selector.get("refinedBy") is not None:
        clues.refined = selector["refinedBy"]


def _is_position(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**62
