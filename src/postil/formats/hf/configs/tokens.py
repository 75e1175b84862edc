"""``tokens``: a row for each sentence, with its tokens and IOB2 tags.

Every layer has a column ``{layer}_tags`` in which the longest spans come first. A layer that allows overlap has a
column for each label as well, ``{layer}_{label}_tags``, so that a name inside a name keeps its tag there. What fits
nowhere is counted, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, Rows, columns
from postil.formats.hf.features import INT, STRING, STRINGS, ClassLabel, Column, ListOf
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent, containing, sentences

NAME = "tokens"


TagColumn = tuple[str, str, tuple[str, ...]]
"""The name of a column of tags, its layer, and the labels that it holds."""


def _tag_columns(context: Context) -> Iterator[TagColumn]:
    for name in context.span_layers:
        layer = context.scheme.layers[name]
        yield f"{name}_tags", name, tuple(layer.labels)
        if layer.overlap != "none":
            yield from ((f"{name}_{label}_tags", name, (label,)) for label in layer.labels)


def _iob2(labels: tuple[str, ...]) -> tuple[str, ...]:
    return ("O", *(f"{mark}-{label}" for label in labels for mark in "BI"))


def _columns(context: Context) -> dict[str, Column]:
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "sentence": INT,
        "tokens": STRINGS,
        "starts": ListOf(INT),
        "ends": ListOf(INT),
    }
    return columns(fixed.items(), ((name, ListOf(ClassLabel(_iob2(labels)))) for name, _, labels in _tag_columns(context)))


def _rows(context: Context, document: Document, annotations: AnnotationSet) -> Rows:
    units = sentences(document.text)
    language = document.metadata.language
    rows = [
        [(start + first, start + last) for first, last in context.tokens.cut(document.text[start:end], language)]
        for start, end in units
    ]
    placed, misfits = _place(annotations, units, rows)
    for span, why in misfits:
        context.misfit(NAME, f"{span.layer}: {why}", document, annotations.annotator, span.id)
    tags = {}
    for name, layer, labels in _tag_columns(context):
        candidates = [item for item in placed if item[0].layer == layer and item[0].label in labels]
        tags[name], left_out = _tag(candidates, labels, rows)
        for span in left_out:
            context.misfit(f"{NAME}, {name}", "overlapped by a longer span", document, annotations.annotator, span.id)
    for number, tokens in enumerate(rows):
        yield {
            "document": document.id,
            "annotator": annotations.annotator,
            "sentence": number,
            "tokens": [document.text[start:end] for start, end in tokens],
            "starts": [start for start, _ in tokens],
            "ends": [end for _, end in tokens],
            **{name: column[number] for name, column in tags.items()},
        }


Placed = tuple[Span, int, int, int]
"""A span, its row, its first token and the one after its last."""


def _place(
    annotations: AnnotationSet, units: list[Extent], rows: list[list[Extent]]
) -> tuple[list[Placed], list[tuple[Span, str]]]:
    placed, misfits = [], []
    starts = [{start: index for index, (start, _) in enumerate(tokens)} for tokens in rows]
    ends = [{end: index + 1 for index, (_, end) in enumerate(tokens)} for tokens in rows]
    for span in annotations.spans:
        row = max(containing(units, span.start), 0)
        if span.fragments:
            misfits.append((span, "discontinuous"))
        elif row != max(containing(units, span.end - 1), 0):
            misfits.append((span, "longer than a sentence"))
        elif span.start not in starts[row] or span.end not in ends[row]:
            misfits.append((span, "an edge inside a token"))
        else:
            placed.append((span, row, starts[row][span.start], ends[row][span.end]))
    return placed, misfits


def _tag(candidates: list[Placed], labels: tuple[str, ...], rows: list[list[Extent]]) -> tuple[list[list[int]], list[Span]]:
    """Tags for each row, longest spans first, then the earlier; and the spans that no longer found room."""
    tags = [[0] * len(tokens) for tokens in rows]
    left_out = []
    for span, row, first, last in sorted(candidates, key=lambda item: (item[2] - item[3], item[1], item[2])):
        if any(tags[row][first:last]):
            left_out.append(span)
        else:
            begin = 1 + 2 * labels.index(span.label)
            tags[row][first:last] = [begin] + [begin + 1] * (last - first - 1)
    return tags, left_out


CONFIG = Config(
    NAME, "one row for each sentence, with IOB2 tags", _columns, _rows, applies=lambda scheme: bool(scheme.layers_of_kind("span"))
)
