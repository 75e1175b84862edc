"""What of a document both syntaxes write: its passages, and what lies in them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

import msgspec

from postil.corpus import Document
from postil.formats._bioc.collection import PASSAGE_LAYER
from postil.formats._bioc.infons import infons
from postil.formats._bioc.layout import LONGEST_GAP
from postil.model import Label, Relation, Span


class Passage(msgspec.Struct):
    """What is written as a passage. ``spans``: the annotations that lie in it."""

    start: int
    text: str
    infons: dict[str, Any] = {}
    spans: list[Span] = []


def arranged(document: Document) -> tuple[list[Passage], list[Span]]:
    """The passages of a document, and the spans that lie in none of them.

    Spans of the layer "passage" are passages where nothing but line ends lies between them. Else the text is one.
    """
    annotations = next(iter(document.sets.values()), None)
    spans = annotations.spans if annotations else ()
    own = _passages(spans, document.text)
    if not own:
        return [Passage(0, document.text, {}, list(spans))], []
    as_read = [PASSAGE_LAYER, *(f"{PASSAGE_LAYER}-{number}" for number in range(2, len(own) + 1))]
    are_as_read = [span.id for span in own] == as_read
    made = []
    for span in own:
        said = infons(span)
        del said["layer"]
        made.append(Passage(span.start, span.text, said if are_as_read else {**said, "id": span.id}))
    starts = [passage.start for passage in made]
    loose: list[Span] = []
    for span in spans:
        if span.layer == PASSAGE_LAYER:
            continue
        passage = made[bisect_right(starts, span.start) - 1]
        (passage.spans if span.end <= passage.start + len(passage.text) else loose).append(span)
    return made, loose


def _passages(spans: Iterable[Span], text: str) -> list[Span]:
    """The spans of the layer "passage", where they can be passages; none where one of them cannot."""
    own = [span for span in spans if span.layer == PASSAGE_LAYER]
    edges = [0, *(edge for span in own for edge in (span.start, span.end)), len(text)]
    gaps = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    can_be = (
        bool(own)
        and edges == sorted(edges)
        and not gaps[0]
        and gaps[-1] in ("", "\n")
        and not any(gap.strip("\n") or len(gap) > LONGEST_GAP for gap in gaps)
        and all(span.start < span.end and not span.fragments and "id" not in span.attributes for span in own)
        and max(span.end for span in spans) <= own[-1].end
    )
    return own if can_be else []


def ties(document: Document) -> Iterable[Relation | Label]:
    """What is written as relations: relations, and labels of the document as relations of nothing."""
    annotations = next(iter(document.sets.values()), None)
    return (*annotations.relations, *annotations.labels) if annotations else ()


def nodes(record: Relation | Label) -> list[tuple[str, str]]:
    """The ids and roles of a relation; none of a label."""
    return [(id, role) for role, id in record.arguments()] if isinstance(record, Relation) else []


def covered_text(span: Span, text: str) -> str:
    """What an annotation repeats: the text from its first character to its last, gaps and all."""
    return text[span.start : span.end]
