"""Lists by the mouse, and lists that are longer than the window."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from annotating.corpora import ARTICLE, copy_of_our_corpus
from conftest import write_example
from postil import Corpus
from postil.rules.examples import Example
from postil.tui.app import Annotator
from postil.tui.screens.documents import DocumentsScreen
from postil.tui.widgets.rows import Rows
from tui.driving import drive, press, screen_of, settle, shown


@pytest.fixture
def many(tmp_path: Path) -> Corpus:
    """Three hundred documents."""
    return Corpus.open(write_example(tmp_path, Example(others=("a\n",) * 299)))


def test_what_is_chosen_is_in_sight_and_what_is_not_is_not_drawn(many: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    draw = DocumentsScreen._drawn
    monkeypatch.setattr(DocumentsScreen, "_drawn", lambda screen, at: drawn.append(at) or draw(screen, at))
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        for keys in (["pagedown"] * 20, ["up"] * 5, ["pageup"] * 40):
            drawn.clear()
            await press(app, pilot, keys[:-1])
            drawn.clear()
            await press(app, pilot, keys[-1:])
            screen = app.screen
            assert isinstance(screen, DocumentsScreen)
            name = screen.found[screen._at].document
            found.append((screen._at, any(line.endswith(f" {name}") for line in shown(app)), len(set(drawn)) < 34))

    drive(Annotator(many, "me"), steps)
    assert found == [(200, True, True), (195, True, True), (0, True, True)]


def test_a_document_is_opened_by_a_click_and_the_wheel_goes_further(many: Corpus) -> None:
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        rows = app.screen.query_one(Rows)
        await pilot._post_mouse_events([events.MouseScrollDown], rows, offset=(20, 2), button=0)
        await settle(pilot)
        assert isinstance(app.screen, DocumentsScreen)
        found.append(app.screen._at)
        await pilot.click(rows, offset=(20, 1))
        await settle(pilot)
        found.append(screen_of(app).state.marks.header.document)

    drive(Annotator(many, "me"), steps)
    assert found == [3, many.document_ids[1]]


def test_a_label_is_chosen_and_a_mention_left_out_by_a_click(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, [*"2/India", "enter", "'"])
        await pilot.click(app.screen.query_one(Rows), offset=(5, 2))
        await settle(pilot)
        found.extend(span.label for span in screen_of(app).state.marks.spans)
        await press(app, pilot, ["M"])
        await pilot.click(app.screen.query_one(Rows), offset=(5, 1))
        await settle(pilot)
        found.append([line[4:7] for line in shown(app) if line[4:7] in ("[ ]", "[x]")][:2])

    drive(Annotator(corpus, "me", ARTICLE), steps)
    assert found == [list(corpus.scheme.layers["entity"].labels)[1], ["[ ]", "[x]"]]
