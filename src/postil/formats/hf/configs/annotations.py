"""``annotations``: a row for each judgement: what an annotator says of an item that some annotator marked.

Items are spans of a layer, aligned over the annotators of a document: a span belongs to the item that it has most in common
with, at least half of what both cover together, and no item has two spans of one annotator. Who marked nothing there has a row
without a label, so that for each item the rows are its distribution of labels.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.formats.hf.config import Config, Context, attribute_columns, attribute_values, columns
from postil.formats.hf.parquet.columns import Block
from postil.formats.hf.parquet.features import FLOAT, PLACE, STRING, STRINGS, ClassLabel, Column, numbers
from postil.model import AnnotationSet, Span

_LEAST = 0.5  # of what two spans cover together, what both must cover to be about one thing


class _Item(msgspec.Struct):
    """What annotators marked in one place. ``spans``: by annotator; the first of them is what others are compared with."""

    first: Span
    spans: dict[str, Span]

    @property
    def place(self) -> tuple[int, int]:
        """Where most of the annotators have it."""
        if len(self.spans) == 1:
            return self.first.start, self.first.end
        return Counter((span.start, span.end) for span in self.spans.values()).most_common(1)[0][0]


def _columns(context: Context) -> dict[str, Column]:
    fixed: dict[str, Column] = {
        "document": STRING,
        "item": STRING,
        "layer": ClassLabel(tuple(context.span_layers)),
        "item_start": PLACE,
        "item_end": PLACE,
        "item_text": STRING,
        "annotator": STRING,
        "method": STRING,
        "sources": STRINGS,
        "status": STRING,
        "id": STRING,
        "label": context.span_labels,
        "start": PLACE,
        "end": PLACE,
        "confidence": FLOAT,
    }
    return columns(fixed.items(), attribute_columns(context, *context.span_layers))


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    if annotations is not next(iter(document.sets.values())):
        return {"document": []}  # the first set brings the rows of all: an item is theirs together
    items = [
        (number, f"{layer}-{count}", item)
        for number, layer in enumerate(context.span_layers)
        for count, item in enumerate(_aligned(document, layer), 1)
    ]
    sets = list(document.sets.values())
    places = [item.place for *_, item in items]
    spans = [item.spans.get(one.annotator) for *_, item in items for one in sets]
    labels = numbers(context.span_labels.names)

    def for_each(values: Iterable[Any]) -> list[Any]:
        return [value for value in values for _ in sets]

    return {
        "document": for_each([document.id] * len(items)),
        "item": for_each(name for _, name, _ in items),
        "layer": for_each(number for number, *_ in items),
        "item_start": for_each(start for start, _ in places),
        "item_end": for_each(end for _, end in places),
        "item_text": for_each(document.text[start:end] for start, end in places),
        "annotator": [one.annotator for one in sets] * len(items),
        "method": [one.header.method for one in sets] * len(items),
        "sources": [one.header.sources for one in sets] * len(items),
        "status": [one.header.status for one in sets] * len(items),
        "label": [labels[span.label] if span else None for span in spans],
        **{name: [getattr(span, name, None) for span in spans] for name in ("id", "start", "end", "confidence")},
        **attribute_values(context, spans),
    }


def _aligned(document: Document, layer: str) -> list[_Item]:
    """The items of a layer, in the order of the text."""
    items: list[_Item] = []
    for annotator, one in document.sets.items():
        spans = [span for span in one.spans if span.layer == layer]
        taken: set[int] = set()
        placed: set[int] = set()
        for _, _, at, number in sorted(_alike(items, spans) if items else ()):
            if at not in taken and number not in placed:
                items[at].spans[annotator] = spans[number]
                taken.add(at)
                placed.add(number)
        items += [_Item(span, {annotator: span}) for number, span in enumerate(spans) if number not in placed]
        items.sort(key=lambda item: (item.first.start, -item.first.end))
    return items


def _alike(items: list[_Item], spans: list[Span]) -> Iterator[tuple[float, bool, int, int]]:
    """The pairs of an item and a span that are about one thing, so that the best come first when they are sorted."""
    starts = [item.first.start for item in items]
    longest = max((item.first.end - item.first.start for item in items), default=0)
    for number, span in enumerate(spans):
        for at in range(bisect_left(starts, span.start - longest), bisect_left(starts, span.end)):
            first = items[at].first
            share = _share(first, span)
            if share >= _LEAST:
                yield -share, first.label != span.label, at, number


def _share(one: Span, other: Span) -> float:
    """Of the code points that either covers, the part that both cover."""
    both = sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in one.extents for b in other.extents)
    either = sum(end - start for span in (one, other) for start, end in span.extents) - both
    return both / either if either else 0.0


CONFIG = Config(
    "annotations",
    "one row for each item and annotator: what each says of what any of them marked",
    frozenset({"document", "annotator", "item", "item_start", "item_end", "item_text"}),
    _columns,
    _block,
    applies=lambda scheme: bool(scheme.layers_of_kind("span")),
    texts=("item_text",),
)
