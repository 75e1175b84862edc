"""The text of a document, put together from its passages.

Offsets count from the beginning of the document, through passages and sentences that begin where they say.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal

import msgspec

from postil.formats._bioc.collection import Annotation, Part
from postil.text import Unit, Units

LONGEST_GAP = 10_000
"""How many characters between two passages are blanks, and no mistake."""

Base = Literal["document", "passage", "own"]
"""Where offsets count from: the document, the passage, or whatever holds the annotation."""


class Piece(msgspec.Struct):
    """A part in the text that was put together: it is at ``start``, and says that it begins at ``offset``."""

    part: Part
    start: int
    offset: int
    units: Units
    text: str
    passage: Piece | None = None

    def place(self, offset: int, unit_length: int, base: Base) -> tuple[int, int] | None:
        """The extent of a location in code points of the whole text; ``None`` where it is not in this part."""
        from_ = self.passage if base == "passage" and self.passage else self
        at = offset - from_.offset if base == "document" else offset
        try:
            start, end = from_.units.to_code_points(at), from_.units.to_code_points(at + unit_length)
        except ValueError:
            return None
        return from_.start + start, from_.start + end


class Layout:
    """A document's text, put together with passages where they say that they begin, counted in a unit."""

    def __init__(self, document: Part, unit: Unit) -> None:
        self.unit = unit
        self.pieces: list[Piece] = []
        self.has_closed_gap = self.has_overlap = False
        self._texts: list[str] = []
        self._length = 0  # in code points
        self._reached: int | None = None  # in the unit, as the file counts
        for passage in document.parts:
            self._passage(passage)
        self.text = "".join(self._texts)
        self.tops = [piece for piece in self.pieces if piece.passage is None]
        self._offsets = [piece.offset for piece in self.tops]

    def _passage(self, passage: Part) -> None:
        if passage.text or not passage.parts:
            whole = self._put(passage, "\n")
            reached = 0
            for sentence in passage.parts:
                reached = self._within(whole, sentence, reached)
            return
        before = len(self._texts)
        sentences = [self._put(part, " " if number else "\n") for number, part in enumerate(passage.parts)]
        text = "".join(self._texts[before + 1 :])  # without the gap before it
        whole = Piece(passage, sentences[0].start, sentences[0].offset, Units(text, self.unit), text)
        self.pieces.append(whole)
        for one in sentences:
            one.passage = whole

    def _put(self, part: Part, gap: str) -> Piece:
        """Add the text of a part where it says that it begins, or right after what is there where it cannot begin there."""
        between = part.offset - self._reached if self._reached is not None else 0
        if between > LONGEST_GAP:
            self.has_closed_gap, between = True, 2
        elif between < 0:
            self.has_overlap, between = True, 1
        self._texts += [gap * between, part.text]
        self._length += between
        units = Units(part.text, self.unit)
        piece = Piece(part, self._length, part.offset, units, part.text)
        self._length += len(part.text)
        self._reached = part.offset + units.from_code_points(len(part.text))
        self.pieces.append(piece)
        return piece

    def _within(self, passage: Piece, sentence: Part, reached: int) -> int:
        """A sentence of a passage that has a text itself: where it says, or where its text is next. Gives where it ends there."""
        text = sentence.text
        place = passage.place(sentence.offset, 0, "document")
        found = passage.text.find(text, reached, reached + len(text) + LONGEST_GAP)
        at = place[0] - passage.start if place else found if found >= 0 else reached
        self.pieces.append(Piece(sentence, passage.start + at, sentence.offset, Units(text, self.unit), text, passage))
        return at + len(text)

    def place(self, piece: Piece | None, annotation: Annotation, base: Base) -> list[tuple[int, int]] | None:
        """The extents of an annotation, sorted; ``None`` where one is outside the text."""
        extents = []
        for offset, length in annotation.locations:
            place = piece.place(offset, length, base) if piece else None
            if place is None and base == "document":
                number = bisect_right(self._offsets, offset) - 1
                place = self.tops[max(number, 0)].place(offset, length, base) if self.tops else None
                place = place or self._across(offset, length)
            if place is None:
                return None
            extents.append(place)
        return sorted(extents)

    def _across(self, offset: int, length: int) -> tuple[int, int] | None:
        """A location that is longer than the part that it begins in, or in a gap."""
        start, end = self._edge(offset), self._edge(offset + length)
        return None if start is None or end is None or start > end else (start, end)

    def _edge(self, offset: int) -> int | None:
        number = bisect_right(self._offsets, offset) - 1
        if number < 0:
            return None
        before = self.tops[number]
        if place := before.place(offset, 0, "document"):
            return place[0]
        into_gap = offset - before.offset - before.units.from_code_points(len(before.text))
        after = self.tops[number + 1].start if number + 1 < len(self.tops) else len(self.text)
        at = before.start + len(before.text) + into_gap
        return at if into_gap > 0 and at <= after else None
