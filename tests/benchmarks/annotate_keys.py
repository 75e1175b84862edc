"""Keystrokes for a task on the real article: 18 entities of its first five paragraphs, 3 statements with attributes, 1 relation.

python tests/benchmarks/annotate_keys.py

Every key that is pressed counts one, also one with shift or control, also those that only move, choose the layer or answer an
attribute; the sum is divided by the spans and relations in the file at the end, which must be the file made by hand. Keys:
tests/tui/task.py. With suggestions it is the set of another annotator, who marked the same on her own; each is looked at and
taken by itself, or the whole sentence at a time. The last line is for suggestions that are less good: every fourth entity has a
wrong label, every ninth is missing and marked by hand.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from annotating.corpora import copy_of_our_corpus
from postil import Corpus
from tui.driving import pressed
from tui.task import (
    BY_HAND,
    BY_SENTENCES,
    DOCUMENT,
    WITH_FAULTY_SUGGESTIONS,
    WITH_SUGGESTIONS,
    by_hand,
    number_of_annotations,
    suggest,
    with_ids_of_gold,
)


def count(what: str, keys: list[str], *, suggestions: bool = False, is_faulty: bool = False) -> None:
    """Press the keys, hold the file against the one made by hand, print."""
    with tempfile.TemporaryDirectory() as directory:
        corpus = copy_of_our_corpus(Path(directory) / "corpus")
        if suggestions:
            suggest(corpus, is_faulty=is_faulty)
        root = corpus.directory.root
        pressed(Corpus.open(root), keys, DOCUMENT, suggestions="model" if suggestions else "")
        made = Corpus.open(root)[DOCUMENT].sets["me"]
        same = with_ids_of_gold(corpus, made) == by_hand(corpus, made.header)
        number = number_of_annotations(made)
        print(f"{what:<42} {len(keys):3} keys, {number} annotations: {len(keys) / number:.2f} each", "" if same else "DIFFERENT")


if __name__ == "__main__":
    count("without suggestions", BY_HAND)
    count("suggestions, one by one", WITH_SUGGESTIONS, suggestions=True)
    count("suggestions, sentence by sentence", BY_SENTENCES, suggestions=True)
    count("suggestions with faults", WITH_FAULTY_SUGGESTIONS, suggestions=True, is_faulty=True)
