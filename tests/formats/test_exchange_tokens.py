"""Tokens that the corpus brings itself, and what they leave out."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings, strategies as st

from postil.corpus import Document
from postil.exchange.tokens import Tokens, blank_pipeline
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Span
from postil.segmentation import sentences

PIECES = st.sampled_from([
    "Mr. Smith", "U.S.", "e.g.", "don't", "  ", "\n\n", "\t", ". ", "! ", "? ", "…", "“Yes.”", "(no)", "10km", ":-)", "a.m.",
    "C++", "l'eau", "z. B.", "😀", "東京。", "I.", "x", " ", "http://a.b/c?d=e", "'", "—", "3.5", "\u00a0",
])  # fmt: skip


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


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=25), st.sampled_from(["en", "de", "fr", "xx"]))
def test_a_text_is_cut_as_spacy_cuts_it_and_no_token_leaves_its_sentence(pieces: list[str], language: str) -> None:
    pytest.importorskip("spacy", reason="the extra spacy is not installed")
    text = "".join(pieces)
    units = sentences(text)
    found = Tokens().cut_in(text, units, language)

    whole = spacy_tokens(text, language)
    apart = [[(start + one, start + other) for one, other in spacy_tokens(text[start:end], language)] for start, end in units]
    assert [token for row in found for token in row] == whole or found == apart
    for row, (start, end) in zip(found, units, strict=True):
        assert all(start <= first < last <= end for first, last in row)


def spacy_tokens(text: str, language: str) -> list[tuple[int, int]]:
    return [(token.idx, token.idx + len(token)) for token in blank_pipeline(language)(text) if not token.is_space]
