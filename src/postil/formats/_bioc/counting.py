"""What the offsets of a document count.

Files differ in it (the DTD says bytes, nearly all mean characters), and some count from the beginning of the passage: the texts
that annotations repeat decide.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from postil.formats._bioc.collection import Annotation, Part
from postil.formats._bioc.layout import Base, Layout, Piece
from postil.text import Unit


class Placed(msgspec.Struct):
    """An annotation with its extents, ``None`` where it is outside the text."""

    annotation: Annotation
    piece: Piece | None
    extents: list[tuple[int, int]] | None
    fits: bool = True


def understood(document: Part) -> tuple[Layout, list[Placed], Base]:
    """The way of counting under which most annotations cover what they say; the usual one where several do."""
    units: list[Unit] = ["code point"]
    if not all(text.isascii() for text in _texts(document)):
        units += ["utf-8", "utf-16"]
    tried: list[tuple[int, Layout, list[Placed], Base]] = []
    bases: tuple[Base, ...] = ("document", "own", "passage")
    for base in bases:
        for unit in units:
            layout = Layout(document, unit)
            placed = list(_placed(document, layout, base))
            wrong = sum(not one.fits for one in placed)
            if not wrong:
                return layout, placed, base
            tried.append((wrong, layout, placed, base))
    return min(tried, key=lambda one: one[0])[1:]


def _texts(part: Part) -> Iterator[str]:
    yield part.text
    for one in part.parts:
        yield from _texts(one)


def _placed(document: Part, layout: Layout, base: Base) -> Iterator[Placed]:
    holders: list[tuple[Part, Piece | None]] = [(document, None), *((piece.part, piece) for piece in layout.pieces)]
    for part, piece in holders:
        for annotation in part.annotations:
            extents = layout.place(piece, annotation, base)
            if extents is None:
                yield Placed(annotation, piece, None, fits=False)
                continue
            covered = " ".join(layout.text[start:end] for start, end in extents)
            whole = layout.text[extents[0][0] : extents[-1][1]] if extents else ""
            said = annotation.text
            fits = not said or said in (covered, whole) or _squeezed(said) in (_squeezed(covered), _squeezed(whole))
            yield Placed(annotation, piece, extents, fits)


def _squeezed(text: str) -> str:
    return "".join(text.split())
