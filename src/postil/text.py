"""Offsets and places in text: the one module that knows any unit but the code point.

Everywhere else an offset is what Python means by it. Other people's files count UTF-16 code units (browsers, Java), UTF-8
bytes or grapheme clusters; :class:`Units` converts, once, at the border. Lines end at ``\\n`` and nowhere else.
"""

from __future__ import annotations

import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable
from functools import cache
from itertools import accumulate, islice
from typing import Literal

Unit = Literal["code point", "utf-16", "utf-8", "grapheme"]

_ZWJ = "\u200d"
_COMBINING = frozenset(("Mn", "Mc", "Me", "Cf", "Sk", "Cn"))  # Cn: assigned since this Python's Unicode, perhaps a mark
# Letters that UAX #29 gives a property although their category says nothing of it: Prepend, SpacingMark, Extend.
_JOINING_LETTERS = frozenset(
    "\u0d4e\u0e33\u0eb3\uff9e\uff9f\U000111c2\U000111c3\U000113d1\U0001193f\U00011941\U00011a3a\U00011a84\U00011a85"
    "\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)


class LineIndex:
    """Offsets of a text as lines and columns, both counted from one. Columns count code points."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._starts = [0]
        found = text.find("\n")
        while found >= 0:
            self._starts.append(found + 1)
            found = text.find("\n", found + 1)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of ``offset``, clamped to the text."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def line(self, number: int) -> str:
        """The text of a line, without its end."""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]


class Units:
    """Conversion between code points and another unit, for one text, in logarithmic time an offset.

    An offset in the other unit that falls inside a code point belongs to no code point: :meth:`to_code_points` raises
    :class:`ValueError`, as both methods do for an offset outside the text.
    """

    def __init__(self, text: str, unit: Unit) -> None:
        self.unit = unit
        self._length = len(text)
        self._sums: array[int] | None = None
        if unit == "grapheme" and has_clusters(text):
            self._sums = _grapheme_sums(text)
        elif unit in ("utf-16", "utf-8") and not text.isascii():
            width = _utf16_width if unit == "utf-16" else _utf8_width
            self._sums = array("Q", accumulate(map(width, text), initial=0))

    @property
    def is_identity(self) -> bool:
        """Whether both units count this text alike."""
        return self._sums is None

    def from_code_points(self, offset: int) -> int:
        """The offset in the other unit."""
        if not 0 <= offset <= self._length:
            raise ValueError(f"offset {offset} is outside the text (0 to {self._length})")
        return offset if self._sums is None else self._sums[offset]

    def to_code_points(self, offset: int) -> int:
        """The offset in code points."""
        if self._sums is None:
            return self.from_code_points(offset)
        if not 0 <= offset <= self._sums[-1]:
            raise ValueError(f"{self.unit} offset {offset} is outside the text (0 to {self._sums[-1]})")
        found = bisect_left(self._sums, offset)
        if self._sums[found] != offset:
            raise ValueError(f"{self.unit} offset {offset} is inside a character")
        return found


def _grapheme_sums(text: str) -> array[int]:
    """For each offset the number of clusters that end at or before it."""
    from wcwidth import iter_graphemes

    sums = array("Q", [0])
    for number, cluster in enumerate(iter_graphemes(text), 1):
        sums.extend([number - 1] * (len(cluster) - 1))
        sums.append(number)
    return sums


def _utf16_width(character: str) -> int:
    return 2 if character > "\uffff" else 1


def _utf8_width(character: str) -> int:
    return 1 if character < "\x80" else 2 if character < "\u0800" else 3 if character < "\U00010000" else 4


def cuts_grapheme(text: str, offset: int) -> bool:
    """Whether ``offset`` falls inside a user-perceived character (an extended grapheme cluster, UAX #29)."""
    return cluster_around(text, offset)[0] != offset


def cluster_around(text: str, offset: int) -> tuple[int, int]:
    """The start and end of the user-perceived character that ``offset`` falls inside; twice the offset where it falls in none."""
    if not 0 < offset < len(text):
        return offset, offset
    if not (is_joining(text[offset - 1]) or is_joining(text[offset])):
        return offset, offset
    start = offset - 1
    while start and (is_joining(text[start - 1]) or is_joining(text[start])):
        start -= 1  # back to where a cluster certainly begins
    end = text.find("\n", offset)
    from wcwidth import iter_graphemes

    for cluster in iter_graphemes(text[start : len(text) if end < 0 else end + 1]):
        if start + len(cluster) > offset:
            break
        start += len(cluster)
    return (start, start + len(cluster)) if start < offset else (offset, offset)


def has_clusters(text: str) -> bool:
    """Whether any grapheme cluster of the text could have more than one code point; never wrongly false."""
    return "\r" in text if text.isascii() else any(map(is_joining, set(text)))


@cache
def is_joining(character: str) -> bool:
    """Whether UAX #29 could keep the character together with the one before or after it; never wrongly false."""
    if character < "\u0300":
        return character in "\r\xad"
    if unicodedata.category(character) in _COMBINING or "\U0001f1e6" <= character <= "\U0001f1ff":
        return True
    if "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97f" or "\ud7b0" <= character <= "\ud7ff":
        return True  # the letters of Hangul; a whole syllable is joined by what follows it only
    return character in _JOINING_LETTERS


def cuts_word(text: str, offset: int) -> bool:
    """Whether ``offset`` falls between two letters or digits of one word.

    Scripts that are written without blanks between words (Chinese, Japanese, Thai, …), or that write articles, particles and
    prepositions onto the word (Korean, Arabic, Hebrew), give no sign of where one ends: nothing is a cut there. An apostrophe
    or a hyphen is an edge.
    """
    if not 0 < offset < len(text):
        return False
    before, after = text[offset - 1], text[offset]
    if not (_in_word(before) and _in_word(after)):
        return False
    return not (is_unspaced(before) or is_unspaced(after))


def _in_word(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) in ("Mn", "Mc")


# Unicode blocks of such scripts: the Unicode Line Breaking Algorithm's classes ID, CJ and SA; Hangul; Hebrew to Arabic.
_UNSPACED = (
    (0x0590, 0x08FF), (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1100, 0x11FF), (0x1780, 0x17FF), (0x1950, 0x19DF), (0x1A20, 0x1AAF),
    (0x2E80, 0x31A0), (0x31A1, 0x4DBF), (0x4E00, 0xA4CF), (0xA960, 0xA97F), (0xA9E0, 0xA9FF),
    (0xAA60, 0xAADF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFB1D, 0xFDFF), (0xFE70, 0xFEFE), (0xFF66, 0xFF9F),
    (0x1B000, 0x1B16F), (0x20000, 0x3FFFF),
)  # fmt: skip
_UNSPACED_STARTS = [start for start, _ in _UNSPACED]


def is_unspaced(character: str) -> bool:
    """Whether the character is of a script that does not show where a word ends. False for no character."""
    if not character:
        return False
    number = ord(character)
    found = bisect_right(_UNSPACED_STARTS, number) - 1
    return found >= 0 and number <= _UNSPACED[found][1]


_VISIBLE_SPACE = {"\n": "⏎", "\t": "⇥", "\r": "␍"}


def printable(text: str) -> str:
    """``text`` with every character that a terminal would obey, hide or reorder shown as an escape instead."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character == "\xa0" or unicodedata.category(character) in ("Zs", "Mn", "Mc", "Me"):
        return character
    if character.isprintable() or character == _ZWJ:
        return character
    if character in _VISIBLE_SPACE:
        return _VISIBLE_SPACE[character]
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def quote(text: str, limit: int = 60) -> str:
    """``text`` in quotation marks for a message: printable, and shortened in the middle to ``limit`` characters."""
    if len(text) > limit:
        half = (limit - 1) // 2
        text = f"{text[:half]}…{text[-half:]}"
    return f"“{printable(text)}”"


def quote_difference(old: str, new: str, context: int = 30) -> tuple[str, str]:
    """Two texts in quotation marks for a message, without what is the same at their beginnings and ends, but for some context."""
    shorter = min(len(old), len(new))
    before = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    after = next((at for at in range(shorter - before) if old[-1 - at] != new[-1 - at]), shorter - before)
    start = max(before - context, 0)
    first, second = (text[start : len(text) - max(after - context, 0)] for text in (old, new))
    left, right = ("…" if start else ""), ("…" if after > context else "")
    return quote(f"{left}{first}{right}", 4 * context), quote(f"{left}{second}{right}", 4 * context)


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that was probably meant by ``word``: the same but for case, else one much like it; empty for none."""
    from difflib import get_close_matches

    known = tuple(names)
    same = [name for name in known if name.casefold() == word.casefold()]
    return next(iter(same or get_close_matches(word, known, 1)), "")


def counted(number: int, noun: str) -> str:
    """``1 file``, ``1,200 files``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def few(names: Collection[str], most: int) -> list[str]:
    """The first names, and that there are more: ``a``, ``b``, ``30 more``."""
    shown = list(islice(names, most if len(names) <= most else most - 1))
    return [*shown, f"{len(names) - len(shown):,} more"] if len(shown) < len(names) else shown


def listing(names: Iterable[str], last: str = "or") -> str:
    """``a, b or c``; ``nothing`` for no names."""
    *most, final = tuple(names) or ("nothing",)
    return f"{', '.join(most)} {last} {final}" if most else final
