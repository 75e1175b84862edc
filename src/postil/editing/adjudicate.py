"""Making one set of several: what annotators agree on goes through, the rest is decided, and every decision is kept.

The adjudicated set follows from the sets and the decisions alone. After an annotator's later change only what changed has to be
decided again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import msgspec

from postil.editing.decisions import BOTH, EDITED, NEITHER, Decision, decide, key_of, record_of
from postil.editing.items import Item, items, with_names
from postil.editing.pending import as_plain
from postil.errors import PostilError
from postil.model import Annotation, AnnotationSet, Header, Label, Relation, Span

UNANIMOUS = 1.0


class Open(msgspec.Struct, frozen=True):
    """What is still to be decided; ``why``, where it is not just that the annotators disagree."""

    item: Item
    why: str = ""


class Adjudication(msgspec.Struct, frozen=True):
    """The adjudicated set, what is still open, and how many things were agreed on and decided."""

    annotations: AnnotationSet
    open: tuple[Open, ...]
    agreed: int
    decided: int


def adjudicate(
    sets: Sequence[AnnotationSet], into: str, decisions: Iterable[Decision] = (), shares: Mapping[str, float] | None = None
) -> Adjudication:
    """Make one set, of the annotator ``into``, of several about one document.

    ``shares``: by layer (empty: all others) the part of the annotators that must say the same; 1, all of them, where nothing is
    said, and always more than half. Raises :class:`~postil.errors.PostilError` where the sets are about different texts or
    documents.
    """
    _refuse_different(sets)
    given = list(decisions)
    adjudicator = _Adjudicator({decision.key: decision for decision in given if decision.versions}, shares or {})
    for item in items(sets):
        adjudicator.take(item)
    records = [*adjudicator.records(), *(record_of(plain) for each in given if not each.versions for plain in each.result)]
    first = sets[0].header
    header = Header(
        first.document, into, first.scheme, first.text_sha256,
        "in-progress" if adjudicator.open else "complete", "adjudicated", tuple(each.annotator for each in sets),
    )  # fmt: skip
    spans = tuple(one for one in records if isinstance(one, Span))
    relations = tuple(one for one in records if isinstance(one, Relation))
    annotations = AnnotationSet(header, spans, relations, tuple(one for one in records if isinstance(one, Label)))
    return Adjudication(annotations.canonical(), tuple(adjudicator.open), adjudicator.agreed, adjudicator.decided)


def _refuse_different(sets: Sequence[AnnotationSet]) -> None:
    if len({each.document for each in sets}) > 1:
        raise PostilError("the sets are about different documents")
    if len({each.header.text_sha256 for each in sets}) > 1:
        raise PostilError("the sets are about different texts: postil realign first")
    if len({each.annotator for each in sets}) < len(sets):
        raise PostilError("two of the sets have one annotator")


class _Taken(NamedTuple):
    """An annotation that was taken, the annotator whose ids it names (empty: it names those of the result), and its item."""

    record: Annotation
    owner: str
    item: Item
    is_decided: bool


class _Adjudicator:
    """Goes through items, and collects what becomes of them."""

    def __init__(self, decisions: Mapping[bytes, Decision], shares: Mapping[str, float]) -> None:
        self._decisions, self._shares = decisions, shares
        self._taken: dict[str, _Taken] = {}
        self._ids: dict[str, dict[str, str]] = {}  # annotator → their id → the id in the result; empty: it has none
        self.open: list[Open] = []
        self.agreed = self.decided = 0

    def take(self, item: Item) -> None:
        """Take an item as it was decided, or as enough annotators say it."""
        decision = self._decisions.get(key_of(item.plain))
        if decision is not None:
            self.decided += 1
            self._add(item, list(_chosen(item, decision)), is_decided=True)
            return
        winner = item.winner(self._shares.get(item.first.layer, self._shares.get("", UNANIMOUS)))
        if winner is None:
            self.open.append(Open(item))
            self._add(item, [])
            return
        self.agreed += 1
        version = item.versions[winner]
        self._add(item, [(winner, version)] if version else [])

    def _add(self, item: Item, chosen: Sequence[tuple[str, Annotation]], *, is_decided: bool = False) -> None:
        names: dict[str, str] = {}
        for owner, version in chosen:
            id = version.id if version.id not in self._taken else f"{version.id}.{owner or 'x'}"
            self._taken[id] = _Taken(msgspec.structs.replace(version, id=id), owner, item, is_decided)
            names.setdefault(owner, id)
        first = next(iter(names.values()), "")
        for name, said in item.versions.items():
            if said is not None:
                self._ids.setdefault(name, {})[said.id] = names.get(name, first)

    def records(self) -> list[Annotation]:
        """What was taken, with the ids of the result; what names something that is not in it becomes open."""
        while True:
            gone = {id: missing for id, taken in self._taken.items() if (missing := self._missing(taken))}
            for id, missing in gone.items():
                taken = self._taken.pop(id)
                if all(taken.item is not each.item for each in self.open):
                    self.open.append(Open(taken.item, f"it names {missing}, which is not in the set"))
                    self.decided -= taken.is_decided
                    self.agreed -= not taken.is_decided
            if not gone:
                return [with_names(taken.record, self._names(taken)) for taken in self._taken.values()]

    def _names(self, taken: _Taken) -> Mapping[str, str]:
        return self._ids.get(taken.owner, {}) if taken.owner else {}

    def _missing(self, taken: _Taken) -> str:
        """An id that the record names and that is not in the result; empty for none."""
        names = self._names(taken)
        for value in _values(taken.record):
            if value in names and names[value] not in self._taken:
                return value
        return ""


def _values(record: Annotation) -> Iterator[str]:
    if isinstance(record, Relation):
        yield from (id for _, id in record.arguments())
    for value in record.attributes.values():
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str))


def _chosen(item: Item, decision: Decision) -> Iterator[tuple[str, Annotation]]:
    """Each annotation that a decision takes, with the annotator whose ids it names."""
    if decision.chosen == EDITED:
        yield from (("", record_of(plain)) for plain in decision.result)
    elif decision.chosen != NEITHER:
        for name, version in item.versions.items():
            if version is not None and decision.chosen in (BOTH, name):
                yield name, version


def adopted(sets: Sequence[AnnotationSet], there: AnnotationSet, shares: Mapping[str, float], by: str, at: str) -> list[Decision]:
    """The decisions that make of the sets what is ``there``, which somebody made by hand.

    Raises :class:`~postil.errors.PostilError` where decisions cannot: it has notes, or another header.
    """
    left = {record.id: record for record in there.annotations}
    results = [(item, _of(item, left)) for item in items(sets)]
    added = [Decision("added", {}, EDITED, (as_plain(record),), by, at) for record in left.values()]
    ids = _ids(results)
    chosen = []
    for item, result in results:
        winner = item.winner(shares.get(item.first.layer, shares.get("", UNANIMOUS)))
        if (_said(item, winner, ids) if winner else None) != result:
            choices = (*(name for name, version in item.versions.items() if version), BOTH, NEITHER)
            choice = next((choice for choice in choices if _said(item, choice, ids) == result), EDITED)
            chosen.append(decide(item, choice, result if choice == EDITED else (), by=by, at=at))
    word_for_word = [decide(item, EDITED, result, by=by, at=at) for item, result in results]
    for decisions in (chosen, word_for_word):  # the second where annotators use one id for different things
        if adjudicate(sets, there.annotator, [*added, *decisions], shares).annotations == there.canonical():
            return [*added, *decisions]
    raise PostilError("decisions cannot say what the set says: it has notes, or its header is not that of an adjudicated set")


def _ids(results: Sequence[tuple[Item, Sequence[Annotation]]]) -> dict[str, dict[str, str]]:
    """For each annotator, the id that each of their ids has in the results."""
    found: dict[str, dict[str, str]] = {}
    for item, result in results:
        own = {record.id for record in result}
        for name, version in item.versions.items():
            if version is not None and result:
                found.setdefault(name, {})[version.id] = version.id if version.id in own else result[0].id
    return found


def _of(item: Item, left: dict[str, Annotation]) -> list[Annotation]:
    ids = dict.fromkeys(version.id for version in item.versions.values() if version)
    return [left.pop(id) for id in ids if id in left]


def _said(item: Item, choice: str, ids: Mapping[str, Mapping[str, str]]) -> list[Annotation]:
    taken = [(name, version) for name, version in item.versions.items() if version and choice in (BOTH, name)]
    return [with_names(version, ids.get(name, {})) for name, version in taken]
