"""Where a span is when its edges, its own words or the words around it were changed."""

from __future__ import annotations

import time

import pytest

from postil import realign
from postil.editing.realign import Outcome, sha256_of
from postil.model import AnnotationSet, Header, Span

AROUND = "Nobody had expected this before the summer was over, {} was said by all of them in the end, and written down.\n"


def carried(old: str, new: str, *spans: Span, accept: tuple[str, ...] = ()) -> tuple[Outcome, ...]:
    return realign(
        old, new, AnnotationSet(Header("d", "a", "s/1", sha256_of(old), "complete", "manual"), spans), accept=accept
    ).outcomes


def span(text: str, quoted: str, id: str = "e1", after: int = 0) -> Span:
    start = text.index(quoted, after)
    return Span(id, "entity", "X", start, start + len(quoted), quoted)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("5", "5.3"), ("Tokyo", "Tokyo-Yokohama"), ("co", "co-op"), ("3", "-3"), ("3", "\u22123"), ("U", "U.S"),
        ("India", "India's"), ("5", "1.5"), ("Japan", "Indo-Japan"),
    ],
)  # fmt: skip
def test_what_is_written_onto_a_span_changes_it(was: str, now: str) -> None:
    old, new = AROUND.format(was), AROUND.format(now)

    (outcome,) = carried(old, new, span(old, was, after=52))

    assert outcome.fate == "edited"
    assert outcome.after is None


@pytest.mark.parametrize("now", ["(Tokyo)", "“Tokyo”", "Tokyo.", "Tokyo, Yokohama", "– Tokyo –", "*Tokyo*"])
def test_a_sign_without_a_word_changes_nothing(now: str) -> None:
    old, new = AROUND.format("Tokyo"), AROUND.format(now)

    assert carried(old, new, span(old, "Tokyo"))[0].fate == ("exact" if now[0] == "T" else "moved")


def test_a_candidate_cuts_no_word() -> None:
    old, new = AROUND.format("New Delhi"), AROUND.format("New Delhigate")

    (outcome,) = carried(old, new, span(old, "New Delhi"), accept=("edited",))

    assert outcome.after is not None
    assert outcome.after.text == "New Delhigate"


def test_no_place_is_guessed_twice_nor_where_other_words_certainly_stand() -> None:
    old = (
        "Anna saw Bob. " + AROUND.format("and Bob") + "Here is another line that nobody changed and that mentions Bob as well.\n"
    )
    new = old.replace("Anna saw Bob. ", "").replace("and Bob", "and nobody else")
    spans = span(old, "Bob"), span(old, "Bob", "e2", 20), span(old, "Bob", "e3", 130)

    outcomes = carried(old, new, *spans, accept=("ambiguous",))

    assert [outcome.after is not None for outcome in outcomes] == [False, False, True]
    assert outcomes[2].fate == "moved"


def test_a_long_text_replaced_by_another_takes_no_time() -> None:
    old = "".join(f"w{number} x{number % 97} y{number % 89}\n" for number in range(30_000))
    new = "".join(f"v{number} x{number % 97} z{number % 83}\n" for number in range(30_000))
    spans = [
        Span(f"s{n}", "l", "X", at, at + 9, old[at : at + 9]) for n, at in enumerate(range(0, len(old) - 9, len(old) // 5000))
    ]

    start = time.perf_counter()
    carried(old, new, *spans)

    assert time.perf_counter() - start < 20
