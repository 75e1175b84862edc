"""A text as an annotator goes through it: characters, words, phrases, clauses, sentences, paragraphs.

Everything here is worked out without a language model. Phrases and clauses are what capitals, hyphens and punctuation show; they
are there to be selected with one key and corrected with the next.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from postil.editing.tokens import Tokens
from postil.lazy import lazy
from postil.segmentation import Extent, containing, paragraphs, sentences, trim
from postil.text import cluster_around

UNITS = ("character", "word", "sentence", "paragraph")

_STOPS = ".!?…。！？｡؟۔।॥"
_CLAUSE_MARK = re.compile(r"[,;:()\[\]{}“”\"«»–—]++(?=\s|$)|(?<=\s)[(\[{“\"«–—]++|(?<=\s)-(?=\s)|[、，；：（）「」]")
_LINKING_WORDS = "of the for de la le du des del della di da von van der den zu bin ibn al el"
_LINKS = frozenset((*_LINKING_WORDS.split(), *"&-'’.+/"))
_LONGEST_LINK = 2  # blanks between the parts of a name
_BETWEEN_CELLS = ("\t", "\n", "\v", "\f", "\r", "\x85", "\u2028", "\u2029")  # of a table, or lines of a list: no name goes on


class Reading:
    """One text with its units, each worked out when it is first asked for."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._line: tuple[int, Reading] | None = None

    @lazy
    def tokens(self) -> Tokens:
        """Words and signs."""
        return Tokens(self.text, {})

    @lazy
    def words(self) -> list[Extent]:
        """The extent of each word."""
        tokens = self.tokens
        return [(tokens.starts[at], tokens.ends[at]) for at in range(len(tokens)) if tokens.is_word(at)]

    @lazy
    def sentences(self) -> list[Extent]:
        """The extent of each sentence."""
        return sentences(self.text)

    @lazy
    def paragraphs(self) -> list[Extent]:
        """The extent of each paragraph."""
        return paragraphs(self.text)

    def extents(self, unit: str) -> Sequence[Extent]:
        """The extents of every word, sentence or paragraph."""
        found: Sequence[Extent] = getattr(self, f"{unit}s")
        return found

    def clamp(self, offset: int) -> int:
        """The offset, or the nearest one that is in the text and cuts no character."""
        return cluster_around(self.text, min(max(offset, 0), len(self.text)))[0]

    def character_after(self, offset: int) -> int:
        """Where the character ends that ``offset`` stands before."""
        return cluster_around(self.text, min(offset + 1, len(self.text)))[1]

    def character_before(self, offset: int) -> int:
        """Where the character begins that ``offset`` stands behind."""
        return self.clamp(offset - 1)

    def next_start(self, unit: str, offset: int) -> int:
        """Where the next unit begins; the end of the text where there is none."""
        if unit == "character":
            return self.character_after(offset)
        extents = self.extents(unit)
        found = bisect_right(extents, (offset, len(self.text) + 1))
        return extents[found][0] if found < len(extents) else len(self.text)

    def previous_start(self, unit: str, offset: int) -> int:
        """Where the unit begins that ``offset`` is in, or stands behind; the start of the text where there is none."""
        if unit == "character":
            return self.character_before(offset)
        extents = self.extents(unit)
        found = bisect_left(extents, (offset, -1)) - 1
        return extents[found][0] if found >= 0 else 0

    def next_end(self, unit: str, offset: int) -> int:
        """Where the unit ends that ``offset`` is in or stands before."""
        if unit == "character":
            return self.character_after(offset)
        extents = self.extents(unit)
        found = bisect_right(extents, offset, key=lambda extent: extent[1])
        return extents[found][1] if found < len(extents) else len(self.text)

    def previous_end(self, unit: str, offset: int) -> int:
        """Where the last unit before ``offset`` ends."""
        if unit == "character":
            return self.character_before(offset)
        extents = self.extents(unit)
        found = bisect_left(extents, offset, key=lambda extent: extent[1]) - 1
        return extents[found][1] if found >= 0 else 0

    def at(self, unit: str, offset: int) -> Extent | None:
        """The word, sentence or paragraph that ``offset`` is in, or at whose end it stands."""
        extents = self.extents(unit)
        found = containing(extents, offset)
        return extents[found] if found >= 0 and offset <= extents[found][1] else None

    def word_at(self, offset: int) -> Extent | None:
        """The word that ``offset`` is in, or at whose end it stands: ``at("word", offset)``, with only its line looked at."""
        start = self.text.rfind("\n", 0, offset) + 1
        if self._line is None or self._line[0] != start:
            self._line = (start, Reading(self.text[start:].partition("\n")[0]))
        found = self._line[1].at("word", offset - start)
        return (start + found[0], start + found[1]) if found else None

    @lazy
    def names(self) -> list[Extent]:
        """What may be a name: words with a capital or a digit in a row, with what links them, within a sentence.

        The first word of a sentence is none by its capital alone where the text has it without one too.
        """
        return [name for sentence in self.sentences for name in self._names_in(sentence)]

    def _names_in(self, sentence: Extent) -> Iterator[Extent]:
        tokens = self.tokens
        inside = tokens.within(*sentence)
        first = -1  # the token that the present name begins with
        last = -1
        for at in inside:
            if first >= 0 and not self._continues_name(at, at - 1):
                yield from self._if_name(first, last, inside[0])
                first = -1
            if self._is_capital(at):
                first, last = (at if first < 0 else first), at
        if first >= 0:
            yield from self._if_name(first, last, inside[0])

    def _if_name(self, first: int, last: int, beginning: int) -> Iterator[Extent]:
        if first == beginning and self.tokens.words[first].lower() in self._plain_words:
            first = next((at for at in range(first + 1, last + 1) if self._is_capital(at)), last + 1)
        if first <= last:
            yield self.tokens.starts[first], self.tokens.ends[last]

    @lazy
    def _plain_words(self) -> frozenset[str]:
        """Every word that stands somewhere without a capital."""
        return frozenset(word for word in self.tokens.words if word.islower())

    # --- smart selection ---------------------------------------------------------------------------------------------

    def grown(self, start: int, end: int) -> Extent | None:
        """The smallest unit that holds ``start`` to ``end`` and more: word, phrase, clause, sentence, paragraph."""
        larger = [unit for unit in self._around(start, end) if unit[0] <= start and end <= unit[1] and unit != (start, end)]
        return min(larger, key=lambda unit: unit[1] - unit[0], default=None)

    def shrunk(self, start: int, end: int) -> Extent | None:
        """The largest unit in ``start`` to ``end`` that begins where they do, and is less."""
        smaller = [unit for unit in self._around(start, start) if unit[0] == start and start < unit[1] < end]
        return max(smaller, key=lambda unit: unit[1], default=None)

    def _around(self, start: int, end: int) -> Iterator[Extent]:
        for unit in ("word", "sentence", "paragraph"):
            found = self.at(unit, start)
            if found:
                yield found
        yield self._compound(start, end)
        sentence = self.at("sentence", start)
        if sentence:
            first, last = sentence
            yield first, first + len(self.text[first:last].rstrip(_STOPS))
            yield self._clause(start, end, sentence)
            yield self._name(start, end, sentence)

    def _compound(self, start: int, end: int) -> Extent:
        """What is written without a blank, but for the signs around it."""
        while start and not self.text[start - 1].isspace():
            start -= 1
        while end < len(self.text) and not self.text[end].isspace():
            end += 1
        covered = [at for at in range(start, end) if self.text[at].isalnum()]
        return (covered[0], covered[-1] + 1) if covered else (start, end)

    def _clause(self, start: int, end: int, sentence: Extent) -> Extent:
        first, last = sentence[0], sentence[0] + len(self.text[slice(*sentence)].rstrip(_STOPS))
        for mark in _CLAUSE_MARK.finditer(self.text, *sentence):
            if mark.end() <= start:
                first = max(first, mark.end())
            elif mark.start() >= end:
                last = min(last, mark.start())
                break
        return trim(self.text, first, max(first, last))

    def _name(self, start: int, end: int, sentence: Extent) -> Extent:
        """Words with a capital or a digit, with what links them: never further than the sentence."""
        tokens = self.tokens
        inside = tokens.within(*sentence)
        chosen = tokens.within(start, end)
        if not chosen or not all(self._belongs_to_name(at) for at in chosen):
            return start, end
        first, last = chosen[0], chosen[-1]
        for at in range(chosen[0] - 1, inside[0] - 1, -1):
            if not self._continues_name(at, at + 1):
                break
            first = at if self._is_capital(at) else first
        for at in range(chosen[-1] + 1, inside[-1] + 1):
            if not self._continues_name(at, at - 1):
                break
            last = at if self._is_capital(at) else last
        return tokens.starts[first], tokens.ends[last]

    def _belongs_to_name(self, at: int) -> bool:
        return self._is_capital(at) or self.tokens.words[at] in _LINKS

    def _continues_name(self, at: int, beside: int) -> bool:
        one, other = sorted((at, beside))
        gap = self.text[self.tokens.ends[one] : self.tokens.starts[other]]
        return self._belongs_to_name(at) and len(gap) < _LONGEST_LINK and gap not in _BETWEEN_CELLS

    def _is_capital(self, at: int) -> bool:
        first = self.tokens.words[at][0]
        return first.isupper() or first.isdigit()
