from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b

import msgspec

from postil.findings import Place, Related
from postil.near_copies import folded, likely_pairs, likeness, shingles, sketch
from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._documents import split_of, stated_group
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import METADATA, TWO_SPLITS
from postil.rules.set_view import BundleView

_MOST_TRIES = 3  # neighbours of a document that are read again
_MOST_COMPARISONS = 5_000  # pairs that are read again, the most alike first

_STORY = (
    "The foreign and defence ministers of India and Japan met in Tokyo on Thursday for the second round of their talks. "
    "They spoke of ships, aircraft and the sea between the two countries, and agreed to meet again in Delhi next year."
)
_GROUPED = f'group = "talks"\n{METADATA}'
_ANEW = "In Delhi nobody spoke of the talks, for it was the day of the match and the whole town had gone out to see it.\n"


class _Sketch(msgspec.Struct, frozen=True):
    """A document, its group if it was chosen, a name for its text, and its sketch."""

    document: str
    path: str
    split: str
    group: str
    folded: bytes
    sketch: bytes


def _map(view: BundleView) -> _Sketch | None:
    bundle = view.document.bundle
    split = split_of(bundle)
    if not split or not bundle.text_file or not bundle.text:
        return None
    smallest = sketch(bundle.text)
    if not smallest:
        return None
    name = blake2b(folded(bundle.text).encode(), digest_size=16).digest()
    return _Sketch(bundle.document, bundle.text_file.path, split, stated_group(bundle), name, smallest.tobytes())


@corpus_rule(
    "COR004",
    Example(manifest=TWO_SPLITS, text=f"{_STORY}\n", others=(_ANEW,)),
    Example(text=f"{_STORY}\n", others=(f"{_STORY} So it went.\n",), note="no splits, no leak"),
    Example(manifest=TWO_SPLITS, text=f"{_STORY}\n", others=(f"{_STORY}!\n",), note="COR003's"),
    Example(
        manifest=TWO_SPLITS,
        text=f"{_STORY}\n",
        metadata=_GROUPED,
        files={"corpus/copy.txt": f"{_STORY} So it went.\n", "corpus/copy.toml": _GROUPED},
        note="one group, one split",
    ),
    Example(manifest=TWO_SPLITS, text=f"{_STORY}\n", others=(f"{_STORY} So it went.\n",), finds=("0:0",)),
    map=_map,
    part=_Sketch,
    severity=Severity.WARNING,
)
def check(parts: Sequence[_Sketch], corpus: CorpusView) -> Iterator[Problem]:
    """Documents in different splits, or of different groups, should not be near copies of each other.

    A model that is tested on an edited copy of what it was trained on seems better than it is. Two texts are near copies when
    half of their runs of five words are the same (their resemblance: Broder 1997), or half of those of the shorter one, if these
    are 50 or more, stand in the longer one (its containment). Copies are sought only where ``[splits.shares]`` names more than
    one split.

    Give both documents the same ``group`` in their metadata, so that they share a split, or remove one of them. Where splits are
    frozen, ``postil split`` keeps new copies together; move those that were frozen apart in ``corpus/splits.jsonl`` by hand.
    """
    runs: Callable[[str], set[str]] = lru_cache(16)(lambda document: shingles(corpus.bundle(document).document.text or ""))
    told: set[str] = set()
    tries: Counter[str] = Counter()
    left = _MOST_COMPARISONS
    for first, later in _candidates(parts):
        if later.document in told or tries[later.document] == _MOST_TRIES:
            continue
        if not left:
            return
        left -= 1
        tries[later.document] += 1
        said = likeness(runs(first.document), runs(later.document))
        if said:
            told.add(later.document)
            message = f"a near copy of {first.document}: {said}; {_apart(first, later)}"
            yield Problem(message, Place(later.path), related=(Related("the other one", Place(first.path)),), key=first.document)


def _apart(first: _Sketch, later: _Sketch) -> str:
    if first.split != later.split:
        return f"it is in {later.split} and that one in {first.split}"
    return f"both are in {later.split}, but only by chance: its group is {later.group} and that one's {first.group}"


def _candidates(parts: Sequence[_Sketch]) -> list[tuple[_Sketch, _Sketch]]:
    """Pairs that may be near copies, the most alike first, each with the document first that comes first."""
    distinct: dict[tuple[bytes, str, str], _Sketch] = {}
    for part in sorted(parts, key=lambda part: part.document):
        distinct.setdefault((part.folded, part.split, part.group), part)
    texts = list(distinct.values())
    sketches = [array("Q", part.sketch) for part in texts]
    pairs = likely_pairs(sketches, lambda one, other: _must_differ(texts[one], texts[other]))
    return [(texts[first], texts[later]) for first, later in pairs]


def _must_differ(one: _Sketch, other: _Sketch) -> bool:
    """Whether the two are to be kept apart: by their splits, or by groups that both state."""
    if one.folded == other.folded:
        return False  # COR003 tells it
    return one.split != other.split or bool(one.group and other.group and one.group != other.group)
