"""Which splits the files for trainers are made of, and what a model is trained on and chosen by."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

_DEVELOPMENT = ("validation", "valid", "val", "dev")


class Parts(msgspec.Struct, frozen=True):
    """``files``: the name of each file, and the splits that it is made of. ``train``, ``dev``: two of them. ``why``: in words."""

    files: dict[str, tuple[str, ...]]
    train: str
    dev: str
    why: str


def parts_of(splits: Sequence[str], *, are_folds: bool) -> Parts:
    """The parts of a corpus with these splits."""
    files: dict[str, tuple[str, ...]] = {split: (split,) for split in splits}
    if are_folds and len(splits) > 1:
        dev, *others = splits
        why = f"train is every fold but {dev}, by which the model is chosen; swap the folds for cross-validation"
        return Parts({**files, "train": tuple(others)}, "train", dev, why)
    train = "train" if "train" in splits else splits[0]
    dev = next((name for name in _DEVELOPMENT if name in splits and name != train), train)
    if dev == train:
        why = (
            f"there is no validation split, so that the model is chosen by {train} too: its scores say how well that was learnt, "
            "and nothing about other texts; a test split is for the end, once"
        )
        return Parts(files, train, train, why)
    return Parts(files, train, dev, f"the model is chosen by {dev}")
