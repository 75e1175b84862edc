"""How long spans are, in the tokens of spaCy's Docs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from postil.corpus import Document
from postil.exchange.tokens import Tokens, token_range
from postil.formats.spacy.write import words_of

Lengths = defaultdict[str, Counter[int]]
"""Of each layer, how many spans have how many tokens."""


def counted_in(lengths: Lengths, documents: Iterable[Document], tokens: Tokens) -> Iterator[Document]:
    """The documents as they are, their spans counted as they pass; one that cuts a token, or is in pieces, is in no Doc."""
    for document in documents:
        words = [extent for extent, _ in words_of(document.text, tokens.of(document).flat)]
        for one in document.sets.values():
            for span in one.spans:
                if not span.fragments and (place := token_range(words, span.start, span.end)):
                    lengths[span.layer][place[1] - place[0]] += 1
        yield document


def share(lengths: Counter[int], most: int) -> float:
    """The share of spans that have so many tokens at most."""
    return sum(count for length, count in lengths.items() if length <= most) / lengths.total()
