"""Dividing a corpus: from what is asked and what is frozen to the lines of the file, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from postil.corpus import Corpus
from postil.errors import PostilError
from postil.manifest import Splits, splits_fault
from postil.splitting.balance import SplitBalance, balance, best_salt
from postil.splitting.groups import Group, Link, TextOf, grouped
from postil.splitting.leaks import Leak, leaks
from postil.splitting.placing import BySplit, by_hash, dealt, placements, refuse_empty, the_one_split
from postil.splitting.profile import Profile
from postil.splitting.written import with_splits
from postil.storage.directory import MANIFEST
from postil.storage.splits_file import SPLITS, Placement, SplitsFile, encode_splits
from postil.text import counted

_FEW = 20  # groups: a tenth of fewer is one group, or none


class Request(msgspec.Struct, frozen=True):
    """What is asked. ``shares``: other ones than the manifest's; ``folds``, ``tries``: how many, 0 for none; ``anew``: forget."""

    shares: dict[str, float] = {}
    folds: int = 0
    tries: int = 0
    anew: bool = False


class Division(msgspec.Struct, frozen=True):
    """A corpus divided. ``frozen``: what the file said before; ``tries``: salts that the best was chosen of."""

    splits: Splits
    frozen: SplitsFile
    found: dict[str, Placement]
    groups: list[Group]
    links: list[Link]
    leaks: list[Leak]
    balance: dict[str, SplitBalance]
    tries: int = 0

    @property
    def placed(self) -> list[str]:
        """The documents that were not frozen before."""
        return [document for document in self.found if document not in self.frozen.placements]

    @property
    def gone(self) -> list[str]:
        """Those that were, and are no longer there."""
        return [document for document in self.frozen.placements if document not in self.found]

    @property
    def encoded(self) -> bytes:
        """The bytes of the file."""
        return encode_splits(self.found.values())

    @property
    def remark(self) -> str:
        """What the numbers mean, where they are small; else nothing."""
        if len(self.groups) == 1:
            return f"{counted(len(self.found), 'document')} of one group: one split, for to divide it would leak"
        if len(self.groups) < _FEW and len(self.splits.shares) > 1 and not is_folds(self.splits):
            return (
                f"{counted(len(self.groups), 'group')} are few: what is measured on a small split says little; "
                f"postil split --folds {min(len(self.groups), 5)} --anew makes folds for cross-validation"
            )
        return ""


def is_folds(splits: Splits) -> bool:
    """Whether the splits are folds for cross-validation."""
    return len(splits.shares) > 1 and splits.shares == fold_shares(len(splits.shares))


def fold_shares(folds: int) -> dict[str, float]:
    """``fold0``, ``fold1`` and so on, of one size."""
    return {f"fold{number}": 1 for number in range(folds)}


def asked_splits(manifest: Splits, frozen: SplitsFile, request: Request) -> Splits:
    """The splits that a request is about. Raises :class:`~postil.errors.PostilError` where it contradicts what is frozen."""
    if frozen.faults and not request.anew:
        first = frozen.faults[0]
        raise PostilError(f"{SPLITS}:{first.line}: {first.message}. Mend it, so that no document moves")
    asked = fold_shares(request.folds) if request.folds else request.shares or manifest.shares
    shares = manifest.shares if asked == manifest.shares else asked  # in whose order the hash goes through them
    if not shares:
        raise PostilError(f"{MANIFEST} names no splits: postil split train=0.8 validation=0.1 test=0.1, or --folds 5")
    if fault := splits_fault(shares):
        raise PostilError(fault)
    is_frozen = bool(frozen.placements) and not request.anew
    if is_frozen and (request.tries or shares != manifest.shares):
        raise PostilError(f"frozen in {SPLITS}: {counted(len(frozen.placements), 'document')}; --anew divides everything anew")
    strange = {placed.split for placed in frozen.placements.values()} - shares.keys()
    if is_frozen and strange:
        raise PostilError(
            f"{SPLITS} has documents in {min(strange)}, which is no split of {MANIFEST}: name it there, or say --anew"
        )
    return msgspec.structs.replace(manifest, shares=shares)


def divide(profiles: Sequence[Profile], splits: Splits, frozen: SplitsFile, text_of: TextOf, *, tries: int = 0) -> Division:
    """Place every document. What is frozen stays; where nothing is, the best of ``tries`` salts is taken."""
    groups, links = grouped(profiles, text_of)
    if not groups:
        raise PostilError("there are no documents to divide: postil add brings some in")
    if not frozen.placements and len(groups) > 1:
        splits = best_salt(groups, profiles, splits, tries, lambda each: _first(groups, each)) if tries else splits
    placed = by_hash(groups, splits, frozen) if frozen.placements else _first(groups, splits)
    if not frozen.placements and len(groups) > 1:
        refuse_empty(groups, placed, splits)
    found = placements(groups, profiles, frozen, placed)
    split_of = {document: one.split for document, one in found.items()}
    return Division(
        splits,
        frozen,
        found,
        groups,
        links,
        leaks(profiles, split_of, text_of),
        balance(groups, profiles, split_of, splits),
        tries,
    )


def placed_anew(profiles: Sequence[Profile], splits: Splits, text_of: TextOf) -> dict[str, Placement]:
    """Where documents would be frozen, were all of them placed now."""
    groups, _ = grouped(profiles, text_of)
    return placements(groups, profiles, SplitsFile(), _first(groups, splits))


def _first(groups: Sequence[Group], splits: Splits) -> BySplit:
    """Where groups fall while nothing is frozen."""
    if len(groups) == 1:
        return {groups[0].name: the_one_split(splits)}
    return dealt(groups, splits) if is_folds(splits) else by_hash(groups, splits, SplitsFile())


def write(corpus: Corpus, division: Division) -> list[str]:
    """Write file and manifest where they differ from what is there; returns the paths of those that did."""
    directory = corpus.directory
    source = directory.project.manifest_file.source
    manifest = with_splits(source, division.splits) if division.splits != corpus.manifest.splits else source.encode()
    return [path for path, data in ((SPLITS, division.encoded), (MANIFEST, manifest)) if directory.write(path, data)]
