"""Mentions that are labelled elsewhere in the corpus, looked for where they are not labelled yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from postil.corpus import Corpus
from postil.editing.tokens import Tokens
from postil.model import Span
from postil.suggesting.drafts import Draft
from postil.suggesting.table import Target

_LONGEST = 40  # characters: what is longer is no mention
_SHORT = 30  # characters that the spans of a layer of mentions have at most, in the mean
_DIGITS = 4


class _Key(NamedTuple):
    layer: str
    text: str


Labels = dict[_Key, Counter[str]]


class Mentions:
    """How often each text has which label, in the sets of some annotators, document by document."""

    def __init__(self, corpus: Corpus, annotators: Collection[str], layers: Collection[str]) -> None:
        self._by_document: dict[str, Labels] = {}
        self._all: Labels = defaultdict(Counter)
        for document, files in corpus.directory.inventory.documents.items():
            if files.text and not files.sets.keys().isdisjoint(annotators):
                spans = [span for one in corpus.read(document, annotators).sets.values() for span in one.spans]
                self._by_document[document] = _labels(spans, layers)
        for labels in self._by_document.values():
            for key, counts in labels.items():
                self._all[key].update(counts)

    def elsewhere(self, document: str) -> Labels:
        """The labels of each text in every other document."""
        own = self._by_document.get(document, {})
        found = {key: counts - own.get(key, Counter()) for key, counts in self._all.items()}
        return {key: counts for key, counts in found.items() if counts}


def _labels(spans: Collection[Span], layers: Collection[str]) -> Labels:
    """The labels of each text, in layers whose spans are short."""
    lengths: dict[str, list[int]] = defaultdict(list)
    for span in spans:
        lengths[span.layer].append(span.end - span.start)
    chosen = {name for name, each in lengths.items() if sum(each) <= _SHORT * len(each) and (not layers or name in layers)}
    found: Labels = defaultdict(Counter)
    for span in spans:
        if span.layer in chosen and len(span.text) <= _LONGEST and not span.fragments:
            found[_Key(span.layer, span.text)][span.label] += 1
    return found


def found_again(text: str, labels: Labels) -> Iterator[Draft]:
    """Each place where one of these texts stands as whole words, the longest where several do; the label that it has most often.

    The confidence is that label's share of the text's labels. A text that has two labels equally often is left alone.
    """
    tokens = Tokens(text, {})
    ends = set(tokens.ends)
    for layer in dict.fromkeys(key.layer for key in labels):
        by_word = _by_first_word(key.text for key in labels if key.layer == layer)
        reached = 0
        for word, start in zip(tokens.words, tokens.starts, strict=True):
            fitting = (one for one in by_word.get(word, ()) if text.startswith(one, start) and start + len(one) in ends)
            one = next(fitting, "") if start >= reached else ""
            if one:
                reached = start + len(one)
                yield from _draft(_Key(layer, one), labels[_Key(layer, one)], start)


def _by_first_word(texts: Iterator[str]) -> dict[str, list[str]]:
    """Texts by the word that they begin with, the longest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for text in sorted(texts, key=lambda one: (-len(one), one)):
        words = Tokens(text, {}).words
        if words and text.startswith(words[0]):
            found[words[0]].append(text)
    return found


def _draft(key: _Key, counts: Counter[str], start: int) -> Iterator[Draft]:
    (label, often), *others = counts.most_common(2)
    if not (others and others[0][1] == often):
        confidence = round(often / counts.total(), _DIGITS)
        yield Draft(Target(key.layer, label), (start, start + len(key.text)), confidence)
