"""The text itself: made anew of tokens, or another of the same length."""

from __future__ import annotations

import hashlib
from typing import Any

from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features._feature import Feature, Reducing
from postil.exchange.features._taking_out import changed_annotations, in_each_set
from postil.exchange.tokens import Tokenised
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent


def _from_tokens(document: Document, reducing: Reducing) -> Document:
    """The document with the text that tokens alone give: a blank between two of them, a line for each sentence."""
    found = reducing.tokens.of(document)
    pieces: list[str] = []
    moved: list[list[Extent]] = []
    at = 0
    for row in found.tokens:
        words = [document.text[start:end] for start, end in row]
        moved.append([])
        for word in words:
            moved[-1].append((at, at + len(word)))
            at += len(word) + 1  # the blank, or the end of the line
        pieces.append(" ".join(words) + "\n")
    text = "".join(pieces) or "\n"
    if text == document.text:
        return document
    reducing.losses.add(TEXT.title, document.id, document.text[:40])
    begin: dict[int, int] = {}
    end: dict[int, int] = {}
    for olds, news in zip(found.tokens, moved, strict=True):
        begin.update(zip([start for start, _ in olds], [start for start, _ in news], strict=True))
        end.update(zip([to for _, to in olds], [to for _, to in news], strict=True))

    def carried(record: Any) -> Any:
        if type(record) is not Span:
            return record
        fragments = tuple((begin[first], end[last]) for first, last in record.fragments)
        span = replace(record, start=begin[record.start], end=end[record.end], fragments=fragments)
        return replace(span, text=span.covered(text))

    digest = hashlib.sha256(text.encode()).hexdigest()
    sets = {
        name: replace(changed_annotations(annotations, carried), header=replace(annotations.header, text_sha256=digest))
        for name, annotations in document.sets.items()
    }
    rebuilt = replace(document, text=text, text_sha256=digest, sets=sets)
    sentences = [(row[0][0], row[-1][1]) for row in moved]
    reducing.tokens.remember(rebuilt, Tokenised(sentences, moved))
    return rebuilt


def with_text(document: Document, text: str, reducing: Reducing) -> Document:
    """The document with another text of the same length, so that no offset moves."""
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def recovered(annotations: AnnotationSet, *_: object) -> AnnotationSet:
        spans = tuple(replace(span, text=span.covered(text)) for span in annotations.spans)
        return replace(annotations, header=replace(annotations.header, text_sha256=digest), spans=spans)

    return in_each_set(recovered)(replace(document, text=text, text_sha256=digest), reducing)


TEXT = Feature("text", "the exact text", _from_tokens)
