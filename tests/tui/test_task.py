"""The real article by key presses: the file is the one made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotating.corpora import copy_of_our_corpus
from postil import Corpus
from tui.driving import pressed
from tui.task import (
    BY_HAND,
    BY_SENTENCES,
    DOCUMENT,
    WITH_FAULTY_SUGGESTIONS,
    WITH_SUGGESTIONS,
    by_hand,
    number_of_annotations,
    suggest,
    with_ids_of_gold,
)


def made_by(corpus: Corpus, keys: list[str], **more: str) -> Corpus:
    pressed(corpus, keys, DOCUMENT, **more)
    return Corpus.open(corpus.directory.root)


def test_from_scratch(tmp_path: Path) -> None:
    corpus = made_by(copy_of_our_corpus(tmp_path), BY_HAND)

    made = corpus[DOCUMENT].sets["me"]
    assert (made.header.method, made.header.sources) == ("manual", ())
    assert with_ids_of_gold(corpus, made) == by_hand(corpus, made.header)
    assert len(BY_HAND) / number_of_annotations(made) <= 4


@pytest.mark.parametrize(
    ("keys", "is_faulty"), [(WITH_SUGGESTIONS, False), (BY_SENTENCES, False), (WITH_FAULTY_SUGGESTIONS, True)]
)
def test_with_suggestions(keys: list[str], is_faulty: bool, tmp_path: Path) -> None:
    suggest(copy_of_our_corpus(tmp_path), is_faulty=is_faulty)
    corpus = made_by(Corpus.open(tmp_path), keys, suggestions="model")

    made = corpus[DOCUMENT].sets["me"]
    assert (made.header.method, made.header.sources) == ("manual", ("model",))  # a person decided each, and saw the model's first
    assert with_ids_of_gold(corpus, made) == by_hand(corpus, made.header)
    assert len(keys) / number_of_annotations(made) <= 1.5
