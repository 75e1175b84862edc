"""Labels without keys get some; lists are narrowed by typing; what is drawn of a key can be clicked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from annotating.corpora import hostile_corpus
from conftest import write_example
from postil import Corpus
from postil.rules.examples import SCHEME, Example, span
from postil.scheme import LabelDefinition, Layer
from postil.tui.app import Annotator
from postil.tui.keys import Keys
from postil.tui.label_keys import keys_of
from tui.driving import click, drive, press, pressed, screen_of, shown, until

MANY = "\n".join(f"labels.KIND-{number:02} = {{}}" for number in range(1, 41))


def test_labels_without_keys_get_letters_that_nothing_has() -> None:
    labels = {"PERSON": LabelDefinition(key="p"), "PLACE": LabelDefinition(), "LAW": LabelDefinition(), "日本": LabelDefinition()}

    assert keys_of(Layer("span", labels=labels), {"l"}) == {"PERSON": "p", "PLACE": "a", "LAW": "w", "日本": "b"}
    many = Layer("span", labels={str(number): LabelDefinition() for number in range(40)})
    found = keys_of(many, Keys().used)
    assert len(set(found.values())) == len(found) == 26
    assert not Keys().used & set(found.values())


def test_they_label_and_are_shown(tmp_path: Path) -> None:
    lines: list[str] = []
    app = pressed(hostile_corpus(tmp_path), "2 . . f", then=lambda app: lines.extend(shown(app)))

    assert [one.label for one in Corpus.open(tmp_path)["example"].sets["me"].spans] == ["FACT"]
    assert any(" f  FACT" in line for line in lines)
    assert any("'  a list" in line for line in lines), app


def test_a_list_of_many_is_narrowed_by_typing(tmp_path: Path) -> None:
    scheme = f'name = "news"\nversion = 1\n[layers.entity]\nkind = "span"\n{MANY}\n'
    pressed(Corpus.open(write_example(tmp_path, Example(text="one two\n", scheme=scheme))), "' 3 7 enter . ' end up enter")

    labels = [one.label for one in Corpus.open(tmp_path)["example"].sets["me"].spans]
    assert labels == ["KIND-37", "KIND-39"]


def test_a_reference_is_found_by_typing(tmp_path: Path) -> None:
    records = (
        span("s1", "FACT", 0, 13),
        *(span(f"e{at}", "PERSON", at, at + 1) for at in range(20, 32)),
        span("ej", "GPE", 8, 13),
    )
    text = "Rajnath Jaish is " + "x " * 20 + "\n"
    corpus = Corpus.open(write_example(tmp_path, Example(text=text, scheme=SCHEME, records=records)))
    pressed(corpus, "ctrl+g s 1 enter enter J a i enter", annotator="gold")

    (fact,) = [one for one in Corpus.open(tmp_path)["example"].sets["gold"].spans if one.id == "s1"]
    assert fact.attributes == {"holder": "ej"}


def test_clicks_on_a_label_on_an_answer_and_on_a_key(tmp_path: Path) -> None:
    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, ["2"])
        await click(app, pilot, " o  OPINION")
        assert [one.label for one in screen_of(app).state.marks.spans] == ["OPINION"]
        await click(app, pilot, " 2  ○ negative")
        assert [dict(one.attributes) for one in screen_of(app).state.marks.spans] == [{"polarity": "negative"}]
        await click(app, pilot, " undo")
        assert [dict(one.attributes) for one in screen_of(app).state.marks.spans] == [{}]

    drive(Annotator(hostile_corpus(tmp_path), "me", "example"), steps)


def test_a_form_leaves_in_sight_what_it_asks_about(tmp_path: Path) -> None:
    text = "".join(f"Line {number} here.\n\n" for number in range(30)) + "The end is near.\n"
    start = text.index("The end")
    records = (span("s1", "OPINION", start, start + 15),)
    corpus = Corpus.open(write_example(tmp_path, Example(text=text, records=records)))

    async def look(app: Annotator, pilot: Pilot[Any]) -> None:
        wanted = ("The end is near.", "○ positive", "○ negative")
        assert await until(pilot, lambda: all(said in "\n".join(shown(app)) for said in wanted)), shown(app)

    for size in ((40, 10), (110, 24)):
        pressed(corpus, "ctrl+g s 1 enter enter down", annotator="gold", size=size, then=look)


def test_another_layer_is_asked_for_only_at_a_span(tmp_path: Path) -> None:
    said: list[str] = []

    pressed(hostile_corpus(tmp_path), "D", then=lambda app: said.extend(shown(app)))
    assert "✗ no span is here: go to one first" in "\n".join(said)
