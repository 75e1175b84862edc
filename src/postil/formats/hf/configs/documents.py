"""``documents``: a row for each document and annotator, with everything that the corpus says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import ExportRefused
from postil.formats.hf.config import Config, Context, columns
from postil.formats.hf.parquet.columns import Block, Lists
from postil.formats.hf.parquet.features import BOOL, FLOAT, PLACE, STRING, STRINGS, ClassLabel, Column, ListOf, Record, numbers
from postil.model import Annotation, AnnotationSet, Header, Note, Relation
from postil.storage.directory import DocumentFiles
from postil.storage.set_file import encode_set

_COMMON: dict[str, Column] = {"attributes": STRING, "confidence": FLOAT, "note": STRING, "ignore": STRING, "unknown": STRING}
NEEDED = frozenset({"id", "text", "metadata", "annotator", "text_sha256", "spans", "relations", "labels", "notes", "unknown"})
"""The columns that a corpus is read back from."""

_NO_JSON = "{}"
_RIGHTS: dict[str, Column] = {"holder": STRING, "licence": STRING, "redistribute": BOOL, "statement": STRING}


def _columns(context: Context) -> dict[str, Column]:
    annotation: dict[str, Column] = {"id": STRING, "layer": STRING, "label": STRING}
    span: dict[str, Column] = {"start": PLACE, "end": PLACE, "text": STRING, "fragments": ListOf(ListOf(PLACE))}
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
        "rights": Record(_RIGHTS),
        "metadata": STRING,
        "annotator": STRING,
        "scheme": STRING,
        "text_sha256": STRING,
        "text_length": PLACE,
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


def _block(context: Context, document: Document, annotations: AnnotationSet) -> Block:
    metadata, header = document.metadata, annotations.header
    spans, relations, labels, notes = annotations.spans, annotations.relations, annotations.labels, annotations.notes
    row: dict[str, Any] = {
        "id": document.id,
        "text": document.text,
        "title": metadata.title,
        "authors": metadata.authors,
        "publisher": metadata.publisher,
        "published": str(metadata.published),
        "language": metadata.language,
        "genre": metadata.genre,
        "url": metadata.url,
        "group": context.dividing.group_of(document),
        "metadata": _json(metadata),
        **_header(header),
        "text_sha256": document.text_sha256,
        "text_length": len(document.text),
        **_own_files(context, document, annotations),
        **_typed_labels(context, annotations),
    }
    places: Block = {name: list(map(attrgetter(name), spans)) for name in ("start", "end", "text", "fragments")}
    return {
        **{name: [value] for name, value in row.items()},
        "rights": {name: [getattr(metadata.rights, name)] for name in _RIGHTS},
        "spans": Lists([len(spans)], {**_common(spans), **places}),
        "relations": Lists([len(relations)], {**_common(relations), "args": _arguments(relations)}),
        "labels": Lists([len(labels)], _common(labels)),
        "notes": Lists([len(notes)], _noted(notes)),
    }


def _header(header: Header) -> dict[str, Any]:
    """What the set says of itself; of a text that nobody annotated, nothing."""
    if not header.annotator:
        return {**dict.fromkeys(("annotator", "scheme", "status", "method")), "sources": (), "unknown": _NO_JSON}
    said = {name: getattr(header, name) for name in ("annotator", "scheme", "status", "method", "sources")}
    return {**said, "unknown": _json(header.unknown)}


def _own_files(context: Context, document: Document, annotations: AnnotationSet) -> dict[str, str | None]:
    """Files of the corpus as they are: metadata, decisions, and a set that is not in canonical form; null where there is none."""
    files, annotator = context.directory.inventory.documents[document.id], annotations.annotator
    path, decisions = files.sets.get(annotator, ""), files.decisions.get(annotator, "")
    own = DocumentFiles(metadata=files.metadata, sets={annotator: path})
    data = {path: content for path, content, _ in context.directory.read_files(own)}
    is_canonical = not path or data[path] == encode_set(annotations)
    return {
        "metadata_toml": _decoded(files.metadata, data.get(files.metadata)),
        "set_jsonl": None if is_canonical else _decoded(path, data[path]),
        "decisions_jsonl": _decoded(decisions, context.directory.read(decisions) if decisions else None),
    }


def _decoded(path: str, data: bytes | None) -> str | None:
    try:
        return data.decode() if data is not None else None
    except UnicodeDecodeError as error:
        raise ExportRefused(f"{path} is not UTF-8: mend what postil check finds, then export") from error


def _typed_labels(context: Context, annotations: AnnotationSet) -> dict[str, Any]:
    """The document's own labels as classes, a column for each layer of labels."""
    values: dict[str, Any] = {}
    for name, layer in context.scheme.layers_of_kind("label").items():
        known = numbers(context.labels_of(name))
        found = [known[label.label] for label in annotations.labels if label.layer == name]
        values |= {f"{name}_labels": found} if layer.multiple else {f"{name}_label": found[0] if found else None}
    return values


def _common(records: Sequence[Annotation]) -> Block:
    return {
        "id": [record.id for record in records],
        "layer": [record.layer for record in records],
        "label": [record.label for record in records],
        "attributes": _jsons(record.attributes for record in records),
        "confidence": [record.confidence for record in records],
        "note": [record.note for record in records],
        "ignore": _jsons(record.ignore for record in records),
        "unknown": _jsons(record.unknown for record in records),
    }


def _noted(notes: Sequence[Note]) -> Block:
    """The notes; what no column holds of one is with its unknown keys."""
    unknown = ({**note.unknown, **({"decide": note.decide} if note.decide else {})} for note in notes)
    return {**{name: [getattr(note, name) for note in notes] for name in ("id", "about", "text")}, "unknown": _jsons(unknown)}


def _arguments(relations: Sequence[Relation]) -> Lists:
    said = [argument for relation in relations for argument in relation.args.items()]
    return Lists(
        [len(relation.args) for relation in relations],
        {
            "role": [role for role, _ in said],
            "ids": [(ids,) if isinstance(ids, str) else ids for _, ids in said],
            "is_list": [not isinstance(ids, str) for _, ids in said],
        },
    )


def _jsons(values: Iterable[dict[str, Any]]) -> list[str]:
    return [_json(value) if value else _NO_JSON for value in values]


def _json(value: Any) -> str:
    """JSON text for what has no fixed columns: ``datasets`` before 4.7 has no feature for JSON."""
    return msgspec.json.encode(value).decode()


CONFIG = Config(
    "documents",
    "one row for each document and annotator, lossless",
    NEEDED,
    _columns,
    _block,
    texts=("text", "spans.text"),
    holds_bare=True,
)
