"""``tokens``: a row for each sentence, with its tokens and IOB2 tags.

Every layer has a column ``{layer}_tags`` in which the longest spans come first. A layer that allows overlap has a
column for each label as well, ``{layer}_{label}_tags``, so that a name inside a name keeps its tag there, as long as
there are not too many of these in all. What fits nowhere is counted, with the reason.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from operator import itemgetter
from typing import NamedTuple

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, columns
from postil.formats.hf.parquet.columns import Block, Lists
from postil.formats.hf.parquet.features import PLACE, STRING, STRINGS, ClassLabel, Column, ListOf, numbers
from postil.model import AnnotationSet, Span
from postil.scheme import Scheme
from postil.segmentation import Extent, containing

NAME = "tokens"
LABEL_COLUMNS = 100
"""The most columns for single labels: each has a tag for every token, and the Hub shows no table of a thousand columns."""


TagColumn = tuple[str, tuple[str, str], tuple[str, ...]]
"""The name of a column of tags; its layer, and its label where it is of one (else empty); the labels that it holds."""


def without_label_columns(scheme: Scheme) -> dict[str, int]:
    """The layers that may overlap and whose labels, so many, find no room for a column each, those before them having theirs."""
    left, found = LABEL_COLUMNS, {}
    for name, layer in scheme.layers_of_kind("span").items():
        if layer.overlap == "none":
            continue
        if len(layer.labels) > left:
            found[name] = len(layer.labels)
        else:
            left -= len(layer.labels)
    return found


def _tag_columns(context: Context) -> Iterator[TagColumn]:
    crowded = without_label_columns(context.scheme)
    for name in context.span_layers:
        layer = context.scheme.layers[name]
        yield f"{name}_tags", (name, ""), tuple(layer.labels)
        if layer.overlap != "none" and name not in crowded:
            yield from ((f"{name}_{label}_tags", (name, label), (label,)) for label in layer.labels)


def _iob2(labels: tuple[str, ...]) -> tuple[str, ...]:
    return ("O", *(f"{mark}-{label}" for label in labels for mark in "BI"))


def _columns(context: Context) -> dict[str, Column]:
    fixed: dict[str, Column] = {
        "document": STRING,
        "annotator": STRING,
        "sentence": PLACE,
        "tokens": STRINGS,
        "starts": ListOf(PLACE),
        "ends": ListOf(PLACE),
    }
    return columns(fixed.items(), ((name, ListOf(ClassLabel(_iob2(labels)))) for name, _, labels in _tag_columns(context)))


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    rows = context.tokens_of(document)
    lengths = [len(row) for row in rows]
    tokens = [token for row in rows for token in row]
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    sentence_of = [number for number, length in enumerate(lengths) for _ in range(length)]
    placed, misfits = _place(annotations, context.sentences_of(document), _Tokens(starts, ends, sentence_of))
    for span, why in misfits:
        context.misfit(NAME, f"{span.layer}: {why}", document, annotations.annotator, span.id)
    block: Block = {
        "document": [document.id] * len(rows),
        "annotator": [annotations.annotator] * len(rows),
        "sentence": range(len(rows)),
        "tokens": Lists(lengths, [document.text[start:end] for start, end in tokens]),
        "starts": Lists(lengths, starts),
        "ends": Lists(lengths, ends),
    }
    for name, what, labels in _tag_columns(context):
        tags, left_out = _tag(placed[what], labels, len(tokens))
        block[name] = Lists(lengths, tags)
        for span in left_out:
            context.misfit(f"{NAME}, {name}", "overlapped by a longer span", document, annotations.annotator, span.id)
    return block


Placed = tuple[int, int, Span]
"""How many tokens a span has, less than zero; its first token; the span: so that the longest come first, then the earlier."""


class _Tokens(NamedTuple):
    """Where the tokens of a document start and end, and the number of the sentence that each is in."""

    starts: list[int]
    ends: list[int]
    sentences: list[int]


def _place(
    annotations: AnnotationSet, units: list[Extent], tokens: _Tokens
) -> tuple[defaultdict[tuple[str, str], list[Placed]], list[tuple[Span, str]]]:
    """The spans by their layer and by their layer and label, those first that go first; and those without a place, with why."""
    placed: list[Placed] = []
    misfits: list[tuple[Span, str]] = []
    firsts = dict(zip(tokens.starts, count()))
    lasts = dict(zip(tokens.ends, count()))
    for span in annotations.spans:
        first, last = firsts.get(span.start, -1), lasts.get(span.end, -1)
        has_both = first >= 0 and last >= 0
        if span.fragments:
            misfits.append((span, "discontinuous"))
        elif has_both and tokens.sentences[first] == tokens.sentences[last]:
            placed.append((first - last - 1, first, span))
        elif has_both or max(containing(units, span.start), 0) != containing(units, span.end - 1):
            misfits.append((span, "over the end of a sentence"))
        else:
            misfits.append((span, "an edge inside a token"))
    placed.sort(key=itemgetter(0, 1))
    found: defaultdict[tuple[str, str], list[Placed]] = defaultdict(list)
    for item in placed:
        span = item[2]
        found[span.layer, ""].append(item)
        found[span.layer, span.label].append(item)
    return found, misfits


def _tag(candidates: list[Placed], labels: tuple[str, ...], count: int) -> tuple[array[int], list[Span]]:
    """Tags for so many tokens, the candidates in their order; and the spans that no longer found room."""
    tags = array("q", bytes(8 * count))
    left_out = []
    known = numbers(labels)
    for length, first, span in candidates:
        after = first - length
        if any(tags[first:after]):
            left_out.append(span)
        else:
            begin = 1 + 2 * known[span.label]
            tags[first:after] = array("q", [begin] + [begin + 1] * (after - first - 1))
    return tags, left_out


CONFIG = Config(
    NAME,
    "one row for each sentence, with IOB2 tags",
    frozenset({"document", "annotator", "sentence", "tokens", "starts", "ends"}),
    _columns,
    _block,
    applies=lambda scheme: bool(scheme.layers_of_kind("span")),
    texts=None,
)
