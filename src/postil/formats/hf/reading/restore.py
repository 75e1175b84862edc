"""The config ``documents`` back as what it was exported from: drafts with every annotation, and the corpus's own files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats.hf.configs.documents import NEEDED
from postil.formats.hf.detaching.detached import is_detached, whole_file, whole_row
from postil.formats.hf.detaching.own_texts import OwnTexts, Wanted
from postil.formats.hf.layout import CORPUS_FILES
from postil.formats.hf.reading.complete import account_for_own, is_shard, lists, refuse_incomplete
from postil.formats.hf.reading.places import stem_of
from postil.formats.hf.reading.rows import Row, Table, table_in
from postil.model import UNKNOWN_KEYS, AnnotationSet, Header, Label, Note, Relation, Span
from postil.scheme import Scheme
from postil.storage.directory import MANIFEST, SCHEME
from postil.storage.safe_files import document_id_fault, portable_name_fault
from postil.storage.set_file import encode_set, parse_set
from postil.storage.toml_file import parse_toml

_OF_TEXTS = {"document": "id", "sha256": "text_sha256", "length": "text_length", "url": "url"}
_OF_SPANS = ("start", "end", "text", "fragments")


class _OwnFiles(msgspec.Struct, frozen=True):
    """The corpus's own files that a row has, as text."""

    metadata_toml: str | None = None
    set_jsonl: str | None = None
    decisions_jsonl: str | None = None


def exported_tables(incoming: Incoming) -> list[Table]:
    """The shards of the config ``documents``, where the source is an export of a corpus.

    Raises :class:`~postil.errors.PostilError` where it is one no longer whole.
    """
    tables = [table_in(file) for path, file in incoming.source.all_files.items() if is_shard(path)]
    is_listed = any(is_shard(path) for listed in lists(incoming.source).values() for path in listed)
    is_like_one = bool(tables) and all(set(table.features) >= NEEDED for table in tables)
    if is_listed or is_like_one:
        refuse_incomplete(incoming.source, tables)
    return tables if is_like_one else []


def restored(incoming: Incoming, tables: Iterable[Table]) -> Iterator[Draft]:
    """A draft for each document; says in ``incoming`` what the corpus's own files and layers were."""
    account_for_own(incoming.source)
    own_texts = incoming.options.get("own-texts")
    for name, path in CORPUS_FILES.items():
        if file := incoming.source.get(name):
            incoming.files[path] = _whole_file(file, own_texts)
    if SCHEME in incoming.files:
        incoming.declared.update(_layers(incoming.files[SCHEME]))
    is_whole = {MANIFEST, SCHEME} <= set(incoming.files)
    rows = ((_split(table), _whole_row(row, own_texts)) for table in tables for row in table.rows())
    for name, of_document in groupby(rows, lambda pair: pair[1].values["id"]):
        several = list(of_document)
        draft = _draft(name, [row for _, row in several], is_whole=is_whole)
        draft.split = several[0][0]
        yield draft


def _split(table: Table) -> str:
    """The split that a shard is of."""
    return stem_of(table.file.path) if is_shard(table.file.path) else ""


def texts_wanted(tables: Iterable[Table]) -> Iterator[Wanted]:
    """The texts that a detached dataset is about; none for a dataset that has them."""
    for table in tables:
        for row in table.rows():
            if is_detached(row.values):
                yield _wanted(row)


def _wanted(row: Row) -> Wanted:
    said = {name: row.values.get(column) for name, column in _OF_TEXTS.items()}
    try:
        return msgspec.convert(said, Wanted)
    except msgspec.ValidationError as error:
        raise UnreadableFile(row.place, f"not as an export has it: {error}") from error


def _whole_file(file: File, own_texts: OwnTexts | None) -> bytes:
    if own_texts is None:
        return file.read()
    try:
        return whole_file(file.read(), own_texts.text_of)
    except ValueError as error:
        raise UnreadableFile(file.shown, str(error)) from error


def _whole_row(row: Row, own_texts: OwnTexts | None) -> Row:
    """A row with the text and what was quoted of it put back, where the dataset is detached."""
    if not is_detached(row.values):
        return row
    if own_texts is None:
        raise UnreadableFile(row.place, "the dataset is detached, without its texts: postil hydrate puts back yours")
    try:
        return Row(row.place, whole_row(row.values, own_texts.text_of(row.values["id"])))
    except (ValueError, TypeError, KeyError) as error:
        raise UnreadableFile(row.place, f"cannot be made whole: {error}") from error


def _layers(data: bytes) -> dict[str, Any]:
    parsed = parse_toml(Scheme, SCHEME, data)
    for fault in parsed.faults:
        raise UnreadableFile(SCHEME, fault.message, fault.line, fault.column)
    return parsed.value.layers if parsed.value else {}


def _draft(name: str, rows: list[Row], *, is_whole: bool) -> Draft:
    first = rows[0]
    if not isinstance(name, str) or not isinstance(first.values["text"], str):
        raise UnreadableFile(first.place, "a document has no id, or no text")
    if fault := document_id_fault(name):
        raise UnreadableFile(first.place, f"no id of a document: {fault}")
    digest = hashlib.sha256(first.values["text"].encode()).hexdigest()
    for row in rows:
        if row.values["text"] != first.values["text"] or row.values["text_sha256"] != digest:
            raise UnreadableFile(row.place, f"the text of {name} is not the one that the row was made for, by its text_sha256")
    judged = [row for row in rows if not _is_by_nobody(row)]
    own = [_own_files(row) for row in judged]
    sets = [_set(row, files.set_jsonl) for row, files in zip(judged, own, strict=True)]
    files = {}
    if is_whole and all("metadata_toml" in row.values for row in rows):
        files = _document_files(name, first.values["text"], _own_files(first))
        for one, annotations in zip(own, sets, strict=True):
            files |= _set_files(one, annotations)
    drafts = [
        DraftSet(
            one.annotator, list(one.spans), list(one.relations), list(one.labels), list(one.notes),
            one.header.status, one.header.method, one.header.sources, row.place,
        )
        for row, one in zip(judged, sets, strict=True)
    ]  # fmt: skip
    return Draft(name, first.values["text"], drafts, _metadata(first), file=first.place, files=files)


def _is_by_nobody(row: Row) -> bool:
    """Whether a row is of a text that nobody annotated."""
    if row.values["annotator"] is not None:
        return False
    if any(row.values[kind] for kind in ("spans", "relations", "labels", "notes")):
        raise UnreadableFile(row.place, "there are annotations, and no annotator")
    return True


def _metadata(row: Row) -> dict[str, Any]:
    try:
        return msgspec.json.decode(row.values["metadata"], type=dict[str, Any])
    except (msgspec.MsgspecError, TypeError) as error:
        raise UnreadableFile(row.place, f"not as an export has it: metadata: {error}") from error


def _own_files(row: Row) -> _OwnFiles:
    try:
        return msgspec.convert(row.values, _OwnFiles)
    except msgspec.ValidationError as error:
        raise UnreadableFile(row.place, f"not as an export has it: {error}") from error


def _document_files(name: str, text: str, own: _OwnFiles) -> dict[str, bytes]:
    files = {f"corpus/{name}.txt": text.encode()}
    if own.metadata_toml is not None:
        files[f"corpus/{name}.toml"] = own.metadata_toml.encode()
    return files


def _set_files(own: _OwnFiles, annotations: AnnotationSet) -> dict[str, bytes]:
    path = f"{annotations.annotator}/{annotations.document}.jsonl"
    files = {f"annotations/{path}": encode_set(annotations) if own.set_jsonl is None else own.set_jsonl.encode()}
    if own.decisions_jsonl is not None:
        files[f"adjudication/{path}"] = own.decisions_jsonl.encode()
    return files


def _set(row: Row, own: str | None) -> AnnotationSet:
    """The set of a row. Raises :class:`~postil.errors.UnreadableFile` where its ``own`` file, if it has one, says otherwise."""
    try:
        found = _of_columns(row.values)
    except (msgspec.MsgspecError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableFile(row.place, f"not as an export has it: {error}") from error
    if fault := portable_name_fault(found.annotator):
        raise UnreadableFile(row.place, f"no name of an annotator: {fault}")
    if own is not None:
        said = parse_set(row.place, found.annotator, own.encode()).annotation_set()
        if said is None or said.canonical() != found:  # its lines may be in any order; the columns are in the canonical one
            raise UnreadableFile(row.place, "set_jsonl says otherwise than the other columns: one of them was changed")
    return found


def _of_columns(values: dict[str, Any]) -> AnnotationSet:
    names = ("annotator", "scheme", "text_sha256", "status", "method", "sources")
    header = {"document": values["id"], **{name: values[name] for name in names}, UNKNOWN_KEYS: _json(values["unknown"])}
    spans = [{**_common(one), **{name: one[name] for name in _OF_SPANS}} for one in values["spans"]]
    relations = [{**_common(one), "args": _arguments(one["args"])} for one in values["relations"]]
    return AnnotationSet(
        msgspec.convert(header, Header),
        msgspec.convert(spans, tuple[Span, ...]),
        msgspec.convert(relations, tuple[Relation, ...]),
        msgspec.convert(list(map(_common, values["labels"])), tuple[Label, ...]),
        msgspec.convert(list(map(_note, values["notes"])), tuple[Note, ...]),
    )


def _common(one: dict[str, Any]) -> dict[str, Any]:
    return {
        **{name: one[name] for name in ("id", "layer", "label", "confidence", "note")},
        **{name: _json(one[name]) for name in ("attributes", "ignore")},
        UNKNOWN_KEYS: _json(one["unknown"]),
    }


def _arguments(arguments: list[dict[str, Any]]) -> dict[str, str | tuple[str, ...]]:
    return {one["role"]: tuple(one["ids"]) if one["is_list"] else one["ids"][0] for one in arguments}


def _note(one: dict[str, Any]) -> dict[str, Any]:
    unknown = _json(one["unknown"])
    known = {name: one[name] for name in ("id", "about", "text")}
    return {**known, "decide": unknown.pop("decide", {}), UNKNOWN_KEYS: unknown}


def _json(text: str) -> Any:
    return msgspec.json.decode(text)
