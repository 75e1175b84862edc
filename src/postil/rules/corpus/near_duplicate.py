from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import islice

import msgspec

from postil.findings import Place, Related
from postil.rules import Example, Problem, Severity, corpus_rule
from postil.rules.corpus._documents import folded, split_of
from postil.rules.corpus_view import CorpusView
from postil.rules.examples import METADATA, TWO_SPLITS
from postil.rules.set_view import BundleView

# Bottom-k sketches: A. Z. Broder, On the resemblance and containment of documents, SEQUENCES 1997.
_LENGTH = 5  # words of a shingle
_KEPT = 128  # smallest hashes of a document
_INDEXED = 16  # of these: two documents that share half their shingles have none of them in common once in 2^16 times
_ENOUGH = 0.5  # shared, of the shingles of both or of those of the shorter text
_PROMISING = 0.4  # the same by sketch, which errs by 0.04 (one standard deviation)
_LONG_ENOUGH = 50  # shingles of a text that is contained: less is quoted by chance
_MOST_SHARING = 64  # documents with one hash that others are compared with: more share boilerplate
_MOST_NEIGHBOURS = 32  # of a document, whose sketches are compared
_MOST_TRIES = 3  # neighbours of a document that are read again
_MOST_COMPARISONS = 5_000  # pairs that are read again, the most alike first

# Scripts without blanks between words: there a character is a word.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+")

_STORY = (
    "The foreign and defence ministers of India and Japan met in Tokyo on Thursday for the second round of their talks. "
    "They spoke of ships, aircraft and the sea between the two countries, and agreed to meet again in Delhi next year."
)
_GROUPED = f'group = "talks"\n{METADATA}'
_ANEW = "In Delhi nobody spoke of the talks, for it was the day of the match and the whole town had gone out to see it.\n"


class _Sketch(msgspec.Struct, frozen=True):
    """A document, its group if it says one, a name for its text, and its smallest hashes in ascending order."""

    document: str
    path: str
    split: str
    group: str
    folded: bytes
    smallest: bytes


def _map(view: BundleView) -> _Sketch | None:
    bundle = view.document.bundle
    split = split_of(bundle)
    if not split or not bundle.text_file or not bundle.text:
        return None
    smallest = sorted([_hash(shingle) for shingle in _shingles(bundle.text)])[:_KEPT]
    if not smallest:
        return None
    name = blake2b(folded(bundle.text).encode(), digest_size=16).digest()
    return _Sketch(
        bundle.document, bundle.text_file.path, split, bundle.metadata.group, name, array("Q", smallest).tobytes()
    )  # fmt: skip


def _shingles(text: str) -> set[str]:
    words = _WORD.findall(text.lower())
    return set(map(" ".join, zip(*(islice(words, first, None) for first in range(_LENGTH)), strict=False)))


def _hash(shingle: str) -> int:
    return int.from_bytes(blake2b(shingle.encode(), digest_size=8).digest())


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

    Give both documents the same ``group`` in their metadata, so that they share a split, or remove one of them.
    """
    shingles: Callable[[str], set[str]] = lru_cache(16)(lambda document: _shingles(corpus.bundle(document).document.text or ""))
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
        said = _likeness(shingles(first.document), shingles(later.document))
        if said:
            told.add(later.document)
            message = f"a near copy of {first.document}: {said}; {_apart(first, later)}"
            yield Problem(message, Place(later.path), related=(Related("the other one", Place(first.path)),), key=first.document)


def _likeness(one: set[str], other: set[str]) -> str:
    """How much of two texts is the same, in words; empty for less than enough."""
    shared, shorter = len(one & other), min(len(one), len(other))
    if shared and shared >= _ENOUGH * len(one | other):
        return f"they share {100 * shared // len(one | other)}% of their runs of {_LENGTH} words"
    if shorter >= _LONG_ENOUGH and shared >= _ENOUGH * shorter:
        return f"{100 * shared // shorter}% of the runs of {_LENGTH} words of the shorter text stand in the longer one"
    return ""


def _apart(first: _Sketch, later: _Sketch) -> str:
    if first.split != later.split:
        return f"it is in {later.split} and that one in {first.split}"
    return f"both are in {later.split}, but only by chance: its group is {later.group} and that one's {first.group}"


def _candidates(parts: Sequence[_Sketch]) -> list[tuple[_Sketch, _Sketch]]:
    """Pairs that may be near copies, the most alike first, each with the document first that comes first."""
    distinct: dict[tuple[bytes, str, str], _Sketch] = {}
    for part in sorted(parts, key=lambda part: part.document):
        distinct.setdefault((part.folded, part.split, part.group), part)
    sketches = list(distinct.values())
    hashes = [array("Q", part.smallest) for part in sketches]
    index: dict[int, list[int]] = {}
    for number, smallest in enumerate(hashes):
        for value in smallest[:_INDEXED]:
            sharing = index.setdefault(value, [])
            if len(sharing) < _MOST_SHARING:
                sharing.append(number)
    pairs = set()
    for number, smallest in enumerate(hashes):
        shared: Counter[int] = Counter()
        for value in smallest:
            shared.update(index.get(value, ()))
        others = [other for other in shared if _must_differ(sketches[number], sketches[other])]
        nearest = sorted(others, key=lambda other: (-shared[other], other))[:_MOST_NEIGHBOURS]
        pairs |= {(min(number, other), max(number, other)) for other in nearest}
    rated = [(-_estimate(hashes[first], hashes[later]), first, later) for first, later in pairs]
    return [(sketches[first], sketches[later]) for rate, first, later in sorted(rated) if -rate >= _PROMISING]


def _must_differ(one: _Sketch, other: _Sketch) -> bool:
    """Whether the two are to be kept apart: by their splits, or by groups that both state."""
    if one.folded == other.folded:
        return False  # COR003 tells it
    return one.split != other.split or bool(one.group and other.group and one.group != other.group)


def _estimate(one: array[int], other: array[int]) -> float:
    """The containment of the shorter text in the longer one, which is never less than their resemblance.

    Up to the smaller of their largest hashes, both sketches hold every hash of their documents.
    """
    limit = min([smallest[-1] for smallest in (one, other) if len(smallest) == _KEPT], default=2**64)
    here, there = ({value for value in smallest if value <= limit} for smallest in (one, other))
    return len(here & there) / max(min(len(here), len(there)), 1)
