"""A layer's key wins over a suggestion; the status line says the layer that keys are for."""

from __future__ import annotations

from pathlib import Path

from annotating.corpora import hostile_corpus
from postil import Corpus
from tui.driving import pressed, shown


def test_the_key_of_a_layer_wins_over_the_suggestion(tmp_path: Path) -> None:
    pressed(hostile_corpus(tmp_path), "G 1 p", suggestions="model")

    spans = Corpus.open(tmp_path)["example"].sets["me"].spans
    assert {one.layer for one in spans} == {"entity"}


def test_a_list_of_labels_that_are_suggested(tmp_path: Path) -> None:
    lines: list[list[str]] = []

    pressed(hostile_corpus(tmp_path), "1 E", suggestions="model", then=lambda app: lines.append(shown(app)))
    text = "\n".join(lines[0])
    assert "Take every suggestion in entity of" in text
    assert "PERSON  1 suggestion" in text
    assert "ORG  " not in text


def test_a_layer_without_suggestions_says_which_has_some(tmp_path: Path) -> None:
    said: list[str] = []

    pressed(hostile_corpus(tmp_path), "4 E", suggestions="model", then=lambda app: said.extend(shown(app)))
    assert any("genre has no suggestion, but statement and entity" in line for line in said)
