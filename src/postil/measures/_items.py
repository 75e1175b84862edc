"""What coefficients of codings are taken over: the items of one layer of a document, and what each annotator said of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from postil.measures import Quantities, Unit
from postil.measures._coding import Rows
from postil.measures._pairs import contingencies
from postil.measures.comparison import Comparison

Parts = Iterator[tuple[str, Quantities]]

_TOKEN = re.compile(r"\w+|[^\w\s]")

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
    """One row for each annotator: the labels of the spans over each token, which is a word or another visible character."""
    text = comparison.document.text
    starts = [found.start() for found in _TOKEN.finditer(text)]
    ends = [found.end() for found in _TOKEN.finditer(text)]
    return [list(_over(spans_of, starts, ends)) for spans_of in comparison.continuum.units.values()]


def _over(units: Sequence[Unit], starts: list[int], ends: list[int]) -> Iterator[frozenset[str]]:
    labels: list[set[str]] = [set() for _ in starts]
    for unit in units:
        for start, end in unit.extents:
            for token in range(bisect_right(ends, start), bisect_left(starts, end)):
                labels[token].add(unit.label)
    return map(frozenset, labels)


def known_labels(comparison: Comparison) -> list[str]:
    """The labels of a layer, used in this document or not: where nobody used one, that is agreement on it."""
    of_spans = {unit.label for units in comparison.continuum.units.values() for unit in units}
    of_documents = {label for labels in comparison.labels.values() for label in labels}
    return sorted({*(comparison.definition.labels if comparison.definition else ()), *of_spans, *of_documents})


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
