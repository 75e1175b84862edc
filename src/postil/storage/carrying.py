"""How offsets are carried when a text is brought to the corpus's form."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import cache

Carried = Callable[[int], int | None]
"""Where an offset of the old text is in the new one; ``None`` where that is not certain."""


def removing(offsets: Iterable[int]) -> Carried:
    """How offsets are carried when the characters at these are taken out."""
    removed = sorted(offsets)
    return lambda offset: offset - bisect_left(removed, offset)


def _composes(character: str) -> bool:
    """Whether the character may become one with what stands before it: marks, and all letters of Hangul but the leading ones."""
    return "\u1160" <= character <= "\u11ff" or unicodedata.category(character) in ("Mn", "Mc", "Me")


@cache
def stands_alone(character: str) -> bool:
    """Whether the character is in NFC, whatever stands before it and after it."""
    return unicodedata.is_normalized("NFC", character) and not _composes(character)


def composing(text: str) -> tuple[str, Carried] | None:
    """``text`` in NFC, and how offsets are carried; ``None`` where it cannot be composed piece by piece."""
    starts = [0, *(at for at, character in enumerate(text) if at and not _composes(character))]
    pieces = [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]
    composed = [unicodedata.normalize("NFC", piece) for piece in pieces]
    whole = "".join(composed)
    if whole != unicodedata.normalize("NFC", text):
        return None
    new_starts = [0]
    for piece in composed:
        new_starts.append(new_starts[-1] + len(piece))
    starts.append(len(text))

    def carried(offset: int) -> int | None:
        index = bisect_right(starts, offset) - 1
        within = offset - starts[index]
        return new_starts[index] + within if within == 0 or pieces[index] == composed[index] else None

    return whole, carried
