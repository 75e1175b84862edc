"""Changing a text and carrying every offset along: what the fixes of this family do."""

from __future__ import annotations

import hashlib
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from functools import cache

import msgspec

from postil.model import Span
from postil.rules.fixes import Fix, Rewrite
from postil.rules.views import DocumentView
from postil.storage.set_file import SetFile, encode_line, has_unreadable_lines

Carried = Callable[[int], int | None]
"""Where an offset of the old text is in the new one; ``None`` where that is not certain."""


def carrying_fix(view: DocumentView, title: str, text: str, carried: Carried, *, is_safe: bool = True) -> Fix | None:
    """The fix that makes ``text`` the document's text; none where a set cannot be carried along with certainty.

    A set is carried when every line of it can be read, it was made for the text as it is, and every edge has a certain place. One
    that was made for the new text is there already, as when a fix was broken off.
    """
    file = view.bundle.text_file
    old = view.text
    if file is None or old is None:
        return None
    data = text.encode()
    digest = hashlib.sha256(data).hexdigest()
    changes = []
    for set_file in view.bundle.set_files:
        header = set_file.header
        if header is None or has_unreadable_lines(set_file):
            return None
        if header.text_sha256 == digest:
            continue
        moved = _moved(set_file, old, text, carried) if header.text_sha256 == view.bundle.text_sha256 else None
        if moved is None:
            return None
        lines = set_file.data.split(b"\n")
        lines[set_file.header_line - 1] = encode_line(msgspec.structs.replace(header, text_sha256=digest))
        for number, span in moved:
            lines[number - 1] = encode_line(span)
        changes.append(Rewrite(set_file.path, b"\n".join(lines)))
    # the text comes last: broken off before it, the sets say that they are made for what the text is about to become
    return Fix(title, is_safe, (*changes, Rewrite(file.path, data)))


def why_not(view: DocumentView, fix: Fix | None) -> str:
    """What to say where there is no fix because annotations could not be carried along."""
    if fix or not view.bundle.set_files:
        return ""
    return "--fix cannot carry every annotation along: mend first what is found in the sets of this document"


def _moved(file: SetFile, old: str, new: str, carried: Carried) -> list[tuple[int, Span]] | None:
    """The spans that change, each with its line; ``None`` where one has no certain place."""
    moved = []
    for number, record in zip(file.lines, file.records, strict=True):
        if not isinstance(record, Span):
            continue
        edges = [edge for extent in ((record.start, record.end), *record.fragments) for edge in extent]
        places = [place for edge in edges if 0 <= edge <= len(old) and (place := carried(edge)) is not None]
        if len(places) != len(edges):
            return None
        (start, end), *fragments = zip(places[::2], places[1::2], strict=True)
        if any(first >= last for first, last in ((start, end), *fragments)):
            return None
        span = msgspec.structs.replace(record, start=start, end=end, fragments=tuple(fragments))
        if record.covered(old) == record.text:
            span = msgspec.structs.replace(span, text=span.covered(new))
        if span != record:
            moved.append((number, span))
    return moved


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
