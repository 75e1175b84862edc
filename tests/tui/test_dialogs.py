"""The dialogs: attributes, mentions, all keys; and what the session asks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from annotating.corpora import ARTICLE, copy_of_our_corpus, hostile_corpus
from postil import Corpus
from postil.annotating import Session
from postil.annotating.journal import Journal
from postil.annotating.lock import Lock
from postil.cli import main
from postil.tui.app import Annotator
from postil.tui.layout import Page
from postil.tui.screens.annotate import AnnotateScreen
from postil.tui.screens.documents import DocumentsScreen
from postil.tui.screens.form import FormScreen
from postil.tui.screens.message import MessageScreen
from tui.driving import drive, in_turn, press, pressed, screen_of, settle, shown

SET = "annotations/gold/example.jsonl"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return copy_of_our_corpus(tmp_path / "corpus")


@pytest.fixture
def hostile(tmp_path: Path) -> Corpus:
    return hostile_corpus(tmp_path / "hostile")


def look(corpus: Corpus, sequence: Any, document: str = ARTICLE, annotator: str = "me", **more: Any) -> tuple[Any, list[str]]:
    """The state and the lines of the screen after these keys."""
    found: list[Any] = []
    pressed(corpus, sequence, document, annotator, then=lambda app: found.extend((screen_of(app).state, shown(app))), **more)
    return found[0], found[1]


# --- attributes ----------------------------------------------------------------------------------------------------------


def test_the_form_opens_itself_where_something_must_be_answered_and_closes_when_it_is(corpus: Corpus) -> None:
    _, lines = look(corpus, "3 space - o")
    assert any("*opinion_type: –  ! OPINION must have the attribute opinion_type" in line for line in lines)
    assert any("1  ○ evaluation" in line for line in lines)
    state, lines = look(corpus, "3 2 space - 3 space - o 2 4 g", annotator="another")
    (span,) = state.marks.spans
    assert span.attributes == {"holder": "AUTHOR", "opinion_type": "recommendation", "polarity": "neutral"}
    assert any("g is no key here" in line for line in lines)  # so the form is closed


ANSWERS: dict[str, dict[str, Any]] = {
    "escape": {},
    "up 2": {"holder": "UNSPECIFIED"},
    "down down 1": {"thesis": True},
    "down down right": {"thesis": True},
    "down down left": {"thesis": False},
    "down down 1 up delete": {"thesis": True, "holder": None},
    "right right": {"opinion_type": "recommendation"},
    "enter enter": {},
    "0 y": {},
}


def test_answering(corpus: Corpus) -> None:
    def attributes(app: Annotator) -> dict[str, Any]:
        (span,) = screen_of(app).state.marks.spans
        return dict(span.attributes)

    found = in_turn(corpus, [f"3 space - o {keys}" for keys in ANSWERS], attributes, ARTICLE)
    expected = {keys: {"holder": "AUTHOR"} | changed for keys, changed in ANSWERS.items()}
    made = zip(expected.items(), found, strict=True)
    assert {keys: {name: one.get(name) for name in wanted} for (keys, wanted), one in made} == expected


def test_a_reference_is_chosen_among_the_nearest(corpus: Corpus) -> None:
    state, _ = look(corpus, "2 tab e 3 space - f enter 3")
    holder = next(span for span in state.marks.spans if span.label == "FACT").attributes["holder"]
    assert state.marks.by_id[holder].label == "EVENT"


def test_free_values_are_typed_and_what_is_wrong_is_said_in_the_words_of_check(hostile: Corpus) -> None:
    keys = "ctrl+g s 1 enter enter down down 9 enter"
    state, lines = look(hostile, keys, "example", "gold")
    assert any("✗ strength is 9, more than the maximum 5" in line or "✗ strength" in line for line in lines)
    assert "strength" not in state.marks.by_id["s1"].attributes
    state, _ = look(hostile, [*keys.split(), *["enter", "ctrl+u", "4", "enter", "a", "enter"]], "example", "gold")
    assert state.marks.by_id["s1"].attributes["strength"] == 4
    assert "source" not in state.marks.by_id["s1"].attributes


def test_nothing_to_answer(corpus: Corpus) -> None:
    _, lines = look(corpus, "2 tab y enter")
    assert any("✗ it has no attributes" in line for line in lines)


# --- mentions, keys ------------------------------------------------------------------------------------------------------


def test_mentions_are_looked_at_before_they_are_labelled(corpus: Corpus) -> None:
    _, lines = look(corpus, [*"2/India", "enter", "g", "M"])
    assert any("unlabelled mention" in line and "“India”, to be GPE" in line for line in lines)
    number = sum("[x]" in line for line in lines)
    assert number
    assert look(corpus, ["M", "up", "space", "enter"])[0].review is None


def test_all_keys_are_listed_searched_and_done(corpus: Corpus) -> None:
    sequences = [
        "2 ?",
        ["?", *"done"],
        ["?", *"xyzzy"],
        ["?", *"xyzzy", "enter"],
        ["?", *"paragraph further", "down", "up", "enter"],
    ]
    found = in_turn(corpus, sequences, lambda app: (screen_of(app).state.place.cursor, "\n".join(shown(app))), ARTICLE)
    (_, listed), (_, searched), (_, nothing), (_, closed), (cursor, _) = found
    assert "label PERSON: " in listed
    assert "next unlabelled name" in listed
    assert re.search(r"\^d +the document is done", searched)
    assert "next unlabelled name" not in searched
    assert "no key does that" in nothing
    assert "no key does that" not in closed
    assert cursor == corpus[ARTICLE].text.index("\n")


# --- suggestions ---------------------------------------------------------------------------------------------------------


def test_suggestions_are_taken_changed_and_turned_down(hostile: Corpus) -> None:
    state, lines = look(hostile, "G", "example", suggestions="model")
    assert any("Suggested" in line for line in lines)
    assert any("3 suggestions" in line for line in lines)
    assert any("╰?PER╯" in line for line in lines)
    state, _ = look(hostile, "G enter p delete", "example", suggestions="model")
    assert [(span.label, span.text[:14]) for span in state.marks.spans] == [("FACT", "Rajnath Singh "), ("PERSON", "Hamada")]
    assert len(state.rejected) == 1


def test_what_a_suggestion_lacks_is_asked_and_then_it_goes_on(hostile: Corpus) -> None:
    path = hostile.directory.root / "annotations/model/example.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("FACT", "OPINION"), encoding="utf-8")
    _, lines = look(hostile, "G enter", "example", suggestions="model")
    assert any("OPINION must have the attribute polarity" in line for line in lines)
    state, _ = look(hostile, "G enter 2 enter", "example", "another", suggestions="model")
    assert [(span.label, dict(span.attributes)) for span in state.marks.spans] == [
        ("OPINION", {"polarity": "negative"}),
        ("PERSON", {}),
    ]


def test_all_of_a_sentence_or_of_a_label(hostile: Corpus) -> None:
    state, _ = look(hostile, "G A", "example", suggestions="model")
    assert len(state.marks.spans) == 2
    state, _ = look(hostile, "1 E g", "example", "another", suggestions="model")
    assert [span.label for span in state.marks.spans] == ["GPE"]
    _, lines = look(hostile, "E", "example", "third")
    assert any("✗ no suggestion is left" in line for line in lines)


# --- what the session asks -----------------------------------------------------------------------------------------------


def test_a_change_on_the_disk_is_merged_and_said(hostile: Corpus) -> None:
    path = hostile.directory.root / SET
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"label":"FACT"', '"label":"OPINION"'), encoding="utf-8")
        screen_of(app)._look_at_disk()
        await settle(pilot)
        found.extend((type(app.screen), shown(app)))
        await press(app, pilot, ["enter", "ctrl+z"])
        found.append(screen_of(app).state.marks.by_id["s2"].label)

    drive(Annotator(hostile, "gold", "example"), steps)
    assert found[0] is MessageScreen
    said = " ".join(" ".join(found[1]).replace("│", " ").split())
    assert "changed on the disk: 1 change: ~ statement FACT" not in said
    assert "changed on the disk: 1 change: ~ statement OPINION “” the” (s2)" in said.replace("” the ”", "” the”")
    assert "label: FACT → OPINION" in said
    assert found[2] == "FACT"


def test_what_both_changed_is_listed(hostile: Corpus) -> None:
    path = hostile.directory.root / SET
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"label":"GPE"', '"label":"PERSON"'), encoding="utf-8")
        await press(app, pilot, [*["ctrl+g", "e", "2", "enter"], "delete"])
        screen_of(app)._look_at_disk()
        await settle(pilot)
        found.append((screen_of(app).session.conflicts, shown(app)))

    drive(Annotator(hostile, "gold", "example"), steps)
    conflicts, lines = found[0]
    assert [one.id for one in conflicts] == ["e2"]
    assert any("conflict" in line for line in lines)


def without(path: Path, *ids: str) -> None:
    """Take lines that name one of these out of a set, as somebody else would."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not any(f'"{id}"' in line for id in ids)), encoding="utf-8")


def test_a_form_about_what_somebody_took_out_answers_nothing_else(hostile: Corpus) -> None:
    """It is not looked for under a dialog; an answer finds it."""
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, ["ctrl+g", "s", "1", "enter", "enter"])
        found.append(type(app.screen))
        without(hostile.directory.root / SET, "s1", "a1")
        screen_of(app)._look_at_disk()
        found.append(type(app.screen))
        screen_of(app).session.refresh()
        await press(app, pilot, ["2", "enter"])
        found.append(type(app.screen))

    drive(Annotator(hostile, "gold", "example"), steps)
    assert found == [FormScreen, FormScreen, AnnotateScreen]
    assert [dict(span.attributes) for span in Corpus.open(hostile.directory.root)["example"].sets["gold"].spans] == [{}] * 3


def test_what_both_changed_is_said_when_an_action_finds_it(hostile: Corpus) -> None:
    path = hostile.directory.root / SET
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, [*["ctrl+g", "s", "1", "enter"], "enter"])
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace('"positive"', '"negative"'), encoding="utf-8")
        await press(app, pilot, ["down", "delete"])
        found.extend((type(app.screen), " ".join(shown(app))))
        await press(app, pilot, ["enter", "escape"])
        found.append(type(app.screen))

    drive(Annotator(hostile, "gold", "example"), steps)
    assert found[0] is MessageScreen
    assert "s1: attributes.polarity" in found[1]
    assert found[2] is AnnotateScreen


def test_a_set_in_use_is_not_opened(hostile: Corpus) -> None:
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        found.extend((type(app.screen), " ".join(shown(app))))
        await press(app, pilot, ["enter"])
        found.append(type(app.screen))

    with Session.open(hostile, "example", "gold"):
        drive(Annotator(hostile, "gold", "example"), steps)
    assert found[0] is MessageScreen
    assert "is being annotated since" in found[1]
    assert found[2] is DocumentsScreen


def test_a_lost_lock_stops_everything_and_can_be_opened_again(hostile: Corpus) -> None:
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        before = screen_of(app).session
        Journal(hostile.directory.root, "gold", "example").lock_path.unlink()
        await press(app, pilot, [*"1/paper", "enter", "p"])
        found.append(" ".join(shown(app)))
        await press(app, pilot, ["enter"])
        await settle(pilot)
        found.append(screen_of(app).session is not before)
        await press(app, pilot, [*"1/paper", "enter", "p"])

    drive(Annotator(hostile, "gold", "example"), steps)
    assert "Not done" in found[0]
    assert "nothing was written" in found[0]
    assert found[1]
    made = Corpus.open(hostile.directory.root)["example"].sets["gold"]
    assert [span.text for span in made.spans if span.label == "PERSON"] == ["Rajnath Singh", "paper"]


def test_a_text_that_was_edited_is_closed_and_not_opened_again(hostile: Corpus) -> None:
    """What is offered helps: opened again it would only be refused, until the set is realigned."""
    found: list[Any] = []
    text = hostile.directory.root / "corpus/example.txt"

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        text.write_text(f"New. {text.read_text(encoding='utf-8')}", encoding="utf-8")
        await press(app, pilot, [*"1/paper", "enter", "p"])
        found.append(" ".join(shown(app)))
        await press(app, pilot, ["escape"])
        found.append(type(app.screen))
        await press(app, pilot, ["p", "enter"])
        found.append(type(app.screen))
        assert main(["-C", str(hostile.directory.root), "realign", "example"]) in (0, 1)
        await press(app, pilot, ["enter"])
        await settle(pilot)
        await press(app, pilot, [*"1/paper", "enter", "p"])

    drive(Annotator(hostile, "gold", "example"), steps)
    assert "Not done" in found[0]
    assert "was edited meanwhile" in found[0]
    assert "⏎ close the document" in found[0]
    assert "open the document again" not in found[0]
    assert found[1:] == [AnnotateScreen, DocumentsScreen]
    made = Corpus.open(hostile.directory.root)["example"].sets["gold"]
    assert [span.text for span in made.spans if span.label == "PERSON"] == ["Rajnath Singh", "paper"]


def test_what_had_not_been_saved_is_taken_up(hostile: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise OSError(28, "no space left")

    with monkeypatch.context() as broken, Session.open(hostile, "example", "gold") as session:
        broken.setattr(session._disk, "write", full)
        session.do("find", "paper")
        with pytest.raises(OSError, match="no space"):
            session.do("label", "PERSON")
    _, lines = look(hostile, "", "example", "gold")
    assert any("1 step that had not been saved taken from the journal" in line for line in lines)


def test_a_disk_that_is_full_loses_nothing(hostile: Corpus) -> None:
    found: list[Any] = []

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        screen_of(app).session._disk.write = full  # type: ignore[method-assign,assignment]
        await press(app, pilot, [*"1/paper", "enter", "p"])
        found.append(" ".join(shown(app)))
        await press(app, pilot, ["escape", "."])
        assert "NOT SAVED" in " ".join(shown(app)), "a move saves nothing"
        screen_of(app)._look_at_disk()
        assert isinstance(app.screen, AnnotateScreen), "it was said already"
        await press(app, pilot, ["1", "g", "enter"])
        assert isinstance(app.screen, AnnotateScreen), "there is nothing to choose: it is saved when it can be"
        app.open_document("example")
        await settle(pilot)
        found.append(" ".join(shown(app)))

    drive(Annotator(hostile, "gold", "example"), steps)
    assert f"{SET}: No space left on device" in found[0]
    assert "Not saved" in found[0]
    assert "What you did is in the journal" in found[0]
    assert "open the document again" not in found[0]
    assert "NOT SAVED" in found[0]
    assert "2 steps that had not been saved taken from the journal" in found[1]
    made = Corpus.open(hostile.directory.root)["example"].sets["gold"]
    assert any(span.text == "paper" for span in made.spans)


def test_what_could_not_be_saved_is_saved_when_it_can_be(hostile: Corpus) -> None:
    found: list[Any] = []

    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        disk = screen_of(app).session._disk
        with pytest.MonkeyPatch.context() as broken:
            broken.setattr(disk, "write", full)
            await press(app, pilot, [*"1/paper", "enter", "p", "escape"])
            found.append(screen_of(app).session.is_saved)
        screen_of(app)._look_at_disk()
        found.extend((screen_of(app).session.is_saved, " ".join(shown(app))))

    drive(Annotator(hostile, "gold", "example"), steps)
    assert found[:2] == [False, True]
    assert "complete, saved" in found[2]


def test_what_is_left_unsaved_is_said_at_the_end(hostile: Corpus) -> None:
    def full(_: object) -> None:
        raise OSError(28, "No space left on device")

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        screen_of(app).session._disk.write = full  # type: ignore[method-assign,assignment]
        await press(app, pilot, [*"1/paper", "enter", "p", "escape"])

    app = drive(Annotator(hostile, "gold", "example"), steps)
    assert app.left_unsaved == SET
    assert pressed(hostile, "", annotator="gold").left_unsaved == ""


def test_what_is_pasted_is_typed_where_there_is_a_line_and_nowhere_else(hostile: Corpus) -> None:
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        for keys, text in (([], "1p"), (["/"], "Tokyo\npaper"), (["enter", "O"], "nothing")):
            await press(app, pilot, keys)
            app.post_message(events.Paste(text))
            await settle(pilot)
            if keys == ["/"]:
                await press(app, pilot, ["enter"])
                found.append(screen_of(app).state.sought)
        found.append(" ".join(shown(app)))

    drive(Annotator(hostile, "gold", "example"), steps)
    assert found[0] == "Tokyo paper"
    assert "no document is so" in found[1]
    assert len(Corpus.open(hostile.directory.root)["example"].sets["gold"].spans) == 4


def test_a_fault_in_drawing_loses_nothing(hostile: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, [*"1/paper", "enter"])
        monkeypatch.setattr(Page, "draw", lambda *_: 1 / 0)
        monkeypatch.setattr(app, "_fatal_error", app._close_messages_no_wait)  # what it does after drawing every frame
        await press(app, pilot, ["p"])
        await pilot.pause()

    with pytest.raises(ZeroDivisionError):
        drive(Annotator(hostile, "gold", "example"), steps)
    monkeypatch.undo()
    made = Corpus.open(hostile.directory.root)["example"].sets["gold"]
    assert any(span.text == "paper" for span in made.spans)
    lock = Journal(hostile.directory.root, "gold", "example").lock_path
    Lock(lock, "free again").release()


def test_without_a_terminal_it_is_said_what_to_do(
    hostile: Corpus, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert main(["-C", str(hostile.directory.root), "annotate", "example", "--as", "me"]) == 2
    assert "this is no terminal: use --script FILE, or --list" in capsys.readouterr().err


def test_a_terminal_that_cannot_place_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = hostile_corpus(tmp_path)
    monkeypatch.setenv("TERM", "dumb")

    assert main(["-C", str(corpus.directory.root), "annotate", "example", "--as", "me"]) == 2
    assert "this terminal (TERM=dumb) cannot place what is drawn" in capsys.readouterr().err
