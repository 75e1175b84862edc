"""Annotations of words: spans over them, and ties between parts that each have words of their own."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from postil.exchange.incoming import Incoming
from postil.exchange.offsets import over_blanks
from postil.formats.folia._annotators import Annotators, short
from postil.formats.folia._records import Owners, Records
from postil.formats.folia._texts import Texts, inside
from postil.formats.folia._vocabulary import (
    CORRECTION,
    HIDDEN_WORD,
    HOLDERS,
    ID,
    RELATIONAL,
    REMARKS,
    ROLE_NAMES,
    ROLES,
    kind,
)
from postil.scheme import Layer
from postil.segmentation import Extent


class Annotations:
    """Takes in the annotations of words of a document. ``places``: where each element with an id is in its ``text``."""

    def __init__(self, root: Any, records: Records, texts: Texts, annotators: Annotators, incoming: Incoming) -> None:
        self._records, self._texts, self._annotators, self._incoming = records, texts, annotators, incoming
        self.text = ""
        self.places: dict[str, Extent] = {}
        self._hidden = {one.get(ID, "") for one in root.iter() if kind(one) == HIDDEN_WORD}
        self._several = self._used_sets(root)
        self._words: dict[tuple[str, str, tuple[Extent, ...]], str] = {}

    def add_all(self, holder: Any) -> None:
        """Take in each annotation that an element holds, and those in them."""
        for child in holder:
            if kind(child) == CORRECTION:
                self._records.lose("corrections: what was there before", child)
            elif child.get("auth") == "no":
                self._records.lose("alternatives, and what is no more", child)
        waiting = list(reversed(list(inside(holder))))
        while waiting:
            element = waiting.pop()
            owners = (element, holder)
            if kind(element) in RELATIONAL:
                self._add_tie(owners)
            elif kind(element) in REMARKS:
                self._records.add_remark(element, "", None)
            elif extents := self._extents(element):
                self.add(owners, self._layer(kind(element), owners), extents)
            else:
                self._records.lose("annotations without words in the text", element, element.get("class", ""))
            waiting += [one for one in reversed(element) if kind(one) == kind(element)]

    def add(self, owners: Owners, layer: str, extents: tuple[Extent, ...]) -> None:
        """A span for an annotation, with all that it says of itself."""
        element = owners[0]
        self._declare(owners, layer)
        id = self._records.add_span(
            owners, layer, element.get("class") or kind(element), extents, self._records.attributes(element)
        )
        self._records.add_remarks(owners, id)

    def _declare(self, owners: Owners, layer: str) -> None:
        if used := self._annotators.set_of(*owners):
            self._incoming.declared.setdefault(layer, Layer("span", f"FoLiA: {used}", overlap="none"))

    def _used_sets(self, root: Any) -> dict[str, set[str]]:
        """For each type of annotation the sets that are used, so that layers of several are told apart."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for holder in root.iter():
            if kind(holder) in HOLDERS:
                for element in holder.iter():
                    if element is not holder and kind(element) not in ROLES:
                        found[kind(element)].add(self._annotators.set_of(element, holder))
        return found

    def _layer(self, plain: str, owners: Owners) -> str:
        used = short(self._annotators.set_of(*owners))
        return f"{plain}-{used}" if used and len(self._several[kind(owners[0])]) > 1 else plain

    def _add_tie(self, owners: Owners) -> None:
        """An annotation that ties parts together: a relation, and a span for each part."""
        element, holder = owners
        name = kind(element)
        plain, of_parts = RELATIONAL[name]
        ends: defaultdict[str, list[str]] = defaultdict(list)
        direct = [one for one in element if kind(one) == "wref"]
        if extents := self._joined(direct, element):
            role = "predicate" if name == "predicate" else "words"
            ends[role].append(self._records.add_span((direct[0], *owners), of_parts, role, extents, {}))
        for part in element:
            if kind(part) in ROLES and (extents := self._extents(part)):
                ends[_role(name, part)].append(self._part((part, element, holder), of_parts, extents))
        is_whole = {"from", "to"} <= ends.keys() if name == "dependency" else bool(ends)
        if not is_whole:
            self._records.lose("annotations without words in the text", element, element.get("class", ""))
            return
        is_group = name == "coreferencechain"
        args: dict[str, str | tuple[str, ...]] = {
            role: ids[0] if len(ids) == 1 and not is_group else tuple(ids)
            for role, ids in sorted(ends.items(), key=lambda end: end[0] == "to")
        }
        layer = self._layer(plain, owners)
        self._records.add_relation(owners, layer, element.get("class") or plain, args)

    def _part(self, owners: Owners, layer: str, extents: tuple[Extent, ...]) -> str:
        """The id of a span for a part of a tie. A word is one for all dependencies that it is a part of."""
        part, tie = owners[0], owners[1]
        attributes = self._records.attributes(part)
        if kind(tie) == "dependency" and not attributes:
            key = (self._annotators.annotator_of(*owners), layer, extents)
            if key not in self._words:
                self._words[key] = self._records.add_span(owners, layer, "word", extents, {})
            return self._words[key]
        label = part.get("class") or ("mention" if kind(part) == "coreferencelink" else kind(part))
        id = self._records.add_span(owners, layer, label, extents, attributes)
        self._records.add_remarks(owners, id)
        return id

    def _extents(self, element: Any) -> tuple[Extent, ...]:
        """Where the words of an annotation are, and those of all in it."""
        return self._joined([one for one in element.iter() if kind(one) == "wref"], element)

    def _joined(self, references: list[Any], element: Any) -> tuple[Extent, ...]:
        """Where the words are that are referred to, those as one that follow each other."""
        places = {extent for one in references if (extent := self._place(one, element))}
        return tuple(over_blanks(sorted(places), self.text))

    def _place(self, reference: Any, element: Any) -> Extent | None:
        """Where a word is that is referred to. What the reference says that it is called is compared."""
        id = reference.get("id", "")
        extent = self.places.get(id)
        if extent is None:
            what = "are not in the text" if id in self._hidden else "are not there, or parts of words"
            self._records.lose(f"references to words that {what}", reference, id)
            return None
        said, there = reference.get("t"), self.text[extent[0] : extent[1]]
        if said is not None and said.split() != there.split():
            where = self._texts.place(element)
            self._incoming.repaired.add("references that call a word otherwise", where, f"{said} ({there})")
        return extent


def _role(name: str, part: Any) -> str:
    """What a part of an annotation is called as a role."""
    own = part.get("class") if kind(part) == "semrole" else None
    return own or ROLE_NAMES.get((name, kind(part)), kind(part))
