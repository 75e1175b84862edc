"""GATE's own XML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    LISTS,
    N_ARY,
    ON_RELATIONS,
    RELATION_ATTRIBUTES,
    RELATIONS,
    ROLE_NAMES,
    Feature,
    without_records,
)
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_xml import line_of, parse_xml
from postil.formats._ends import arguments, roles_of
from postil.formats._gate import KEEPS, SETS, Annotation, annotations_of, draft_sets, features_of, numbered_sets, said_by
from postil.formats._xml_text import XML_CHARACTERS, escaped_attribute, escaped_xml
from postil.model import Relation
from postil.text import Units

_MANUAL = """\
A directory with <id>.xml for each document:

<GateDocument version="3">
<TextWithNodes>Then <Node id="5"/>Rajnath Singh<Node id="18"/> spoke.</TextWithNodes>
<AnnotationSet Name="gold">
<Annotation Id="1" Type="PERSON" StartNode="5" EndNode="18">
<Feature><Name className="java.lang.String">layer</Name><Value className="java.lang.String">entity</Value></Feature>
</Annotation>
</AnnotationSet>
</GateDocument>

The ids of nodes are offsets in UTF-16 code units; what decides on reading is where a node stands. An annotation set is an
annotator (the default set is nobody's), or a layer of one annotator with --sets layers. The type is the label, features are
attributes with the types that they have; layer, confidence and note are features of these names. Features of documents become
metadata, Tokens and Sentences layers with --tokens. Lists and maps of features are read; a feature of a class of Java that is
not known stays as its text, and is counted. A relation is one of GATE's (RelationSet), its members are the ends in order; their
roles, where they are not from and to, are its features postil.roles and postil.several, a name on each line. User data of
relations become the attribute userData.

Not kept: discontinuous spans, relations without an end, lists, document labels, notes, metadata, ids, characters that XML
cannot have."""

_STRING = "java.lang.String"
_INTEGERS = ("java.lang.Integer", "java.lang.Long", "java.lang.Short", "java.math.BigInteger", "int", "long")
_FLOATS = ("java.lang.Double", "java.lang.Float", "java.math.BigDecimal", "double", "float", "big-decimal")
_BOOLEANS = ("java.lang.Boolean", "boolean")
_WRAPPER = "gate.corpora.ObjectWrapper"
_DEEPEST = 50
_ROLES, _SEVERAL, _BETWEEN = "postil.roles", "postil.several", "\n"
"""Features of relations: the role of each member, and the roles that may have several, a name on each line."""

_ENDLESS = "relations without an end"
ENDLESS = Feature(
    "endless", _ENDLESS, without_records(_ENDLESS, lambda record: type(record) is Relation and not list(record.arguments()))
)


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".xml", ".gate"):
        with incoming.noting_unreadable():
            root = parse_xml(file.shown, file.read())
            if root.tag != "GateDocument":
                if incoming.source.is_directory:
                    incoming.losses.add("files that are no GATE documents", file.shown, str(root.tag))
                    continue
                raise UnreadableFile(file.shown, f"no GATE document: its root is {root.tag}, not GateDocument", line_of(root), 1)
            yield _Parsed(root, file.shown, incoming).draft(file.name)


class _Parsed:
    """A document as its file has it, with offsets in code points."""

    def __init__(self, root: Element, shown: str, incoming: Incoming) -> None:
        self.root, self.shown, self.incoming = root, shown, incoming
        self.lines: dict[str, int] = {}
        self.nodes: dict[str, int] = {}
        self.text = self._text()

    def _text(self) -> str:
        element = self.root.find("TextWithNodes")
        if element is None:
            raise UnreadableFile(self.shown, "no GATE document: it has no TextWithNodes", line_of(self.root), 1)
        pieces = [element.text or ""]
        at = len(pieces[0])
        for node in element:
            self.nodes[node.get("id", "")] = at
            pieces.append(node.tail or "")
            at += len(pieces[-1])
        text = "".join(pieces)
        units = Units(text, "utf-16")
        moved = [id for id, place in self.nodes.items() if id != str(units.from_code_points(place))]
        for id in moved:
            self.incoming.repaired.add("nodes that stand elsewhere than their ids say: taken where they stand", self.shown, id)
        return text

    def draft(self, name: str) -> Draft:
        """The draft."""
        sets: dict[str, list[Annotation]] = {}
        for element in self.root.iter("AnnotationSet"):
            sets.setdefault(element.get("Name", ""), []).extend(self._annotations(element))
        drafts = draft_sets(sets, self.incoming, self.shown, self.lines)
        self._add_relations({span.id: draft for draft in drafts for span in draft.spans})
        metadata = self._features(self.root.find("GateDocumentFeatures"))
        return Draft(name, self.text, drafts, metadata, "code point", self.shown)

    def _annotations(self, element: Element) -> Iterator[Annotation]:
        for number, one in enumerate(element.findall("Annotation"), 1):
            id = one.get("Id") or f"{element.get('Name', '')}a{number}"
            self.lines[id] = line_of(one)
            places = [self.nodes.get(one.get(end, "")) for end in ("StartNode", "EndNode")]
            if places[0] is None or places[1] is None:
                message = f"the annotation {id} begins or ends at a node that is not in the text"
                raise UnreadableFile(self.shown, message, line_of(one), 1)
            yield Annotation(id, one.get("Type") or "annotation", places[0], places[1], self._features(one))

    def _features(self, element: Element | None) -> dict[str, Any]:
        found = {}
        for feature in element.findall("Feature") if element is not None else ():
            name, value = feature.findtext("Name"), feature.find("Value")
            if name and value is not None:
                found[name] = self._value(value)
        return found

    def _value(self, element: Element) -> Any:
        kind, text = element.get("className", _STRING), element.text or ""
        if kind == _WRAPPER:
            return self._wrapped(text, line_of(element))
        if kind.startswith("java.util.") and "itemClassName" in element.attrib:
            return text.split(";") if text else []
        return self._simple(kind, text, line_of(element))

    def _simple(self, kind: str, text: str, line: int) -> Any:
        try:
            if kind in _INTEGERS:
                return int(text)
            if kind in _FLOATS:
                return float(text)
        except ValueError:
            self.incoming.repaired.add("numbers that are none, kept as text", f"{self.shown}:{line}", text)
            return text
        if kind in _BOOLEANS:
            return text.strip().lower() == "true"
        if kind not in (_STRING, "string", "date"):
            self.incoming.losses.add(f"the class {kind} of feature values, kept as text", f"{self.shown}:{line}", text)
        return text

    def _wrapped(self, text: str, line: int) -> Any:
        """What an ObjectWrapper holds: XML as XStream writes it, as text."""
        value = parse_xml(f"{self.shown}:{line}", text.strip().encode()).find("value")
        return None if value is None else self._of_stream(value, value.get("class", ""), line)

    def _of_stream(self, element: Element, kind: str, line: int, depth: int = 0) -> Any:
        if depth > _DEEPEST:
            raise UnreadableFile(self.shown, "a feature value that is nested deeper than any is", line, 1)
        if reference := element.get("reference"):
            self.incoming.losses.add("values of features that are another value again", f"{self.shown}:{line}", reference)
            return reference
        if kind.endswith(("list", "set", "-array")):
            return [self._of_stream(one, one.tag, line, depth + 1) for one in element]
        if kind.endswith("map"):
            pairs = [[self._of_stream(one, one.tag, line, depth + 1) for one in entry] for entry in element]
            return {str(pair[0]): pair[1] for pair in pairs if len(pair) == 2}
        return self._simple(kind, "".join(element.itertext()), line)

    def _add_relations(self, owners: dict[str, DraftSet]) -> None:
        """Add the relations to whoever has their members, which may be relations themselves."""
        elements = [one for group in self.root.iter("RelationSet") for one in group.findall("Relation")]
        relations = {one.get("Id") or f"r{number}": one for number, one in enumerate(elements, 1)}
        members = {id: list(filter(None, one.get("Members", "").split(";"))) for id, one in relations.items()}
        for id, one in relations.items():
            self.lines[id] = line_of(one)
            owner = _owner(id, members, owners)
            if owner is None or not members[id] or any(_owner(member, members, owners) is not owner for member in members[id]):
                where = f"{self.shown}:{line_of(one)}: {id}"
                self.incoming.losses.add("relations whose members no one set has", where, one.get("Type", ""))
            else:
                owner.relations.append(self._relation(id, one, members[id]))

    def _relation(self, id: str, element: Element, members: list[str]) -> Relation:
        layer, common = said_by(self._features(element))
        attributes = common["attributes"]
        roles, several = (_names(attributes.pop(name)) if name in attributes else None for name in (_ROLES, _SEVERAL))
        if (data := element.findtext("UserData")) and data.strip():
            attributes["userData"] = self._wrapped(data, line_of(element))
        label = element.get("Type") or "relation"
        return Relation(id, layer or self.incoming.relation_layer, label, arguments(members, roles, several), **common)


def _owner(id: str, members: dict[str, list[str]], owners: dict[str, DraftSet]) -> DraftSet | None:
    """The set that has an annotation, or what a relation relates first, at whatever remove."""
    seen = set()
    while id not in owners and id not in seen and members.get(id):
        seen.add(id)
        id = members[id][0]
    return owners.get(id)


def _names(value: Any) -> list[str]:
    return str(value).split(_BETWEEN) if value else []


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    for document in documents:
        with outgoing.target.open(f"{document.id}.xml") as file:
            for piece in _xml(document, outgoing):
                file.write(piece.encode())


def _xml(document: Document, outgoing: Outgoing) -> Iterator[str]:
    sets = [(name, one, annotations_of(one)) for name, one in numbered_sets(document, outgoing.scheme)]
    units = Units(document.text, "utf-16")
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<GateDocument version="3">\n<GateDocumentFeatures/>\n<TextWithNodes>'
    last = 0
    for place in sorted({edge for _, _, there in sets for one in there for edge in (one.start, one.end)}):
        yield f'{escaped_xml(document.text[last:place])}<Node id="{units.from_code_points(place)}"/>'
        last = place
    yield f"{escaped_xml(document.text[last:])}</TextWithNodes>\n"
    for name, _, there in sets:
        yield f'<AnnotationSet Name="{escaped_attribute(name)}">\n'
        for one in there:
            start, end = units.from_code_points(one.start), units.from_code_points(one.end)
            yield f'<Annotation Id="{one.id}" Type="{escaped_attribute(one.type)}" StartNode="{start}" EndNode="{end}">\n'
            yield from map(_feature, one.features, one.features.values())
            yield "</Annotation>\n"
        yield "</AnnotationSet>\n"
    for name, said, _ in sets:
        if said.relations:
            yield f'<RelationSet Name="{escaped_attribute(name)}">\n'
            for relation in said.relations:
                yield from _relation(relation)
            yield "</RelationSet>\n"
    yield "</GateDocument>\n"


def _relation(relation: Relation) -> Iterator[str]:
    members = ";".join(id for _, id in relation.arguments())
    yield f'<Relation Id="{relation.id}" Type="{escaped_attribute(relation.label)}" Members="{members}">\n<UserData/>\n'
    features = features_of(relation)
    for name, roles in zip((_ROLES, _SEVERAL), roles_of(relation), strict=True):
        if roles:
            features[name] = _BETWEEN.join(roles)
    yield from map(_feature, features, features.values())
    yield "</Relation>\n"


def _feature(name: str, value: Any) -> str:
    kind = {bool: "java.lang.Boolean", int: "java.lang.Long", float: "java.lang.Double"}.get(type(value), _STRING)
    text = value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else repr(value)
    return (
        f'<Feature><Name className="{_STRING}">{escaped_xml(name)}</Name>'
        f'<Value className="{kind}">{escaped_xml(text)}</Value></Feature>\n'
    )


FORMAT = Format(
    "gate", "GATE XML", _MANUAL,
    (KEEPS | {N_ARY, ON_RELATIONS, RELATION_ATTRIBUTES, RELATIONS, ROLE_NAMES}) - {LISTS},
    _read, _write, read_options=(SETS,), limits=(XML_CHARACTERS, ENDLESS),
    signs=(r"<GateDocument\b",),
)  # fmt: skip
