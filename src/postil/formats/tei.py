"""TEI: a text and, in standOff, groups of spans that point into it by character."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Any

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CROSSING,
    CUT,
    DISCONTINUITY,
    DOCUMENT_IDS,
    LAYERS,
    NESTED,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATIONS,
    STACKED,
    TEXT,
    TYPES,
    names_like,
)
from postil.exchange.format import Format
from postil.exchange.ids import renumbered
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_xml import Element, line_of, parse_xml
from postil.formats._xml_text import XML_CHARACTERS, escaped_attribute, escaped_xml
from postil.model import AnnotationSet, Relation, Span

_MANUAL = """\
A directory with <id>.xml for each document:

<TEI xmlns="http://www.tei-c.org/ns/1.0">
<teiHeader>…</teiHeader>
<standOff>
<spanGrp type="entity" resp="#gold">
<span xml:id="s1" type="PERSON" target="#string-range(text,5,13)" ana="#s1.fs">Rajnath Singh</span>
</spanGrp>
<linkGrp type="argument" resp="#gold"><link xml:id="s3" type="supports" target="#s1 #s2"/></linkGrp>
<fs xml:id="s1.fs"><f name="wikidata"><string>Q1393441</string></f></fs>
</standOff>
<text><body><ab xml:id="text">Then Rajnath Singh spoke.</ab></body></text>
</TEI>

A group is a layer of an annotator, a span has its label as its type and its attributes in a feature structure. The numbers
of a string-range are an offset and a length in code points, several pairs make a discontinuous span. A link of two is a
relation from the first to the second. Read is this profile only, with any text inside text, and ranges into any element
with an xml:id; spans that point to words or anything else are counted.

Not kept: relations of more or fewer than two, roles, attributes of relations, lists, confidences, remarks, notes, labels and
metadata of documents, ids, blanks in names, characters that XML cannot have."""

_SPACE = "{http://www.tei-c.org/ns/1.0}"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_RANGE = re.compile(r"#string-range\(\s*([^,()\s]+)((?:\s*,\s*\d{1,12}\s*,\s*\d{1,12})+)\s*\)")
_NUMBERS = re.compile(r"\d+")
_KEEPS = frozenset(
    {
        ANNOTATORS, ATTRIBUTES, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, LAYERS, NESTED, ON_RELATIONS, OVER_SENTENCES,
        RELATIONS, STACKED, TEXT, TYPES,
    }
)  # fmt: skip


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".xml", ".tei"):
        root = parse_xml(file.shown, file.read())
        if root.tag != f"{_SPACE}TEI" or root.find(f"{_SPACE}text") is None:
            raise UnreadableFile(file.shown, "no TEI document with a text", line_of(root), 1)
        yield _Parsed(root, file.shown, incoming).draft(file.name)


class _Parsed:
    """A document of TEI. ``starts``: where each element with an xml:id begins in the text."""

    def __init__(self, root: Element, shown: str, incoming: Incoming) -> None:
        self.root, self.shown, self.incoming = root, shown, incoming
        self.starts: dict[str, int] = {}
        self.structures = {one.get(_ID, ""): one for one in root.iter(f"{_SPACE}fs")}
        self.sets: dict[str, DraftSet] = {}
        self.lines: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        text = root.find(f"{_SPACE}text")
        body = text if text is None else text.find(f"{_SPACE}body")
        self.text = "".join(self._pieces(text if body is None else body))

    def _pieces(self, root: Any) -> Iterator[str]:
        """The text under an element, piece by piece."""
        at = 0
        waiting: list[tuple[Any, bool]] = [(root, False)]
        while waiting:
            element, is_done = waiting.pop()
            if is_done:
                piece = element.tail or ""
            else:
                self.starts.setdefault(element.get(_ID, ""), at)
                piece = element.text or ""
                for child in reversed(element):
                    waiting += [(child, True), (child, False)]
            at += len(piece)
            yield piece

    def draft(self, name: str) -> Draft:
        """The draft."""
        for group in self.root.iter(f"{_SPACE}spanGrp"):
            for number, one in enumerate(group.findall(f"{_SPACE}span"), 1):
                self._add_span(group, one, number)  # type: ignore[arg-type]
        links: list[tuple[Any, Any]] = [
            (group, one) for group in self.root.iter(f"{_SPACE}linkGrp") for one in group.findall(f"{_SPACE}link")
        ]
        ids = [self._id(one, group) for group, one in links]  # all of them first: a link may lead to a later one
        for (group, one), id in zip(links, ids, strict=True):
            self._add_link(group, one, id)
        return Draft(name, self.text, list(self.sets.values()), {}, "code point", self.shown)

    def _set(self, group: Any) -> DraftSet:
        annotator = group.get("resp", "").removeprefix("#")
        if annotator not in self.sets:
            self.sets[annotator] = DraftSet(annotator, spans=[], relations=[], file=self.shown, lines=self.lines)
        return self.sets[annotator]

    def _id(self, element: Element, group: Any) -> str:
        id = element.get(_ID) or f"x{len(self.owners) + 1}"
        self.lines[id] = line_of(element)
        self.owners[id] = group.get("resp", "")
        return id

    def _add_span(self, group: Any, element: Element, number: int) -> None:
        found = _RANGE.fullmatch(element.get("target", "").strip())
        if found is None or found[1] not in self.starts:
            where = f"{self.shown}:{line_of(element)}: {element.get(_ID, number)}"
            self.incoming.losses.add("spans that do not point to characters of the text", where, element.get("target", ""))
            return
        numbers = list(map(int, _NUMBERS.findall(found[2])))
        base = self.starts[found[1]]
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        fragments = sorted((base + offset, base + offset + length) for offset, length in pairs)
        structure = self.structures.get(element.get("ana", "").removeprefix("#"))
        self._set(group).spans.append(
            Span(
                self._id(element, group), group.get("type") or self.incoming.span_layer, element.get("type") or "span",
                fragments[0][0], fragments[-1][1], "".join(element.itertext()),
                tuple(fragments) if len(fragments) > 1 else (), {} if structure is None else _features(structure),
            )
        )  # fmt: skip

    def _add_link(self, group: Any, element: Element, id: str) -> None:
        ends = [one.removeprefix("#") for one in element.get("target", "").split()]
        if len(ends) != 2 or any(self.owners.get(end) != group.get("resp", "") for end in ends):
            where = f"{self.shown}:{line_of(element)}"
            self.incoming.losses.add("links that are not between two annotations of one set", where, element.get("target", ""))
            return
        layer, label = group.get("type") or self.incoming.relation_layer, element.get("type") or "link"
        relation = Relation(id, layer, label, {"from": ends[0], "to": ends[1]})
        self._set(group).relations.append(relation)


def _features(structure: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for feature in structure.findall(f"{_SPACE}f"):
        for value in feature:
            kind, said = value.tag.removeprefix(_SPACE), value.get("value", "")
            if kind == "binary":
                found[feature.get("name", "")] = said in ("true", "1")
            elif kind == "numeric":
                found[feature.get("name", "")] = _number(said)
            else:
                found[feature.get("name", "")] = said or "".join(value.itertext())
    return found


def _number(said: str) -> Any:
    for kind in (int, float):
        try:
            return kind(said)
        except ValueError:
            continue
    return said


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    for document in documents:
        with outgoing.target.open(f"{document.id}.xml") as file:
            for piece in _xml(document, outgoing):
                file.write(piece.encode())


def _xml(document: Document, outgoing: Outgoing) -> Iterator[str]:
    title = escaped_xml(document.id)
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0">\n<teiHeader><fileDesc>'
    yield f"<titleStmt><title>{title}</title></titleStmt><publicationStmt><p/></publicationStmt><sourceDesc><p/></sourceDesc>"
    yield "</fileDesc></teiHeader>\n<standOff>\n"
    numbers = count(1)
    for said in document.sets.values():
        yield from _groups(renumbered(said, outgoing.scheme.layers, lambda *_: f"s{next(numbers)}"))
    yield f'</standOff>\n<text><body><ab xml:id="text">{escaped_xml(document.text)}</ab></body></text>\n</TEI>\n'


def _groups(said: AnnotationSet) -> Iterator[str]:
    resp = escaped_attribute(said.annotator)
    for layer in dict.fromkeys(span.layer for span in said.spans):
        yield f'<spanGrp type="{escaped_attribute(layer)}" resp="#{resp}">\n'
        yield from (_span(span) for span in said.spans if span.layer == layer)
        yield "</spanGrp>\n"
    for relation in said.relations:
        ends = " ".join(f"#{id}" for _, id in relation.arguments())
        yield f'<linkGrp type="{escaped_attribute(relation.layer)}" resp="#{resp}">'
        yield f'<link xml:id="{relation.id}" type="{escaped_attribute(relation.label)}" target="{ends}"/></linkGrp>\n'
    for span in said.spans:
        if span.attributes:
            features = "".join(map(_feature, span.attributes, span.attributes.values()))
            yield f'<fs xml:id="{span.id}.fs">{features}</fs>\n'


def _span(span: Span) -> str:
    numbers = ",".join(f"{start},{end - start}" for start, end in span.extents)
    ana = f' ana="#{span.id}.fs"' if span.attributes else ""
    return (
        f'<span xml:id="{span.id}" type="{escaped_attribute(span.label)}" target="#string-range(text,{numbers})"{ana}>'
        f"{escaped_xml(span.text)}</span>\n"
    )


def _feature(name: str, value: Any) -> str:
    if isinstance(value, bool):
        said = f'<binary value="{str(value).lower()}"/>'
    elif isinstance(value, int | float):
        said = f'<numeric value="{value!r}"/>'
    else:
        said = f"<string>{escaped_xml(value)}</string>"
    return f'<f name="{escaped_attribute(name)}">{said}</f>'


FORMAT = Format(
    "tei", "TEI standOff", _MANUAL, _KEEPS, _read, _write,
    limits=(XML_CHARACTERS, names_like(r"\S", "blanks in names", of=("label", "layer", "attribute"))),
    signs=(r"http://www\.tei-c\.org/ns/1\.0",),
)  # fmt: skip
