"""Argument graphs as documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.safe_xml import Element, line_of, parse_xml
from postil.exchange.sources import File
from postil.formats._escaping import unescaped
from postil.formats._fresh_ids import FreshIds
from postil.formats.arg_microtexts._vocabulary import (
    ADU,
    ARGUMENT,
    BLANKS,
    EDU,
    GRAPH_ATTRIBUTES,
    OWN_ATTRIBUTES,
    SEGMENTATION,
    SPACE,
)
from postil.model import Label, Relation, Span, fragments_of
from postil.scheme import LabelDefinition, Layer, Role
from postil.segmentation import Extent

_LABELS = {
    "sup": "supports, by a reason",
    "exa": "supports, by an example",
    "reb": "attacks what is claimed",
    "und": "attacks that a reason supports, or an attack counts",
    "add": "belongs to the source of an edge: both together are the reason",
}

_LAYERS = {
    EDU: Layer("span", "A discourse unit.", overlap="none", labels={EDU: LabelDefinition()}),
    ADU: Layer(
        "span",
        "An argument unit, and whose it is.",
        labels={"pro": LabelDefinition("of the proponent"), "opp": LabelDefinition("of the opponent")},
    ),
    ARGUMENT: Layer(
        "relation",
        labels={label: LabelDefinition(meaning) for label, meaning in _LABELS.items()},
        roles={"from": Role(layers=(ADU,)), "to": Role(layers=(ADU, ARGUMENT))},
    ),
}


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each graph."""
    incoming.declared.update(_LAYERS)
    for file in incoming.source.files(".xml"):
        with incoming.noting_unreadable():
            root = parse_xml(file.shown, file.read())
            if root.tag != "arggraph":
                raise UnreadableFile(file.shown, f"the root is {root.tag}, not an arggraph", line_of(root), 1)
            yield _Graph(file, root, incoming).draft()


class _Graph:
    """One argument graph. ``extents``: where the text of each discourse unit is."""

    def __init__(self, file: File, root: Element, incoming: Incoming) -> None:
        self._file, self._root, self._incoming = file, root, incoming
        self._lines: dict[str, int] = {}
        self._extents: dict[str, Extent] = {}
        for element in root:
            id = element.get("id")
            if id is None or id in self._lines:
                what = f"the id {id} is there twice" if id else f"an element ({element.tag}) without an id"
                raise UnreadableFile(file.shown, what, line_of(element), 1)
            self._lines[id] = line_of(element)
        self._text = self._joined_units()

    def draft(self) -> Draft:
        """The graph as a document."""
        own = DraftSet(file=self._file.shown, lines=self._lines)
        own.spans = [*self._discourse_units(), *self._argument_units()]
        own.relations = list(self._relations())
        ids = FreshIds(self._lines)
        for layer, attribute in GRAPH_ATTRIBUTES.items():
            if (value := self._root.get(attribute)) is not None:
                own.labels.append(Label(ids.take(layer, layer), layer, value))
        return Draft(self._file.name, self._text, [own], self._metadata(), "code point", self._file.shown)

    def _metadata(self) -> dict[str, Any]:
        """What the root says besides, and its id where it is not the file's name."""
        said = _others(self._root, tuple(GRAPH_ATTRIBUTES.values()))
        id = self._root.get("id", "")
        return {**said, "id": id} if id != self._file.name.rpartition("/")[2] else said

    def _joined_units(self) -> str:
        """The text, a blank between two units. Units that keep their white space are in it as they are."""
        pieces: list[str] = []
        at = 0
        needs_blank = False
        for unit in self._root.iter("edu"):
            content = "".join(unit.itertext())
            is_exact = unit.get(SPACE) == "preserve"
            piece = content if is_exact else content.strip(BLANKS)
            if not piece and not is_exact:
                self._lose("discourse units without a text", unit)
                continue
            if needs_blank and not is_exact:
                pieces.append(" ")
                at += 1
            start = at + len(piece) - len(piece.lstrip(BLANKS))
            end = at + len(piece.rstrip(BLANKS))
            if start < end:
                self._extents[unit.get("id", "")] = (start, end)
            pieces.append(piece)
            at += len(piece)
            needs_blank = not is_exact
        return "".join(pieces)

    def _discourse_units(self) -> Iterator[Span]:
        for unit in self._root.iter("edu"):
            id = unit.get("id", "")
            if id in self._extents and unit.get(SPACE) != "preserve":
                start, end = self._extents[id]
                text = self._text[start:end]
                yield Span(id, EDU, unit.get("type", EDU), start, end, text, attributes=_others(unit, OWN_ATTRIBUTES))

    def _argument_units(self) -> Iterator[Span]:
        """Each argument unit over the discourse units that lead to it."""
        sources: dict[str, list[str]] = {}
        for edge in self._root.iter("edge"):
            if edge.get("type") == SEGMENTATION:
                sources.setdefault(edge.get("trg", ""), []).append(edge.get("src", ""))
        for unit in self._root.iter("adu"):
            id = unit.get("id", "")
            extents = sorted(self._extents[one] for one in _leading_to(id, sources) if one in self._extents)
            if not extents:
                self._lose("argument units without a text", unit)
                continue
            fragments = tuple(self._put_together(extents))
            span = Span(
                id, ADU, unit.get("type", ADU), fragments[0][0], fragments[-1][1], "",
                fragments_of(fragments), _others(unit, OWN_ATTRIBUTES),
            )  # fmt: skip
            yield replace(span, text=span.covered(self._text))

    def _put_together(self, extents: list[Extent]) -> Iterator[Extent]:
        """Extents with those as one between which there is nothing but white space."""
        start, end = extents[0]
        for first, last in extents[1:]:
            if self._text[end:first].strip(BLANKS):
                yield start, end
                start = first
            end = last
        yield start, end

    def _relations(self) -> Iterator[Relation]:
        """Every edge between arguments."""
        for edge in self._root.iter("edge"):
            kind = edge.get("type", ARGUMENT)
            if kind != SEGMENTATION:
                ends: dict[str, str | tuple[str, ...]] = {"from": edge.get("src", ""), "to": edge.get("trg", "")}
                label = unescaped(kind, (SEGMENTATION,))
                yield Relation(edge.get("id", ""), ARGUMENT, label, ends, _others(edge, OWN_ATTRIBUTES))

    def _lose(self, kind: str, element: Any) -> None:
        self._incoming.losses.add(kind, f"{self._file.shown}:{line_of(element)}: {element.get('id')}")


def _leading_to(id: str, sources: dict[str, list[str]]) -> set[str]:
    """What leads to a unit, directly or through joints."""
    found: set[str] = set()
    waiting = [id]
    while waiting:
        for source in sources.get(waiting.pop(), ()):
            if source not in found:
                found.add(source)
                waiting.append(source)
    return found


def _others(element: Any, own: tuple[str, ...]) -> dict[str, Any]:
    """The attributes that have no meaning of their own."""
    reserved = (*OWN_ATTRIBUTES, *own)
    return {unescaped(name, OWN_ATTRIBUTES): value for name, value in element.attrib.items()
            if name not in reserved and not name.startswith("{")}  # fmt: skip
