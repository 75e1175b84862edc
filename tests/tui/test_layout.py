"""A text and its spans as lines, without a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from rich.cells import cell_len

from postil.model import Span
from postil.text import cuts_grapheme
from postil.tui.drawing import MARGIN, Look, Piece, View
from postil.tui.layout import Page
from postil.tui.wrapping import wrapped


def span(start: int, end: int, label: str = "GPE", layer: str = "entity", **more: object) -> Span:
    return Span(f"{label}{start}-{end}", layer, label, start, end, "", **more)  # type: ignore[arg-type]


def plain(pieces: list[Piece]) -> str:
    return "".join(piece.shown for piece in pieces)


def drawn(page: Page, view: View | None = None) -> list[str]:
    """The lines without their margins."""
    return [plain(page.draw(line, view or View()))[MARGIN:].rstrip() for line in range(page.height)]


def page_of(text: str, *spans: Span, width: int = 60, ghosts: tuple[Span, ...] = ()) -> Page:
    page = Page(text, width)
    page.put(spans, ghosts)
    return page


def test_nested_spans_are_below_one_another_the_shorter_nearer_to_the_text() -> None:
    text = "India-Japan 2+2 Meet in Tokyo\n"
    page = page_of(text, span(0, 20, "EVENT"), span(0, 5), span(6, 11), span(24, 29))

    assert drawn(page) == [
        "India-Japan 2+2 Meet in Tokyo",
        "╰GPE╯ ╰GPE╯             ╰GPE╯",
        "╰EVENT─────────────╯",
    ]


def test_crossing_spans_are_told_apart() -> None:
    page = page_of("one two three four\n", span(0, 13, "A"), span(8, 18, "B"))

    assert drawn(page) == ["one two three four", "        ╰B───────╯", "╰A──────────╯"]


def test_the_same_place_twice() -> None:
    page = page_of("one two\n", span(0, 3, "A"), span(0, 3, "B", layer="other"))

    assert drawn(page) == ["one two", "╰A╯", "╰B╯"]


def test_a_discontinuous_span_has_a_dotted_gap() -> None:
    page = page_of("all but some of them\n", span(0, 20, "X", fragments=((0, 7), (13, 20))), span(8, 12, "Y"))

    assert drawn(page) == ["all but some of them", "        ╰Y─╯", "╰X────┤┄┄┄┄┄┄├─────╯"]


def test_a_span_over_rows_has_open_edges() -> None:
    page = page_of("one two three four five\n", span(4, 18, "LONG"), width=11)

    assert drawn(page) == ["one two", "    ╰L─", "three four", "─LONG────╯", "five"]


def test_a_gap_over_rows() -> None:
    page = page_of("one two three four five six\n", span(0, 27, "X", fragments=((0, 3), (24, 27))), width=11)

    assert drawn(page) == ["one two", "╰X┤┄┄┄┄", "three four", "┄┄┄┄┄┄┄┄┄┄", "five six", "┄┄┄┄┄├X╯"]


def test_a_span_over_whole_lines_is_in_the_margin() -> None:
    page = page_of("one two three four\n\nfive\n", span(0, 18, "PARAGRAPH"), span(20, 24, "SHORT"), width=11)

    lines = [plain(page.draw(line, View())).rstrip() for line in range(page.height)]
    assert lines == [
        "   1 │  one two",
        "PARAG│  three four",
        "",
        "   2    five",
        "        ╰──╯SHORT",
    ]


def test_signs_say_what_colours_say() -> None:
    text = "Tokyo Kyoto Osaka Nagoya\n"
    spans = (span(0, 5), span(6, 11), span(12, 17))
    page = page_of(text, *spans, ghosts=(span(18, 24),))
    view = View(focus=spans[0].id, head=spans[1].id, faulty=frozenset([spans[2].id]))

    assert drawn(page, view) == [text.rstrip(), "┗GPE┛ ╰◆GP╯ ╰!GP╯ ╰?GPE╯"]


def test_a_label_that_has_no_room_in_its_span_stands_beside_it_where_that_is_free() -> None:
    spans = (span(0, 1, "GPE"), span(8, 10, "PERSON"), span(11, 14, "GPE"), span(20, 23, "日本語"))
    page = page_of("J met a US the end, a b c .\n", *spans, ghosts=(span(24, 25, "PERSON"),), width=40)
    view = View(focus=spans[0].id, faulty=frozenset([spans[2].id]))

    assert drawn(page, view) == ["J met a US the end, a b c .", "╹GPE    P╯ ╰─╯!GPE  ╰─╯ ╵?PERSON"]


def test_a_label_does_not_stand_beside_a_span_that_goes_on() -> None:
    page = page_of("one two four five\n", span(5, 17, "LONG"), width=9)

    assert drawn(page) == ["one two", "     L─", "four", "─LO─", "five", "───╯LONG"]


@pytest.mark.parametrize(
    ("text", "line", "marks"),
    [
        ("日本と中国", "日本と中国", "╰X─╯  ╰Y─╯"),
        ("e\u0301te\u0301 a", "e\u0301te\u0301 a", "╰X╯ Y"),
        ("👩\u200d👩\u200d👧 x", "👩\u200d👩\u200d👧 x", "X╯ Y"),
        ("שלום אב", "שלום אב", "╰X─╯ Y╯"),
        ("a\tb", "a⇥   b", "X    Y"),
        ("\u202ea \x1b", "\\u202ea \\u001b", "╰X────╯ ╰Y───╯"),
        ("🇯🇵 🇮🇳", "🇯🇵 🇮🇳", "X╯ Y╯"),
    ],
)
def test_signs_stand_under_what_they_mark(text: str, line: str, marks: str) -> None:
    """What the two spans cover is up to the first blank, and after it (in the first case two characters each)."""
    first = 2 if text.startswith("日") else next(at for at, sign in enumerate(text) if sign in " \t")
    second = 3 if text.startswith("日") else first + 1
    page = page_of(text + "\n", span(0, first, "X"), span(second, len(text), "Y"))

    assert drawn(page) == [line, marks]


def test_a_lone_combining_mark_is_shown_on_a_circle() -> None:
    assert drawn(page_of("\u0301\n")) == ["◌\u0301"]


def test_numbers_are_those_of_paragraphs() -> None:
    page = page_of("one\nstill one\n\n\ntwo\n")

    assert [plain(page.draw(line, View()))[:MARGIN].strip() for line in range(page.height)] == ["1", "", "", "", "2"]


# --- places --------------------------------------------------------------------------------------------------------------

_PARTS = [
    "a",
    "bc ",
    "日",
    "本。",
    "語",
    " ",
    "  ",
    "e\u0301",
    "👩\u200d👩\u200d👧",
    "\t",
    "שלום ",
    "\xa0",
    "\u200b",
    "क्षि",
    "—",
    "word" * 6,
]
texts = st.lists(st.sampled_from([*_PARTS, "\n", "\n\n"]), max_size=40).map(lambda parts: "".join(parts) + "\n")


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(6, 30))
def test_rows_are_the_text_and_cut_no_character(text: str, width: int) -> None:
    rows = wrapped(text[:-1].replace("\n", " "), 0, len(text) - 1, width)

    assert [end for _, end in rows[:-1]] == [start for start, _ in rows[1:]]
    assert (rows[0][0], rows[-1][1]) == (0, len(text) - 1)
    assert not any(cuts_grapheme(text, start) for start, _ in rows)


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(8, 30), st.data())
def test_every_character_is_found_where_it_is_drawn(text: str, width: int, data: st.DataObject) -> None:
    page = Page(text, width)
    offset = data.draw(st.integers(0, len(text) - 1))
    x, line = page.place(offset)

    assert 0 <= line < page.height
    found = page.offset(x, line)
    if not cuts_grapheme(text, offset) and not text[offset].isspace():
        assert found == offset


def test_a_sign_of_blanks_that_hang_over_the_edge_makes_no_line_wider() -> None:
    page = page_of("aשלום \t \n", span(7, 8), width=8)

    assert max(cell_len(plain(page.draw(line, View()))) for line in range(page.height)) <= MARGIN + page.width + 1


@settings(max_examples=60, deadline=None)
@given(texts, st.integers(8, 30), st.data())
def test_no_line_is_wider_than_the_window(text: str, width: int, data: st.DataObject) -> None:
    """Nor does a span that is nowhere (outside of the text, the wrong way round) stop the drawing."""
    edges = st.integers(-3, len(text) + 3)
    pairs = data.draw(st.lists(st.tuples(edges, edges), max_size=6))
    spans = [span(start, end, layer=f"l{number}") for number, (start, end) in enumerate(pairs)]
    page = page_of(text, *spans, width=width, ghosts=tuple(spans[:2]))
    view = View("l0", *data.draw(st.tuples(edges, edges)), focus=spans[0].id if spans else "", found=((1, 2), (2, 4)))

    for line in range(page.height):
        assert cell_len(plain(page.draw(line, view))) <= MARGIN + max(page.width, 1) + 1
        page.shown_at(3, line)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_was_put_one_by_one_is_drawn_as_if_put_at_once(data: st.DataObject) -> None:
    text = "one two three four five six seven\n\neight nine ten eleven\n" * 3
    edges = st.integers(0, len(text) - 1)
    pairs = data.draw(st.lists(st.tuples(edges, edges).filter(lambda pair: pair[0] < pair[1]), max_size=8, unique=True))
    spans = [span(start, end) for start, end in pairs]
    page = Page(text, 20)
    for number in range(len(spans) + 1):
        page.put(spans[:number])
    page.put(spans[1:])

    assert drawn(page) == drawn(page_of(text, *spans[1:], width=20))


def test_going_by_rows_keeps_to_the_cell() -> None:
    page = page_of("one two three four\nfive\nsix seven eight\n", span(0, 3), width=11)

    assert page.beside(4, 1, 9) == page.text.index("four") + 3
    assert page.beside(12, 1, 9) == page.text.index("five") + 4  # the end of a shorter row
    assert page.beside(page.text.index("five"), -1, 9) == page.text.index("four") + 3
    assert page.beside(0, -1) == 0
    assert page.beside(len(page.text) - 2, 5) == len(page.text)


def test_a_click_on_a_sign_is_a_click_on_its_span() -> None:
    inner, outer = span(0, 5), span(0, 11, "EVENT")
    page = page_of("India Japan and more\n", inner, outer)

    assert page.shown_at(1, 1).span is inner  # type: ignore[union-attr]
    assert page.shown_at(1, 2).span is outer  # type: ignore[union-attr]
    assert page.shown_at(12, 2) is None
    assert page.shown_at(1, 0) is None


def test_the_word_that_would_be_labelled_is_marked() -> None:
    pieces = page_of("one two\n").draw(0, View(anchor=5, cursor=5, aimed_at=(4, 7)))
    assert [(piece.shown, piece.look.is_aimed_at, piece.look.is_cursor) for piece in pieces[-4:]] == [
        ("one ", False, False),
        ("t", True, False),
        ("w", True, True),
        ("o", True, False),
    ]


def test_the_cursor_and_the_selection() -> None:
    page = page_of("one two\n")

    assert page.draw(0, View(anchor=4, cursor=7))[-2:] == [
        Piece("tw", Look(is_selected=True)),
        Piece("o", Look(is_selected=True, is_cursor=True)),
    ]
    assert page.draw(0, View(anchor=7, cursor=4))[-2:] == [
        Piece("t", Look(is_selected=True, is_cursor=True)),
        Piece("wo", Look(is_selected=True)),
    ]
    assert page.draw(0, View(anchor=7, cursor=7))[-1] == Piece(" ", Look(is_cursor=True))
    two_rows = page_of("one two\nthree\n")
    assert not any(piece.look.is_cursor for piece in two_rows.draw(0, View(anchor=0, cursor=10)))
