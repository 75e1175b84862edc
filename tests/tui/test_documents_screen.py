"""The list of documents, and going from one to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from conftest import write_example
from postil import Corpus
from postil.annotating import Session
from postil.rules.examples import Example
from postil.tui.app import Annotator
from postil.tui.screens.annotate import AnnotateScreen
from postil.tui.screens.documents import DocumentsScreen
from tui.driving import drive, press, pressed, screen_of, shown


@pytest.fixture
def four(tmp_path: Path) -> Corpus:
    """Four documents: one complete, one begun, one whose set is no set, one that somebody else completed."""
    files = {"annotations/me/example-3.jsonl": "no set\n"}
    corpus = Corpus.open(write_example(tmp_path, Example(others=("a\n", "b\n", "c\n"), files=files)))
    for document, annotator, actions in (
        ("example", "me", ["complete"]),
        ("example-2", "me", ["complete", "in-progress"]),
        ("example-4", "other", ["complete"]),
    ):
        with Session.open(corpus, document, annotator) as session:
            for action in actions:
                session.do(action)
    return Corpus.open(tmp_path)


def look(corpus: Corpus, sequence: Any, document: str = "") -> tuple[Any, list[str], Annotator]:
    found: list[Any] = []
    app = pressed(corpus, sequence, document, then=lambda app: found.extend((app.screen, shown(app))))
    return found[0], found[1], app


def listed(lines: list[str]) -> list[str]:
    return [line.split()[-1] for line in lines if line.strip() and line.strip()[0] in "○◐●!"]


def test_how_far_each_is(four: Corpus) -> None:
    _, lines, _ = look(four, "")

    assert listed(lines) == ["example", "example-2", "example-3", "example-4"]
    assert any("● complete" in line for line in lines)
    assert any("○ not begun" in line and "example-4" in line for line in lines)
    assert any("1 not begun, 1 in progress, 1 complete, 1 unreadable" in line for line in lines)


def test_narrowed(four: Corpus) -> None:
    assert listed(look(four, "- 4")[1]) == ["example-4"]
    assert listed(look(four, "tab")[1]) == ["example-4"]
    assert listed(look(four, "tab tab")[1]) == ["example-2"]
    assert listed(look(four, "tab tab tab tab tab")[1]) == ["example-3"]
    assert len(listed(look(four, "tab tab tab tab tab tab")[1])) == 4
    assert any("no document is so" in line for line in look(four, "q enter")[1])


def test_opened_and_back(four: Corpus) -> None:
    screen, _, app = look(four, "down enter")
    assert isinstance(screen, AnnotateScreen)
    assert screen.state.marks.header.document == "example-2"
    assert app.session is None  # it ends with the application
    screen, _, _ = look(four, "down enter O")
    assert isinstance(screen, DocumentsScreen)
    assert screen.found[screen._at].document == "example-2"


def test_one_that_cannot_be_opened_is_explained(four: Corpus) -> None:
    _, lines, _ = look(four, "down down enter")
    assert any("cannot be read" in line for line in lines)
    assert isinstance(look(four, "down down enter escape")[0], DocumentsScreen)


def test_what_changed_on_the_disk_meanwhile(four: Corpus) -> None:
    """A document that is new is listed; the scheme is the present one, and one that cannot be used opens nothing."""
    root, found = four.directory.root, []
    scheme = root / "annotations/scheme.toml"

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        (root / "corpus/another.txt").write_text("x\n")
        (root / "corpus/another.toml").write_text('title = "x"\n')
        scheme.write_text(scheme.read_text(encoding="utf-8").replace("PERSON", "HUMAN"), encoding="utf-8")
        await press(app, pilot, ["O"])
        found.append(listed(shown(app))[0])
        await press(app, pilot, ["enter"])
        found.append("HUMAN" in screen_of(app).state.scheme.layers["entity"].labels)
        scheme.write_text("no scheme", encoding="utf-8")
        await press(app, pilot, ["O", "enter"])
        found.append(" ".join(shown(app)))

    drive(Annotator(four, "me", "example"), steps)
    assert found[:2] == ["another", True]
    assert "the annotation scheme cannot be used as it is" in " ".join(found[2].split())


def test_when_one_is_complete_the_next_is_offered(four: Corpus) -> None:
    _, lines, _ = look(four, "ctrl+d", "example-2")
    assert any("next: example-4" in line for line in lines)
    screen, _, _ = look(four, "U ctrl+d enter", "example-2")
    assert screen.state.marks.header.document == "example-4"
    screen, lines, _ = look(four, "ctrl+d", "example-4")
    assert any("the document is complete, and so are all others" in line for line in lines)
    assert any("complete, saved" in line for line in lines)


def test_the_next_document_by_a_key(four: Corpus) -> None:
    screen, _, _ = look(four, "J", "example")
    assert screen.state.marks.header.document == "example-2"


def test_one_whose_text_was_edited_comes_last_and_says_what_to_do(four: Corpus) -> None:
    path = four.directory.root / "corpus/example-2.txt"
    path.write_text("b, edited\n", encoding="utf-8")
    _, lines, _ = look(four, "")
    assert any("! text changed" in line and "example-2" in line for line in lines)
    assert any("1 not begun, 0 in progress, 1 complete, 1 text changed, 1 unreadable" in line for line in lines)
    screen, _, _ = look(four, "J", "example")
    assert screen.state.marks.header.document == "example-4"
    _, lines, _ = look(four, "J", "example-4")
    assert "postil realign example-2" in " ".join(" ".join(lines).replace("│", "").split())


def test_quitting_from_either(four: Corpus) -> None:
    assert look(four, "escape")[2].return_code == 0
    assert look(four, "ctrl+q", "example")[2].return_code == 0


def test_escape_goes_back_to_the_document_that_the_list_was_asked_from(tmp_path: Path) -> None:
    corpus = Corpus.open(write_example(tmp_path, Example()))
    seen: list[object] = []

    pressed(corpus, "O escape", then=lambda app: seen.append(app.session and app.session.state.marks.header.document))
    assert seen == ["example"]
