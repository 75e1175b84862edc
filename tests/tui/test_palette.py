"""Colours that can be read, and signs beside them."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from rich.color import Color

from annotating.corpora import copy_of_our_corpus
from postil.scheme import LabelDefinition, Layer, Scheme
from postil.tui.drawing import Look
from postil.tui.palette import _DARK, _LIGHT, Palette, _contrast

COLOURS = ["#000000", "#ffffff", "#f0e442", "#0072b2", "#888888", "#4e79a7", "#edc948"]
SCHEME = Scheme("s", 1, layers={"l": Layer("span", labels={colour: LabelDefinition(colour=colour) for colour in COLOURS})})


@pytest.mark.parametrize(("colour", "is_dark"), [*product(COLOURS, (True, False))])
def test_every_label_can_be_read_on_the_background(colour: str, is_dark: bool) -> None:
    found = Color.parse(Palette(SCHEME, is_dark=is_dark).colour("l", colour)).get_truecolor()
    assert _contrast(tuple(found), _DARK if is_dark else _LIGHT) >= 4.5


def test_few_colours_are_the_terminals_own(tmp_path: Path) -> None:
    scheme = copy_of_our_corpus(tmp_path).scheme
    for is_dark, layer in product((True, False), scheme.layers):
        palette = Palette(scheme, is_dark=is_dark, has_few_colours=True)
        for label in scheme.layers[layer].labels:
            number = Color.parse(palette.colour(layer, label)).number
            assert number is not None
            assert number < 16


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
