"""Decisions of what somebody made by hand: what was changed since the last decision, and nothing else, becomes theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from postil.editing.adjudicate import Adjudication, adjudicate
from postil.editing.decisions import BOTH, EDITED, NEITHER, Recorded, decide
from postil.editing.items import Item, items
from postil.editing.pending import as_plain
from postil.editing.references import References, with_names
from postil.errors import PostilError
from postil.model import Annotation, AnnotationSet
from postil.scheme import Scheme
from postil.storage.decisions_file import Decision, record_of


def adopted(
    sets: Sequence[AnnotationSet],
    there: AnnotationSet,
    shares: Mapping[str, float],
    signed: tuple[str, str],
    *,
    decisions: Sequence[Decision] = (),
    decides_rest: bool = True,
    scheme: Scheme | None = None,
) -> list[Decision]:
    """The decisions that make of the sets what is ``there``, which somebody made by hand.

    ``signed``: by whom, and when. Those made before
    stay as they are where the hand changed nothing. ``decides_rest``: whether what is open and is not there
    was left out on purpose. Raises :class:`~postil.errors.PostilError` where decisions cannot: it has notes, or another header.
    """
    before = adjudicate(sets, there.annotator, decisions, shares, scheme=scheme)
    hand = _Hand(sets, there, before, decisions, signed, References(scheme))
    for found in (hand.decisions(decides_rest=decides_rest), hand.word_for_word(), hand.everything()):
        made = adjudicate(sets, there.annotator, found, shares, scheme=scheme).annotations
        is_header = made.header == there.header or not decides_rest
        if is_header and made.annotations == there.canonical().annotations and not there.notes:
            return found
    raise PostilError("decisions cannot say what the set says: it has notes, or its header is not that of an adjudicated set")


class _Hand:
    """Compares a set with what the decisions before came to."""

    def __init__(
        self, sets: Sequence[AnnotationSet], there: AnnotationSet, before: Adjudication, decisions: Sequence[Decision],
        signed: tuple[str, str], references: References,
    ) -> None:  # fmt: skip
        (self._by, self._at), self._references = signed, references
        self._decisions, self._recorded = list(decisions), Recorded(decisions)
        self._items = items(sets, references)
        self._open = [each.item for each in before.open]
        left = {record.id: record for record in there.annotations}
        was = {record.id: record for record in before.annotations.annotations}
        made: dict[int, list[str]] = {}
        keys = {_key(item): number for number, item in enumerate(self._items)}
        for id, item in before.made_of.items():
            made.setdefault(keys[_key(item)], []).append(id)
        self._now: list[list[Annotation]] = []
        self._was: list[list[Annotation]] = []
        for number in range(len(self._items)):
            ids = made.get(number, [])
            self._was.append([was[id] for id in ids])
            self._now.append([left.pop(id) for id in ids if id in left])
        for number, item in enumerate(self._items):
            ids = list(dict.fromkeys(version.id for version in item.versions.values() if version))
            kind = type(item.first)
            self._now[number] += [left.pop(id) for id in ids if id in left and type(left[id]) is kind]
        self._left = list(left.values())
        self._ids = self._names()

    def _names(self) -> dict[str, dict[str, str]]:
        """For each annotator, the id that each of their ids has in what is there."""
        found: dict[str, dict[str, str]] = {}
        for item, now in zip(self._items, self._now, strict=True):
            own = {record.id for record in now}
            for name, version in item.versions.items():
                if version is not None and now:
                    found.setdefault(name, {})[version.id] = version.id if version.id in own else now[0].id
        return found

    def _kept(self, numbers: Sequence[int]) -> list[Decision]:
        """The earlier decisions but those of these items, and of what was added only what is there still."""
        gone = {id(decision) for number in numbers if (decision := self._recorded.of(self._items[number]))}
        return [
            decision
            for decision in self._decisions
            if (id(decision) not in gone if decision.versions else self._stands(decision))
        ]

    def _stands(self, added: Decision) -> bool:
        return all(record_of(plain) in self._left for plain in added.result)

    def _added(self) -> list[Decision]:
        known = [
            record_of(plain)
            for each in self._decisions
            if not each.versions and self._stands(each)
            for plain in each.result
        ]  # fmt: skip
        new = [record for record in self._left if record not in known]
        return [Decision("added", {}, EDITED, (as_plain(record),), self._by, self._at) for record in new]

    def _changed(self, *, decides_rest: bool) -> list[int]:
        return [
            number
            for number, item in enumerate(self._items)
            if self._now[number] != self._was[number]
            or (decides_rest and not self._now[number] and any(item == each for each in self._open))
        ]

    def decisions(self, *, decides_rest: bool) -> list[Decision]:
        """What was changed, as a choice where it is one."""
        numbers = self._changed(decides_rest=decides_rest)
        self._numbers = numbers
        found = []
        for number in numbers:
            item, now = self._items[number], self._now[number]
            choices = (*(name for name, version in item.versions.items() if version), BOTH, NEITHER)
            choice = next((choice for choice in choices if self._said(item, choice) == now), EDITED)
            found.append(decide(item, choice, now if choice == EDITED else (), by=self._by, at=self._at))
        return [*self._kept(numbers), *self._added(), *found]

    def word_for_word(self) -> list[Decision]:
        """What was changed, as it stands there: where annotators use one id for different things."""
        return [*self._kept(self._numbers), *self._added(), *self._written(self._numbers)]

    def everything(self) -> list[Decision]:
        """Everything as it stands there: where ids of what was not changed would come out otherwise."""
        numbers = range(len(self._items))
        return [*self._kept(numbers), *self._added(), *self._written(numbers)]

    def _written(self, numbers: Sequence[int]) -> list[Decision]:
        changed = set(self._numbers)
        found = []
        for number in numbers:
            earlier = None if number in changed else self._recorded.of(self._items[number])
            by, at = (earlier.by, earlier.at) if earlier else (self._by, self._at)
            found.append(decide(self._items[number], EDITED, self._now[number], by=by, at=at))
        return found

    def _said(self, item: Item, choice: str) -> list[Annotation]:
        taken = [(name, version) for name, version in item.versions.items() if version and choice in (BOTH, name)]
        return [with_names(version, self._ids.get(name, {}), self._references) for name, version in taken]


def _key(item: Item) -> tuple[tuple[str, str], ...]:
    return tuple((name, version.id) for name, version in item.versions.items() if version)
