"""Tokens of a whole text at once are those of its sentences one by one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from postil.segmentation import sentences

pytest.importorskip("spacy", reason="the extra spacy is not installed")
from postil.exchange.tokens import Tokens, blank_pipeline

PIECES = st.sampled_from([
    "Mr. Smith", "U.S.", "e.g.", "don't", "  ", "\n\n", "\t", ". ", "! ", "? ", "…", "“Yes.”", "(no)", "10km", ":-)", "a.m.",
    "C++", "l'eau", "z. B.", "😀", "東京。", "I.", "x", " ", "http://a.b/c?d=e", "'", "—", "3.5", "\u00a0",
])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=25), st.sampled_from(["en", "de", "fr", "xx", "fi", "tr"]))
def test_a_text_as_a_whole_is_cut_as_its_sentences_are(pieces: list[str], language: str) -> None:
    text = "".join(pieces)
    units = sentences(text)
    pipeline = blank_pipeline(language)
    one_by_one = [
        [(start + token.idx, start + token.idx + len(token)) for token in pipeline(text[start:end]) if not token.is_space]
        for start, end in units
    ]

    assert Tokens().cut_in(text, units, language) == one_by_one
