"""The annotating screen: every key, what is drawn, the mouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot

from annotating.corpora import ARTICLE, HOSTILE, copy_of_our_corpus, hostile_corpus
from conftest import write_example
from postil import Corpus
from postil.annotating import focused
from postil.model import Relation, Span
from postil.rules.examples import Example, span
from postil.tui.app import Annotator
from postil.tui.drawing import MARGIN
from postil.tui.keys import COMMANDS, Keys
from postil.tui.widgets.text_view import TextView
from tui.driving import drive, in_turn, keys_from, press, pressed, screen_of, settle, shown, until

TEXT = """\
Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo. They spoke (briefly) of rules-based order.

Hamada left Tokyo. The weather was fine, he said; nobody doubts it. The Hamadas stay.
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return Corpus.open(write_example(tmp_path / "corpus", Example(text=TEXT)))


def chosen(app: Annotator) -> str:
    state = screen_of(app).state
    start, end = sorted((state.place.anchor, state.place.cursor))
    return state.text[start:end]


def spans(corpus: Corpus, annotator: str = "me", document: str = "example") -> list[tuple[str, str]]:
    made = Corpus.open(corpus.directory.root)[document].sets[annotator]
    return [(one.label, one.text) for one in made.spans]


def after(corpus: Corpus, keys: str, **more: Any) -> tuple[Any, list[str], str]:
    """The state after these keys, the lines of the screen, and what was said."""
    found: list[Any] = []

    def look(app: Annotator) -> None:
        screen = screen_of(app)
        found.extend((screen.state, shown(app), str(screen._said.render())))

    pressed(corpus, keys, then=look, **more)
    return found[0], found[1], found[2]


# --- going and selecting -------------------------------------------------------------------------------------------------

E = "1 "  # the layer of entities


SELECTIONS = [
    ("tab", "Dr Rajnath Singh"),
    ("tab tab", "Ministry of Defence"),
    ("tab tab shift+tab", "Dr Rajnath Singh"),
    ("space", "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo."),
    ("space space", "They spoke (briefly) of rules-based order."),
    ("space space `", "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo."),
    (". >", "Rajnath"),
    (". > >", "Rajnath Singh"),
    (". > > <", "Rajnath"),
    (". . , >", "Rajnath"),
    ("ctrl+right ctrl+right ctrl+left ctrl+shift+right", "Rajnath"),
    (") >", "They"),
    (") ) ( >", "They"),
    ("} >", "Hamada"),
    ("} } { >", "Hamada"),
    ("right right shift+right shift+right", " R"),
    ("right right right left shift+left", "r"),
    ("+ +", "Dr Rajnath Singh"),
    ("+ + -", "Dr"),
    ("S", "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo."),
    ("P", TEXT.split("\n", maxsplit=1)[0]),
    ("/ t o k y o enter", "Tokyo"),
    ("/ h a m a d a enter ctrl+n", "Hamada"),
    ("/ h a m a d a enter f3 f3 ctrl+p", "Hamada"),
    ("tab escape", ""),
    ("tab % >", "Rajnath Singh"),
    ("end shift+left", "t"),
    ("down end home >", "Hamada"),
    ("ctrl+end , >", "stay"),
    ("ctrl+end ctrl+home >", "Dr"),
    ("} down up >", "Hamada"),
    ("shift+down shift+up >", "Dr"),
]


def test_going_and_selecting(corpus: Corpus) -> None:
    found = in_turn(corpus, [f"{E}{keys}" for keys, _ in SELECTIONS], lambda app: chosen(app).rstrip("\n"), size=(100, 24))
    assert dict(zip([keys for keys, _ in SELECTIONS], found, strict=True)) == dict(SELECTIONS)


def test_pages(corpus: Corpus) -> None:
    long = Corpus.open(write_example(corpus.directory.root.parent / "long", Example(text="one two three\n\n" * 300)))
    sequences = ["pagedown pagedown pagedown", "pagedown pagedown pageup pageup"]
    (down, lines), (back, _) = in_turn(long, sequences, lambda app: (screen_of(app).state.place.cursor, shown(app)))
    assert down > 100
    assert any("one two three" in line for line in lines)
    assert back == 0


# --- marking -------------------------------------------------------------------------------------------------------------


def test_a_name_and_a_key(corpus: Corpus) -> None:
    _, lines, said = after(corpus, E + "tab p X")

    assert spans(corpus) == [("PERSON", "Rajnath Singh")]
    assert any("┗PERSON━━━━━┛" in line for line in lines)
    assert any(corpus.scheme.definition("entity", "PERSON")[:24] in line for line in lines), "what it means is beside it"
    assert said == "PERSON “Dr Rajnath Singh” is PERSON “Rajnath Singh”"


CHANGES = [
    ("tab p", [("PERSON", "Dr Rajnath Singh")]),
    ("' p", [("PERSON", "Dr")]),
    ("' down enter", [("GPE", "Dr")]),
    ("tab p X X Z", [("PERSON", "Rajnath Singh")]),
    ("tab p X C", [("PERSON", "Rajnath")]),
    ("tab p C V", [("PERSON", "Dr Rajnath Singh")]),
    ("tab p R g", [("GPE", "Dr Rajnath Singh")]),
    ("tab p delete", []),
    ("tab p backspace", []),
    ("tab p ctrl+z", []),
    ("tab p U ctrl+y", [("PERSON", "Dr Rajnath Singh")]),
    ("/ H a m a d a enter p M enter", [("PERSON", "Hamada"), ("PERSON", "Hamada")]),
    ("/ H a m a d a enter p M space enter", [("PERSON", "Hamada")]),
    ("/ H a m a d a enter p M escape", [("PERSON", "Hamada")]),
    ("/ H a m a d a enter p ;", [("PERSON", "Hamada"), ("PERSON", "Hamada")]),
    ("tab p tab F", [("PERSON", "Dr Rajnath Singh Ministry of Defence")]),
    ("tab p escape ( . . > T", [("PERSON", "Singh")]),
]


def test_marking_and_changing(corpus: Corpus) -> None:
    def look(_: Annotator) -> list[tuple[str, str]]:
        return [(label, text.replace(", of the", "").replace(",", "")) for label, text in spans(corpus)]

    found = in_turn(corpus, [f"{E}{keys}" for keys, _ in CHANGES], look)
    assert dict(zip([keys for keys, _ in CHANGES], found, strict=True)) == dict(CHANGES)


def test_notes_and_remarks(corpus: Corpus) -> None:
    state, lines, _ = after(corpus, E + "tab p N a s k enter K w h y ? enter [")

    (span,) = state.marks.spans
    (note,) = state.marks.annotations.notes
    assert (span.note, note.about, note.text) == ("ask", span.id, "why?")
    assert any("✎ why?" in line for line in lines)
    assert after(corpus, E + "] N ctrl+u enter")[0].marks.spans[0].note == ""


def test_another_layer_too(corpus: Corpus) -> None:
    state, lines, _ = after(corpus, E + "tab p D 2 f")
    names = [(span.layer, span.label) for span in state.marks.spans]
    assert len(names) == 2
    assert names[0][0] != names[1][0]
    assert sum("╯" in line or "┛" in line for line in lines) >= 2


def test_a_relation_is_the_head_and_a_key(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    state, lines, said = after(corpus, "3 ] H ] s", document=ARTICLE, annotator="a1")

    made = focused(state)
    assert isinstance(made, Relation)
    assert made.label == "supports"
    assert said.startswith("OPINION ")
    assert any("from: OPINION" in line for line in lines)


def test_a_relation_from_a_list_and_a_further_argument(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    refused = after(corpus, '"', annotator="gold")[2]
    assert refused == "✗ no head is marked: go to it and use head"
    state, _, said = after(corpus, 'ctrl+g s 1 enter H ctrl+g s 2 enter " s ctrl+g a 1 enter Y', annotator="gold")
    assert len(state.marks.annotations.relations) == 2
    assert said == ""


def test_the_document_gets_a_label(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    state, lines, _ = after(corpus, "5 o", document=ARTICLE, annotator="me")

    assert [one.label for one in state.marks.annotations.labels] == ["op-ed"]
    assert any("op-ed genre" in line for line in lines)


def test_layers(corpus: Corpus) -> None:
    layers = list(corpus.scheme.layers)
    found = in_turn(corpus, ["L", "L ctrl+l", "3"], lambda app: screen_of(app).state.place.layer)
    assert found == [layers[1], layers[0], layers[2]]
    assert after(corpus, "9")[2] == f"✗ the scheme has {len(layers)} layers"


def test_only_the_current_layer(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    assert any("FACT" in line for line in after(corpus, "2", document=ARTICLE, annotator="gold")[1])
    lines = after(corpus, "2 |", document=ARTICLE, annotator="gold")[1]
    assert not any("FACT" in line for line in lines)
    assert any("GPE" in line for line in lines)


def test_what_is_refused_is_said_and_changes_nothing(corpus: Corpus) -> None:
    state, _, said = after(corpus, E + "delete")
    assert said == "✗ no annotation is here: go to one first"
    assert not state.marks.spans
    assert after(corpus, "y")[2] == "✗ y is no key here: ? shows all keys"


def test_what_check_finds_is_beside_the_text(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    _, lines, _ = after(corpus, "3 tab o escape", document=ARTICLE)

    assert any("LAB005 OPINION must have" in line for line in lines)
    assert any("┗!OPINION━" in line for line in lines)
    assert any("2 errors" in line for line in lines)


def test_the_users_keys(corpus: Corpus, tmp_path: Path) -> None:
    keys, theme = keys_from(tmp_path, 'theme = "light"\n[keys]\nnext-name = "w"\ndelete = "x"\n')
    app = pressed(corpus, E + "w p x", keys=keys, theme=theme)

    assert spans(corpus) == []
    assert app.theme == "postil-light"


def test_a_label_that_has_a_commands_key_is_said_at_once(tmp_path: Path) -> None:
    copy_of_our_corpus(tmp_path)
    scheme = tmp_path / "annotations/scheme.toml"
    scheme.write_text(scheme.read_text(encoding="utf-8").replace('key = "h"', 'key = "S"', 1), encoding="utf-8")

    state, _, said = after(Corpus.open(tmp_path), "", document=ARTICLE)
    assert said == "in structure S is HEADLINE, not extend-sentence"
    state, _, _ = after(Corpus.open(tmp_path), "S", document=ARTICLE)
    assert [span.label for span in state.marks.spans] == ["HEADLINE"]


def test_themes_go_round(corpus: Corpus) -> None:
    themes = in_turn(corpus, ["", *["ctrl+t"] * 4], lambda app: app.theme, theme="dark")
    assert themes == ["postil-dark", "postil-light", "ansi-dark", "ansi-light", "postil-dark"]


def test_every_command_can_be_pressed_anywhere(tmp_path: Path) -> None:
    """Whatever state, whatever key: nothing breaks, and the last key is still heard."""
    corpus = hostile_corpus(tmp_path)
    leaving = ("quit", "documents", "next-document", "complete")
    keys = [key for command in COMMANDS if command.name not in leaving for key in command.keys]
    sequence = [word for key in keys for word in (key, "escape", "escape")]
    found: list[str] = []
    pressed(corpus, sequence, annotator="gold", suggestions="model", then=lambda app: found.append(type(app.screen).__name__))
    assert found == ["AnnotateScreen"]


# --- typing ahead --------------------------------------------------------------------------------------------------------


def test_what_is_typed_ahead_is_not_lost(corpus: Corpus) -> None:
    """Keys that come before a dialog is there, or gone, go where they would have gone later."""
    keys = [*"1/Tokyo", "enter", "g", *"/Hamada", "enter", "p", "M", "enter", "N", *"so", "enter", "tab", "p"]

    async def one_by_one(app: Annotator, pilot: Pilot[Any]) -> None:
        for key in keys:
            await press(app, pilot, [key])

    pressed(corpus, keys, annotator="fast")
    drive(Annotator(corpus, "slow", "example"), one_by_one)
    sets = Corpus.open(corpus.directory.root)["example"].sets
    fast, slow = ([(one.label, one.text, one.note) for one in sets[name].spans] for name in ("fast", "slow"))
    assert fast == slow
    assert ("PERSON", "Hamada", "so") in fast
    assert len(fast) == 4


# --- the mouse -----------------------------------------------------------------------------------------------------------


def mouse(corpus: Corpus, steps: Any, **more: Any) -> Annotator:
    return drive(Annotator(corpus, more.pop("annotator", "me"), more.pop("document", "example"), **more), steps)


async def dragging(app: Annotator, pilot: Pilot[Any]) -> tuple[TextView, int]:
    """Press the button over the text and move it, still down; gives the text on the screen, and where its first cell is."""
    view, left = screen_of(app).view, MARGIN + 1
    await pilot.mouse_down(view, offset=(left + 3, 0))
    await pilot.hover(view, offset=(left + 16, 0))
    return view, left


def test_a_click_goes_there_and_dragging_selects(corpus: Corpus) -> None:
    found: list[str] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        view, left = await dragging(app, pilot)
        await pilot.mouse_up(view, offset=(left + 16, 0))
        found.append(chosen(app))
        await pilot.click(view, offset=(left + 4, 0), times=2)
        found.append(chosen(app))

    mouse(corpus, steps)
    assert found == ["Rajnath Singh", "Rajnath"]


def test_a_click_on_a_sign_looks_at_the_span(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    found: list[Any] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        await press(app, pilot, ["2"])
        await pilot.click(screen_of(app).view, offset=(MARGIN + 3, 2))
        found.append(focused(screen_of(app).state))

    mouse(corpus, steps, document=ARTICLE, annotator="gold")
    assert isinstance(found[0], Span)
    assert (found[0].label, found[0].text) == ("EVENT", "India-Japan 2+2 Meet")


def test_the_wheel_scrolls(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        view = screen_of(app).view
        await pilot._post_mouse_events([events.MouseScrollDown], view, offset=(20, 5), button=0)
        assert await until(pilot, lambda: view.scroll_y > 0)

    mouse(corpus, steps, document=ARTICLE, annotator="gold")


# --- the window ----------------------------------------------------------------------------------------------------------


def test_characters_that_break_tools_are_placed_right(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    _, lines, _ = after(corpus, "ctrl+end", annotator="gold", size=(120, 24))

    assert any("日本 and e\u0301te\u0301, 👩\u200d👩\u200d👧 in Tokyo!" in line for line in lines)
    assert "שלום" in HOSTILE
    assert any("שלום Tokyo" in line for line in lines)


def test_the_panel_goes_further_down_by_keys(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        panel = screen_of(app).panel
        assert await until(pilot, lambda: panel.max_scroll_y > 0)
        await press(app, pilot, ["2", "alt+down"])
        assert await until(pilot, lambda: panel.scroll_y > 0)
        await press(app, pilot, ["alt+up"])
        assert await until(pilot, lambda: panel.scroll_y == 0)
        await press(app, pilot, ["f2"])
        assert await until(pilot, lambda: panel.size.width == 0)

    drive(Annotator(corpus, "gold", ARTICLE), steps, (110, 20))


def test_a_small_window_says_so_and_a_larger_one_shows_all_again(corpus: Corpus) -> None:
    found: list[list[str]] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        for size in ((30, 8), (60, 20), (120, 30)):
            await pilot.resize_terminal(*size)
            await settle(pilot)
            found.append(shown(app))

    mouse(corpus, steps)
    small, narrow, wide = found
    assert any("All is saved." in line for line in small)
    assert any("Dr Rajnath Singh" in line for line in narrow)
    assert not any("No annotation here" in line for line in narrow)
    assert any("No annotation here" in line for line in wide)


@pytest.fixture
def without_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")


@pytest.mark.usefixtures("without_colour")
def test_without_colour_all_is_drawn(corpus: Corpus) -> None:
    _, lines, _ = after(corpus, E + "tab p")
    assert any("┗PERSON" in line for line in lines)


def test_keys_that_are_not_given_are_ours() -> None:
    assert Keys().commands == COMMANDS


def test_nothing_is_dragged_under_a_dialog(corpus: Corpus) -> None:
    """What a dialog is about stays what it was when it was opened, though the button is still down."""
    found: list[str] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        view, left = await dragging(app, pilot)
        await press(app, pilot, ["'"])
        await pilot.hover(view, offset=(left + 30, 0))
        view.post_message(TextView.Pointed(30, extends=True))  # one that was on its way
        await press(app, pilot, [])
        found.append(chosen(app))
        await press(app, pilot, ["p"])
        await pilot.hover(view, offset=(left + 22, 0))
        await pilot.mouse_up(view, offset=(left + 22, 0))
        found.append(chosen(app))

    mouse(corpus, steps)
    assert found == ["Rajnath Singh", "Rajnath Singh"]
    assert [one.text for one in Corpus.open(corpus.directory.root)["example"].sets["me"].spans] == ["Rajnath Singh"]


def test_an_edge_moved_over_another_span_is_said_in_words_of_check(tmp_path: Path) -> None:
    scheme = 'name = "s"\nversion = 1\n[layers.entity]\nkind = "span"\noverlap = "none"\nlabels.P = {}\nlabels.Q = {}\n'
    records = (span("e1", "P", 0, 3), span("e2", "Q", 4, 7))
    corpus = Corpus.open(write_example(tmp_path, Example(text="one two three\n", scheme=scheme, records=records)))
    said: list[str] = []

    async def steps(app: Annotator, pilot: Pilot[Any]) -> None:
        for key in ("]", "V", "V", "ctrl+z", "ctrl+z"):
            await press(app, pilot, [key])
            said.append(shown(app)[-3].strip())

    pressed(corpus, [], annotator="gold", size=(60, 20), then=steps)
    assert said[1].startswith("P “one” is P “one two”; SPN")
    assert "overlap" in said[1]
    assert "SPN" not in said[4]
