"""LightTag: its JSON export, in which one annotation may be by several annotators. Read only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    IDS,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    RELATIONS,
    STACKED,
    TEXT,
)
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import converted, read_json_members
from postil.exchange.sources import File
from postil.formats._flat import is_name
from postil.formats._json_values import list_or_empty
from postil.model import Label, Relation, Span
from postil.scheme import LabelDefinition, Layer

_MANUAL = """\
LightTag's JSON export; it is read, and not written.

{"examples":[{"content":"Anna met Ben.","example_id":"…","metadata":{…},"seen_by":[{"annotator":"ann@x.org"}],
  "annotations":[{"start":0,"end":4,"value":"Anna","tag":"PER","tagged_token_id":"t1",
    "annotated_by":[{"annotator":"ann@x.org","annotator_id":1}]}],"classifications":[{"classname":"news","annotated_by":[…]}]}],
 "relations":[{"id":1,"tagged_token_id":"t1","parent_id":null,"children":[2]},
  {"id":2,"tagged_token_id":"t2","parent_id":1,"relation_type":"met","annotator_id":1}],"schema":{"tags":[{"name":"PER"}]}}

An annotation by several annotators is a span in the set of each; who has seen a text and marked nothing has an empty set. In
relations a node stands for a span: each that has a parent becomes a relation from the parent's span to its own. Classifications
are labels of the document, the schema's tags the labels of the layer. What a reviewer said (reviewed, correct) and every other
key become attributes. Examples are read one at a time; relations, which stand apart from them, are held."""

_KNOWN = frozenset((
    "start", "end", "value", "tag", "tag_id", "tagged_token_id", "annotated_by", "example_id", "definition_id", "classname",
    "classification_id", "annotator", "annotator_id", "timestamp",
))  # fmt: skip


class _Person(msgspec.Struct):
    annotator: str | int | None = None
    annotator_id: str | int | None = None


class _Annotation(msgspec.Struct):
    start: int
    end: int
    tag: str | None = None
    value: str = ""
    tagged_token_id: str | int | None = None
    annotated_by: list[_Person] = []


class _Classification(msgspec.Struct):
    classname: str
    annotated_by: list[_Person] = []


class _Example(msgspec.Struct):
    content: str
    annotations: list[dict[str, Any]] = []
    classifications: list[dict[str, Any]] | None = None
    relations: list[dict[str, Any]] | None = None
    seen_by: list[_Person] | None = None
    metadata: dict[str, Any] | None = None
    example_id: Any = None


class _Node(msgspec.Struct):
    """A span as a place in a tree. ``children``: their ids, or they themselves."""

    id: str | int | None = None
    tagged_token_id: str | int | None = None
    parent_id: str | int | None = None
    relation_type: str | None = None
    annotator_id: str | int | None = None
    children: list[Any] = []


class _Tie(msgspec.Struct, frozen=True):
    """A relation between two spans, by what they are called."""

    parent: str
    child: str
    label: str
    annotator_id: str


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".json"):
        with incoming.noting_unreadable():
            names: dict[str, str] = {}
            ties: dict[str, list[_Tie]] = {}
            for value, is_example in _parts(file):
                if is_example:
                    names |= _names(value, file)
                else:
                    _declare(value.get("schema"), incoming)
                    ties |= _ties(_converted(value.get("relations") or [], list[dict[str, Any]], file), file, incoming)
            examples = (value for value, is_example in _parts(file) if is_example)
            for number, value in enumerate(examples, 1):
                example: _Example = _converted(value, _Example, file)
                yield _Reading(incoming, file, number, names).draft(example, ties)


def _parts(file: File) -> Iterator[tuple[dict[str, Any], bool]]:
    """Each example of an export, with yes, and what the export says beside them, with no. An export may be only a list."""
    for line, value, key in read_json_members(file, "examples"):
        is_example = bool(key) or (isinstance(value, dict) and "content" in value)
        if not isinstance(value, dict) or not (is_example or isinstance(value.get("examples"), list)):
            raise UnreadableFile(file.shown, 'not an export of LightTag: an object with "examples" is wanted', line, 1)
        yield value, is_example


def _names(example: dict[str, Any], file: File) -> dict[str, str]:
    """What the annotators of an example are called, by their numbers: its relations have only these."""
    people = [
        person for one in list_or_empty(example.get("annotations")) if isinstance(one, dict)
        for person in list_or_empty(one.get("annotated_by"))
    ]  # fmt: skip
    return {
        str(person["annotator_id"]): _who(_converted(person, _Person, file))
        for person in people if isinstance(person, dict) and person.get("annotator_id") is not None
    }  # fmt: skip


def _converted(value: Any, kind: Any, file: File) -> Any:
    try:
        return converted(value, kind)
    except msgspec.ValidationError as error:
        raise UnreadableFile(file.shown, f"not an export of LightTag: {error}") from error


def _declare(schema: Any, incoming: Incoming) -> None:
    """The labels that the schema has."""
    for key, name in (("tags", incoming.span_layer), ("classification_types", incoming.label_layer)):
        tags = schema.get(key) if isinstance(schema, dict) else None
        labels = {}
        for tag in tags if isinstance(tags, list) else []:
            if isinstance(tag, dict) and isinstance(tag.get("name"), str):
                description = tag.get("description")
                labels[tag["name"]] = LabelDefinition(description if isinstance(description, str) else "")
        if labels:
            is_of_spans = name == incoming.span_layer
            incoming.declared[name] = Layer("span" if is_of_spans else "label", labels=labels, multiple=not is_of_spans)


def _ties(raw: list[dict[str, Any]], file: File, incoming: Incoming) -> dict[str, list[_Tie]]:
    """The relations by the span of their parent. Trees are walked without recursion, however deep they are."""
    nodes: dict[str, _Node] = {}
    parents: dict[str, str] = {}
    pending: list[tuple[Any, str]] = [(one, "") for one in raw]
    for value, parent in pending:
        node = _converted(value, _Node, file)
        id = str(node.id) if node.id is not None else f"\0{len(nodes)}"
        nodes[id] = node
        if parent or node.parent_id is not None:
            parents[id] = parent or str(node.parent_id)
        for child in node.children:
            if isinstance(child, dict):
                pending.append((child, id))
            else:
                parents.setdefault(str(child), id)
    found: defaultdict[str, list[_Tie]] = defaultdict(list)
    for id, parent in parents.items():
        if id not in nodes or parent not in nodes:
            incoming.losses.add("relations one of whose ends is not there", f"{file.shown}: {parent} → {id}")
            continue
        child = nodes[id]
        if nodes[parent].tagged_token_id is None or child.tagged_token_id is None:
            incoming.losses.add(
                "relations to a node that stands for no span", f"{file.shown}: {parent} → {id}".replace("\0", "#")
            )
            continue
        label = child.relation_type or incoming.relation_layer
        head = str(nodes[parent].tagged_token_id)
        found[head].append(_Tie(head, str(child.tagged_token_id), label, str(child.annotator_id)))
    return found


def _who(person: _Person) -> str:
    if person.annotator not in (None, ""):
        return str(person.annotator)
    return "" if person.annotator_id is None else f"annotator-{person.annotator_id}"


class _Reading:
    """Reads one example."""

    def __init__(self, incoming: Incoming, file: File, number: int, names: dict[str, str]) -> None:
        self.incoming, self.file, self.number, self.names = incoming, file, number, names
        self._sets: dict[str, DraftSet] = {}
        self._taken: dict[str, set[str]] = {}

    def draft(self, example: _Example, ties: dict[str, list[_Tie]]) -> Draft:
        """The document."""
        name = f"example-{example.example_id}" if is_name(example.example_id) else f"{self.file.name}-{self.number}"
        for person in example.seen_by or ():
            self._set(_who(person))
        own = _ties(example.relations or [], self.file, self.incoming)
        for number, raw in enumerate(example.annotations, 1):
            self._span(raw, number)
        for raw in example.classifications or ():
            self._label(raw)
        heads = {span.id: None for one in self._sets.values() for span in one.spans}
        for tie in (tie for head in heads for tie in (*ties.get(head, ()), *own.get(head, ()))):
            self._relate(tie)
        for tie in (tie for head in own.keys() - heads.keys() for tie in own[head]):
            self._count_dangling(tie)
        return Draft(name, example.content, list(self._sets.values()), example.metadata or {}, "code point", self.file.shown)

    def _set(self, annotator: str) -> DraftSet:
        fresh = DraftSet(annotator, spans=[], relations=[], labels=[], file=self.file.shown)
        return self._sets.setdefault(annotator, fresh)

    def _span(self, raw: dict[str, Any], number: int) -> None:
        one = _converted(raw, _Annotation, self.file)
        id = str(one.tagged_token_id) if one.tagged_token_id is not None else f"e{number}"
        others = {key: value for key, value in raw.items() if key not in _KNOWN and value is not None}
        label = one.tag or "span"
        for person in one.annotated_by or [_Person()]:
            made = self._set(_who(person))
            taken = self._taken.setdefault(made.annotator, set())
            if id not in taken:
                taken.add(id)
                made.spans.append(Span(id, self.incoming.span_layer, label, one.start, one.end, one.value, attributes=others))

    def _label(self, raw: dict[str, Any]) -> None:
        one = _converted(raw, _Classification, self.file)
        for person in one.annotated_by or [_Person()]:
            made = self._set(_who(person))
            made.labels.append(Label(f"d{len(made.labels) + 1}", self.incoming.label_layer, one.classname))

    def _relate(self, tie: _Tie) -> None:
        """Put a relation into the set of who made it; of nobody in particular, into all that have both spans."""
        name = self.names.get(tie.annotator_id)
        sets = [made for annotator, made in self._sets.items() if name in (None, annotator)]
        having = [made for made in sets if self._taken.get(made.annotator, set()) >= {tie.parent, tie.child}]
        for made in having:
            args: dict[str, Any] = {"from": tie.parent, "to": tie.child}
            id = f"r{len(made.relations) + 1}"
            made.relations.append(Relation(id, self.incoming.relation_layer, tie.label, args))
        if not having:
            self._count_dangling(tie)

    def _count_dangling(self, tie: _Tie) -> None:
        """Count a relation that no one annotator has both ends of."""
        self.incoming.losses.add("relations one of whose ends is not there", f"{self.file.shown}: {tie.parent} → {tie.child}")


FORMAT = Format(
    "lighttag", "LightTag", _MANUAL,
    frozenset((
        ANNOTATORS, ATTRIBUTES, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, IDS, METADATA, NESTED, OVER_SENTENCES, RELATIONS,
        STACKED, TEXT,
    )),
    _read,
    signs=(r'"tagged_token_id"\s*:',),
)  # fmt: skip
