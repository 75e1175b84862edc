"""Documents as tables: a directory with their texts beside."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec

from postil.corpus import Document
from postil.exchange.outgoing import Outgoing
from postil.formats._flat import flat
from postil.formats._tables import table_line
from postil.model import AnnotationSet, Label, Relation, Span

_COMMON = ("document", "annotator", "id", "layer", "label")
_MORE = ("attributes", "confidence", "note", "ignore")
COLUMNS = {
    "documents": ("document", "metadata"),
    "sets": ("document", "annotator", "status", "method", "sources"),
    "spans": (*_COMMON, "start", "end", "text", "fragments", *_MORE),
    "relations": (*_COMMON, "from", "to", "args", *_MORE),
    "labels": (*_COMMON, *_MORE),
    "notes": ("document", "annotator", "id", "about", "text"),
}
"""The columns of each table."""


def write_tables(documents: Iterable[Document], outgoing: Outgoing, suffix: str, delimiter: str) -> None:
    """A table for each kind of record that there is, and ``texts/<document>.txt``."""
    with contextlib.ExitStack() as stack:
        files: dict[str, BinaryIO] = {}

        def add(table: str, values: Iterable[str]) -> None:
            if table not in files:
                files[table] = stack.enter_context(outgoing.target.open(f"{table}.{suffix}"))
                files[table].write(table_line(COLUMNS[table], delimiter))
            files[table].write(table_line(list(values), delimiter))

        for document in documents:
            outgoing.target.write(f"texts/{document.id}.txt", document.text)
            add("documents", (document.id, _json(flat(document.metadata, ()))))
            for annotations in document.sets.values():
                for table, values in _rows(annotations):
                    add(table, (document.id, annotations.annotator, *values))


def _rows(annotations: AnnotationSet) -> Iterator[tuple[str, tuple[str, ...]]]:
    header = annotations.header
    yield "sets", (header.status, header.method, _json(list(header.sources)))
    for span in annotations.spans:
        place = (str(span.start), str(span.end), span.text, _json([list(one) for one in span.fragments]))
        yield "spans", (*_named(span), *place, *_more(span))
    for relation in annotations.relations:
        yield "relations", (*_named(relation), *_arguments(relation), *_more(relation))
    for label in annotations.labels:
        yield "labels", (*_named(label), *_more(label))
    for note in annotations.notes:
        yield "notes", (note.id, note.about, note.text)


def _named(record: Span | Relation | Label) -> tuple[str, str, str]:
    return record.id, record.layer, record.label


def _more(record: Span | Relation | Label) -> tuple[str, ...]:
    confidence = "" if record.confidence is None else _json(record.confidence)
    return _json(record.attributes), confidence, record.note, _json(record.ignore)


def _arguments(relation: Relation) -> tuple[str, str, str]:
    """Two plain ends have columns of their own; any other arguments are JSON."""
    match relation.args:
        case {"from": str(head), "to": str(tail)} if len(relation.args) == 2:
            return head, tail, ""
    return "", "", _json(relation.args)


def _json(value: Any) -> str:
    """A value as JSON; nothing for nothing."""
    return "" if value in ({}, []) else msgspec.json.encode(value).decode()
