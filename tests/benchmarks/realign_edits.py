"""How well `postil realign` carries annotations through edits whose truth is known.

    python tests/benchmarks/realign_edits.py [EDITS] [SEED]

Texts (the article of this repository, and generated ones in many scripts) are edited at random: words put in, taken out and
replaced, letters misread, sentences and paragraphs put in, taken out and moved, spelling and line ends normalised; 1 to 50
edits a text. Every character remembers where it came from, so that the truth comes from the edit itself and from no comparison.
Prints how many spans were written, how many of those wrongly, and how many whose text survives were written; for the old text
known and for the quotations alone. Exits with 1 unless none is wrong and 99.5 % are written.
"""

from __future__ import annotations

import random
import re
import sys
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from postil import Corpus
from postil.editing.realign import realign, sha256_of
from postil.model import AnnotationSet, Header, Span

ROOT = Path(__file__).parents[2]
ARTICLE = "news/india-japan-2-plus-2"
LEAST_WRITTEN = 0.995


class Cell(NamedTuple):
    """A character, and the offset in the original that it came from (-1: it is new). ``soft``: only how something is spelt."""

    character: str
    origin: int
    soft: bool = False


Cells = list[Cell]
Edit = Callable[[random.Random, Cells, Sequence[str]], Cells]


# --- texts ---------------------------------------------------------------------------------------------------------------------


def article() -> tuple[str, list[Span]]:
    """The article and the spans of its gold set."""
    document = Corpus.open(ROOT)[ARTICLE]
    return document.text, list(document.sets["gold"].spans)


_SYLLABLES = (
    "ka lo mi ren tas vi du por sel na ghi ort bel un ash fe qui zor",
    "да ли мо ре ст ва ку ни гра по шу ть",
    "αλ με νο ρα τι κο σου δη πε",
    "que não ção é à ü ö ß ñ ez ier",
    "का मि रो ने स त् वि दे",
    "שלו מה רבי על",
)
_HAN = "国会首相东京经济安全合作政策日印防务部长讨论地区发展技术贸易海洋战略会议举行双方关系加强声明支持问题"


def generated(chance: random.Random) -> tuple[str, list[Span]]:
    """A text of many scripts, with spans that nest, overlap and are discontinuous."""
    words = [_word(chance) for _ in range(1500)]
    weights = [1 / (rank + 5) for rank in range(len(words))]
    paragraphs = []
    for _ in range(chance.randint(4, 25)):
        sentences = []
        for _ in range(chance.randint(1, 7)):
            if chance.random() < 0.15:
                sentences.append("".join(chance.choices(_HAN, k=chance.randint(8, 40))) + "。")
                continue
            chosen = chance.choices(words, weights, k=chance.randint(4, 25))
            sentences.append(
                " ".join(_punctuated(chance, word) for word in chosen).capitalize()
                + chance.choice([".", ".", ".", "!", "?", "…"])
            )
        paragraphs.append(" ".join(sentences))
    text = unicodedata.normalize("NFC", "\n\n".join(paragraphs) + "\n")
    return text, _spans(chance, text)


def _word(chance: random.Random) -> str:
    syllables = chance.choice(_SYLLABLES[:1] * 4 + _SYLLABLES).split()
    word = "".join(chance.choices(syllables, k=chance.randint(1, 4)))
    return chance.choice("😀🇯🇵👩‍🔬") if chance.random() < 0.002 else word


def _punctuated(chance: random.Random, word: str) -> str:
    roll = chance.random()
    return (
        f"{word},"
        if roll < 0.08
        else f"“{word}”"
        if roll < 0.1
        else f"{word}’s"
        if roll < 0.12
        else f"({word})"
        if roll < 0.13
        else word
    )


def _spans(chance: random.Random, text: str) -> list[Span]:
    starts = [
        at for at in range(len(text) - 1) if not text[at].isspace() and (at == 0 or text[at - 1].isspace() or text[at] in _HAN)
    ]
    ends = [at for at in range(1, len(text)) if not text[at - 1].isspace() and (text[at].isspace() or text[at - 1] in _HAN)]
    spans = []
    for number in range(len(text) // 40):
        extents = []
        at = chance.choice(starts)
        for _ in range(2 if chance.random() < 0.05 else 1):
            later = [end for end in ends if at < end <= at + chance.choice((12, 12, 40, 200))]
            if not later:
                break
            extents.append((at, chance.choice(later)))
            after = [start for start in starts if start > extents[-1][1] + 1]
            if not after:
                break
            at = after[min(chance.randrange(6), len(after) - 1)]
        if extents:
            fragments = tuple(extents) if len(extents) > 1 else ()
            span = Span(f"s{number}", "layer", "LABEL", extents[0][0], extents[-1][1], "", fragments)
            spans.append(Span(span.id, "layer", "LABEL", span.start, span.end, span.covered(text), fragments))
    return spans


# --- edits --------------------------------------------------------------------------------------------------------------------


def _new(text: str) -> Cells:
    return [Cell(character, -1) for character in text]


def _pieces(cells: Cells) -> list[tuple[int, int]]:
    """Words as a person edits them: what stands between blanks, and single characters of Chinese."""
    found: list[tuple[int, int]] = []
    start = None
    for at, cell in enumerate([*cells, Cell(" ", -1)]):
        if cell.character.isspace():
            if start is not None:
                found.append((start, at))
            start = None
        elif cell.character in _HAN:
            if start is not None:
                found.append((start, at))
            found.append((at, at + 1))
            start = None
        elif start is None:
            start = at
    return found


def _some(chance: random.Random, cells: Cells, most: int = 12) -> tuple[int, int]:
    pieces = _pieces(cells)
    first = chance.randrange(len(pieces))
    last = min(first + chance.choice((0, 0, 1, 2, chance.randrange(most))), len(pieces) - 1)
    return pieces[first][0], pieces[last][1]


def put_in(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """Words, before others or at the end of a line."""
    start, end = _some(chance, cells, 1)
    text = " ".join(chance.choices(words, k=chance.choice((1, 1, 2, 3, 10))))
    if chance.random() < 0.5:
        return [*cells[:start], *_new(f"{text} "), *cells[start:]]
    return [*cells[:end], *_new(f" {text}"), *cells[end:]]


def take_out(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """Words, with the blank after them."""
    start, end = _some(chance, cells)
    if end < len(cells) and cells[end].character == " ":
        end += 1
    return [*cells[:start], *cells[end:]] if end - start < len(cells) // 2 else cells


def replace(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """Words by others."""
    start, end = _some(chance, cells)
    gone = set(re.findall(r"\w+", "".join(cell.character for cell in cells[start:end])))
    others = [word for word in chance.choices(words, k=40) if gone.isdisjoint(re.findall(r"\w+", word))]
    return [*cells[:start], *_new(" ".join(others[: chance.choice((1, 1, 2, 3, 8))])), *cells[end:]]


def misread(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """A letter of a word, as OCR and its correction do."""
    start, end = chance.choice(_pieces(cells))
    at = chance.randrange(start, end)
    letters = [letter for letter in "aeioklmnrtüи" if letter != cells[at].character]
    if chance.random() < 0.6:
        return [*cells[:at], *_new(chance.choice(letters)), *cells[at + 1 :]]
    if chance.random() < 0.5 and end - start > 1:
        return [*cells[:at], *cells[at + 1 :]]
    inner = chance.randrange(start + 1, end) if end - start > 1 else end
    return [*cells[:inner], *_new(chance.choice(letters)), *cells[inner:]] if inner < end else cells


def _lines(cells: Cells) -> list[Cells]:
    lines: list[Cells] = [[]]
    for cell in cells:
        lines[-1].append(cell)
        if cell.character == "\n":
            lines.append([])
    return [line for line in lines if line]


def _paragraphs(cells: Cells) -> list[int]:
    return [number for number, line in enumerate(_lines(cells)) if any(not cell.character.isspace() for cell in line)]


def move_paragraph(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """A line, with the blank line after it, to another place."""
    lines = _lines(cells)
    whole = _paragraphs(cells)
    if len(whole) < 3:
        return cells
    source, target = chance.sample(whole, 2)
    taken = lines[source : source + 2]
    rest = lines[:source] + lines[source + 2 :]
    place = target if target < source else max(target - 2, 0)
    return [cell for line in [*rest[:place], *taken, *rest[place:]] for cell in line]


def drop_paragraph(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """A line, with the blank line after it."""
    lines = _lines(cells)
    whole = _paragraphs(cells)
    if len(whole) < 6:
        return cells
    gone = chance.choice(whole)
    return [cell for number, line in enumerate(lines) if number not in (gone, gone + 1) for cell in line]


def add_paragraph(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """A new line with a blank line after it."""
    lines = _lines(cells)
    place = chance.choice(_paragraphs(cells))
    added = _new(" ".join(chance.choices(words, k=chance.randint(5, 60))) + ".\n\n")
    return [cell for line in [*lines[:place], added, *lines[place:]] for cell in line]


_STRAIGHT = str.maketrans("“”‘’–", "\"\"''-")


def normalise(chance: random.Random, cells: Cells, words: Sequence[str]) -> Cells:
    """The whole text: quotation marks, composed characters or not, line ends, lines broken anew."""
    how = chance.randrange(4)
    found: Cells = []
    for cell in cells:
        spelt = cell.character
        if how == 0:
            spelt = spelt.translate(_STRAIGHT)
        elif how == 1:
            spelt = unicodedata.normalize("NFD", spelt)
        elif how == 2 and spelt == "\n" and (not found or found[-1].character != "\r"):
            spelt = "\r\n"
        elif how == 3 and spelt == " " and chance.random() < 0.05:
            spelt = "\n"
        found += [Cell(each, cell.origin, soft=cell.soft or spelt != cell.character) for each in spelt]
    return found


EDITS: Sequence[Edit] = (
    put_in,
    put_in,
    take_out,
    take_out,
    replace,
    replace,
    misread,
    misread,
    misread,
    move_paragraph,
    add_paragraph,
    drop_paragraph,
)


# --- truth and trial ----------------------------------------------------------------------------------------------------------


class Truth:
    """Where the characters of the original are now."""

    def __init__(self, text: str, cells: Cells) -> None:
        self._text, self._cells = text, cells
        self._at: dict[int, list[int]] = {}
        for at, cell in enumerate(cells):
            if cell.origin >= 0:
                self._at.setdefault(cell.origin, []).append(at)

    def extent(self, start: int, end: int) -> tuple[int, int] | None:
        """Where the passage is, if all of it is there in one piece: nothing but blanks and spelling differs."""
        wanted = [at for at in range(start, end) if not self._text[at].isspace()]
        if not wanted or any(at not in self._at for at in wanted):
            return None
        places = [place for at in wanted for place in self._at[at]]
        if places != sorted(places):
            return None
        if any(self._is_joined(one, other) for one, other in pairwise(wanted)):
            return None
        inside = self._cells[places[0] : places[-1] + 1]
        is_whole = all(start <= cell.origin < end or cell.character.isspace() for cell in inside)
        return (places[0], places[-1] + 1) if is_whole else None

    def _is_joined(self, one: int, other: int) -> bool:
        """Whether two words became one."""
        return other > one + 1 and self._at[other][0] == self._at[one][-1] + 1

    def extents(self, span: Span) -> tuple[tuple[int, int], ...] | None:
        """Where the span is."""
        found = [place for start, end in span.extents if (place := self.extent(start, end))]
        is_whole = len(found) == len(span.extents) and all(one[1] < other[0] for one, other in pairwise(found))
        return tuple(found) if is_whole else None


class Trial(NamedTuple):
    """A text before and after, its set, and where each span should be by its id (``None``: it did not survive)."""

    old: str
    new: str
    annotations: AnnotationSet
    truth: dict[str, tuple[tuple[int, int], ...] | None]
    edits: int


def trial(chance: random.Random, text: str, spans: Sequence[Span], edits: int) -> Trial:
    """Edit a text."""
    cells = [Cell(character, at) for at, character in enumerate(text)]
    words = [word.strip(".,“”()") or "x" for word in text.split() if not any(letter in _HAN for letter in word)]
    for _ in range(edits):
        edit = normalise if chance.random() < 0.02 else chance.choice(EDITS)
        cells = edit(chance, cells, words)
    new = "".join(cell.character for cell in cells)
    truth = Truth(text, cells)
    header = Header("d", "a", "s/1", sha256_of(text), "complete", "manual")
    return Trial(text, new, AnnotationSet(header, tuple(spans)), {span.id: truth.extents(span) for span in spans}, edits)


def judge(one: Trial, *, by_quotes: bool = False) -> tuple[Counter[str], list[str]]:
    """How many spans there are, survive, are written and are wrong; and what is wrong in words."""
    found = realign(None if by_quotes else one.old, one.new, one.annotations)
    counts: Counter[str] = Counter()
    wrong = []
    for outcome in found.outcomes:
        should = one.truth[outcome.before.id]
        counts["spans"] += 1
        counts["survive"] += should is not None
        counts[str(outcome.fate)] += 1
        if outcome.after is not None:
            counts["written"] += 1
            if outcome.after.extents == should:
                counts["right"] += 1
            else:
                counts["wrong"] += 1
                is_at = [one.new[max(0, start - 40) : end + 40] for start, end in outcome.after.extents]
                was_at = one.old[max(0, outcome.before.start - 40) : outcome.before.end + 40]
                wrong.append(f"{outcome.before.extents} {was_at!r} -> {outcome.after.extents} {is_at!r}, not {should}")
    return counts, wrong


def trials(edits: int, seed: int) -> list[Trial]:
    """Trials with this many edits together, turn by turn on the article and on generated texts."""
    chance = random.Random(seed)
    made: list[Trial] = []
    while edits > 0:
        text, spans = article() if len(made) % 2 == 0 else generated(chance)
        made.append(trial(chance, text, spans, min(chance.randint(1, 50), edits)))
        edits -= made[-1].edits
    return made


def large(seed: int, size: int = 1_000_000, spans: int = 10_000, edits: int = 100) -> Trial:
    """A long text with many spans, edited."""
    chance = random.Random(seed)
    texts: list[str] = []
    found: list[Span] = []
    start = 0
    while start < size:
        text, own = generated(chance)
        for span in own:
            fragments = tuple((one + start, other + start) for one, other in span.fragments)
            found.append(Span(f"s{len(found)}", "l", "L", span.start + start, span.end + start, span.text, fragments))
        texts.append(text)
        start += len(text)
    return trial(chance, "".join(texts), found[: spans // 2] + found[-(spans - spans // 2) :], edits)


def main() -> int:
    """Edit, realign, print."""
    edits = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    made = trials(edits, seed)
    print(f"{edits:,} edits of {len(made)} texts, seed {seed}")
    print(f"{'':24}{'spans':>9}{'survive':>9}{'written':>9}{'wrong':>7}{'right of surviving':>20}{'seconds':>9}")
    fails = False
    for name, by_quotes in (("old text known", False), ("quotations alone", True)):
        start = time.perf_counter()
        counts: Counter[str] = Counter()
        wrong: list[str] = []
        for one in made:
            more, said = judge(one, by_quotes=by_quotes)
            counts += more
            wrong += said
        share = counts["right"] / counts["survive"]
        taken = time.perf_counter() - start
        print(
            f"{name:24}{counts['spans']:9,}{counts['survive']:9,}{counts['written']:9,}{counts['wrong']:7,}{share:20.2%}{taken:9.1f}"
        )
        fates = ("exact", "moved", "respelt", "edited", "split", "ambiguous", "orphan")
        print(f"{'':24}" + ", ".join(f"{counts[fate]:,} {fate}" for fate in fates))
        for each in wrong[:10]:
            print("   ", each)
        fails = fails or counts["wrong"] > 0 or (not by_quotes and share < LEAST_WRITTEN)
    one = large(seed)
    start = time.perf_counter()
    counts, wrong = judge(one)
    taken = time.perf_counter() - start
    print(
        f"{'one text of a megabyte':24}{counts['spans']:9,}{counts['survive']:9,}{counts['written']:9,}{counts['wrong']:7,}",
        end="",
    )
    print(f"{counts['right'] / counts['survive']:20.2%}{taken:9.1f}")
    print(f"{'':24}{len(one.old):,} characters, {one.edits} edits")
    return int(fails or bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
