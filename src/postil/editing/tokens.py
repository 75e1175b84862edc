"""A text as words and signs: what two versions of it are aligned by.

A token is a run of letters and digits with their marks, one character of a script that is written without blanks, or any other
visible character. Blanks are no tokens: they lie between. Two spellings of the same words (NFC or not, curly quotation marks or
straight, one hyphen or another, blanks and line ends of any kind) have the same keys.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate

from postil.text import is_unspaced

_MARKS = ("Mn", "Mc", "Me", "Cf")
_LEAST_TEXT = 1000  # tokens: in a shorter text, how often a word comes says little of how rare it is
_OF_A_CHARACTER = 0.6  # of the bits of a character that is a word here: it says less, because it depends on the one before
_TOKEN = re.compile(r"w[wm]*|[^s]m*")
_ALIKE = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u0060\u00b4", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"')
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-")
    | {"\xad": None, "\u200b": None, "\ufeff": None}
)


class Tokens:
    """The tokens of one text. ``keys`` are numbers, the same for the same word in every text that shares ``names``."""

    def __init__(self, text: str, names: dict[str, int]) -> None:
        self.text = text
        classes = text.translate({ord(character): _class(character) for character in set(text)})
        found = [match.span() for match in _TOKEN.finditer(classes)]
        self.starts = [start for start, _ in found]
        self.ends = [end for _, end in found]
        self.words = [text[start:end] for start, end in found]
        folded = {word: names.setdefault(folding(word), len(names)) for word in set(self.words)}
        self.keys = [folded[word] for word in self.words]
        begins = (self.begins_line(token) for token in range(len(self.words)))
        self.line_of = list(accumulate(map(int, begins)))

    def __len__(self) -> int:
        return len(self.starts)

    def within(self, start: int, end: int) -> range:
        """The tokens that share a character with ``start`` to ``end``."""
        return range(bisect_right(self.ends, start), _first_from(self.starts, end))

    def is_attached(self, token: int) -> bool:
        """Whether nothing stands between the token and the one before."""
        return 0 < token < len(self.starts) and self.ends[token - 1] == self.starts[token]

    def is_word(self, token: int) -> bool:
        """Whether the token has a letter or a digit."""
        return any(map(str.isalnum, self.words[token]))

    def begins_line(self, token: int) -> bool:
        """Whether a line end stands between the token and the one before."""
        return token == 0 or "\n" in self.text[self.ends[token - 1] : self.starts[token]]

    def ends_line(self, token: int) -> bool:
        """Whether a line end, or the end of the text, comes right after the token."""
        return token + 1 == len(self) or self.begins_line(token + 1)

    def lines(self) -> dict[tuple[int, ...], range | None]:
        """The tokens of each line by their keys; ``None`` for a line that comes more than once."""
        found: dict[tuple[int, ...], range | None] = {}
        start = 0
        for token in range(1, len(self) + 1):
            if token == len(self) or self.begins_line(token):
                key = tuple(self.keys[start:token])
                found[key] = None if key in found else range(start, token)
                start = token
        return found


def _first_from(starts: list[int], offset: int) -> int:
    return bisect_right(starts, offset - 1)


def _class(character: str) -> str:
    if character.isspace():
        return "s"
    if "\u1160" <= character <= "\u11ff" or unicodedata.category(character) in _MARKS:
        return "m"
    return "w" if character.isalnum() and not is_unbroken(character) else "."


def is_unbroken(character: str) -> bool:
    """Whether the character is of a script that is written without blanks: a word of its own, here."""
    return is_unspaced(character) and not (
        "\u0590" <= character <= "\u08ff" or _is_hangul(character) or "\ufb1d" <= character <= "\ufefe"
    )


def _is_hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7ff" or "\u1100" <= character <= "\u11ff" or "\ua960" <= character <= "\ua97f"


def weigh(tokens: Tokens, counts: Mapping[int, int]) -> dict[int, float]:
    """How much it says that a word is the same, by its key, in bits: the rarer the word, the more. Signs say nothing."""
    total = max(len(tokens), _LEAST_TEXT)
    found: dict[int, float] = {}
    for key, word in zip(tokens.keys, tokens.words, strict=True):
        if key not in found:
            share = 0.0 if not word[0].isalnum() else _OF_A_CHARACTER if is_unbroken(word[0]) else 1.0
            found[key] = share * math.log2(total / counts[key])
    return found


def folding(text: str) -> str:
    """What is the same in every spelling of the same words: compatibility-composed, plain quotation marks and hyphens."""
    return text if text.isascii() and "`" not in text else unicodedata.normalize("NFKC", text.translate(_ALIKE))


def is_respelling(old: str, new: str) -> bool:
    """Whether two texts differ in nothing but spelling and blanks."""
    return old == new or " ".join(folding(old).split()) == " ".join(folding(new).split())
