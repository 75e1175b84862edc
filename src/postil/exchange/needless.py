"""What a corpus has no place for, though other tools write it: spans of no characters, and the same annotation over again."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import Reducing, taken_out, without_repeats
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
    def lose_one(record: Annotation, first: str) -> None:
        losses.add("annotations that say the same as another in all", f"{_place(annotations, record)}: as {first}", record.label)

    return without_repeats(annotations, layers, lose_one)


def _place(annotations: AnnotationSet, record: Annotation) -> str:
    return f"{annotations.document} ({annotations.annotator}) {record.id}"
