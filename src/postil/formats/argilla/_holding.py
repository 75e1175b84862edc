"""What a dataset of Argilla can hold of states and confidences."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import (
    Reducing,
    lose,
)
from postil.model import AnnotationSet


def held_state(document: Document, reducing: Reducing) -> Document:
    """Responses are in progress or not; the first set of a model is the suggestions; there is nothing else."""
    model = suggesting(document)
    sets = {}
    for name, one in document.sets.items():
        method, status = ("model", "complete") if name == model else ("imported", one.header.status)
        header = replace(one.header, method=method, status=status, sources=())
        if header != one.header:
            reducing.losses.add("methods and sources of sets", f"{document.id} ({name})", one.header.method, stops=False)
        sets[name] = replace(one, header=header)
    return replace(document, sets=sets)


def held_confidences(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """Suggestions have a score for each of their values, or none; responses have none."""
    is_suggested = annotations.header.method == "model"
    bare = {one.layer for one in annotations.annotations if one.confidence is None}

    def held(record: Any) -> Any:
        if record.confidence is None or (is_suggested and record.layer not in bare):
            return record
        lose(reducing, "confidences of single annotations", annotations, record)
        return replace(record, confidence=None)

    return replace(annotations, spans=tuple(map(held, annotations.spans)), labels=tuple(map(held, annotations.labels)))


def suggesting(document: Document) -> str:
    """Whose set becomes the suggestions."""
    return next((name for name, one in document.sets.items() if one.header.method == "model"), "")
