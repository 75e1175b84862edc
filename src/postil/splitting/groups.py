"""Which documents must share a split: those of one stated group or address, and those whose texts are copies, in every chain."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import msgspec

from postil.near_copies import likely_pairs, likeness, shingles
from postil.splitting.profile import Profile

TextOf = Callable[[str], str]
"""The text of a document, read again when it is asked for."""

GROUP, ADDRESS, EXACT, ROUGH, NEAR = (
    "of one group",
    "from one address",
    "the same text",
    "the same text but for case, blanks and punctuation",
    "near copies",
)

_MOST_VAIN = 8  # times that a text is read again and proves to be no copy


class Link(msgspec.Struct, frozen=True):
    """Two documents that belong together, why, and what else there is to say of it."""

    kind: str
    one: str
    other: str
    detail: str = ""


class Group(msgspec.Struct, frozen=True):
    """Documents that must share a split. The name is what is hashed: the first group that one of them states, else an id."""

    name: str
    documents: tuple[str, ...]


class _Classes:
    """Union-find over numbers, the smallest of each class standing for it: the same whatever the order of joining."""

    def __init__(self, count: int) -> None:
        self._parents = list(range(count))

    def find(self, number: int) -> int:
        while (parent := self._parents[number]) != number:
            self._parents[number] = number = self._parents[parent]
        return number

    def join(self, one: int, other: int) -> bool:
        """Make two classes one; returns whether they were two."""
        first, later = sorted((self.find(one), self.find(other)))
        self._parents[later] = first
        return first != later


def grouped(profiles: Sequence[Profile], text_of: TextOf) -> tuple[list[Group], list[Link]]:
    """The groups of documents, by name, and the links that joined them, without those that the metadata state."""
    profiles = sorted(profiles, key=lambda one: one.document)
    classes = _Classes(len(profiles))
    links = [
        Link(kind, profiles[first].document, profiles[later].document)
        for kind, first, later in _shared(profiles)
        if classes.join(first, later) and kind != GROUP
    ]
    for first, later, detail in near_copies(
        profiles, lambda one, other: classes.find(one) != classes.find(other), text_of
    ):  # fmt: skip
        if classes.join(first, later):
            links.append(Link(NEAR, profiles[first].document, profiles[later].document, detail))
    members: defaultdict[int, list[Profile]] = defaultdict(list)
    for number, one in enumerate(profiles):
        members[classes.find(number)].append(one)
    return sorted(map(_group, members.values()), key=lambda group: group.name), links


def _group(members: Sequence[Profile]) -> Group:
    stated = [one.group for one in members if one.group != one.document]
    return Group(min(stated or [one.group for one in members]), tuple(one.document for one in members))


def _shared(profiles: Sequence[Profile]) -> Iterator[tuple[str, int, int]]:
    """Each document and the first one with the same group, address or text."""
    first: dict[tuple[str, object], int] = {}
    for number, one in enumerate(profiles):
        for kind, value in ((GROUP, one.group), (EXACT, one.exact), (ROUGH, one.rough), (ADDRESS, one.url)):
            if value and (there := first.setdefault((kind, value), number)) != number:
                yield kind, there, number


def near_copies(
    profiles: Sequence[Profile], matters: Callable[[int, int], bool], text_of: TextOf
) -> Iterator[tuple[int, int, str]]:
    """Pairs of near copies by their numbers, and how much they share; only those that still matter when they are reached."""
    runs = lru_cache(256)(lambda number: shingles(text_of(profiles[number].document)))
    vain: Counter[int] = Counter()
    for first, later in likely_pairs([one.sketch for one in profiles], matters):
        if not matters(first, later) or max(vain[first], vain[later]) >= _MOST_VAIN:
            continue
        if detail := likeness(runs(first), runs(later)):
            yield first, later, detail
        else:
            vain.update((first, later))
