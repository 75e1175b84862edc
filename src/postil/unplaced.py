"""Spans that a realignment left open: their offsets are about an older text, and mean nothing in the one there is now."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from postil.model import Annotation, AnnotationSet, Relation, Span

REALIGN = "realign"
"""What the ``decide`` of a note says that leaves the place of a span open."""


class Placed(NamedTuple):
    """A set without what stands nowhere, and what that is."""

    annotations: AnnotationSet
    left_out: tuple[Annotation, ...]


def placed(annotations: AnnotationSet) -> Placed:
    """The set without the spans that a realignment left open and nobody decided since, and without relations that name them."""
    decide = {note.about: note.decide for note in annotations.notes if note.decide.get("what") == REALIGN}
    spans = [span for span in annotations.spans if span.id in decide and not is_changed(span, decide[span.id])]
    if not spans:
        return Placed(annotations, ())
    left_out: dict[str, Annotation] = {span.id: span for span in spans}
    while found := [one for one in annotations.relations if one.id not in left_out and _names(one, left_out)]:
        left_out |= {one.id: one for one in found}
    kept = msgspec.structs.replace(
        annotations,
        spans=tuple(one for one in annotations.spans if one.id not in left_out),
        relations=tuple(one for one in annotations.relations if one.id not in left_out),
    )
    return Placed(kept, tuple(left_out.values()))


def _names(relation: Relation, ids: dict[str, Annotation]) -> bool:
    return any(id in ids for _, id in relation.arguments())


def as_it_was(span: Span) -> dict[str, Any]:
    """What a note keeps of the span that it leaves open: whether it is still the same says whether somebody decided."""
    return {"extents": [list(extent) for extent in span.extents], "quote": span.text}


def is_changed(span: Span, decide: dict[str, Any]) -> bool:
    """Whether somebody changed a span since a note left it open."""
    was = as_it_was(span)
    return any(key in decide and decide[key] != was[key] for key in was)
