"""Lines and sentences of which another one of the new text may as well be what they became, and those that only look so."""

from __future__ import annotations

import re

import pytest

from postil import realign
from postil.editing.realign import sha256_of
from postil.model import AnnotationSet, Header, Span


def fates(old: str, new: str, quoted: str, *, after: str = "") -> set[tuple[str, int]]:
    """How each word of a passage ends: ``open``, or which of the places of the passage in the new text it is written to."""
    start = old.index(quoted, old.index(after))
    words = [(start + match.start(), start + match.end()) for match in re.finditer(r"\w+", quoted)]
    spans = tuple(Span(f"s{at}", "l", "X", at, end, old[at:end]) for at, end in words)
    header = Header("d", "a", "s/1", sha256_of(old), "complete", "manual")
    places = [match.start() for match in re.finditer(re.escape(quoted), new)]
    found = set()
    for outcome in realign(old, new, AnnotationSet(header, spans)).outcomes:
        into = outcome.before.start - start
        where = places.index(outcome.after.start - into) if outcome.after and outcome.after.start - into in places else -1
        found.add(("written" if outcome.after else "open", where))
    return found


def is_written(old: str, new: str, quoted: str, *, after: str = "", place: int = 0) -> bool:
    return fates(old, new, quoted, after=after) == {("written", place)}


def is_open(old: str, new: str, quoted: str, *, after: str = "") -> bool:
    return fates(old, new, quoted, after=after) == {("open", -1)}


# --- what only looks like a rival ----------------------------------------------------------------------------------------------

TALKS = (
    "The ministers of both countries spoke at length of ships and of trade, of the ports and the islands between them, and of "
    "the treaty that their fathers had signed, and the crowd outside waited for the end of the talks.\n"
)
BY_CHANCE = "Islands, fathers, ports: the spoke of ministers and countries, the trade at both, of signed ships.\n"


def test_a_line_that_was_broken_anew_is_followed() -> None:
    new = TALKS.replace("both countries spoke", "countries and the mayor spoke").replace("and the crowd", "\nand the crowd")

    assert is_written(TALKS, new, "and the crowd outside waited for the end of the talks")


def test_a_new_paragraph_of_the_same_words_by_chance_is_no_rival() -> None:
    rest = "Nobody else in the town had heard of any of it before the newspapers came out on the following Monday.\n"
    gone = TALKS[TALKS.index("at length") : TALKS.index("signed")]
    new = TALKS.replace(gone, "") + BY_CHANCE

    assert is_written(TALKS + rest, new + rest, "The ministers of both countries spoke")


def test_what_stands_where_a_rival_has_nothing_of_it_is_not_in_doubt() -> None:
    first = "Seven brown horses crossed the old bridge at dawn while the miller slept, "
    last = "and nobody in the valley noticed how quietly they went."
    between = "A line about something else stands here, as it always did.\n"

    old = f"{first}{last}\n{between}"
    new = f"Quietly: {last}\n{between}{first.strip(', ')}.\n"

    assert is_written(old, new, last)


def test_a_word_that_goes_on_with_either_of_two_lines_is_open() -> None:
    start, end = "The ministers raised concerns on the Indo-Pacific", "Indo-Pacific region, they left.\n"
    old, new = f"{start} Region\n\nWith the recent developments in the {end}", f"{start} region, they left.\n"

    assert is_open(old, new, "Indo-Pacific")
    assert is_open(old, new, "Indo-Pacific", after="developments")
    assert is_written(old, new, "The ministers raised concerns")


# --- copies --------------------------------------------------------------------------------------------------------------------

CLAUSES = [
    f"The {thing} shall be delivered to {place} by {name} within {days} days of notice."
    for thing, place, name, days in [
        ("ladder", "Paris", "Mira", 22),
        ("curtain", "Lima", "Kofi", 19),
        ("kettle", "Cairo", "Hugo", 15),
        ("hammer", "Oslo", "Olga", 18),
    ]
]


def test_a_clause_as_it_was_beside_its_changed_twin_may_be_the_copy() -> None:
    line = f"{CLAUSES[1]} {CLAUSES[2]}\n"
    changed, copied = line.replace("delivered to Lima", "deliveted to Lima"), line.replace("The kettle", "Old kettle")
    old = f"{CLAUSES[0]}\n{line}{CLAUSES[3]}\n"
    new = f"{CLAUSES[0]}\n{changed}{copied}{CLAUSES[3]}\n"

    assert is_open(old, new, CLAUSES[1])
    assert is_written(old, new, CLAUSES[0])
    assert is_written(old, new, CLAUSES[3])


def test_of_two_changed_copies_neither_is_preferred() -> None:
    line = f"{CLAUSES[0]} {CLAUSES[1]} {CLAUSES[2]}\n"
    one = line.replace("kettle shall be", "kettle mirror be").replace("within 15", "15")
    other = line.replace("kettle shall be delivered", "kettle shall be")

    assert is_open(f"{line}{CLAUSES[3]}\n", f"{one}{other}{CLAUSES[3]}\n", f"{CLAUSES[0]} {CLAUSES[1]}")


def test_of_two_changed_copies_each_of_which_has_a_clause_as_it_was_neither_is_believed() -> None:
    line, rest = f"{CLAUSES[0]} {CLAUSES[1]}\n", f"{CLAUSES[2]}\n"
    one, other = line.replace("curtain", "certain"), line.replace("The ladder shall", "The ladder must")

    assert is_open(f"{line}{rest}{CLAUSES[3]}\n", f"{CLAUSES[3]}\n{rest}{one}{other}", line.strip())


def test_what_two_copies_have_of_a_line_is_open() -> None:
    rows = [
        f"Item {number}: price {number * 7} euros, paid by {name}.\n" for number, name in enumerate(["Carl", "Anna", "Bob"], 1)
    ]
    copies = rows[1].replace("paid", "7") + rows[1].replace("2", "m")

    assert is_open("".join(rows), f"{rows[0]}{copies}{rows[2]}", "Item", after=rows[1])


def test_a_word_of_a_line_is_not_taken_along_with_the_line_before_it() -> None:
    names = ["Carl", "Anna", "Mira", "Jack", "Emil", "Bob"]
    rows = [f"Item {number}: price {number * 7} euros, paid by {name}.\n" for number, name in enumerate(names, 1)]
    other, rest = "Item 39 7 euros 5: price 35 euros, paid by Emil.\n", "Item paid by.\n"

    old, new = "".join(rows), "".join([rows[2], other, rest, *rows[:2], rows[5]])

    assert is_open(old, new, "Item", after=rows[3])


# --- refrains ------------------------------------------------------------------------------------------------------------------

REFRAIN = "And we shall see the river.\n"
SONG = [
    "Hugo went to Quito with a hammer\n",
    REFRAIN,
    "Nils went to Oslo with a curtain\n",
    REFRAIN,
    "Olga went to Paris with a chair\n",
    "Lena went to Accra with a kettle\n",
]


@pytest.mark.parametrize(
    ("changes", "written"),
    [
        pytest.param({0: "Hugo went tu Quito with a hammer\n"}, True, id="the line after it is as it was"),
        pytest.param({2: "Nils went tu Oslo with a curtain\n"}, True, id="the line before it is as it was"),
        pytest.param(
            {0: "Hugo went to Quito with a hummer\n", 2: "Nils went tu Oslo with a curtain\n"}, False, id="neither is as it was"
        ),
    ],
)
def test_a_refrain_is_known_by_a_line_beside_it(changes: dict[int, str], *, written: bool) -> None:
    new = "".join(changes.get(number, line) for number, line in enumerate(SONG))

    assert (is_written if written else is_open)("".join(SONG), new, REFRAIN.strip())


def test_a_refrain_that_was_changed_is_known_by_the_lines_on_both_sides() -> None:
    old, changed = "".join(SONG), REFRAIN.replace("shall", "must")
    inside = "".join([*SONG[:3], changed, *SONG[4:]])
    at_end = "".join([*SONG[:3], changed, SONG[4].replace("chair", "chest"), SONG[5]])

    assert is_written(old, inside, "see the river", after="Nils", place=1)
    assert is_open(old, at_end, "see the river", after="Nils")


# --- without the old text ------------------------------------------------------------------------------------------------------


def test_a_quotation_whose_first_word_may_be_another_one_is_open() -> None:
    old = "The Oceans Initiative, the Japan Forum of 2019, the Japan Partnership for Maritime Domain Awareness in Kyoto began.\n"
    new = old.replace("Forum of 2019, the Japan ", "")
    quoted = ["Japan Partnership for Maritime Domain Awareness in Kyoto", "Japan", "Maritime Domain Awareness in Kyoto"]
    starts = [old.index(quoted[0]), old.index(quoted[0]), old.index(quoted[2])]
    spans = [
        Span(f"s{number}", "l", "X", start, start + len(text), text)
        for number, (start, text) in enumerate(zip(starts, quoted, strict=True))
    ]
    twice = f"{new}Japan was there.\n"
    header = Header("d", "a", "s/1", sha256_of(old), "complete", "manual")

    outcomes = realign(None, twice, AnnotationSet(header, tuple(spans))).outcomes

    assert [str(outcome.fate) for outcome in outcomes] == ["ambiguous", "ambiguous", "moved"]
