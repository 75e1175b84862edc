"""How long the spans of a DocBin are, in its tokens: read back from the file, as spaCy will see them."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from postil.exchange.sources import File
from postil.formats.spacy.docbin import docs, load

Lengths = dict[str, Counter[int]]
"""Of each layer, how many spans have how many tokens."""


def lengths_in(path: Path) -> Lengths:
    """The lengths of the spans in a DocBin."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for doc in docs(path.name, load(File(path.name, path.name, lambda: path.open("rb")))):
        for layer, rows in doc.groups.items():
            found[layer].update([row.end - row.start for row in rows])
    return dict(found)


def share(lengths: Counter[int], most: int) -> float:
    """The share of spans that have so many tokens at most."""
    return sum(count for length, count in lengths.items() if length <= most) / lengths.total()
