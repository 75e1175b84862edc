"""What rules across documents ask of each: its split, its text without what is easily changed, its labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from postil.manifest import splits_fault
from postil.model import Label, Relation
from postil.rules.set_view import BundleView, SetView
from postil.storage.bundle import Bundle

LabelCounts = dict[str, dict[str, int]]
"""How often each label of each layer is used."""


class Labels(msgspec.Struct, frozen=True):
    """The split and the group of a document, and the labels that each annotator used in it."""

    split: str
    group: str
    counts: dict[str, LabelCounts]


def split_of(bundle: Bundle) -> str:
    """The split that an export puts the document in; empty where the manifest divides nothing, or cannot."""
    splits = bundle.project.manifest.splits
    if len(splits.shares) < 2 or splits_fault(splits.shares):
        return ""
    return bundle.project.splits_file.split_of(bundle.document, bundle.metadata.group or bundle.document, splits)


def group_of(bundle: Bundle) -> str:
    """What a document shares its split with: its group, as it is frozen or stated, else itself alone."""
    return bundle.project.splits_file.group_of(bundle.document, bundle.metadata.group or bundle.document)


def stated_group(bundle: Bundle) -> str:
    """The group that a document states, where its split depends on that: what is frozen depends on nothing."""
    return "" if bundle.document in bundle.project.splits_file.placements else bundle.metadata.group


def labels_of(view: BundleView) -> Labels | None:
    """The labels of a document's sets, where the manifest divides documents."""
    bundle = view.document.bundle
    split = split_of(bundle)
    if not split or not view.sets:
        return None
    return Labels(split, group_of(bundle), {each.file.annotator: _label_counts(each) for each in view.sets})


def _label_counts(view: SetView) -> LabelCounts:
    found: LabelCounts = {}
    for (layer, label), count in Counter(_uses(view)).items():
        found.setdefault(layer, {})[label] = count
    return found


def _uses(view: SetView) -> Iterator[tuple[str, str]]:
    yield from zip(view.columns.layers, view.columns.labels, strict=True)
    others: list[Relation | Label] = [*view.relations, *view.labels]
    for record in others:
        yield record.layer, record.label
