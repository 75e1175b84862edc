"""``documents``: a row for each document and annotator, with everything that the corpus says."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import ExportRefused
from postil.formats.hf.config import Config, Context, Rows, columns
from postil.formats.hf.features import BOOL, FLOAT, INT, STRING, STRINGS, ClassLabel, Column, ListOf, Record
from postil.model import Annotation, AnnotationSet, Note
from postil.storage.set_file import encode_set

_COMMON: dict[str, Column] = {"attributes": STRING, "confidence": FLOAT, "note": STRING, "ignore": STRING, "unknown": STRING}


def _columns(context: Context) -> dict[str, Column]:
    annotation: dict[str, Column] = {"id": STRING, "layer": STRING, "label": STRING}
    span: dict[str, Column] = {"start": INT, "end": INT, "text": STRING, "fragments": ListOf(ListOf(INT))}
    argument = Record({"role": STRING, "ids": STRINGS, "is_list": BOOL})
    fixed: dict[str, Column] = {
        "id": STRING,
        "text": STRING,
        "title": STRING,
        "authors": STRINGS,
        "publisher": STRING,
        "published": STRING,
        "language": STRING,
        "genre": STRING,
        "url": STRING,
        "group": STRING,
        "rights": Record({"holder": STRING, "licence": STRING, "redistribute": BOOL, "statement": STRING}),
        "metadata": STRING,
        "annotator": STRING,
        "scheme": STRING,
        "text_sha256": STRING,
        "status": STRING,
        "method": STRING,
        "sources": STRINGS,
        "unknown": STRING,
        "spans": ListOf(Record({**annotation, **span, **_COMMON})),
        "relations": ListOf(Record({**annotation, "args": ListOf(argument), **_COMMON})),
        "labels": ListOf(Record({**annotation, **_COMMON})),
        "notes": ListOf(Record({"id": STRING, "about": STRING, "text": STRING, "unknown": STRING})),
        "metadata_toml": STRING,
        "set_jsonl": STRING,
        "decisions_jsonl": STRING,
    }
    layers = context.scheme.layers_of_kind("label")
    typed = ((name, ClassLabel(context.labels_of(name)), layer.multiple) for name, layer in layers.items())
    return columns(
        fixed.items(),
        ((f"{name}_labels", ListOf(column)) if multiple else (f"{name}_label", column) for name, column, multiple in typed),
    )


def _rows(context: Context, document: Document, annotations: AnnotationSet) -> Rows:
    metadata, header = document.metadata, annotations.header
    yield {
        "id": document.id,
        "text": document.text,
        "title": metadata.title,
        "authors": list(metadata.authors),
        "publisher": metadata.publisher,
        "published": str(metadata.published),
        "language": metadata.language,
        "genre": metadata.genre,
        "url": metadata.url,
        "group": metadata.group or document.id,
        "rights": {name: getattr(metadata.rights, name) for name in ("holder", "licence", "redistribute", "statement")},
        "metadata": _json(metadata),
        "annotator": header.annotator,
        "scheme": header.scheme,
        "text_sha256": header.text_sha256,
        "status": header.status,
        "method": header.method,
        "sources": list(header.sources),
        "unknown": _json(header.unknown),
        "spans": [
            {
                **_common(span), "start": span.start, "end": span.end, "text": span.text,
                "fragments": [list(fragment) for fragment in span.fragments],
            }
            for span in annotations.spans
        ],
        "relations": [{**_common(relation), "args": _arguments(relation.args)} for relation in annotations.relations],
        "labels": [_common(label) for label in annotations.labels],
        "notes": [
            {"id": note.id, "about": note.about, "text": note.text, "unknown": _json(_unknown(note))}
            for note in annotations.notes
        ],
        **_own_files(context, document, annotations),
        **_typed_labels(context, annotations),
    }  # fmt: skip


def _own_files(context: Context, document: Document, annotations: AnnotationSet) -> dict[str, str | None]:
    """Files of the corpus as they are: metadata, decisions, and a set that is not in canonical form; null where there is none."""
    files, annotator = context.directory.inventory.documents[document.id], annotations.annotator
    set_file = context.directory.read(files.sets[annotator])
    return {
        "metadata_toml": _text_of(context, files.metadata),
        "set_jsonl": None if set_file == encode_set(annotations) else _text_of(context, files.sets[annotator]),
        "decisions_jsonl": _text_of(context, files.decisions.get(annotator, "")),
    }


def _text_of(context: Context, path: str) -> str | None:
    data = context.directory.read(path) if path else None
    try:
        return data.decode() if data is not None else None
    except UnicodeDecodeError as error:
        raise ExportRefused(f"{path} is not UTF-8: mend what postil check finds, then export") from error


def _typed_labels(context: Context, annotations: AnnotationSet) -> dict[str, Any]:
    """The document's own labels as classes, a column for each layer of labels."""
    values: dict[str, Any] = {}
    for name, layer in context.scheme.layers_of_kind("label").items():
        labels = context.labels_of(name)
        indexes = [labels.index(label.label) for label in annotations.labels if label.layer == name]
        values |= {f"{name}_labels": indexes} if layer.multiple else {f"{name}_label": indexes[0] if indexes else None}
    return values


def _common(record: Annotation) -> dict[str, Any]:
    return {
        "id": record.id,
        "layer": record.layer,
        "label": record.label,
        "attributes": _json(record.attributes),
        "confidence": record.confidence,
        "note": record.note,
        "ignore": _json(record.ignore),
        "unknown": _json(record.unknown),
    }


def _unknown(note: Note) -> dict[str, Any]:
    """What a note has that no column holds."""
    return {**note.unknown, **({"decide": note.decide} if note.decide else {})}


def _arguments(args: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"role": role, "ids": [ids] if isinstance(ids, str) else list(ids), "is_list": not isinstance(ids, str)}
        for role, ids in args.items()
    ]


def _json(value: Any) -> str:
    """JSON text for what has no fixed columns: ``datasets`` before 4.7 has no feature for JSON."""
    return msgspec.json.encode(value).decode()


CONFIG = Config("documents", "one row for each document and annotator, lossless", _columns, _rows)
