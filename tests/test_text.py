from __future__ import annotations

import pytest
from hypothesis import given, strategies as st
from wcwidth import iter_graphemes

from postil.text import LineIndex, Units, cuts_grapheme, cuts_word, listing, printable, quote
from strategies import texts


@given(texts)
def test_utf16_and_utf8_offsets_agree_with_the_codecs(text: str) -> None:
    for unit, codec, width in (("utf-16", "utf-16-le", 2), ("utf-8", "utf-8", 1)):
        units = Units(text, unit)  # type: ignore[arg-type]
        for offset in range(len(text) + 1):
            other = len(text[:offset].encode(codec)) // width
            assert units.from_code_points(offset) == other
            assert units.to_code_points(other) == offset


def test_an_offset_inside_a_character_is_no_offset() -> None:
    with pytest.raises(ValueError, match="inside a character"):
        Units("a😀b", "utf-16").to_code_points(2)


@pytest.mark.parametrize("offset", [-1, 4, 10**30])
@pytest.mark.parametrize("unit", ["code point", "utf-16", "utf-8"])
@pytest.mark.parametrize("text", ["abc", "äbc"])
def test_an_offset_outside_the_text_is_refused(text: str, unit: str, offset: int) -> None:
    units = Units(text, unit)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="outside"):
        units.from_code_points(offset)
    if offset != 4 or unit != "utf-8" or text == "abc":
        with pytest.raises(ValueError, match="outside"):
            units.to_code_points(offset)


@given(texts)
def test_places_agree_with_splitting_at_line_feeds(text: str) -> None:
    index = LineIndex(text)
    for offset in range(len(text) + 1):
        before = text[:offset].split("\n")
        assert index.place(offset) == (len(before), len(before[-1]) + 1)
        assert index.line(len(before)) == text.split("\n")[len(before) - 1]


@given(texts, st.data())
def test_grapheme_edges_agree_with_segmenting_the_whole_text(text: str, data: st.DataObject) -> None:
    offset = data.draw(st.integers(0, len(text)))
    edges, position = {0}, 0
    for cluster in iter_graphemes(text):
        position += len(cluster)
        edges.add(position)

    assert cuts_grapheme(text, offset) == (offset not in edges)


@pytest.mark.parametrize(
    ("text", "offset", "cut"),
    [
        ("Tokyo", 2, True),
        ("Tokyo", 0, False),
        ("Tokyo", 5, False),
        ("India’s", 5, False),
        ("Indo-Japan", 5, False),
        ("e\u0301a", 2, True),
        ("2022", 2, True),
        ("東京", 1, False),
        ("ภาษาไทย", 3, False),
        ("서울에서", 2, False),
        ("الرئيس", 2, False),
        ("a東", 1, False),
    ],
)
def test_word_cuts(text: str, offset: int, cut: bool) -> None:
    assert cuts_word(text, offset) == cut


def test_nothing_that_a_terminal_obeys_is_printed() -> None:
    assert printable("a\x1b[31mb\u202ec\u2028d\x07\ne\t") == "a\\u001b[31mb\\u202ec\\u2028d\\u0007⏎e⇥"
    assert quote("x" * 100) == f"“{'x' * 29}…{'x' * 29}”"


def test_listing() -> None:
    assert [listing(["a"]), listing(["a", "b"]), listing(["a", "b", "c"], "and")] == ["a", "a or b", "a, b and c"]
