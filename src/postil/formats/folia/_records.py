"""What is taken in of a document: records, each in the set of whoever made it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from postil.exchange.drafts import DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.safe_xml import line_of
from postil.formats._fresh_ids import FreshIds
from postil.formats.folia._annotators import Annotators, short
from postil.formats.folia._texts import Texts
from postil.formats.folia._vocabulary import (
    COMMON,
    HREF,
    ID,
    INLINE,
    RELATIONAL,
    REMARKS,
    ROLES,
    TEXT,
    kind,
)
from postil.model import Label, Note, Relation, Span, fragments_of
from postil.segmentation import Extent

Owners = tuple[Any, ...]
"""An element, and those around it that may say whose it is, the innermost first."""


class Records:
    """The sets of a document."""

    def __init__(self, root: Any, shown: str, texts: Texts, annotators: Annotators, incoming: Incoming) -> None:
        self._shown, self._texts, self._annotators, self._incoming = shown, texts, annotators, incoming
        self._ids = FreshIds(one.get(ID) for one in root.iter() if one.get(ID))
        self._used: set[str] = set()
        self._sets: dict[str, DraftSet] = {}
        self._owners: dict[str, DraftSet] = {}
        self._lines: dict[str, int] = {}

    @property
    def sets(self) -> list[DraftSet]:
        """Every set that there is something in."""
        return list(self._sets.values())

    def add_span(self, owners: Owners, layer: str, label: str, extents: tuple[Extent, ...], attributes: dict[str, Any]) -> str:
        """A span for an element; its id."""
        id = self._id(owners, kind(owners[0])[0])
        confidence = self._confidence(owners[0])
        span = Span(id, layer, label, extents[0][0], extents[-1][1], "", fragments_of(extents), attributes, confidence)
        self._owners[id].spans.append(span)
        return id

    def add_relation(self, owners: Owners, layer: str, label: str, args: dict[str, str | tuple[str, ...]]) -> None:
        """A relation for an element, with its remarks."""
        id = self._id(owners, "r")
        attributes, confidence = self.attributes(owners[0]), self._confidence(owners[0])
        self._owners[id].relations.append(Relation(id, layer, label, args, attributes, confidence))
        self.add_remarks(owners, id)

    def add_label(self, element: Any) -> None:
        """A label of the document for an annotation of all of its text."""
        name = kind(element)
        id = self._id((element,), name[0])
        label = Label(id, name, element.get("class") or name, self.attributes(element), self._confidence(element))
        self._owners[id].labels.append(label)

    def add_remarks(self, owners: Owners, about: str) -> None:
        """A note for each remark inside of an element."""
        for child in owners[0]:
            text = _words(child)
            if kind(child) in REMARKS and text:
                self._owners[about].notes.append(Note(self._ids.mint("n"), about, text))

    def add_remark(self, element: Any, about: str, extent: Extent | None) -> None:
        """A remark on a part of the text: a note on its span, or where there is none by the same hand, a span of its own."""
        text = _words(element)
        own = self._set((element,))
        if not text:
            return
        if extent is None or (about and self._owners[about] is own):
            own.notes.append(Note(self._ids.mint("n"), "" if extent is None else about, text))
        else:
            id = self._id((element,), "c")
            own.spans.append(Span(id, "comment", kind(element), *extent, "", note=text))

    def attributes(self, element: Any) -> dict[str, Any]:
        """Features, annotations inside, and links of an annotation."""
        found = {**features(element), **self.inline(child for child in element if kind(child) in INLINE)}
        for child in element:
            name = kind(child)
            if name in ("relation", "alignment") and child.get(HREF) and not len(child):
                found[f"link.{child.get('class')}" if child.get("class") else "link"] = child.get(HREF)
            elif name not in (*_TAKEN_IN, kind(element)) and name not in RELATIONAL:
                self.lose(f"elements {name or child.tag}", child)
        return found

    def inline(self, elements: Iterable[Any]) -> dict[str, Any]:
        """Annotations inside of an element as attributes. A second one of the same type is called after its set."""
        found: dict[str, Any] = {}
        for element in elements:
            name = kind(element)
            if name in found:
                name = f"{name}.{short(self._annotators.set_of(element)) or len(found)}"
            said = features(element)
            value = said.pop("value", None) if element.get("value") is not None else element.get("class")
            found[name] = self._texts.content(element) if value is None else value
            found |= {f"{name}.{feature}": one for feature, one in said.items()}
        return found

    def lose(self, what: str, element: Any, shown: str = "", *, stops: bool = True) -> None:
        """Count something of an element that is not brought along."""
        self._incoming.losses.add(what, self._texts.place(element), shown, stops=stops)

    def _confidence(self, element: Any) -> float | None:
        said = element.get("confidence")
        try:
            value = None if said is None else float(said)
        except ValueError:
            value = None
        if said is not None and (value is None or not 0 <= value <= 1):
            self.lose("confidences that are no number from 0 to 1", element, said)
            return None
        return value

    def _set(self, owners: Owners) -> DraftSet:
        name = self._annotators.annotator_of(*owners)
        if name not in self._sets:
            self._sets[name] = DraftSet(name, [], [], [], [], file=self._shown, lines=self._lines)
        return self._sets[name]

    def _id(self, owners: Owners, initial: str) -> str:
        """The id of an element, if it is the first that is made of it, or a new one."""
        said = owners[0].get(ID)
        id = str(said) if said and said not in self._used else self._ids.mint(initial)
        self._used.add(id)
        self._lines[id] = line_of(owners[0])
        self._owners[id] = self._set(owners)
        return id


_TAKEN_IN = (*INLINE, *ROLES, *REMARKS, "wref", "feat", TEXT)


def features(element: Any) -> dict[str, Any]:
    """What an element says of itself that only its kind has: attributes of its own, and features by their subsets."""
    found: dict[str, Any] = {
        name: value for name, value in element.attrib.items() if name not in COMMON and not name.startswith("{")
    }
    for child in element:
        if kind(child) == "feat":
            name, value = child.get("subset", "feat"), child.get("class", "")
            known = found.get(name, value)
            values = known if isinstance(known, list) else [known]
            found[name] = known if value in values else [*values, value]
    return found


def _words(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())
