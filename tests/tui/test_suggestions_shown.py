"""Suggestions on the screen: a layer's key wins over one, labels of the document and relations are in the panel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from annotating.corpora import HOSTILE, hostile_corpus
from postil import Corpus
from postil.model import AnnotationSet
from postil.rules.examples import Example, label, relation, span
from postil.tui.app import Annotator
from tui.driving import click, drive, press, pressed, screen_of, shown


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


# --- labels of the document and relations --------------------------------------------------------------------------------

_RECORDS = (
    span("m1", "FACT", 0, 33),
    span("m2", "OPINION", HOSTILE.index("paper"), HOSTILE.index("asks") + 4, attributes={"polarity": "positive"}),
    relation("m3", "supports", {"from": "m1", "to": "m2"}),
    label("m4", "op-ed"),
)


def tied(path: Path) -> Corpus:
    """A corpus whose model suggests two statements, what ties them, and a label of the document."""
    hostile_corpus(path)
    model = Example(text=HOSTILE, records=_RECORDS, header={"annotator": "model", "method": "model"})
    (path / "annotations/model/example.jsonl").write_bytes(model.set_bytes())
    return Corpus.open(path)


def look(path: Path, keys: str) -> tuple[list[str], AnnotationSet]:
    lines: list[str] = []
    made: list[AnnotationSet] = []
    pressed(
        tied(path), keys, suggestions="model",
        then=lambda app: (lines.extend(shown(app)), made.append(screen_of(app).state.marks.annotations)),
    )  # fmt: skip
    return lines, made[0]


def test_the_panel_has_what_is_suggested_of_the_document(tmp_path: Path) -> None:
    lines, _ = look(tmp_path, "")
    assert any("?op-ed genre" in line for line in lines)
    assert any("3 suggestions" in line for line in lines)  # the relation is offered when what it ties is taken


def test_every_suggestion_in_turn_by_one_key(tmp_path: Path) -> None:
    _, made = look(tmp_path, "G enter enter enter enter")
    assert [one.id for one in made.annotations] == ["m1", "m2", "m3", "m4"]
    assert made.header.sources == ("model",)


def test_a_relation_that_is_suggested_stands_at_what_it_ties(tmp_path: Path) -> None:
    lines, _ = look(tmp_path, "G enter enter")
    text = "\n".join(lines)
    assert "Suggested" in text
    assert "from: FACT" in text
    assert "to: OPINION" in text
    assert "Accept as" in text
    lines, _ = look(tmp_path / "head", "G enter enter 2 ctrl+home ]")
    text = "\n".join(lines)
    assert "?supports" in text
    assert "from: this" in text


def test_they_are_turned_down_by_the_key_for_it(tmp_path: Path) -> None:
    lines, made = look(tmp_path, "G enter enter delete delete")
    assert [one.id for one in made.annotations] == ["m1", "m2"]
    assert not any("suggestion" in line for line in lines if "layer " in line)


def test_in_their_own_layer_they_need_not_be_gone_to(tmp_path: Path) -> None:
    _, made = look(tmp_path, "4 enter")
    assert [one.label for one in made.labels] == ["op-ed"]
    _, made = look(tmp_path / "other", "G G G r")
    assert [(one.id, one.label) for one in made.labels] == [("m4", "report")]


def test_another_label_from_the_list(tmp_path: Path) -> None:
    lines, _ = look(tmp_path, "G R")
    assert any("Take it, instead of FACT, as" in line for line in lines)
    _, made = look(tmp_path / "taken", "G R down enter 1 escape")
    assert [(one.id, one.label) for one in made.spans] == [("m1", "OPINION")]


def test_a_suggestion_is_widened_and_taken(tmp_path: Path) -> None:
    lines, made = look(tmp_path, "G > f")
    assert [(one.id, one.end) for one in made.spans] == [("m1", 36)]
    assert any("2 suggestions" in line for line in lines if "layer " in line)
    _, made = look(tmp_path / "edges", "G C C V")
    assert [(one.id, one.text) for one in made.spans] == [("m1", "Rajnath Singh met Hamada in")]


def test_what_stands_in_the_panel_is_gone_to_by_a_click(tmp_path: Path) -> None:
    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await click(app, pilot, "?op-ed")
        assert screen_of(app).state.place.focus == "ghost:m4"
        await press(app, pilot, ["enter"])
        assert [one.id for one in screen_of(app).state.marks.annotations.labels] == ["m4"]
        await click(app, pilot, "op-ed")
        assert screen_of(app).state.place.focus == "m4"

    drive(Annotator(tied(tmp_path), "me", "example", suggestions="model"), steps)
