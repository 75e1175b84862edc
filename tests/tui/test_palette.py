"""Colours that can be read, and signs beside them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from rich.color import Color, ColorSystem, ColorType

from annotating.corpora import ARTICLE, copy_of_our_corpus
from postil.scheme import LabelDefinition, Layer, Scheme
from postil.tui.app import Annotator
from postil.tui.drawing import Look
from postil.tui.palette import _BACKGROUNDS, Palette, _contrast
from tui.driving import least_contrasts, pressed, screen_of, segments, shown

COLOURS = ["#000000", "#ffffff", "#f0e442", "#0072b2", "#888888", "#4e79a7", "#edc948"]
SCHEME = Scheme("s", 1, layers={"l": Layer("span", labels={colour: LabelDefinition(colour=colour) for colour in COLOURS})})


@pytest.mark.parametrize(("colour", "is_dark"), [*product(COLOURS, (True, False))])
def test_every_label_can_be_read_on_the_background(colour: str, is_dark: bool) -> None:
    found = Color.parse(Palette(SCHEME, is_dark=is_dark).colour("l", colour)).get_truecolor()
    assert min(_contrast(tuple(found), background) for background in _BACKGROUNDS[is_dark]) >= 4.5


def test_few_colours_are_the_terminals_own(tmp_path: Path) -> None:
    scheme = copy_of_our_corpus(tmp_path).scheme
    for is_dark, layer in product((True, False), scheme.layers):
        palette = Palette(scheme, is_dark=is_dark, has_few_colours=True)
        for label in scheme.layers[layer].labels:
            colour = Color.parse(palette.colour(layer, label))
            assert colour.type in (ColorType.STANDARD, ColorType.DEFAULT)  # grey on a grey terminal could not be read


@pytest.mark.parametrize(("is_dark", "has_few"), [*product((True, False), repeat=2)])
def test_what_is_looked_at_has_more_than_a_colour(is_dark: bool, has_few: bool) -> None:
    palette = Palette(SCHEME, is_dark=is_dark, has_few_colours=has_few)

    assert palette.style(Look(is_cursor=True)).reverse
    selected = palette.style(Look(is_selected=True))
    assert selected.underline or selected.reverse
    assert palette.style(Look("span", "l", COLOURS[2], is_focused=True)).bold
    assert palette.style(Look("span", "l", COLOURS[2], is_ghost=True)).italic
    assert palette.style(Look(is_found=True)).underline
    assert palette.style(Look(is_aimed_at=True)).underline


# --- what is sent to a terminal ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys", ["2 ] ] > >", "2 G", "?", "2 '", "3 } } } space - o", "2 } } ] M", "N", "/", "O", "ctrl+d"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_text_on_every_screen_can_be_read(theme: str, keys: str, tmp_path: Path) -> None:
    def look(app: Annotator) -> None:
        for system in (ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT):
            assert {text: found for text, found in least_contrasts(app, system).items() if found < 4.5} == {}

    pressed(copy_of_our_corpus(tmp_path), keys, ARTICLE, suggestions="gold", theme=theme, then=look)


@pytest.mark.parametrize("theme", ["", "light"])
@pytest.mark.parametrize("keys", ["2 ] ] > >", "?", "2 '", "O"])
def test_no_color_sends_no_colour(keys: str, theme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal keeps its own; what is looked at is reversed, bold or underlined, and spans have their words."""
    monkeypatch.setenv("NO_COLOR", "1")

    def look(app: Annotator) -> None:
        styles = [segment.style for segment in segments(app) if segment.style]
        assert {colour.type for style in styles for colour in (style.color, style.bgcolor) if colour} == {ColorType.DEFAULT}
        assert any(style.reverse for style in styles)
        assert app.current_theme.dark is (theme != "light")

    pressed(copy_of_our_corpus(tmp_path), keys, ARTICLE, "gold", theme=theme, then=look)


def test_no_color_has_one_theme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    def look(app: Annotator) -> None:
        assert any("NO_COLOR is set" in line for line in shown(app))
        assert any("GPE" in line for line in shown(app))
        assert screen_of(app).view.palette.colour("entity", "GPE")

    pressed(copy_of_our_corpus(tmp_path), "ctrl+t", ARTICLE, "gold", then=look)


def test_an_empty_no_color_asks_for_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "")

    def look(app: Annotator) -> None:
        colours = {style.color.triplet for one in segments(app) if (style := one.style) and style.color and style.color.triplet}
        assert any(len(set(colour)) > 1 for colour in colours)  # more than greys

    pressed(copy_of_our_corpus(tmp_path), "2 ]", ARTICLE, "gold", theme="dark", then=look)
