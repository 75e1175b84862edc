"""Which ids annotations have in an adjudicated set, and what becomes of the ids that they name.

What an adjudicator wrote keeps its id. Of two annotators who use one id for different things the first keeps it; the other's
gets one that nobody has used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from postil.editing.items import Item
from postil.editing.references import References, strings_of, with_names
from postil.model import Annotation, AnnotationSet, Relation

_LONGEST_ID = 64
_NOT_IN_IDS = re.compile(r"[^A-Za-z0-9_.-]")

Chosen = Sequence[tuple[str, Annotation]]
"""Annotations with the annotator whose ids each names; no annotator: the ids of the result."""


class Taken(msgspec.Struct, frozen=True):
    """An annotation that was taken, whose ids it names, and of which item; ``None`` for what was only added."""

    record: Annotation
    owner: str
    item: Item | None
    is_decided: bool


class Naming:
    """Collects what was taken, then gives ids. ``names``: annotator → their id → the id in the result; empty: it has none."""

    def __init__(self, sets: Iterable[AnnotationSet], references: References) -> None:
        self._references = references
        self._used = {record.id for each in sets for record in each.annotations}
        self._entries: list[tuple[Item | None, Chosen, bool]] = []
        self._taken: dict[str, Taken] = {}
        self.names: dict[str, dict[str, str]] = {}

    @property
    def made_of(self) -> dict[str, Item]:
        """By id in the result, the item that it was made of."""
        return {id: taken.item for id, taken in self._taken.items() if taken.item is not None}

    def add(self, item: Item | None, chosen: Chosen, *, is_decided: bool = False) -> None:
        """Take what was chosen of an item."""
        self._entries.append((item, chosen, is_decided))

    def settle(self) -> list[tuple[Taken, str]]:
        """Give ids; returns what could not stay because it names something that is not there, and what it names."""
        self._name()
        gone: list[tuple[Taken, str]] = []
        while missing := {id: what for id, taken in self._taken.items() if (what := self._missing(taken))}:
            gone += [(self._taken.pop(id), what) for id, what in missing.items()]
        return gone

    def named(self) -> dict[str, Annotation]:
        """What is in the result, by id, naming the ids of the result."""
        return {id: with_names(taken.record, self._names(taken), self._references) for id, taken in self._taken.items()}

    def _name(self) -> None:
        by_hand = [entry for entry in self._entries if any(not owner for owner, _ in entry[1])]
        self._used |= {record.id for _, chosen, _ in by_hand for owner, record in chosen if not owner}
        others = [entry for entry in self._entries if not any(not owner for owner, _ in entry[1])]
        for item, chosen, is_decided in (*by_hand, *others):
            ids: list[tuple[str, str]] = []
            for owner, record in chosen:
                id = record.id if record.id not in self._taken else self._free(record.id, owner)
                self._taken[id] = Taken(msgspec.structs.replace(record, id=id), owner, item, is_decided)
                ids.append((owner, id))
            if item is not None:
                self._point(item, ids)

    def _free(self, id: str, owner: str) -> str:
        """An id that neither the result nor any of the sets has."""
        end = f".{_NOT_IN_IDS.sub('_', owner) or 'x'}"
        number = 1
        while True:
            suffix = end if number == 1 else f"{end}.{number}"
            found = f"{id[: max(_LONGEST_ID - len(suffix), 1)]}{suffix}"[-_LONGEST_ID:]
            if found not in self._taken and found not in self._used:
                return found
            number += 1

    def _point(self, item: Item, ids: Sequence[tuple[str, str]]) -> None:
        """What each annotator's id of the item is in the result: their own version, what says the same, or the only one."""
        votes = {item.votes[owner]: id for owner, id in ids if owner}
        own = dict(ids)
        written = {id for owner, id in ids if not owner}
        for name, said in item.versions.items():
            if said is None:
                continue
            found = own.get(name) or votes.get(item.votes[name]) or (said.id if said.id in written else "")
            only = ids[0][1] if len(ids) == 1 else ""
            self.names.setdefault(name, {})[said.id] = found or only

    def _names(self, taken: Taken) -> Mapping[str, str]:
        return self.names.get(taken.owner, {}) if taken.owner else {}

    def _missing(self, taken: Taken) -> str:
        """An id that the record names and that is not in the result; empty for none."""
        names = self._names(taken)
        if isinstance(taken.record, Relation):
            for _, id in taken.record.arguments():
                if names.get(id, "" if taken.owner else id) not in self._taken:
                    return id
        values = (taken.record.attributes.get(name) for name in self._references.of(taken.record))
        ids = (id for value in values for id in strings_of(value))
        return next((id for id in ids if id in names and names[id] not in self._taken), "")
