"""``spans``: a flat row for each span, with its context and typed attributes."""

from __future__ import annotations

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, attribute_columns, attribute_values, columns
from postil.formats.hf.parquet.columns import Block
from postil.formats.hf.parquet.features import FLOAT, PLACE, STRING, ClassLabel, Column, ListOf, numbers
from postil.model import AnnotationSet

_WINDOW = 100  # code points of context on either side


def _columns(context: Context) -> dict[str, Column]:
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "id": STRING,
        "layer": ClassLabel(tuple(context.span_layers)),
        "label": context.span_labels,
        "start": PLACE,
        "end": PLACE,
        "text": STRING,
        "fragments": ListOf(ListOf(PLACE)),
        "before": STRING,
        "after": STRING,
        "confidence": FLOAT,
    }
    return columns(fixed.items(), attribute_columns(context, *context.span_layers))


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    text, spans = document.text, annotations.spans
    layers, labels = numbers(tuple(context.span_layers)), numbers(context.span_labels.names)
    return {
        "document": [document.id] * len(spans),
        "annotator": [annotations.annotator] * len(spans),
        "id": [span.id for span in spans],
        "layer": [layers[span.layer] for span in spans],
        "label": [labels[span.label] for span in spans],
        "start": [span.start for span in spans],
        "end": [span.end for span in spans],
        "text": [span.text for span in spans],
        "fragments": [span.fragments for span in spans],
        "before": [text[max(0, span.start - _WINDOW) : span.start] for span in spans],
        "after": [text[span.end : span.end + _WINDOW] for span in spans],
        "confidence": [span.confidence for span in spans],
        **attribute_values(context, spans),
    }


CONFIG = Config(
    "spans",
    "one row for each span",
    frozenset({"document", "annotator", "layer", "start", "end", "fragments", "before", "after"}),
    _columns,
    _block,
    applies=lambda scheme: bool(scheme.layers_of_kind("span")),
    texts=("text", "before", "after"),
)
