"""``sentences``: a row for each sentence, with the labels of the spans in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import partial

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, columns
from postil.formats.hf.parquet.columns import Block
from postil.formats.hf.parquet.features import PLACE, STRING, ClassLabel, Column, ListOf, numbers
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent


def _columns(context: Context) -> dict[str, Column]:
    main = context.main_layer
    labels = ClassLabel(context.labels_of(main)) if main else None
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "sentence": PLACE,
        "start": PLACE,
        "end": PLACE,
        "text": STRING,
        **({"label": labels, "labels": ListOf(labels)} if labels else {}),
    }
    others = (layer for layer in context.span_layers if layer != main)
    return columns(fixed.items(), ((f"{layer}_labels", ListOf(ClassLabel(context.labels_of(layer)))) for layer in others))


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    """Spans that share a character with the sentence count; ``label`` is that of the one that covers most of it."""
    units = context.sentences_of(document)
    touching = _touching(units, annotations.spans)
    block: Block = {
        "document": [document.id] * len(units),
        "annotator": [annotations.annotator] * len(units),
        "sentence": range(len(units)),
        "start": [start for start, _ in units],
        "end": [end for _, end in units],
        "text": [document.text[start:end] for start, end in units],
    }
    for layer in context.span_layers:
        known = numbers(context.labels_of(layer))
        found = [[span for span in spans if span.layer == layer] for spans in touching]
        block["labels" if layer == context.main_layer else f"{layer}_labels"] = [
            list(dict.fromkeys([known[span.label] for span in spans])) for spans in found
        ]
        if layer == context.main_layer:
            most = (
                max(spans, key=partial(_shared, sentence=unit), default=None) for spans, unit in zip(found, units, strict=True)
            )
            block["label"] = [known[span.label] if span else None for span in most]
    return block


def _touching(units: list[Extent], spans: Sequence[Span]) -> list[list[Span]]:
    """The spans that share a character with each sentence."""
    touching: list[list[Span]] = [[] for _ in units]
    starts = [start for start, _ in units]
    for span in spans:
        first, last = max(bisect_right(starts, span.start) - 1, 0), bisect_right(starts, span.end - 1) - 1
        if first == last and not span.fragments and span.start < units[first][1]:
            touching[first].append(span)
            continue
        for number in range(first, last + 1):
            if _shared(span, units[number]):
                touching[number].append(span)
    return touching


def _shared(span: Span, sentence: Extent) -> int:
    """How many code points the span and the sentence share."""
    return sum(max(0, min(end, sentence[1]) - max(start, sentence[0])) for start, end in span.extents)


CONFIG = Config(
    "sentences",
    "one row for each sentence, with the labels in it",
    frozenset({"document", "annotator", "sentence", "start", "end", "text"}),
    _columns,
    _block,
    texts=("text",),
)
