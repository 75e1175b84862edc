"""Changing a text and carrying every offset along: what the fixes of this family do."""

from __future__ import annotations

import hashlib

import msgspec

from postil.model import Span
from postil.rules.fixes import Fix, Rewrite
from postil.rules.views import DocumentView
from postil.storage.carrying import Carried
from postil.storage.set_file import SetFile, encode_line, has_unreadable_lines


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
