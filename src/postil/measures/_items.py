"""What coefficients of codings are taken over: the items of one layer of a document, and what each annotator said of them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from postil.measures import Quantities, Unit
from postil.measures._coding import Rows
from postil.measures._pairs import contingencies
from postil.measures.comparison import Comparison
from postil.text import is_unspaced

Parts = Iterator[tuple[str, Quantities]]

_TOKEN = re.compile(r"L[LMJZ]*|RR?|[AV](?:[MJ]|Z[AV]?)*|M[MJZ]*")  # of a text in which kinds stand for characters

PERFECT = "1 is full agreement, 0 is what chance would give, below 0 is worse than chance."
ALIGNED = "What documents, or aligned spans, are called; a span that one missed does not count."


def coded_labels(comparison: Comparison) -> Rows:
    """One row of labels for each annotator: of the document, or of the spans that are aligned.

    In a layer whose documents may have several labels, a value is the set of them. Otherwise it is the label, and nothing where
    an annotator gave none or, against the scheme, more than one.
    """
    if comparison.kind == "label":
        if comparison.definition and comparison.definition.multiple:
            return [[labels] for labels in comparison.labels.values()]
        return [[next(iter(labels)) if len(labels) == 1 else None] for labels in comparison.labels.values()]
    return [[unit.label if unit else None for unit in row] for row in comparison.rows]


def coded_tokens(comparison: Comparison) -> list[list[frozenset[str]]]:
    """One row for each annotator: the labels of the spans over each token."""
    tokens = token_extents(comparison.document.text)
    starts, ends = [start for start, _ in tokens], [end for _, end in tokens]
    return [list(_over(spans_of, starts, ends)) for spans_of in comparison.continuum.units.values()]


def token_extents(text: str) -> list[tuple[int, int]]:
    """Where tokens are: words, which are letters and digits with the marks on them; and other visible characters one by one.

    In scripts without blanks between words (Chinese, Japanese, Thai, …) each letter is a token, with its marks.
    """
    kinds = text.translate({ord(character): _token_kind(character) for character in set(text)})
    return [found.span() for found in _TOKEN.finditer(kinds)]


def _token_kind(character: str) -> str:
    """One letter for what a character is.

    ``L``: part of a word; ``A``: a letter by itself; ``V``: visible otherwise; ``M``: a mark on what is before it; ``J``: not
    visible, and breaks no word; ``Z``: joins pictures; ``R``: one of the two letters of a flag; a blank for all others.
    """
    category = unicodedata.category(character)
    if character == "\u200d":
        return "Z"
    if "\U0001f1e6" <= character <= "\U0001f1ff":
        return "R"
    if category in ("Mn", "Mc", "Me") or "\U0001f3fb" <= character <= "\U0001f3ff":  # skin tones
        return "M"
    if category == "Cf":
        return " " if character == "\u200b" else "J"  # the one that stands where a word ends
    if character.isalnum():
        return "A" if is_unspaced(character) and not _has_blanks_between_words(character) else "L"
    return " " if character.isspace() or category == "Cc" else "V"


def _has_blanks_between_words(character: str) -> bool:
    """Scripts that write particles onto words, not whole sentences in one: those from right to left, and Korean."""
    return unicodedata.bidirectional(character) in ("R", "AL", "AN") or unicodedata.name(character, "").startswith("HANGUL")


def _over(units: Sequence[Unit], starts: list[int], ends: list[int]) -> Iterator[frozenset[str]]:
    labels: list[set[str]] = [set() for _ in starts]
    for unit in units:
        for start, end in unit.extents:
            for token in range(bisect_right(ends, start), bisect_left(starts, end)):
                labels[token].add(unit.label)
    return map(frozenset, labels)


def contingencies_of_labels(comparison: Comparison) -> Parts:
    """What kappa and its like are made of, for each pair of annotators in the alignment of these two."""
    found: Quantities = {}
    for pair in comparison.pairs():
        if comparison.kind == "label":
            rows = coded_labels(comparison)
            of_pair = [rows[comparison.annotators.index(name)] for name in pair]
        else:
            aligned = comparison.aligned(*pair)
            of_pair = [[unit.label for unit, _ in aligned], [unit.label for _, unit in aligned]]
        found |= contingencies(of_pair, pair)
    yield "", found
