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
from postil.model import Span
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


def annotations_of(document: Document, scheme: Scheme) -> Iterator[tuple[str, list[Annotation]]]:
    """The sets of a document by their annotators, with numbers for ids that are unique in the document."""
    numbers = count(1)
    for name, one in document.sets.items():
        numbered = renumbered(one, scheme.layers, lambda *_: str(next(numbers)))
        yield name, [Annotation(span.id, span.label, span.start, span.end, _features(span)) for span in numbered.spans]


def _features(span: Span) -> dict[str, Any]:
    features: dict[str, Any] = {"layer": span.layer}
    features |= {escaped(name, _RESERVED): value for name, value in span.attributes.items()}
    if span.confidence is not None:
        features["confidence"] = span.confidence
    return {**features, "note": span.note} if span.note else features


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
    features = dict(annotation.features)
    said = features.pop("layer") if isinstance(features.get("layer"), str) and features["layer"] else ""
    if not said and annotation.type in _SPLITTING:
        if not incoming.with_tokens:
            incoming.losses.add("tokens and sentences, which --tokens keeps", f"{file}: {annotation.id}", stops=False)
            return None
        said = _SPLITTING[annotation.type]
    sureness = features.get("confidence")
    confidence = None
    if isinstance(sureness, int | float) and not isinstance(sureness, bool):
        confidence = float(features.pop("confidence"))
    note = features.pop("note") if isinstance(features.get("note"), str) else ""
    attributes = {unescaped(name, _RESERVED): value for name, value in features.items()}
    return Span(
        annotation.id, said or layer or incoming.span_layer, annotation.type, annotation.start, annotation.end, "", (),
        attributes, confidence, note,
    )  # fmt: skip
