"""``spans``: a flat row for each span, with its context and typed attributes."""

from __future__ import annotations

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, Rows, attribute_columns, attribute_values, columns
from postil.formats.hf.features import FLOAT, INT, STRING, ClassLabel, Column, ListOf
from postil.model import AnnotationSet

_WINDOW = 100  # code points of context on either side


def _columns(context: Context) -> dict[str, Column]:
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "id": STRING,
        "layer": ClassLabel(tuple(context.span_layers)),
        "label": context.span_labels,
        "start": INT,
        "end": INT,
        "text": STRING,
        "fragments": ListOf(ListOf(INT)),
        "before": STRING,
        "after": STRING,
        "confidence": FLOAT,
    }
    return columns(fixed.items(), attribute_columns(context, *context.span_layers))


def _rows(context: Context, document: Document, annotations: AnnotationSet) -> Rows:
    layers, labels = context.span_layers, context.span_labels.names
    for span in annotations.spans:
        yield {
            "document": document.id,
            "annotator": annotations.annotator,
            "id": span.id,
            "layer": layers.index(span.layer),
            "label": labels.index(span.label),
            "start": span.start,
            "end": span.end,
            "text": span.covered(document.text),
            "fragments": [list(fragment) for fragment in span.fragments],
            "before": document.text[max(0, span.start - _WINDOW) : span.start],
            "after": document.text[span.end : span.end + _WINDOW],
            "confidence": span.confidence,
            **attribute_values(context, span.layer, span.attributes),
        }


CONFIG = Config("spans", "one row for each span", _columns, _rows, applies=lambda scheme: bool(scheme.layers_of_kind("span")))
