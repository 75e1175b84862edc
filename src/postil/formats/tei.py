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
from postil.exchange.offsets import over_blanks
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_xml import Element, line_of, parse_xml
from postil.formats._tei_text import ID, SPACE, Inline, TeiText
from postil.formats._xml_text import XML_CHARACTERS, escaped_attribute, escaped_xml
from postil.model import AnnotationSet, Relation, Span, fragments_of

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
relation from the first to the second.

Read are also spans that point to elements with an xml:id (target="#w1 #w2", from and to), ranges into any such element, several
documents in a teiCorpus, and what stands in the text itself: names (name, rs, persName, placeName …), dates, terms, segments
become spans with their type, or what the element is called, as the label; w, pc and s become tokens and sentences. The content
of a span that does not stand in the text is its gloss: the label where it has no type, else its remark. Blocks that nothing
separates are put on lines of their own. Of several readings of one place one is the text: corr, reg and expan in a choice, lem in
an app, else the first; what is in del is not. The others are counted. An annotation in a listAnnotation is a span, called by its
ana; a relation with active and passive, or mutual, is one between annotations. Title and author are metadata. Other markup is
counted.

Not kept: relations of more or fewer than two, roles, attributes of relations, lists, confidences, remarks, notes, labels and
metadata of documents, ids, blanks in names, characters that XML cannot have."""

_RANGE = re.compile(r"#?string-range\(\s*([^,()\s]+)((?:\s*,\s*\d{1,12}\s*,\s*\d{1,12})+)\s*\)")
_POINTER = re.compile(r"#?string-range\([^()]*\)|\S+")
_ENDS = {"active": "from", "passive": "to", "mutual": "member"}
"""The attributes of a relation that name its ends, and their roles."""
_ROWS = {"w": "token", "pc": "token", "s": "sentence"}
_SHORT = 40  # characters of a gloss that is a label
_NUMBERS = re.compile(r"\d+")
_KEEPS = frozenset(
    {
        ANNOTATORS, ATTRIBUTES, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, LAYERS, NESTED, ON_RELATIONS, OVER_SENTENCES,
        RELATIONS, STACKED, TEXT, TYPES,
    }
)  # fmt: skip


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".xml", ".tei"):
        with incoming.noting_unreadable():
            root = parse_xml(file.shown, file.read())
            documents = [one for one in root.iter(f"{SPACE}TEI") if one.find(f"{SPACE}text") is not None]
            if not documents:
                if incoming.source.is_directory and not _plain(root.tag).startswith("TEI"):
                    incoming.losses.add("files that are no TEI documents", file.shown, str(root.tag))
                    continue
                raise UnreadableFile(file.shown, "no TEI document with a text", line_of(root), 1)
            for number, one in enumerate(documents, 1):
                name = file.name if len(documents) == 1 else f"{file.name}-{one.get(ID) or number}"
                yield _Parsed(one, file.shown, incoming).draft(name)


class _Parsed:
    """A document of TEI."""

    def __init__(self, root: Any, shown: str, incoming: Incoming) -> None:
        self.root, self.shown, self.incoming = root, shown, incoming
        self.structures = {one.get(ID, ""): one for one in root.iter(f"{SPACE}fs")}
        self.sets: dict[str, DraftSet] = {}
        self.lines: dict[str, int] = {}
        self.owners: dict[str, str] = {}
        text: Any = root.find(f"{SPACE}text")
        body = text.find(f"{SPACE}body")
        self.running = TeiText(text if body is None else body)
        self.text = self.running.text
        self._ids = {one.get(ID) for one in root.iter()}
        self._numbers = count(1)
        self._is_there: dict[str, bool] = {}  # what spans say, and whether it stands anywhere in the text

    def draft(self, name: str) -> Draft:
        """The draft."""
        for inline in self.running.inline:
            self._add_inline(inline)
        self._count_what_is_not_read()
        for tag, own in (("spanGrp", "span"), ("listAnnotation", "annotation")):
            for group in self.root.iter(f"{SPACE}{tag}"):
                for number, one in enumerate(group.findall(f"{SPACE}{own}"), 1):
                    self._add_span(group, one, number)
        links: list[tuple[Any, Any]] = [
            (group, one) for group in self.root.iter(f"{SPACE}linkGrp") for one in group.findall(f"{SPACE}link")
        ]
        ids = [self._id(one, group) for group, one in links]  # all of them first: a link may lead to a later one
        for (group, one), id in zip(links, ids, strict=True):
            self._add_link(group, one, id)
        for tag in ("listRelation", "standOff"):
            for group in self.root.iter(f"{SPACE}{tag}"):
                for one in group.findall(f"{SPACE}relation"):
                    self._add_relation(group, one)
        return Draft(name, self.text, list(self.sets.values()), self._metadata(name), "code point", self.shown)

    def _count_what_is_not_read(self) -> None:
        for one in self.running.not_read:
            where = f"{self.shown}:{line_of(one)}: {_plain(one.tag)}"
            self.incoming.losses.add("deletions and readings beside the one that is read", where, _words(one))
        for tag, count_ in self.running.others.items():
            self.incoming.losses.add("markup of the text that marks nothing up", self.shown, f"{count_} {tag}", stops=False)

    def _metadata(self, name: str) -> dict[str, Any]:
        """What the header says of the title, where that is not only the name of the file, and of the authors."""
        statement: Any = self.root.find(f"{SPACE}teiHeader/{SPACE}fileDesc/{SPACE}titleStmt")
        if statement is None:
            return {}
        titles = [said for one in statement.findall(f"{SPACE}title") if (said := _words(one)) not in ("", name)]
        authors = [said for one in statement.findall(f"{SPACE}author") if (said := _words(one))]
        return {"title": titles[0] if titles else "", "authors": authors}

    def _set(self, group: Any) -> DraftSet:
        annotator = group.get("resp", "").removeprefix("#")
        if annotator not in self.sets:
            self.sets[annotator] = DraftSet(annotator, spans=[], relations=[], file=self.shown, lines=self.lines)
        return self.sets[annotator]

    def _id(self, element: Element, group: Any) -> str:
        id = element.get(ID) or next(one for number in self._numbers if (one := f"x{number}") not in self._ids)
        self.lines[id] = line_of(element)
        self.owners[id] = group.get("resp", "")
        return id

    def _add_inline(self, inline: Inline) -> None:
        """Add what an element in the text marks: a word or sentence where tokens are kept, else a span."""
        element, row = inline.element, _ROWS.get(inline.tag, "")
        if row and not self.incoming.with_tokens:
            where = f"{self.shown}:{line_of(element)}"
            self.incoming.losses.add("tokens and sentences, which --tokens keeps", where, stops=False)
            return
        start, end = _visible(self.text, inline.start, inline.end)
        if start == end:
            return
        attributes = {_plain(name): value for name, value in element.attrib.items() if name not in (ID, "type", "resp")}
        layer = row or self.incoming.span_layer
        label = row or element.get("type") or inline.tag
        if row and element.get("type"):
            attributes["type"] = element.get("type")
        self._set(element).spans.append(Span(self._id(element, element), layer, label, start, end, "", attributes=attributes))

    def _add_span(self, group: Any, element: Element, number: int) -> None:
        fragments = self._fragments(element)
        if not fragments:
            where = f"{self.shown}:{line_of(element)}: {element.get(ID, number)}"
            self.incoming.losses.add("spans that do not point into the text", where, element.get("target", ""))
            return
        said = "".join(element.itertext())
        is_gloss = self._is_gloss(said, fragments)
        ana = element.get("ana", "").removeprefix("#")
        structure = self.structures.get(ana)
        attributes = {} if structure is None else _features(structure)
        if ana and structure is None:
            attributes["ana"] = ana
        short = said.strip() if is_gloss and len(said.strip()) <= _SHORT else ""
        label = element.get("type") or (short if "ana" not in attributes else ana) or _plain(element.tag)
        self._set(group).spans.append(
            Span(
                self._id(element, group), group.get("type") or self.incoming.span_layer, label,
                fragments[0][0], fragments[-1][1], "" if is_gloss else said,
                fragments_of(fragments), attributes,
                note=said.strip() if is_gloss and label != short else "",
            )
        )  # fmt: skip

    def _is_gloss(self, said: str, fragments: list[tuple[int, int]]) -> bool:
        """Whether what a span says is not of the text: else it should be what it covers."""
        if not said.strip() or said == " ".join(self.text[start:end] for start, end in fragments):
            return False
        pieces = said.split() if len(fragments) > 1 else [said.strip()]
        for piece in pieces:
            if piece not in self._is_there:
                self._is_there[piece] = piece in self.text
        return not all(self._is_there[piece] for piece in pieces)

    def _fragments(self, element: Element) -> list[tuple[int, int]]:
        """The stretches of text that a span points to: ranges of characters, elements, or from one to another."""
        first, last = element.get("from"), element.get("to")
        if first:
            edges = [self._pointed(one) for one in (first, last or first)]
            if not all(edges):
                return []
            start, end = edges[0][0][0], edges[1][-1][1]
            return [(start, end)] if start < end else []
        target = element.get("target", "").strip()
        pointers = _POINTER.findall(target)
        found = [self._pointed(one) for one in pointers]
        if not found or not all(found):
            return []
        extents = sorted(extent for one in found for extent in one)
        return extents if any(map(_RANGE.fullmatch, pointers)) else over_blanks(extents, self.text)

    def _pointed(self, pointer: str) -> list[tuple[int, int]]:
        found = _RANGE.fullmatch(pointer)
        if found is None:
            extent = self.running.extent_of(pointer.removeprefix("#"))
            return [_visible(self.text, *extent)] if extent else []
        base = self.running.start_of(found[1].removeprefix("#"))
        if base is None:
            return []
        numbers = list(map(int, _NUMBERS.findall(found[2])))
        pairs = zip(numbers[::2], numbers[1::2], strict=True)
        return [
            (self.running.place(base + offset), self.running.place(base + offset + length, is_end=length > 0))
            for offset, length in pairs
        ]

    def _add_link(self, group: Any, element: Element, id: str) -> None:
        ends = [one.removeprefix("#") for one in element.get("target", "").split()]
        if len(ends) != 2 or any(self.owners.get(end) != group.get("resp", "") for end in ends):
            where = f"{self.shown}:{line_of(element)}"
            self.incoming.losses.add("links that are not between two annotations of one set", where, element.get("target", ""))
            return
        layer, label = group.get("type") or self.incoming.relation_layer, element.get("type") or "link"
        relation = Relation(id, layer, label, {"from": ends[0], "to": ends[1]})
        self._set(group).relations.append(relation)

    def _add_relation(self, group: Any, element: Element) -> None:
        """Add a relation with its ends in attributes: from those that act to those acted on, or between all that are mutual."""
        args: dict[str, str | tuple[str, ...]] = {}
        for name, role in _ENDS.items():
            if ends := tuple(one.removeprefix("#") for one in element.get(name, "").split()):
                args[role] = ends[0] if len(ends) == 1 and role != "member" else ends
        owners = {self.owners.get(end) for value in args.values() for end in ([value] if isinstance(value, str) else value)}
        if len(owners) != 1 or None in owners or args.keys() not in ({"from", "to"}, {"member"}):
            where = f"{self.shown}:{line_of(element)}: {element.get('name', '')}"
            said = " ".join(element.get(name, "") for name in _ENDS).strip()
            self.incoming.losses.add("relations that are not between annotations of one set", where, said)
            return
        (owner,) = owners
        layer = group.get("type") or self.incoming.relation_layer
        label = element.get("name") or element.get("type") or "relation"
        relation = Relation(self._id(element, group), layer, label, args)
        self.sets[str(owner).removeprefix("#")].relations.append(relation)


def _words(element: Any) -> str:
    """The text in an element, with single blanks."""
    return " ".join("".join(element.itertext()).split())


def _visible(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch without the blanks at its edges, which are of the markup."""
    said = text[start:end]
    return end - len(said.lstrip()) if said.strip() else start, start + len(said.rstrip())


def _plain(name: str) -> str:
    """The name of an attribute without its namespace."""
    return name.rpartition("}")[2]


def _features(structure: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for feature in structure.findall(f"{SPACE}f"):
        for value in feature:
            kind, said = value.tag.removeprefix(SPACE), value.get("value", "")
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
