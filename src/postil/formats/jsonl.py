"""Documents as JSON Lines: on each line a text, its metadata and all that is said about it. Keeps everything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import converted, read_json_lines
from postil.manifest import Metadata
from postil.model import UNKNOWN_KEYS, Label, Note, Record, Relation, Span

_MANUAL = """\
One file, a line for each document:

{"id":"news/1","text":"…","metadata":{"title":"…"},"sets":[{"annotator":"gold","status":"complete","method":"manual",
 "spans":[…],"relations":[…],"labels":[…],"notes":[…]}]}

Records have the keys of an annotation set's lines, offsets count code points. Nothing is lost either way. Without "sets",
"spans" and the others may stand beside "text"; whatever else stands there becomes metadata."""

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


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".jsonl", ".ndjson"):
        with incoming.noting_unreadable():
            for line, value in read_json_lines(file):
                if not isinstance(value, dict) or not isinstance(value.get("text"), str):
                    raise UnreadableFile(file.shown, 'not a document: an object with a "text" is wanted', line, 1)
                sets = value.get("sets", [{name: value[name] for name in ("annotator", *_KINDS) if name in value}])
                metadata = value.get("metadata", {})
                known = ("id", "text", "sets", "metadata", "annotator", *_KINDS)
                metadata |= {name: other for name, other in value.items() if name not in known}
                place = f"{file.shown}:{line}"
                drafts = [_draft_set(one, place) for one in sets]
                yield Draft(str(value.get("id", f"{file.name}-{line}")), value["text"], drafts, metadata, "code point", place)


def _draft_set(value: dict[str, Any], place: str) -> DraftSet:
    groups: dict[str, Any] = {name: [_record(kind, one, place) for one in value.get(name, ())] for name, kind in _KINDS.items()}
    header: dict[str, Any] = {name: value[name] for name in ("annotator", "status", "method") if name in value}
    return DraftSet(**header, sources=tuple(value.get("sources", ())), file=place, **groups)


def _record(kind: type[Record], value: dict[str, Any], place: str) -> Any:
    names = set(kind.__struct_fields__) - {"unknown"}
    known = {name: one for name, one in value.items() if name in names}
    try:
        return converted(
            {
                "type": kind.__struct_config__.tag,
                **known,
                UNKNOWN_KEYS: {n: v for n, v in value.items() if n not in names and n != "type"},
            },
            kind,
        )
    except msgspec.ValidationError as error:
        raise UnreadableFile(place, f"{value.get('id', 'a record')}: {error}") from error


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
