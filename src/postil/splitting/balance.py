"""How far the labels of each split are from those of the whole corpus, and the salt under which they are nearest."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

import msgspec

from postil.manifest import Splits
from postil.splitting.groups import Group
from postil.splitting.placing import BySplit
from postil.splitting.profile import LabelCounts, Profile

Distances = dict[str, float | None]
"""By layer: half the sum of the differences of the labels' shares (0: as in the whole, 1: nothing in common); no labels, none."""


class SplitBalance(msgspec.Struct, frozen=True):
    """A split: its documents and groups, the share of documents that it has and should have, and its labels' distances."""

    documents: int
    groups: int
    share: float
    wanted: float
    distances: Distances


def balance(
    groups: Sequence[Group], profiles: Sequence[Profile], split_of: Mapping[str, str], splits: Splits
) -> dict[str, SplitBalance]:
    """Each split of the manifest, beside the whole. ``split_of``: of each document."""
    tallies = {split: _Tally() for split in splits.shares}
    for one in profiles:
        tallies[split_of[one.document]].add(one.labels, 1)
    for group in groups:
        for split in {split_of[document] for document in group.documents}:
            tallies[split].groups += 1
    whole = _whole(profiles)
    return {
        split: SplitBalance(
            tally.documents, tally.groups, tally.documents / max(len(profiles), 1), wanted, _distances(tally.labels, whole.labels)
        )
        for (split, tally), wanted in zip(tallies.items(), _wanted(splits).values(), strict=True)
    }


class _Tally:
    def __init__(self) -> None:
        self.documents = self.groups = 0
        self.labels: LabelCounts = Counter()

    def add(self, labels: LabelCounts, documents: int) -> None:
        self.labels.update(labels)
        self.documents += documents


def _whole(profiles: Sequence[Profile]) -> _Tally:
    tally = _Tally()
    for one in profiles:
        tally.add(one.labels, 1)
    return tally


def _wanted(splits: Splits) -> dict[str, float]:
    total = sum(splits.shares.values())
    return {split: share / total for split, share in splits.shares.items()}


def _distances(part: LabelCounts, whole: LabelCounts) -> Distances:
    totals: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    for key, count in whole.items():
        totals[key[0]][0] += part[key]
        totals[key[0]][1] += count
    differences: defaultdict[str, list[float]] = defaultdict(list)
    for key, count in whole.items():
        here, everywhere = totals[key[0]]
        differences[key[0]].append(abs(part[key] / max(here, 1) - count / everywhere))
    return {layer: math.fsum(values) / 2 if totals[layer][0] else None for layer, values in sorted(differences.items())}


def best_salt(
    groups: Sequence[Group],
    profiles: Sequence[Profile],
    splits: Splits,
    tries: int,
    place: Callable[[Splits], BySplit],
) -> Splits:
    """The splits with the best of ``tries`` salts: the manifest's own, then ``1``, ``2`` and so on; the first of equal ones.

    Best is where no split is empty, and labels and sizes together are nearest to what they should be.
    """
    labels = {one.document: one.labels for one in profiles}
    summed = [(group, sum((labels[document] for document in group.documents), Counter())) for group in groups]
    whole = _whole(profiles)
    salts = dict.fromkeys((splits.salt, *map(str, range(1, tries + 1))))
    candidates = [msgspec.structs.replace(splits, salt=salt) for salt in list(salts)[:tries]]
    return min(candidates, key=lambda candidate: _unlikeness(summed, whole, place(candidate), candidate))


def _unlikeness(summed: Sequence[tuple[Group, LabelCounts]], whole: _Tally, placed: BySplit, splits: Splits) -> tuple[int, float]:
    """The number of empty splits; then how far sizes and labels are from those of the whole, both from 0 to 1 in each split."""
    tallies = {split: _Tally() for split in splits.shares}
    for group, labels in summed:
        tallies[placed[group.name]].add(labels, len(group.documents))
    wanted = _wanted(splits)
    off = [abs(tally.documents / max(whole.documents, 1) - wanted[split]) for split, tally in tallies.items()]
    for tally in tallies.values():
        distances = _distances(tally.labels, whole.labels).values()
        off.append(math.fsum(1.0 if one is None else one for one in distances) / max(len(distances), 1))
    return sum(not tally.documents for tally in tallies.values()), math.fsum(off)
