"""Documents as JSON Lines: on each line a text, its metadata and all that is said about it. Keeps everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import converted, numbered, read_json_lines
from postil.manifest import Metadata
from postil.model import UNKNOWN_KEYS, Label, Note, Record, Relation, Span

_MANUAL = """\
One file, a line for each document:

{"id":"news/1","text":"…","metadata":{"title":"…"},"sets":[{"annotator":"gold","status":"complete","method":"manual",
 "spans":[…],"relations":[…],"labels":[…],"notes":[…]}]}

Records have the keys of an annotation set's lines, offsets count code points. Nothing is lost either way. Without "sets",
"spans" and the others may stand beside "text"; whatever else stands there becomes metadata."""

T = TypeVar("T")

_KINDS: dict[str, type[Record]] = {"spans": Span, "relations": Relation, "labels": Label, "notes": Note}


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    with outgoing.target.open() as file:
        for document in documents:
            metadata = msgspec.to_builtins(document.metadata)
            blank = msgspec.to_builtins(Metadata())
            line = {
                "id": document.id,
                "text": document.text,
                "metadata": {name: value for name, value in metadata.items() if value != blank[name]},
                "sets": [
                    {
                        **{
                            name: value
                            for name, value in _plain(annotations.header).items()
                            if name in ("annotator", "status", "method", "sources")
                        },
                        **{name: [_plain(record) for record in getattr(annotations, name)] for name in _KINDS},
                    }
                    for annotations in document.sets.values()
                ],
            }
            file.write(msgspec.json.encode(line) + b"\n")


def _plain(record: Any) -> dict[str, Any]:
    values: dict[str, Any] = msgspec.to_builtins(record)
    del values["type"]
    return {**{name: value for name, value in values.items() if name != UNKNOWN_KEYS}, **record.unknown}


class _Line(msgspec.Struct):
    """A document. ``sets``: as the line has them; it may have the records of one set itself."""

    text: str
    id: str | int | None = None
    metadata: dict[str, Any] | None = None
    sets: list[dict[str, Any]] | None = None


class _Set(msgspec.Struct):
    """What an annotator says of it."""

    annotator: str = ""
    status: str = "complete"
    method: str = "imported"
    sources: list[str] = []
    spans: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    labels: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".jsonl", ".ndjson"):
        with incoming.noting_unreadable():
            for number, line, value in numbered(read_json_lines(file)):
                place = f"{file.shown}:{line}"
                read: _Line = _as(_Line, value, place, 'not a document: an object with a "text" is wanted')
                own = value.keys() & ({"annotator", *_KINDS} if read.sets is None else ())
                sets = [{name: value[name] for name in own}] if read.sets is None else read.sets
                known = {*_Line.__struct_fields__, *own}
                metadata = (read.metadata or {}) | {name: other for name, other in value.items() if name not in known}
                drafts = [_draft_set(one, place, incoming) for one in sets]
                name = f"{file.name}-{number}" if read.id in (None, "") else str(read.id)
                yield Draft(name, read.text, drafts, metadata, "code point", place)


def _as(kind: type[T], value: Any, place: str, what: str) -> T:
    try:
        return converted(value, kind)
    except msgspec.ValidationError as error:
        raise UnreadableFile(place, f"{what}: {error}") from error


def _draft_set(value: dict[str, Any], place: str, incoming: Incoming) -> DraftSet:
    read = _as(_Set, value, place, "not a set of annotations")
    for name in value.keys() - set(_Set.__struct_fields__):
        incoming.losses.add("keys of sets that no set has", place, name)
    groups: dict[str, Any] = {name: [_record(kind, one, place) for one in getattr(read, name)] for name, kind in _KINDS.items()}
    return DraftSet(read.annotator, status=read.status, method=read.method, sources=tuple(read.sources), file=place, **groups)


def _record(kind: type[Record], value: dict[str, Any], place: str) -> Any:
    names = set(kind.__struct_fields__) - {"unknown"}
    known = {name: one for name, one in value.items() if name in names}
    unknown = {name: one for name, one in value.items() if name not in names and name != "type"}
    fields = {"type": kind.__struct_config__.tag, **known, UNKNOWN_KEYS: unknown}
    return _as(kind, fields, place, str(value.get("id", "a record")))


FORMAT = Format(
    "jsonl",
    "JSON Lines, a document on each",
    _MANUAL,
    EVERYTHING,
    _read,
    _write,
    writes="file",
    signs=(r'\A\{"id":.*"sets"\s*:\s*\[|\A\{.*"spans"\s*:\s*\[\s*\{"id"',),
)
