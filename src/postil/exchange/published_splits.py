"""The splits that a source divides its documents into, frozen in the corpus: what was published as a test set stays one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

import msgspec

from postil.manifest import SPLIT_NAME, Splits, in_usual_order
from postil.splitting.written import with_splits
from postil.storage.directory import MANIFEST
from postil.storage.splits_file import SPLITS, Placement, SplitsFile, encode_splits

WHOLE = {"train"}
"""The splits of a source that is not divided."""


class Published(msgspec.Struct, frozen=True):
    """What of it is to be written, by path, and what is to be said."""

    files: dict[str, bytes] = {}
    said: str = ""


class Standing(msgspec.Struct, frozen=True):
    """The corpus that documents come into: its manifest as it is written, the splits in it, what is frozen, its documents."""

    manifest: str
    splits: Splits = Splits()
    frozen: SplitsFile = SplitsFile()
    documents: Collection[str] = ()


def published(split_of: dict[str, str], standing: Standing) -> Published:
    """Freeze the splits of documents by name (empty: the source has none for it) that the corpus does not have placed yet."""
    counts = Counter(split_of.values())
    names = in_usual_order(name for name in counts if name)
    if {*names} <= WHOLE:
        return Published()
    there = f"the source divides its documents: {', '.join(f'{name} {counts[name]:,}' for name in names)}"
    placed = dict(standing.frozen.placements)
    divides = standing.frozen.is_there or standing.splits.shares  # and then knows where its documents are
    fresh = {
        document: Placement(document, split)
        for document, split in split_of.items()
        if document not in placed and (document not in standing.documents or not divides)
    }
    if not fresh:
        return Published()
    if fault := _fault(split_of, names, standing):
        return Published({}, f"{there}; that is not frozen here, as {fault}")
    files = {SPLITS: encode_splits({**placed, **fresh}.values())}
    if not standing.splits.shares:
        shares = msgspec.structs.replace(standing.splits, shares={name: counts[name] for name in names})
        files[MANIFEST] = with_splits(standing.manifest, shares)
    return Published(files, f"{there}; so they stay, frozen in {SPLITS}")


def _fault(split_of: dict[str, str], names: list[str], standing: Standing) -> str:
    """Why these splits cannot be the corpus's; empty where they can."""
    shares = standing.splits.shares
    if bad := [name for name in names if not SPLIT_NAME.fullmatch(name)]:
        return f"{bad[0]} cannot be the name of a split"
    if "" in split_of.values():
        return "it has documents in none of these"
    if standing.frozen.faults:
        return f"{SPLITS} cannot be used as it is"
    if not standing.frozen.is_there and set(standing.documents) - split_of.keys():
        return f"the corpus has other documents, and no {SPLITS}"
    if shares and (strange := [name for name in names if name not in shares]):
        return f"{MANIFEST} has no split {strange[0]}"
    if not shares and standing.frozen.is_there:
        return f"{MANIFEST} has no splits"
    return ""
