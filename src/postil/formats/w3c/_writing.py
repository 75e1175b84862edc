"""Documents as annotation pages beside their texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

import msgspec

from postil.corpus import Document
from postil.exchange.features import LABEL_LAYER, RELATION_LAYER, ROLES, SPAN_LAYER
from postil.exchange.outgoing import Outgoing
from postil.formats.w3c._vocabulary import CONFIDENCE, CONTEXT, DATES, JSON
from postil.manifest import Metadata
from postil.model import Annotation, AnnotationSet, Label, Note, Record, Relation, Span

_AROUND = 32  # characters of context on each side, as annotators in browsers keep them
_PLAIN_LAYERS = {Span: SPAN_LAYER, Relation: RELATION_LAYER, Label: LABEL_LAYER}
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write each document's text and its page."""
    for document in documents:
        page = _Page(document, outgoing.options["base"])
        outgoing.target.write(f"{document.id}.txt", document.text)
        with outgoing.target.open(f"{document.id}.jsonld") as file:
            head = {"@context": CONTEXT, "id": page.iri, "type": "AnnotationPage", "startIndex": 0}
            file.write(msgspec.json.encode(head)[:-1] + b',"items":[')
            for number, item in enumerate(page.items()):
                file.write((b",\n" if number else b"\n") + msgspec.json.encode(item))
            file.write(b"\n]}\n")


class _Page:
    """The annotations of a document. ``iri``: what ids of annotations begin with, before ``#``; ``source``: that of the text."""

    def __init__(self, document: Document, base: str) -> None:
        self.document = document
        self.iri = f"{base}{document.id}.jsonld" if base else ""
        self.source = f"{base}{document.id}.txt" if base else f"{PurePosixPath(document.id).name}.txt"

    def items(self) -> Iterator[dict[str, Any]]:
        """What is known of the document, then every record of its sets."""
        described = list(_metadata_bodies(self.document.metadata))
        if described:
            yield self._annotation("#metadata", "describing", described, self.source)
        for one in self.document.sets.values():
            creator = {"creator": {"nickname": one.annotator}}
            for record in one.records:
                motivation, bodies, target = self._said(record, one)
                dates = {name: value for name, value in _attributes(record).items() if _is_date(name, value)}
                item = self._annotation(self._id(record.id, one), motivation, bodies, target)
                yield {**item, **dates, **creator}

    def _annotation(self, id: str, motivation: str, bodies: list[dict[str, Any]], target: Any) -> dict[str, Any]:
        iri = id if id.startswith(self.iri) else self.iri + id
        return {"id": iri, "type": "Annotation", "motivation": motivation, "body": bodies, "target": target}

    def _id(self, id: str, annotations: AnnotationSet) -> str:
        return f"{self.iri}#{annotations.annotator}/{id}"

    def _said(self, record: Record, annotations: AnnotationSet) -> tuple[str, list[dict[str, Any]], Any]:
        """Motivation, bodies and target of a record."""
        if isinstance(record, Note):
            about = self._id(record.about, annotations) if record.about else self.source
            return "commenting", [_body("commenting", record.text)], about
        if isinstance(record, Span):
            return "tagging", list(_bodies(record)), self._segments(record)
        if isinstance(record, Label):
            return "tagging", list(_bodies(record)), self.source
        return "linking", list(_bodies(record)), self._ends(record, annotations)

    def _segments(self, span: Span) -> Any:
        segments = [self._segment(start, end) for start, end in span.extents]
        return segments[0] if len(segments) == 1 else segments

    def _segment(self, start: int, end: int) -> dict[str, Any]:
        text = self.document.text
        position = {"type": "TextPositionSelector", "start": start, "end": end}
        quote = {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(start - _AROUND, 0) : start],
            "suffix": text[end : end + _AROUND],
        }
        return {"source": self.source, "selector": [position, quote] if start < end else [position]}

    def _ends(self, relation: Relation, annotations: AnnotationSet) -> list[dict[str, Any]]:
        if tuple(relation.args) == ROLES and all(isinstance(end, str) for end in relation.args.values()):
            return [{"id": self._id(str(end), annotations)} for end in relation.args.values()]
        ends: list[dict[str, Any]] = []
        for role, value in relation.args.items():
            if isinstance(value, str):
                ends.append({"type": "SpecificResource", "source": self._id(value, annotations), "label": role})
            else:
                items = [{"id": self._id(one, annotations)} for one in value]
                ends.append({"type": "Independents", "label": role, "items": items})
        return ends


def _attributes(record: Record) -> dict[str, Any]:
    return {} if isinstance(record, Note) else record.attributes


def _is_date(name: str, value: Any) -> bool:
    return name in DATES and isinstance(value, str) and bool(_MOMENT.fullmatch(value))


def _body(purpose: str, value: str, label: str = "", form: str = "") -> dict[str, Any]:
    named = {"label": label} if label else {}
    return {"type": "TextualBody", "purpose": purpose, **named, "value": value, **({"format": form} if form else {})}


def _bodies(record: Annotation) -> Iterator[dict[str, Any]]:
    yield _body("tagging", record.label, "" if record.layer == _PLAIN_LAYERS[type(record)] else record.layer)
    for name, value in record.attributes.items():
        if not _is_date(name, value):
            yield from _value_bodies(name, value)
    if record.confidence is not None:
        yield _json_body("assessing", CONFIDENCE, record.confidence)
    if record.note:
        yield _body("commenting", record.note)


def _value_bodies(name: str, value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, str):
        yield _body("describing", value, name)
    elif isinstance(value, list | tuple) and len(value) > 1 and all(isinstance(one, str) for one in value):
        yield from (_body("describing", one, name) for one in value)
    else:
        yield _json_body("describing", name, value)


def _json_body(purpose: str, name: str, value: Any) -> dict[str, Any]:
    return _body(purpose, msgspec.json.encode(value).decode(), name, JSON)


def _metadata_bodies(metadata: Metadata) -> Iterator[dict[str, Any]]:
    blank = msgspec.to_builtins(Metadata())
    for name, value in msgspec.to_builtins(metadata).items():
        if value != blank[name]:
            yield from _value_bodies(name, value)
