"""What other commands would come to, for findings to say: rules themselves know nothing of editing."""

from __future__ import annotations

from postil.model import AnnotationSet


def would_realign(annotations: AnnotationSet, text: str) -> int:
    """How many spans of a set about an older text would be carried to ``text`` by their own words, without that older text."""
    from postil.editing.realign import realign  # only stale sets pay for it

    return sum(outcome.after is not None for outcome in realign(None, text, annotations).outcomes)
