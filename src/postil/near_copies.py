"""Texts that are nearly the same: what is found by sketch, and confirmed by the runs of words that two texts share.

Bottom-k sketches: A. Z. Broder, On the resemblance and containment of documents, SEQUENCES 1997. A sketch is a kilobyte, however
long its text; only pairs that share one of a few hashes are ever compared, so that time and memory grow with the documents.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from hashlib import blake2b
from itertools import islice

_LENGTH = 5  # words of a shingle
_KEPT = 128  # smallest hashes of a document
_INDEXED = 16  # of these: two documents that share half their shingles have none of them in common once in 2^16 times
_ENOUGH = 0.5  # shared, of the shingles of both or of those of the shorter text
_PROMISING = 0.4  # the same by sketch, which errs by 0.04 (one standard deviation)
_LONG_ENOUGH = 50  # shingles of a text that is contained: less is quoted by chance
_MOST_SHARING = 64  # documents with one hash that others are compared with: more share boilerplate
_MOST_NEIGHBOURS = 32  # of a document, whose sketches are compared

# Scripts without blanks between words: there a character is a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+"  # compiled when it is used: sets of so many characters take milliseconds


def shingles(text: str) -> set[str]:
    """The runs of five words of a text."""
    words = re.findall(_WORD, text.lower())
    return set(map(" ".join, zip(*(islice(words, first, None) for first in range(_LENGTH)), strict=False)))


def sketch(text: str) -> array[int]:
    """The smallest hashes of a text's shingles, in ascending order; none for a text of fewer than five words."""
    return array("Q", sorted([_hash(shingle) for shingle in shingles(text)])[:_KEPT])


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest())


def likeness(one: set[str], other: set[str]) -> str:
    """How much of two texts, given as their shingles, is the same, in words; empty for less than makes near copies."""
    shared, shorter = len(one & other), min(len(one), len(other))
    if shared and shared >= _ENOUGH * len(one | other):
        return f"they share {100 * shared // len(one | other)}% of their runs of {_LENGTH} words"
    if shorter >= _LONG_ENOUGH and shared >= _ENOUGH * shorter:
        return f"{100 * shared // shorter}% of the runs of {_LENGTH} words of the shorter text stand in the longer one"
    return ""


def likely_pairs(sketches: Sequence[array[int]], matters: Callable[[int, int], bool]) -> list[tuple[int, int]]:
    """Pairs of texts, by the numbers of their sketches, that may be near copies, the most alike first.

    ``matters`` says of a pair whether anybody wants to know.
    """
    index: dict[int, list[int]] = {}
    for number, smallest in enumerate(sketches):
        for value in smallest[:_INDEXED]:
            sharing = index.setdefault(value, [])
            if len(sharing) < _MOST_SHARING:
                sharing.append(number)
    pairs = set()
    for number, smallest in enumerate(sketches):
        shared: Counter[int] = Counter()
        for value in smallest:
            shared.update(index.get(value, ()))
        others = [other for other in shared if other != number and matters(number, other)]
        nearest = sorted(others, key=lambda other: (-shared[other], other))[:_MOST_NEIGHBOURS]
        pairs |= {(min(number, other), max(number, other)) for other in nearest}
    rated = [(-_estimate(sketches[first], sketches[later]), first, later) for first, later in pairs]
    return [(first, later) for rate, first, later in sorted(rated) if -rate >= _PROMISING]


def _estimate(one: array[int], other: array[int]) -> float:
    """The containment of the shorter text in the longer one, which is never less than their resemblance.

    Up to the smaller of their largest hashes, both sketches hold every hash of their documents.
    """
    limit = min([smallest[-1] for smallest in (one, other) if len(smallest) == _KEPT], default=2**64)
    here, there = ({value for value in smallest if value <= limit} for smallest in (one, other))
    return len(here & there) / max(min(len(here), len(there)), 1)


def folded(text: str) -> str:
    """The text without case, blanks and punctuation; itself, where nothing else is in it."""
    lower = text.casefold()
    return lower.translate({ord(character): None for character in set(lower) if _is_slight(character)}) or text


def _is_slight(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] in "PZ" or category in ("Cc", "Cf")
