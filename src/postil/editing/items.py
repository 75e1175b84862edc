"""What several annotators say about the same thing, side by side, and whether they agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from postil.editing.matching import match
from postil.editing.pending import as_plain
from postil.editing.references import References, with_names
from postil.model import Annotation, AnnotationSet, Label, Relation, Span

Kind = Literal["label", "boundary", "missing", "attribute", "relation", "added"]
KINDS: tuple[Kind, ...] = ("label", "boundary", "missing", "attribute", "relation")
"""How annotators can disagree, in the order in which it is decided: relations when it is decided what they tie."""


class Item(msgspec.Struct, frozen=True):
    """One thing that at least one annotator marked. ``versions``: by annotator, what each says of it, or ``None``.

    ``votes``: for each annotator what they say in a form in which the same means the same, whatever the ids.
    """

    versions: dict[str, Annotation | None]
    votes: dict[str, bytes]

    @property
    def first(self) -> Annotation:
        """The version of the first annotator who marked it."""
        return next(version for version in self.versions.values() if version is not None)

    @property
    def kind(self) -> Kind:
        """In what the annotators disagree, if they do."""
        there = [version for version in self.versions.values() if version is not None]
        if isinstance(there[0], Relation):
            return "relation"
        if len(there) < len(self.versions):
            return "missing"
        if len({version.extents for version in there if isinstance(version, Span)}) > 1:
            return "boundary"
        return "label" if len({version.label for version in there}) > 1 else "attribute"

    @property
    def plain(self) -> dict[str, dict[str, Any] | None]:
        """The versions as their files have them."""
        return {name: as_plain(version) if version else None for name, version in self.versions.items()}

    def winner(self, share: float) -> str | None:
        """The first annotator of those who say the same and are enough; ``None`` where too few agree.

        ``share``: of all annotators, how many: 1 for all, 0.5 for more than half.
        """
        counts: dict[bytes, list[str]] = {}
        for name, vote in self.votes.items():
            counts.setdefault(vote, []).append(name)
        names = max(counts.values(), key=len)
        part = len(names) / len(self.votes)
        return names[0] if part >= share and (share > 0.5 or part > 0.5) else None


def items(sets: Sequence[AnnotationSet], references: References | None = None) -> list[Item]:
    """Everything that any of the annotators marked, with what all of them say of it. Notes are not adjudicated.

    ``references``: which attributes name other annotations; none, where nothing is said. The result is the same whatever the
    order of the sets: they are gone through by the names of their annotators.
    """
    clusters: list[_Cluster] = []
    named = references or References(None)
    ordered = sorted(sets, key=lambda each: each.annotator)
    for each in ordered:
        _join(clusters, each.canonical(), named)
    names = [each.annotator for each in ordered]
    numbers = _numbers(clusters)
    return [
        Item(
            {name: cluster.get(name) for name in names},
            {name: _vote(cluster.get(name), numbers.get(name, {}), named) for name in names},
        )
        for cluster in clusters
    ]


_Cluster = dict[str, Annotation]
"""Versions of one thing by annotator."""


def _numbers(clusters: Sequence[_Cluster]) -> dict[str, dict[str, str]]:
    """For each annotator the name of the cluster of each of their ids: a name that no id can have."""
    found: dict[str, dict[str, str]] = {}
    for number, cluster in enumerate(clusters):
        for name, version in cluster.items():
            found.setdefault(name, {})[version.id] = f"#{number}"
    return found


def _join(clusters: list[_Cluster], other: AnnotationSet, references: References) -> None:
    """Add what one more annotator says to the clusters, each matched with the first version of a cluster."""
    numbers = _numbers(clusters)
    heads: dict[type, list[Any]] = {Span: [], Relation: [], Label: []}
    for number, cluster in enumerate(clusters):
        name, version = next(iter(cluster.items()))
        heads[type(version)].append(msgspec.structs.replace(with_names(version, numbers[name], references), id=f"#{number}"))
    all_heads = AnnotationSet(other.header, *(tuple(found) for found in heads.values()))
    for head, record in match(all_heads, msgspec.structs.replace(other, notes=()), by_id=False, references=references):
        if isinstance(record, Span | Relation | Label):
            if head is None:
                clusters.append({other.annotator: record})
            else:
                clusters[int(head.id[1:])][other.annotator] = record


def _vote(record: Annotation | None, names: Mapping[str, str], references: References) -> bytes:
    if record is None:
        return b""
    said = with_names(record, names, references)
    place = said.extents if isinstance(said, Span) else said.args if isinstance(said, Relation) else None
    return msgspec.json.encode([said.layer, said.label, place, sorted(said.attributes.items())])
