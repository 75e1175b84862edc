"""What a realignment left open and is decided by now, though its note was left standing."""

from __future__ import annotations

import msgspec

from postil.editing.pending import REALIGN, is_pending
from postil.editing.tokens import is_respelling
from postil.model import AnnotationSet, Note, Span
from postil.unplaced import as_it_was, is_changed

__all__ = ("Settled", "as_it_was", "is_sound", "settled_since")


class Settled(msgspec.Struct, frozen=True):
    """A note that leaves nothing open any more.

    ``is_returned``: the text is again the one that its span is about. Else somebody changed the span, or took it out.
    """

    note: Note
    is_returned: bool = False


def settled_since(annotations: AnnotationSet, text: str, sha256: str) -> list[Settled]:
    """The notes of realignments that are decided, where the text is now ``text``."""
    spans = {span.id: span for span in annotations.spans}
    found = []
    for note in annotations.notes:
        if is_pending(note, REALIGN):
            span = spans.get(note.about)
            if span is None or is_changed(span, note.decide):
                found.append(Settled(note))
            elif note.decide.get("text_sha256") == sha256 and is_sound(span, text):
                found.append(Settled(note, is_returned=True))
    return found


def is_sound(span: Span, text: str) -> bool:
    """Whether the span covers, in this text, the words that it says."""
    is_in_bounds = all(0 <= start < end <= len(text) for start, end in span.extents)
    return is_in_bounds and is_respelling(span.covered(text), span.text)
