from __future__ import annotations

import pytest
from hypothesis import given

from postil.segmentation import paragraphs, sentences
from strategies import texts


@pytest.mark.parametrize(
    "text",
    [
        "He met Dr. Khan.| It was late.",
        "Mr. A. B. Jones (b. 1961) came.| So did Smith.",
        "It grew by 2.5 percent.| “Why?”| she asked.".replace("| she", " she"),
        "He works for the U.S. Government now.",
        "Really?!| Yes.",
        "No. 5 is alive.",
        "Wait... What?",
        "Am 3. Oktober 1990 kam Hr. Dr. Müller.| Es war 2019.| Dann nicht.",
        "“Who are you?” Smith asked.",
        "Wilhelm II. Regierte.",
        "EE. UU. y la Sra. Gómez.| Fin.",
        "1. First item.",
        "安倍晋三は「来た。」と言った。|次の文。",
        "Es kostet 5 Mio. Euro.| La Dra. García vino.",
        "wait... what?",
        "これは文です。|これもです。",
        "यह वाक्य है।| यह भी।",
        "A heading|\n\nA paragraph on\ntwo lines.| And more.",
        "They left (at last.)| Then it rained.",
    ],
)
def test_sentences_end_only_where_that_is_certain(text: str) -> None:
    expected = [part.strip() for part in text.split("|")]
    plain = text.replace("|", "")

    assert [plain[start:end] for start, end in sentences(plain)] == expected


@given(texts)
def test_sentences_hold_every_visible_character_once_and_in_order(text: str) -> None:
    covered = "".join(text[start:end] for start, end in sentences(text))

    assert "".join(covered.split()) == "".join(text.split())
    assert all(start < end for start, end in sentences(text))


@given(texts)
def test_a_sentence_lies_in_one_paragraph(text: str) -> None:
    blocks = paragraphs(text)

    assert all(any(first <= start and end <= last for first, last in blocks) for start, end in sentences(text))


@pytest.mark.parametrize("unit", ["One two. ", ".", ". ", "\n", "\n ", " ", '."', "a.", "A. ", "。", "\u00a0"])
def test_no_text_takes_more_than_linear_time(unit: str) -> None:
    """A pattern that is quadratic on any of these would take hours."""
    text = unit * 500_000

    assert sum(end - start for start, end in sentences(text)) <= len(text)
