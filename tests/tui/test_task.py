"""The real article by key presses: the file is the one made by hand."""

from __future__ import annotations

from pathlib import Path

from annotating.corpora import copy_of_our_corpus
from postil import Corpus
from tui.driving import pressed
from tui.task import BY_HAND, DOCUMENT, WITH_SUGGESTIONS, by_hand, number_of_annotations, suggest, with_ids_of_gold


def made_by(corpus: Corpus, keys: list[str], **more: str) -> Corpus:
    pressed(corpus, keys, DOCUMENT, **more)
    return Corpus.open(corpus.directory.root)


def test_from_scratch(tmp_path: Path) -> None:
    corpus = made_by(copy_of_our_corpus(tmp_path), BY_HAND)

    made = corpus[DOCUMENT].sets["me"]
    assert with_ids_of_gold(corpus, made) == by_hand(corpus, made.header)
    assert len(BY_HAND) / number_of_annotations(made) <= 4


def test_with_suggestions(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    suggest(corpus)
    corpus = made_by(Corpus.open(tmp_path), WITH_SUGGESTIONS, suggestions="model")

    made = corpus[DOCUMENT].sets["me"]
    assert with_ids_of_gold(corpus, made) == by_hand(corpus, made.header)
    assert len(WITH_SUGGESTIONS) / number_of_annotations(made) <= 1.5
