"""``tokens``: a row for each sentence, with its tokens and IOB2 tags.

Every layer has a column ``{layer}_tags`` in which the longest spans come first. A layer that allows overlap has a
column for each label as well, ``{layer}_{label}_tags``, so that a name inside a name keeps its tag there. What fits
nowhere is counted, with the reason.
"""

from __future__ import annotations

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, Rows
from postil.formats.hf.features import INT, STRING, STRINGS, ClassLabel, Column, ListOf
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent, containing, sentences

NAME = "tokens"


def _tag_columns(context: Context) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Each tag column with its layer and the labels that it holds."""
    columns = {}
    for name in context.span_layers:
        layer = context.scheme.layers[name]
        columns[f"{name}_tags"] = (name, tuple(layer.labels))
        if layer.overlap != "none":
            columns |= {f"{name}_{label}_tags": (name, (label,)) for label in layer.labels}
    return columns


def _iob2(labels: tuple[str, ...]) -> tuple[str, ...]:
    return ("O", *(f"{mark}-{label}" for label in labels for mark in "BI"))


def _columns(context: Context) -> dict[str, Column]:
    tags = {name: ListOf(ClassLabel(_iob2(labels))) for name, (_, labels) in _tag_columns(context).items()}
    return {
        "document": STRING,
        "annotator": STRING,
        "sentence": INT,
        "tokens": STRINGS,
        "starts": ListOf(INT),
        "ends": ListOf(INT),
        **tags,
    }


def _rows(context: Context, document: Document, annotations: AnnotationSet) -> Rows:
    units = sentences(document.text)
    rows: list[list[Extent]] = [[] for _ in units]
    for token in context.tokenizers.tokens(document.text, document.metadata.language):
        rows[max(containing(units, token[0]), 0)].append(token)
    placed, misfits = _place(annotations, units, rows)
    tags = {}
    fitting: set[str] = set()
    for name, (layer, labels) in _tag_columns(context).items():
        candidates = [item for item in placed if item[0].layer == layer and item[0].label in labels]
        tags[name], fits = _tag(candidates, labels, rows)
        fitting |= fits
    for span, why in misfits:
        context.misfit(NAME, f"{span.layer}: {why}", document, span.id)
    for span, _, _, _ in placed:
        if span.id not in fitting:
            why = f"{span.layer}: overlapped by a longer span of the same label"
            context.misfit(NAME, why, document, span.id)
    for number, tokens in enumerate(rows):
        yield {
            "document": document.id,
            "annotator": annotations.annotator,
            "sentence": number,
            "tokens": [document.text[start:end] for start, end in tokens],
            "starts": [start for start, _ in tokens],
            "ends": [end for _, end in tokens],
            **{name: columns[number] for name, columns in tags.items()},
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


def _tag(candidates: list[Placed], labels: tuple[str, ...], rows: list[list[Extent]]) -> tuple[list[list[int]], set[str]]:
    """Tags for each row, longest spans first (then the earlier, then the outer in the file), and the ids that fitted."""
    tags = [[0] * len(tokens) for tokens in rows]
    fitting = set()
    for span, row, first, last in sorted(candidates, key=lambda item: (item[2] - item[3], item[1], item[2])):
        if not any(tags[row][first:last]):
            begin = 1 + 2 * labels.index(span.label)
            tags[row][first:last] = [begin] + [begin + 1] * (last - first - 1)
            fitting.add(span.id)
    return tags, fitting


CONFIG = Config(
    NAME, "one row for each sentence, with IOB2 tags", _columns, _rows, applies=lambda scheme: bool(scheme.layers_of_kind("span"))
)
