"""The split of each group: as it is frozen, else by hash, else (for folds) dealt out evenly."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from postil.errors import PostilError
from postil.manifest import Splits
from postil.splitting.groups import Group
from postil.splitting.profile import Profile
from postil.storage.splits_file import Placement, SplitsFile
from postil.text import counted, listing

BySplit = dict[str, str]
"""The split of each group, by the group's name."""


def by_hash(groups: Sequence[Group], splits: Splits, frozen: SplitsFile) -> BySplit:
    """Each group by the hash of its name, but where one of that name is frozen."""
    return {group.name: frozen.split_of_group(group.name, splits) for group in groups}


def dealt(groups: Sequence[Group], splits: Splits) -> BySplit:
    """The largest groups first, each to the split that has fewest documents: none is empty while there are groups enough."""
    sizes = dict.fromkeys(splits.shares, 0)
    found = {}
    for group in sorted(groups, key=lambda group: (-len(group.documents), _hash(splits.salt, group.name))):
        split = min(sizes, key=sizes.__getitem__)  # the first of the smallest
        sizes[split] += len(group.documents)
        found[group.name] = split
    return found


def _hash(salt: str, name: str) -> bytes:
    return hashlib.sha256(f"{salt}:{name}".encode()).digest()


def the_one_split(splits: Splits) -> str:
    """Where everything goes that cannot be divided: to be trained on, else to the split with the largest share."""
    return "train" if "train" in splits.shares else max(splits.shares, key=splits.shares.__getitem__)


def refuse_empty(groups: Sequence[Group], placed: BySplit, splits: Splits) -> None:
    """Raise :class:`~postil.errors.PostilError` where a split got nothing, and say what can be done."""
    empty = [split for split in splits.shares if split not in placed.values()]
    if not empty:
        return
    there = f"{counted(len(groups), 'group')} of documents"
    ways = [f"--folds {min(len(groups), 5)} makes folds for cross-validation instead"]
    if len(groups) >= len(splits.shares):
        ways.insert(0, "--stratify 100 tries other salts")
    raise PostilError(f"of {there}, none falls to {listing(empty, 'or')}: nothing was written. {', or '.join(ways)}")


def placements(groups: Sequence[Group], profiles: Sequence[Profile], frozen: SplitsFile, placed: BySplit) -> dict[str, Placement]:
    """The line of every document: the one that it has, else the split of what is frozen of its group, else as ``placed``."""
    stated = {one.document: one.group for one in profiles}
    found: dict[str, Placement] = {}
    for group in groups:
        there = [document for document in group.documents if document in frozen.placements]
        by_stated = {stated[document]: document for document in reversed(there)}
        for document in group.documents:
            if document in frozen.placements:
                found[document] = frozen.placements[document]
            elif there:
                beside = frozen.placements[by_stated.get(stated[document], there[0])]
                found[document] = Placement.of(document, beside.split, beside.group_name)
            else:
                found[document] = Placement.of(document, placed[group.name], group.name)
    return found
