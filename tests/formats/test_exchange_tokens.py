"""Tokens that the corpus brings itself, and what they leave out."""

from __future__ import annotations

import hashlib

from postil.corpus import Document
from postil.exchange.tokens import Tokens
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Span


def document(text: str, *spans: tuple[str, int, int]) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    made = [Span(f"x{number}", layer, "x", start, end, text[start:end]) for number, (layer, start, end) in enumerate(spans)]
    header = Header("a", "gold", "s/1", digest, "complete", "manual")
    return Document("a", text, Metadata(), {"gold": AnnotationSet(header, tuple(made))}, digest)


def words(document: Document) -> list[list[str]]:
    return [[document.text[start:end] for start, end in row] for row in Tokens().of(document).tokens]


def test_what_no_token_holds_becomes_tokens() -> None:
    found = document("one two-three four\nfive\n", ("token", 4, 7), ("token", 14, 18))

    assert words(found) == [["one", "two", "-three", "four", "five"]]


def test_what_no_sentence_holds_becomes_sentences() -> None:
    found = document("Title\n\nA b. C d.\nLast\n", ("sentence", 7, 16), ("token", 0, 5))

    assert words(found) == [["Title"], ["A", "b.", "C", "d."], ["Last"]]


def test_blank_tokens_are_none_and_tokens_that_overlap_are_spans() -> None:
    assert words(document("a  b\n", ("token", 0, 1), ("token", 1, 3), ("token", 3, 4))) == [["a", "b"]]
    assert words(document("ab c\n", ("token", 0, 2), ("token", 1, 2))) == [["ab", "c"]]
