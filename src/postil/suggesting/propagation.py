"""Mentions that are labelled elsewhere in the corpus, looked for where they are not labelled yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
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
        self._layers = list(dict.fromkeys(key.layer for key in self._all))
        self._by_word = _by_first_word(self._all)

    def elsewhere(self, layer: str, text: str, document: str) -> Counter[str]:
        """How often a text has which label in every other document."""
        key = _Key(layer, text)
        return self._all[key] - self._by_document.get(document, {}).get(key, Counter())

    def found_in(self, document: str, text: str) -> Iterator[Draft]:
        """Each place in a document where a text stands as whole words that is labelled elsewhere, the longest where several do.

        It gets the label that it has most often; the confidence is that label's share. A text that has two labels equally often
        is left alone.
        """
        tokens = Tokens(text, {})
        ends = set(tokens.ends)
        for layer in self._layers:
            reached = 0
            for word, start in zip(tokens.words, tokens.starts, strict=True):
                if start < reached:
                    continue
                for one in self._by_word.get((layer, word), ()):
                    fits = text.startswith(one, start) and start + len(one) in ends
                    counts = self.elsewhere(layer, one, document) if fits else None
                    if counts:
                        reached = start + len(one)
                        yield from _draft(layer, counts, (start, reached))
                        break


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


def _by_first_word(keys: Iterable[_Key]) -> dict[tuple[str, str], list[str]]:
    """Texts by their layer and the word that they begin with, the longest first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key in sorted(keys, key=lambda one: (-len(one.text), one)):
        words = Tokens(key.text, {}).words
        if words and key.text.startswith(words[0]):
            found[key.layer, words[0]].append(key.text)
    return found


def _draft(layer: str, counts: Counter[str], extent: tuple[int, int]) -> Iterator[Draft]:
    (label, often), *others = counts.most_common(2)
    if not (others and others[0][1] == often):
        yield Draft(Target(layer, label), extent, round(often / counts.total(), _DIGITS))
