"""What the formats of GATE share: annotations with a type and features, in named sets."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import msgspec

from postil.corpus import Document
from postil.exchange.drafts import DraftSet
from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CONFIDENCE,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    LAYERS,
    LISTS,
    NESTED,
    OVER_SENTENCES,
    REMARKS,
    STACKED,
    TEXT,
    TYPES,
)
from postil.exchange.format import Option
from postil.exchange.ids import renumbered
from postil.exchange.incoming import Incoming
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.formats._escaping import escaped, unescaped
from postil.model import AnnotationSet, Relation, Span
from postil.scheme import Scheme

KEEPS = frozenset(
    {
        ANNOTATORS, ATTRIBUTES, CONFIDENCE, CROSSING, CUT, DOCUMENT_IDS, LAYERS, LISTS, NESTED, OVER_SENTENCES, REMARKS, STACKED,
        TEXT, TYPES,
    }
)  # fmt: skip
SETS = Option("sets", "What sets of annotations are.", "KIND", choices=("annotators", "layers"), default="annotators")
_RESERVED = ("layer", "confidence", "note")
_SPLITTING = {"Token": TOKEN_LAYER, "SpaceToken": TOKEN_LAYER, "Sentence": SENTENCE_LAYER, "Split": SENTENCE_LAYER}


class Annotation(msgspec.Struct):
    """An annotation as GATE has it; offsets in code points or in the file's unit."""

    id: str
    type: str
    start: int
    end: int
    features: dict[str, Any] = {}


def numbered_sets(document: Document, scheme: Scheme) -> Iterator[tuple[str, AnnotationSet]]:
    """The sets of a document by their annotators, with numbers for ids that are unique in the document."""
    numbers = count(1)
    for name, one in document.sets.items():
        yield name, renumbered(one, scheme.layers, lambda *_: str(next(numbers)))


def annotations_of(annotations: AnnotationSet) -> list[Annotation]:
    """The spans of a set as GATE has them."""
    return [Annotation(span.id, span.label, span.start, span.end, features_of(span)) for span in annotations.spans]


def features_of(record: Span | Relation) -> dict[str, Any]:
    """What is said of a span or relation beside its label and place."""
    features: dict[str, Any] = {"layer": record.layer}
    features |= {escaped(name, _RESERVED): value for name, value in record.attributes.items()}
    if record.confidence is not None:
        features["confidence"] = record.confidence
    return {**features, "note": record.note} if record.note else features


def draft_sets(sets: dict[str, list[Annotation]], incoming: Incoming, file: str, lines: dict[str, int]) -> list[DraftSet]:
    """The draft sets that sets of annotations are: of annotators by their names, or layers of one annotator."""
    drafts: dict[str, DraftSet] = {}
    are_layers = incoming.options["sets"] == "layers"
    for name, there in sets.items():
        annotator, layer = ("", name) if are_layers else (name, "")
        spans = [span for one in there if (span := _span(one, layer, incoming, file))]
        if spans:
            drafts.setdefault(annotator, DraftSet(annotator, spans=[], file=file, lines=lines)).spans.extend(spans)
    return list(drafts.values())


def _span(annotation: Annotation, layer: str, incoming: Incoming, file: str) -> Span | None:
    said, common = said_by(annotation.features)
    if not said and annotation.type in _SPLITTING:
        if not incoming.with_tokens:
            incoming.losses.add("tokens and sentences, which --tokens keeps", f"{file}: {annotation.id}", stops=False)
            return None
        said = _SPLITTING[annotation.type]
    return Span(
        annotation.id, said or layer or incoming.span_layer, annotation.type, annotation.start, annotation.end, "", **common
    )


def said_by(features: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The layer that features name, if they do; attributes, confidence and note."""
    features = dict(features)
    layer = features.pop("layer") if isinstance(features.get("layer"), str) and features["layer"] else ""
    sureness = features.get("confidence")
    confidence = None
    if isinstance(sureness, int | float) and not isinstance(sureness, bool):
        confidence = float(features.pop("confidence"))
    note = features.pop("note") if isinstance(features.get("note"), str) else ""
    attributes = {unescaped(name, _RESERVED): value for name, value in features.items()}
    return layer, {"attributes": attributes, "confidence": confidence, "note": note}
