"""Documents as argument graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

import msgspec

from postil.corpus import Document
from postil.exchange.outgoing import Outgoing
from postil.formats._escaping import escaped
from postil.formats._fresh_ids import FreshIds
from postil.formats._xml_text import escaped_attribute, escaped_xml
from postil.formats.arg_microtexts._vocabulary import (
    BLANKS,
    EDU,
    GRAPH_ATTRIBUTES,
    OWN_ATTRIBUTES,
    SEGMENTATION,
)
from postil.model import Annotation, AnnotationSet, Span
from postil.segmentation import Extent


class _Piece(msgspec.Struct):
    """A stretch of the text that no span cuts. ``unit``: the span that it is, where it is a discourse unit of the corpus."""

    start: int
    end: int
    unit: Span | None = None
    id: str = ""


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """A file for each document."""
    for document in documents:
        with outgoing.target.open(f"{document.id}.xml") as file:
            for line in _lines(document):
                file.write(f"{line}\n".encode())


def _lines(document: Document) -> Iterator[str]:
    said = next(iter(document.sets.values()), None)
    root = {"id": document.id.rpartition("/")[2]}
    if said is not None:
        labels = {label.layer: label.label for label in said.labels}
        root |= {attribute: labels[layer] for layer, attribute in GRAPH_ATTRIBUTES.items() if layer in labels}
    yield "<?xml version='1.0' encoding='UTF-8'?>"
    yield f"<arggraph{_attributes(root)}>"
    graph = _Graph(document.text, said)
    yield from (f"  {line}" for line in graph.elements())
    yield "</arggraph>"


class _Graph:
    """A graph to be written: the pieces of the text, joints of those that follow each other, and edges to argument units."""

    def __init__(self, text: str, said: AnnotationSet | None) -> None:
        self._text = _without_last_end(text)
        self._spans = said.spans if said else ()
        self._relations = said.relations if said else ()
        self._ids = FreshIds([*(span.id for span in self._spans), *(relation.id for relation in self._relations)])
        self._pieces = list(self._cut())
        filled = [one for one in self._pieces if self._text[one.start : one.end].strip(BLANKS)]
        self._filled = [one.id for one in filled]
        self._first = {self._content(one)[0]: number for number, one in enumerate(filled)}
        self._last = {self._content(one)[1]: number for number, one in enumerate(filled)}

    def elements(self) -> Iterator[str]:
        """Every element of the graph, in the order of the format's DTD."""
        yield from self._units()
        joints: dict[Extent, str] = {}
        links: list[tuple[str, str]] = []
        units = [span for span in self._spans if span.layer != EDU]
        for span in units:
            for extent in span.extents:
                source = self._source(extent, joints, links)
                links.append((source, span.id))
        yield from (f"<joint{_attributes({'id': id})}/>" for id in joints.values())
        for span in units:
            yield f"<adu{_attributes({'id': span.id, 'type': span.label, **_others(span)})}/>"
        for source, target in links:
            edge = {"id": self._ids.mint("c"), "src": source, "trg": target, "type": SEGMENTATION}
            yield f"<edge{_attributes(edge)}/>"
        for relation in self._relations:
            ends = {"src": str(relation.args["from"]), "trg": str(relation.args["to"])}
            label = escaped(relation.label, (SEGMENTATION,))
            yield f"<edge{_attributes({'id': relation.id, **ends, 'type': label, **_others(relation)})}/>"

    def _units(self) -> Iterator[str]:
        for before, piece in pairwise([None, *self._pieces]):
            assert piece is not None
            content = escaped_xml(self._text[piece.start : piece.end])
            if piece.unit is None:
                yield f'<edu id="{piece.id}" xml:space="preserve">{content}</edu>'
                continue
            if before is not None and before.unit is not None:
                gap = self._text[before.end : piece.start]
                if gap != " ":
                    yield f'<edu id="{self._ids.mint("e")}" xml:space="preserve">{gap}</edu>'
            label = {} if piece.unit.label == EDU else {"type": piece.unit.label}
            yield f"<edu{_attributes({'id': piece.id, **label, **_others(piece.unit)})}>{content}</edu>"

    def _cut(self) -> Iterator[_Piece]:
        """The text in pieces. White space is of the piece before it, or after it; between two units it is of none."""
        units = {(span.start, span.end): span for span in self._spans if span.layer == EDU}
        edges = {edge for span in self._spans for extent in span.extents for edge in extent}
        waiting: _Piece | None = None
        for start, end in pairwise(sorted({0, len(self._text), *edges})):
            unit = units.get((start, end))
            is_blank = not self._text[start:end].strip(BLANKS)
            if unit is None and waiting and waiting.unit is None and (is_blank or self._is_blank(waiting)):
                waiting.end = end
                continue
            is_gap = waiting and waiting.start and unit and self._is_blank(waiting)
            if waiting and not is_gap:
                yield waiting
            waiting = _Piece(start, end, unit, unit.id if unit else self._ids.mint("e"))
        if waiting:
            yield waiting

    def _is_blank(self, piece: _Piece) -> bool:
        return piece.unit is None and not self._text[piece.start : piece.end].strip(BLANKS)

    def _content(self, piece: _Piece) -> Extent:
        covered = self._text[piece.start : piece.end]
        return piece.start + len(covered) - len(covered.lstrip(BLANKS)), piece.start + len(covered.rstrip(BLANKS))

    def _source(self, extent: Extent, joints: dict[Extent, str], links: list[tuple[str, str]]) -> str:
        """The id of what the extent is the text of: a piece, or a joint of several, made where there is none yet."""
        first, last = self._first[extent[0]], self._last[extent[1]]
        if first == last:
            return self._filled[first]
        if extent not in joints:
            joints[extent] = self._ids.mint("j")
            links += [(id, joints[extent]) for id in self._filled[first : last + 1]]
        return joints[extent]


def _without_last_end(text: str) -> str:
    """The text without the end of its last line, which every text of a corpus has, unless there is an empty line before."""
    body = text.removesuffix("\n")
    return text if body.endswith("\n") else body


def _others(record: Annotation) -> dict[str, str]:
    return {escaped(name, OWN_ATTRIBUTES): value for name, value in record.attributes.items()}


def _attributes(pairs: dict[str, str]) -> str:
    return "".join(f' {name}="{escaped_attribute(value)}"' for name, value in pairs.items())
