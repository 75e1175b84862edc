"""Documents as annotation stores that include their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from postil.corpus import Document
from postil.exchange.outgoing import Outgoing
from postil.formats._ends import roles_of
from postil.formats._escaping import escaped
from postil.formats.stam._vocabulary import (
    LABEL_KEY,
    METADATA_SET,
    OWN_SET,
    RESERVED_KEYS,
    RESERVED_SETS,
    VALIDATION_SET,
)
from postil.manifest import Metadata
from postil.model import UNKNOWN_KEYS, AnnotationSet, Header, Note, Record, Relation, Span

Data = Iterator[tuple[str, str, Any]]
"""A set, a key and a value, for each thing that an annotation says."""


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write each document's text and its store."""
    for document in documents:
        outgoing.target.write(f"{document.id}.txt", document.text)
        outgoing.target.write(f"{document.id}.store.stam.json", msgspec.json.encode(_Store(document).value()) + b"\n")


class _Store:
    """The store of a document. ``sets``: for each data set the ids of its data, by key and value."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.sets: dict[str, dict[tuple[str, bytes], str]] = {}

    def value(self) -> dict[str, Any]:
        """The store as JSON has it."""
        name = self.document.id
        annotations = list(self._annotations())
        resource = {"@type": "TextResource", "@id": name, "@include": f"{PurePosixPath(name).name}.txt"}
        return {
            "@type": "AnnotationStore",
            "@id": name,
            "resources": [resource],
            "annotationsets": [_data_set(set_id, data) for set_id, data in self.sets.items()],
            "annotations": annotations,
        }

    def _annotations(self) -> Iterator[dict[str, Any]]:
        on_resource = {"@type": "ResourceSelector", "resource": self.document.id}
        described = list(_metadata(self.document.metadata))
        if described:
            yield self._annotation("metadata", on_resource, described)
        for one in self.document.sets.values():
            yield self._annotation(f"set/{one.annotator}", on_resource, _header(one.header))
            for record in one.records:
                yield self._annotation(f"{one.annotator}/{record.id}", self._target(record, one), _said(record, one))

    def _annotation(self, id: str, target: dict[str, Any], data: Iterable[tuple[str, str, Any]]) -> dict[str, Any]:
        references = [
            {"@type": "AnnotationData", "@id": self._datum(key, value, set_id), "set": set_id} for set_id, key, value in data
        ]
        return {"@type": "Annotation", "@id": id, "target": target, "data": references}

    def _datum(self, key: str, value: Any, set_id: str) -> str:
        """The id of a key and value in a set, the same for all annotations that have them."""
        known = self.sets.setdefault(set_id, {})
        return known.setdefault((key, msgspec.json.encode(_typed(value))), f"D{len(known) + 1}")

    def _target(self, record: Record, annotations: AnnotationSet) -> dict[str, Any]:
        if isinstance(record, Span):
            parts = [self._text_selector(start, end) for start, end in record.extents]
            return parts[0] if len(parts) == 1 else {"@type": "CompositeSelector", "selectors": parts}
        about = [record.about] if isinstance(record, Note) and record.about else []
        ends = [id for _, id in record.arguments()] if isinstance(record, Relation) else about
        selectors = [{"@type": "AnnotationSelector", "annotation": f"{annotations.annotator}/{id}"} for id in ends]
        if not selectors:
            return {"@type": "ResourceSelector", "resource": self.document.id}
        return {"@type": "DirectionalSelector", "selectors": selectors} if isinstance(record, Relation) else selectors[0]

    def _text_selector(self, start: int, end: int) -> dict[str, Any]:
        begin = {"@type": "BeginAlignedCursor", "value": start}
        offset = {"@type": "Offset", "begin": begin, "end": {"@type": "BeginAlignedCursor", "value": end}}
        return {"@type": "TextSelector", "resource": self.document.id, "offset": offset}


def _data_set(set_id: str, data: dict[tuple[str, bytes], str]) -> dict[str, Any]:
    return {
        "@type": "AnnotationDataSet",
        "@id": set_id,
        "keys": [{"@type": "DataKey", "@id": key} for key in dict.fromkeys(key for key, _ in data)],
        "data": [
            {"@type": "AnnotationData", "@id": id, "key": key, "value": msgspec.Raw(value)} for (key, value), id in data.items()
        ],
    }


def _typed(value: Any) -> dict[str, Any]:
    """A value as STAM has it, with its type."""
    if value is None:
        return {"@type": "Null"}
    if isinstance(value, list | tuple):
        return {"@type": "List", "value": [_typed(one) for one in value]}
    if isinstance(value, dict):
        return {"@type": "Map", "value": {name: _typed(one) for name, one in value.items()}}
    kind = {bool: "Bool", int: "Int", float: "Float"}.get(type(value), "String")
    return {"@type": kind, "value": value}


def _metadata(metadata: Metadata) -> Data:
    blank = msgspec.to_builtins(Metadata())
    for name, value in msgspec.to_builtins(metadata).items():
        if value != blank[name]:
            yield METADATA_SET, name, value


def _header(header: Header) -> Data:
    for name in ("annotator", "status", "method"):
        yield OWN_SET, name, getattr(header, name)
    if header.sources:
        yield OWN_SET, "sources", header.sources
    if header.unknown:
        yield OWN_SET, "unknown", header.unknown


def _said(record: Record, annotations: AnnotationSet) -> Data:
    """What an annotation says, its label first."""
    if isinstance(record, Note):
        yield OWN_SET, "comment", record.text
    else:
        layer = escaped(record.layer, RESERVED_SETS)
        yield layer, LABEL_KEY, record.label
        for name, value in record.attributes.items():
            yield layer, escaped(name, RESERVED_KEYS), value
    if isinstance(record, Span) and record.start < record.end:
        yield VALIDATION_SET, "text", record.text
        if record.fragments:
            yield VALIDATION_SET, "delimiter", " "
    yield OWN_SET, "annotator", annotations.annotator
    for name, value in _own(record).items():
        if value not in (None, "", {}):
            yield OWN_SET, name, value
    if isinstance(record, Relation):
        yield from _roles(record)


def _own(record: Record) -> dict[str, Any]:
    fields = msgspec.to_builtins(record)
    unknown = fields.pop(UNKNOWN_KEYS, {})
    names = ("confidence", "note", "ignore", "decide")
    return {**{name: fields.get(name) for name in names}, "unknown": unknown}


def _roles(relation: Relation) -> Data:
    """The role of each end, where they are not the usual two, and which roles may have several."""
    roles, several = roles_of(relation)
    if roles or several:
        yield OWN_SET, "roles", roles
    if several:
        yield OWN_SET, "several", several
