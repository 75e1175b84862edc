"""The split of each document of an export: as it was asked for, else the frozen one, else as it would be frozen; what leaks."""

from __future__ import annotations

from functools import cached_property

import msgspec

from postil.corpus import Corpus, Document
from postil.errors import ExportRefused, PostilError
from postil.manifest import Splits, splits_fault
from postil.splitting.division import is_folds, placed_anew
from postil.splitting.leaks import Leak, leaks
from postil.splitting.profile import Profile, profiles_of_texts, text_reader
from postil.storage.splits_file import SPLITS, Placement


class Dividing:
    """Gives each document its split while an export writes them, and remembers what it takes to find leaks afterwards."""

    def __init__(self, corpus: Corpus, options: tuple[str, ...]) -> None:
        """``options``: names, or names with shares, that take the place of what the corpus says."""
        self.splits = _splits(corpus.manifest.splits, options)
        self._corpus = corpus
        self._frozen = corpus.directory.project.splits_file
        self.is_frozen = self._frozen.is_there and not options
        self._is_instead = bool(options) and (self._frozen.is_there or bool(corpus.manifest.splits.shares))
        if self.is_frozen and self._frozen.faults:
            raise ExportRefused(f"{SPLITS}:{self._frozen.faults[0].line}: {self._frozen.faults[0].message}")
        self._split_of: dict[str, str] = {}
        self._leaks: list[Leak] | None = None

    def split_of(self, document: Document) -> str:
        """The split of a document. Raises :class:`~postil.errors.ExportRefused` for one that is not frozen where others are."""
        if self.is_frozen and document.id not in self._frozen.placements:
            raise ExportRefused(f"{document.id} is not in {SPLITS}: run postil split, so that it stays where it falls")
        placed = self._placement(document)
        self._split_of[document.id] = placed.split
        return placed.split

    def group_of(self, document: Document) -> str:
        """The group that a document was divided with, near copies in it; the one that it states where nothing is divided."""
        return self._placement(document).group_name

    def _placement(self, document: Document) -> Placement:
        """Where a document is frozen, else where :func:`placed_anew` puts it."""
        found = (self._frozen.placements if self.is_frozen else self._anew).get(document.id)
        stated = document.metadata.group or document.id
        return found or Placement.of(document.id, self.splits.split_of(stated), stated)

    @property
    def _are_several(self) -> bool:
        return len(self.splits.shares) > 1

    @cached_property
    def _profiles(self) -> list[Profile]:
        """What there is to know of every text: one that is not exported may tie two together that are."""
        return list(profiles_of_texts(self._corpus)) if self._are_several else []

    @cached_property
    def _anew(self) -> dict[str, Placement]:
        return placed_anew(self._profiles, self.splits, text_reader(self._corpus)) if self._are_several else {}

    @property
    def are_one_group(self) -> bool:
        """Whether documents could have been divided, and all of them belong together."""
        groups = {self._anew[document].group_name for document in self._split_of if document in self._anew}
        return not self.is_frozen and self.documents > 1 and len(groups) == 1

    @property
    def leaks(self) -> list[Leak]:
        """What the splits of the documents so far have in common."""
        if self._leaks is None:
            there = [one for one in self._profiles if one.document in self._split_of]
            self._leaks = leaks(there, self._split_of, text_reader(self._corpus))
        return self._leaks

    @property
    def of_documents(self) -> dict[str, list[str]]:
        """The documents of each split that has any, in the order of the splits."""
        found: dict[str, list[str]] = {name: [] for name in self.splits.shares}
        for document, split in self._split_of.items():
            found.setdefault(split, []).append(document)
        return {split: documents for split, documents in found.items() if documents}

    @property
    def are_folds(self) -> bool:
        """Whether the splits are folds for cross-validation."""
        return is_folds(self.splits)

    @property
    def documents(self) -> int:
        """How many documents were given a split."""
        return len(self._split_of)

    @property
    def names(self) -> list[str]:
        """The documents that were given a split."""
        return list(self._split_of)

    @property
    def how(self) -> str:
        """How documents were divided, in words."""
        instead = f", in place of {self._own}, as this export was asked for" if self._is_instead else ""
        if len(self.splits.shares) < 2:
            name = next(iter(self.splits.shares), "train")
            return f"one split, {name}{instead}" if instead else f"one split, {name}: no other is defined"
        shares = ", ".join(f"{name} {share:g}" for name, share in self.splits.shares.items())
        shares += f"; salt {self.splits.salt!r}" if self.splits.salt else ""
        if self.is_frozen and is_folds(self.splits):
            return f"folds for cross-validation, frozen in the corpus's {SPLITS}: each document is in one, and none ever moves"
        if self.is_frozen:
            return f"splits are frozen in the corpus's {SPLITS}, so that no document ever moves (shares: {shares})"
        how = f"splits by the hash of each document's group (shares: {shares}), so that one group and near copies stay together"
        return how + instead

    @property
    def _own(self) -> str:
        """What the corpus itself says of splits."""
        return f"the splits that are frozen in the corpus's {SPLITS}" if self._frozen.is_there else "those of the manifest"


def _splits(manifest: Splits, options: tuple[str, ...]) -> Splits:
    if not options:
        return manifest
    shares = {}
    for option in options:
        name, _, share = option.partition("=")
        if name in shares:
            raise PostilError(f"--split {option}: {name} has a share already")
        try:
            shares[name] = float(share or 1)
        except ValueError:
            shares[name] = 0.0
        if fault := splits_fault({name: shares[name]}):
            raise PostilError(f"--split {option}: {fault}. Give a name such as train, or a name and a share such as train=0.8")
    return msgspec.structs.replace(manifest, shares=shares)
