"""Tokens and sentences for formats that are made of them.

The corpus's own come first: spans of layers called ``token`` and ``sentence``, where the set has them; what they leave out is cut
at its blanks, so that tokens together always hold every visible character. Else sentences are
those of :mod:`postil.segmentation` and tokens those of spaCy's rules for the document's language, without a model.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import MissingExtra
from postil.model import AnnotationSet, Span
from postil.segmentation import Extent, containing, sentences

TOKEN_LAYER, SENTENCE_LAYER = "token", "sentence"

_AT_BLANKS = "spacy.tokenizer"  # the module of the tokenizer that most languages share
_WORD = re.compile(r"\S+")


class Tokenised(msgspec.Struct, frozen=True):
    """The tokens of each sentence of a document, as extents in its text; no sentence is empty, no token blank."""

    sentences: list[Extent]
    tokens: list[list[Extent]]

    @property
    def flat(self) -> list[Extent]:
        """All tokens of the document in order."""
        return [token for sentence in self.tokens for token in sentence]


class Tokens:
    """Finds tokens.

    A language that spaCy does not know, or only with a library that is not installed, is cut by its rules for no language in
    particular (``xx``): ``stand_ins`` says for which languages that was so.
    """

    def __init__(self, purpose: str = "this format") -> None:
        self._purpose = purpose
        self._last: tuple[str, str, Tokenised] | None = None  # of the document that is being reduced and written
        self.stand_ins: set[str] = set()

    def of(self, document: Document) -> Tokenised:
        """The tokens of a document."""
        key = (document.id, document.text_sha256)
        if self._last and self._last[:2] == key:
            return self._last[2]
        own = _own_layers(document)
        units = _sentences(document.text, [(span.start, span.end) for span in own.get(SENTENCE_LAYER, ())])
        if TOKEN_LAYER in own:
            tokens = [(span.start, span.end) for span in own[TOKEN_LAYER] if span.text.strip()]
            rows = _in_sentences(_with_gaps(tokens, document.text), units)
        else:
            rows = self.cut_in(document.text, units, document.metadata.language)
        kept = [(unit, row) for unit, row in zip(units, rows, strict=True) if row]
        found = Tokenised([unit for unit, _ in kept], [row for _, row in kept])
        self._last = (*key, found)
        return found

    def remember(self, document: Document, found: Tokenised) -> None:
        """Take these for the tokens of a document: it was made of them."""
        self._last = (document.id, document.text_sha256, found)

    def cut_in(self, text: str, units: list[Extent], language: str) -> list[list[Extent]]:
        """The extents of the tokens of each of these parts of a text, which are in order and apart.

        Where blanks part them, and the language is cut at blanks first of all, the text is cut as a whole: that is quicker, and
        what spaCy makes of the text. (It may cut an abbreviation at the end of a sentence otherwise when that stands alone.)
        """
        pipeline = self._pipeline(language)
        if type(pipeline.tokenizer).__module__ == _AT_BLANKS and _are_blank(text, units):
            rows = _in_units(_cut(pipeline, text), units)
            if rows is not None:
                return rows
        return [[(start + at, start + to) for at, to in _cut(pipeline, text[start:end])] for start, end in units]

    def _pipeline(self, language: str) -> Any:
        code = language.partition("-")[0] or "xx"
        try:
            pipeline = blank_pipeline(code)
        except ModuleNotFoundError as error:
            raise MissingExtra(self._purpose, "spaCy", "spacy") from error
        if pipeline is None:
            self.stand_ins.add(code)
            pipeline = blank_pipeline("xx")
        return pipeline


def _cut(pipeline: Any, text: str) -> list[Extent]:
    """The extents of the tokens of a text, blanks left out."""
    pipeline.max_length = max(pipeline.max_length, len(text) + 1)
    starts, lengths, are_space = pipeline.make_doc(text).to_array(["IDX", "LENGTH", "IS_SPACE"]).T
    is_word = are_space == 0
    return list(zip(starts[is_word].tolist(), (starts + lengths)[is_word].tolist(), strict=True))


def _are_blank(text: str, units: list[Extent]) -> bool:
    """Whether there is nothing but blanks between these parts of a text, and at least one."""
    gaps = pairwise([0, *(edge for unit in units for edge in unit), len(text)])
    blanks = [text[start:end] for start, end in gaps][::2]
    return not "".join(blanks).strip() and all(blanks[1:-1])


def _in_units(tokens: list[Extent], units: list[Extent]) -> list[list[Extent]] | None:
    """The tokens of each part; ``None`` where one is not wholly in one of them."""
    rows: list[list[Extent]] = []
    at = 0
    for start, end in units:
        first, at = at, bisect_left(tokens, (end, 0), at)
        row = tokens[first:at]
        if row and (row[0][0] < start or row[-1][1] > end):
            return None
        rows.append(row)
    return rows if at == len(tokens) else None


@cache
def blank_pipeline(code: str) -> Any:
    """A pipeline of spaCy with a tokenizer only; ``None`` where it has none for this language."""
    import spacy

    try:
        return spacy.blank(code)
    except ImportError:
        return None


def _own_layers(document: Document) -> dict[str, list[Span]]:
    """The first set's tokens and sentences, where they are in order and apart."""
    found: dict[str, list[Span]] = {}
    for one in document.sets.values():
        for layer in (TOKEN_LAYER, SENTENCE_LAYER):
            spans = _apart(one, layer)
            if spans and layer not in found:
                found[layer] = spans
    return found


def _apart(annotations: AnnotationSet, layer: str) -> list[Span]:
    spans = [span for span in annotations.spans if span.layer == layer]
    is_apart = all(one.end <= other.start for one, other in pairwise(spans))
    return spans if is_apart and not any(span.fragments for span in spans) else []


def _sentences(text: str, own: list[Extent]) -> list[Extent]:
    """These sentences, and those of the text that is in none of them."""
    found = []
    at = 0
    for start, end in (*own, (len(text), len(text))):
        found += [(at + first, at + last) for first, last in sentences(text[at:start])]
        found.append((start, end))
        at = end
    return found[:-1]


def _with_gaps(tokens: list[Extent], text: str) -> list[Extent]:
    """The tokens, and between them a token for each stretch of text that is in none: text that nobody cut is not lost."""
    found = []
    at = 0
    for start, end in (*tokens, (len(text), len(text))):
        found += [(at + word.start(), at + word.end()) for word in _WORD.finditer(text[at:start])]
        found.append((start, end))
        at = end
    return found[:-1]


def _in_sentences(tokens: list[Extent], units: list[Extent]) -> list[list[Extent]]:
    """Tokens by the sentence that they begin in; those between two go with the one before, those before all with the first."""
    rows: list[list[Extent]] = [[] for _ in units]
    for token in tokens:
        if rows:
            rows[max(containing(units, token[0]), 0)].append(token)
    return rows


def token_range(tokens: list[Extent], start: int, end: int) -> tuple[int, int] | None:
    """The first token of an extent and the one after its last; ``None`` where an edge cuts a token or falls between two."""
    first = bisect_left(tokens, (start, -1))
    if first == len(tokens) or tokens[first][0] != start:
        return None
    last = bisect_left(tokens, (end, -1), first) - 1
    return (first, last + 1) if last >= first and tokens[last][1] == end else None
