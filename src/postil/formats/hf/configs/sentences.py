"""``sentences``: a row for each sentence, with the labels of the spans in it."""

from __future__ import annotations

from functools import partial

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, Rows, columns
from postil.formats.hf.features import INT, STRING, ClassLabel, Column, ListOf
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent, containing, sentences


def _columns(context: Context) -> dict[str, Column]:
    main = context.main_layer
    labels = ClassLabel(context.labels_of(main)) if main else None
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "sentence": INT,
        "start": INT,
        "end": INT,
        "text": STRING,
        **({"label": labels, "labels": ListOf(labels)} if labels else {}),
    }
    others = (layer for layer in context.span_layers if layer != main)
    return columns(fixed.items(), ((f"{layer}_labels", ListOf(ClassLabel(context.labels_of(layer)))) for layer in others))


def _rows(context: Context, document: Document, annotations: AnnotationSet) -> Rows:
    """Spans that share a character with the sentence count; ``label`` is that of the one that covers most of it."""
    units = sentences(document.text)
    touching: list[list[Span]] = [[] for _ in units]
    for span in annotations.spans:
        for number in range(max(containing(units, span.start), 0), containing(units, span.end - 1) + 1):
            if _shared(span, units[number]):
                touching[number].append(span)
    labels = {layer: context.labels_of(layer) for layer in context.span_layers}
    for number, ((start, end), spans) in enumerate(zip(units, touching, strict=True)):
        found: dict[str, list[int]] = {layer: [] for layer in labels}
        for span in spans:
            index = labels[span.layer].index(span.label)
            if index not in found[span.layer]:
                found[span.layer].append(index)
        row = {
            "document": document.id,
            "annotator": annotations.annotator,
            "sentence": number,
            "start": start,
            "end": end,
            "text": document.text[start:end],
        }
        if context.main_layer:
            main = [span for span in spans if span.layer == context.main_layer]
            best = max(main, key=partial(_shared, sentence=(start, end)), default=None)
            row["label"] = labels[context.main_layer].index(best.label) if best else None
            row["labels"] = found.pop(context.main_layer)
        yield {**row, **{f"{layer}_labels": indexes for layer, indexes in found.items()}}


def _shared(span: Span, sentence: Extent) -> int:
    """How many code points the span and the sentence share."""
    return sum(max(0, min(end, sentence[1]) - max(start, sentence[0])) for start, end in span.extents)


CONFIG = Config("sentences", "one row for each sentence, with the labels in it", _columns, _rows)
