"""How well `postil realign` tells lines and clauses apart that are nearly the same, when they change places.

    python tests/benchmarks/realign_twins.py [TEXTS] [SEED]

Tables, lists, conversations, refrains and contracts are edited: rows swapped, sorted, copied with one word changed, taken out;
clauses of a paragraph swapped; words and letters changed as in realign_edits.py, whose truth, by the origin of every character,
this uses. What no reading could tell is counted apart: a place in the very line that the span was in, where either text has that
line once or it is beside a line that it was beside, and the true place has no more to say for it, or in a new copy of it that is
more like it than the edited line itself. Exits with 1 unless none is wrong.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence

from rapidfuzz.distance import Indel
from realign_edits import Cell, Cells, Trial, Truth, misread, put_in, replace, take_out

from postil.editing.realign import realign, sha256_of
from postil.model import AnnotationSet, Header, Span

NAMES = [
    "Anna",
    "Bob",
    "Carl",
    "Dora",
    "Emil",
    "Fay",
    "Gita",
    "Hugo",
    "Iris",
    "Jack",
    "Kofi",
    "Lena",
    "Mira",
    "Nils",
    "Olga",
    "Paul",
]
PLACES = ["Tokyo", "Delhi", "Paris", "Lima", "Cairo", "Oslo", "Quito", "Accra", "Hanoi", "Sofia"]
THINGS = ["table", "chair", "lamp", "kettle", "mirror", "carpet", "basket", "ladder", "hammer", "curtain"]
Extents = tuple[tuple[int, int], ...]
Make = Callable[[random.Random], str]


def rows(chance: random.Random) -> str:
    """A table as prose."""
    return _lines(
        f"Item {number}: price {chance.randint(5, 40)} euros, paid by {chance.choice(NAMES)} in {chance.choice(PLACES)}."
        for number in range(1, chance.randint(4, 20))
    )


def table(chance: random.Random) -> str:
    """Short cells."""
    count = chance.randint(4, 30)
    return _lines(f"| {chance.choice(NAMES)} | {chance.choice(PLACES)} | {chance.randint(1, 30)} |" for _ in range(count))


def items(chance: random.Random) -> str:
    """A list whose items may be the same."""
    made = (f"- one {chance.choice(THINGS)} from {chance.choice(PLACES)}" for _ in range(chance.randint(5, 25)))
    return _lines(made)


def chat(chance: random.Random) -> str:
    """Short turns, many of them the same."""
    said = ["Yes.", "No.", "I see.", "I was in {}.", "When were you in {}?", "Thank you for {}.", "We need {} for another {}."]
    turns = (chance.choice(said).format(chance.choice(PLACES), chance.choice(THINGS)) for _ in range(30))
    return _lines(f"{chance.choice(NAMES[:3])}: {turn}" for turn in turns)


def song(chance: random.Random) -> str:
    """Verses with a refrain."""
    refrain = "Oh come along with me, my dear,\nAnd we shall see the river.\n"
    verses = (
        _lines(f"{chance.choice(NAMES)} went to {chance.choice(PLACES)} with a {chance.choice(THINGS)}" for _ in range(3))
        for _ in range(chance.randint(2, 5))
    )
    return f"\n{refrain}\n".join(verses)


def contract(chance: random.Random) -> str:
    """Paragraphs of clauses that are nearly the same."""
    clause = "The {} shall be delivered to {} by {} within {} days of notice."
    return _lines(
        " ".join(
            clause.format(chance.choice(THINGS), chance.choice(PLACES), chance.choice(NAMES), chance.randint(2, 30))
            for _ in range(chance.randint(1, 3))
        )
        for _ in range(chance.randint(2, 6))
    )


def _lines(each: object) -> str:
    return "".join(f"{line}\n" for line in each)  # type: ignore[attr-defined]


TEXTS: Sequence[Make] = (rows, table, items, chat, song, contract)


def _units(cells: Cells, ends: str) -> list[Cells]:
    """Sentences with the blanks after them, or lines."""
    units: list[Cells] = [[]]
    for at, cell in enumerate(cells):
        units[-1].append(cell)
        if cell.character == "\n" or (cell.character == " " and at and cells[at - 1].character in ends):
            units.append([])
    return [unit for unit in units if unit]


def _visible(unit: Cells) -> int:
    return max((at for at, cell in enumerate(unit, 1) if not cell.character.isspace()), default=0)


def swap(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """Two lines or sentences, without the blanks after them."""
    units = _units(cells, ".;" if chance.random() < 0.4 else "")
    if len(units) > 2:
        one, other = sorted(chance.sample(range(len(units)), 2))
        first, second = units[one], units[other]
        end, other_end = _visible(first), _visible(second)
        units[one], units[other] = [*second[:other_end], *first[end:]], [*first[:end], *second[other_end:]]
    return [cell for unit in units for cell in unit]


def sort(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """All lines, by a word of theirs."""
    column = chance.randrange(6)
    units = _units(cells, "")
    spelt = ["".join(cell.character for cell in unit).split()[column : column + 1] for unit in units]
    return [cell for _, number in sorted(zip(spelt, range(len(units)), strict=True)) for cell in units[number]]


def near_copy(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """A new line beside an old one, with a word or two changed."""
    units = _units(cells, "")
    number = chance.randrange(len(units))
    copied = "".join(cell.character for cell in units[number])
    for _ in range(chance.randrange(1, 3)):
        found = list(re.finditer(r"\w+", copied))
        if not found:
            return cells
        word = chance.choice(found)
        others = [other for other in words if other != word.group()]
        copied = copied[: word.start()] + chance.choice(others) + copied[word.end() :]
    place = number + chance.randrange(2)
    new = [Cell(character, -1) for character in copied]
    return [cell for unit in [*units[:place], new, *units[place:]] for cell in unit]


def drop(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """A line."""
    units = _units(cells, "")
    number = chance.randrange(len(units))
    return cells if len(units) < 3 else [cell for unit in [*units[:number], *units[number + 1 :]] for cell in unit]


EDITS = (swap, swap, swap, near_copy, drop, put_in, take_out, replace, misread)


def trial(chance: random.Random, make: Make) -> Trial:
    """Edit a text once or a few times."""
    text = make(chance)
    cells = [Cell(character, at) for at, character in enumerate(text)]
    words = re.findall(r"\w+", text)
    edits = chance.choice((1, 1, 2, 3, 5))
    for _ in range(edits):
        edit = sort if chance.random() < 0.1 else chance.choice(EDITS)
        cells = edit(chance, cells, words)
    spans = _spans(chance, text)
    truth = Truth(text, cells)
    header = Header("d", "a", "s/1", sha256_of(text), "complete", "manual")
    new = "".join(cell.character for cell in cells)
    return Trial(text, new, AnnotationSet(header, tuple(spans)), {span.id: truth.extents(span) for span in spans}, edits)


def _spans(chance: random.Random, text: str) -> list[Span]:
    found = [match.span() for match in re.finditer(r"\w+", text)]
    found += [match.span() for match in re.finditer(r"\w+ \w+ \w+|\S[^\n]*", text) if chance.random() < 0.3]
    return [Span(f"s{number}", "l", "L", start, end, text[start:end]) for number, (start, end) in enumerate(sorted(set(found)))]


def _around(text: str, at: int) -> tuple[str, str, str, int]:
    """The line that an offset is in, the one before and the one after it, and where in the line it is."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    before, after = text[:start].split(), text[end:].strip().splitlines()
    last = text[:start].strip().splitlines()[-1] if before else ""
    return last, text[start:end], after[0] if after else "", at - start


def _says_as_much(one: Trial, span: Span, here: tuple[str, str, str, int], should: Extents | None) -> bool:
    """Whether nothing speaks for the true place: the written one is in the same line, or in a copy that is more like it."""
    was = _around(one.old, span.start)
    there = _around(one.new, should[0][0]) if should else ("", "", "", -1)
    sides = (here[0] == was[0]) + (here[2] == was[2])
    if here[1] == was[1] and here[3] == was[3]:
        if all(text.splitlines().count(was[1]) == 1 for text in (one.old, one.new)):
            return True
        return sides >= 1 and (there[1] != was[1] or sides >= (there[0] == was[0]) + (there[2] == was[2]))
    is_another = here[1] in one.old.splitlines()
    return not is_another and Indel.similarity(here[1], was[1]) >= Indel.similarity(there[1], was[1])


def judge(one: Trial) -> tuple[Counter[str], list[str]]:
    """How many spans there are, survive, are written, are wrong; and what is wrong in words."""
    counts: Counter[str] = Counter()
    wrong = []
    for outcome in realign(one.old, one.new, one.annotations).outcomes:
        should = one.truth[outcome.before.id]
        counts["spans"] += 1
        counts["survive"] += should is not None
        if outcome.after is None:
            continue
        counts["written"] += 1
        here = _around(one.new, outcome.after.start)
        if outcome.after.extents == should:
            counts["right"] += 1
        elif _says_as_much(one, outcome.before, here, should):
            counts["undecidable"] += 1
        else:
            counts["wrong"] += 1
            was = _around(one.old, outcome.before.start)
            there = should and _around(one.new, should[0][0])
            wrong.append(f"{outcome.before.text[:40]!r} {outcome.fate}\n      {was}\n      -> {here}\n      not {there}")
    return counts, wrong


def main() -> int:
    """Edit, realign, print."""
    texts = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    print(f"{texts:,} texts of each kind, seed {seed}")
    heads = f"{'spans':>9}{'survive':>9}{'written':>9}{'undecidable':>12}{'wrong':>7}{'right of surviving':>20}{'seconds':>9}"
    print(f"{'':12}{heads}")
    fails = False
    for make in TEXTS:
        chance = random.Random(f"{make.__name__} {seed}")
        start = time.perf_counter()
        counts: Counter[str] = Counter()
        wrong: list[str] = []
        for _ in range(texts):
            more, said = judge(trial(chance, make))
            counts += more
            wrong += said
        taken = time.perf_counter() - start
        numbers = f"{counts['spans']:9,}{counts['survive']:9,}{counts['written']:9,}{counts['undecidable']:12,}"
        print(f"{make.__name__:12}{numbers}{counts['wrong']:7,}{counts['right'] / counts['survive']:20.2%}{taken:9.1f}")
        for each in wrong[:5]:
            print("   ", each[:1500])
        fails = fails or bool(wrong)
    return int(fails)


if __name__ == "__main__":
    sys.exit(main())
