"""What a corpus has no place for, though other tools write it: spans of no characters, and the same annotation over again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import Reducing, taken_out
from postil.exchange.ids import renamed
from postil.exchange.losses import Losses
from postil.exchange.tokens import Tokens
from postil.model import Annotation, AnnotationSet
from postil.scheme import Layer, Scheme


def without_needless(document: Document, layers: Mapping[str, Layer], losses: Losses) -> Document:
    """The document without annotations that say nothing, or nothing more than another does; they are counted."""
    sets = {
        annotator: _without_repeats(_without_empty_spans(one, losses), layers, losses) for annotator, one in document.sets.items()
    }
    return replace(document, sets=sets)


def _without_empty_spans(annotations: AnnotationSet, losses: Losses) -> AnnotationSet:
    empty = {span.id for span in annotations.spans if span.start == span.end}
    for span in annotations.spans if empty else ():
        if span.id in empty:
            losses.add("spans of no characters", f"{_place(annotations, span)} at {span.start}", span.label)
    return taken_out(annotations, empty, Reducing(Scheme("x", 1), losses, Tokens())) if empty else annotations


def _without_repeats(annotations: AnnotationSet, layers: Mapping[str, Layer], losses: Losses) -> AnnotationSet:
    """The set with each annotation once; what names another that says the same in all then names the first.

    A relation may become the same as another only by that, and is one of these then.
    """
    while stand_ins := _stand_ins(annotations):
        for record in annotations.annotations:
            if record.id in stand_ins:
                place = f"{_place(annotations, record)}: as {stand_ins[record.id]}"
                losses.add("annotations that say the same as another in all", place, record.label)
        groups: tuple[tuple[Any, ...], ...] = (
            annotations.spans, annotations.relations, annotations.labels, annotations.notes,
        )  # fmt: skip
        left = (tuple(renamed(one, stand_ins, layers) for one in group if one.id not in stand_ins) for group in groups)
        annotations = AnnotationSet(annotations.header, *left)
    return annotations


def _stand_ins(annotations: AnnotationSet) -> dict[str, str]:
    """By the id of each annotation that says the same as one before it, that one's."""
    firsts: dict[bytes, str] = {}
    pairs = ((record.id, firsts.setdefault(_said(record), record.id)) for record in annotations.annotations)
    return {id: first for id, first in pairs if id != first}


def _said(record: Annotation) -> bytes:
    return msgspec.json.encode(replace(record, id=""), order="deterministic")


def _place(annotations: AnnotationSet, record: Annotation) -> str:
    return f"{annotations.document} ({annotations.annotator}) {record.id}"
