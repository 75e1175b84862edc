"""BioC as JSON: the same collection as in XML, as PubTator, PubMed Central and many tools give it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.features import LISTS, METADATA, TYPES
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import read_json_members
from postil.exchange.sources import File
from postil.formats._bioc import BY_ANNOTATOR, KEEPS, MANUAL
from postil.formats._bioc.collection import Annotation, Part, Tie, first_character
from postil.formats._bioc.infons import infons
from postil.formats._bioc.limits import ROLES
from postil.formats._bioc.reading import draft
from postil.formats._bioc.writing import Passage, arranged, covered_text, nodes, ties
from postil.manifest import Metadata
from postil.model import Relation, Span

_MANUAL = f"""\
One file:

{{"source":"…","date":"","key":"","infons":{{}},"documents":[{{"id":"news/1","infons":{{}},"passages":[
 {{"offset":0,"infons":{{}},"text":"Maria moved to Rome.","sentences":[],
  "annotations":[{{"id":"e1","infons":{{"type":"PERSON"}},"text":"Maria","locations":[{{"offset":0,"length":5}}]}}],"relations":[]}}
 ],"annotations":[],"relations":[
 {{"id":"r1","infons":{{"type":"lives_in"}},"nodes":[{{"refid":"e1","role":"from"}},{{"refid":"e2","role":"to"}}]}}]}}]}}

Lists of collections, {{"PubTator3":[…]}} and a document on each line are read too.

{MANUAL}
The infons of a document are its metadata.

NOT KEPT: several annotators, notes (but remarks in annotations)."""


_LISTS = ("documents", "PubTator3")


def _documents(value: Any) -> Iterator[dict[str, Any]]:
    """Every document of a value: a collection, several, or a document itself."""
    if isinstance(value, list):
        for one in value:
            yield from _documents(one)
    elif isinstance(value, dict) and isinstance(value.get("passages"), list):
        yield value
    elif isinstance(value, dict):
        for name in _LISTS:
            yield from _documents(value.get(name, []))


def read_file(file: File, incoming: Incoming) -> Iterator[Draft]:
    """The documents of one file."""
    if first_character(file) == b"<":
        raise UnreadableFile(file.shown, "this is XML and not JSON: read it as bioc-xml", 1, 1)
    number = 0
    for line, value, key in read_json_members(file, *_LISTS):
        if not key:
            _count_collection(value, f"{file.shown}:{line}", incoming)
        try:
            for document in _documents(value):
                number += 1
                id = next((str(document[key]) for key in ("id", "pmid", "_id") if document.get(key)), f"{file.name}-{number}")
                yield draft(_part(document), id, file.shown, incoming)
        except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise UnreadableFile(file.shown, f"not as BioC has it: {type(error).__name__}: {error}", line, 1) from error
    if not number:
        raise UnreadableFile(file.shown, 'no document of BioC is in it: an object with "passages" is wanted')


def _count_collection(collection: Any, where: str, incoming: Incoming) -> None:
    if isinstance(collection, dict) and "documents" in collection:
        for name in ("source", "date", "key", "infons"):
            if said := collection.get(name):
                incoming.losses.add("what is said of collections", f"{where}: {name}", str(said), stops=False)


def _part(value: dict[str, Any]) -> Part:
    return Part(
        int(value.get("offset") or 0),
        value.get("text") or "",
        _infons(value, ("offset", "text", "passages", "sentences", "annotations", "relations", "id")),
        [_part(one) for name in ("passages", "sentences") for one in value.get(name) or ()],
        [_annotation(one) for one in value.get("annotations") or ()],
        [_tie(one) for one in value.get("relations") or ()],
    )


def _infons(value: dict[str, Any], known: tuple[str, ...]) -> dict[str, Any]:
    """Infons, and whatever else is said that BioC has no place for."""
    infons: dict[str, Any] = dict(value.get("infons") or {})
    others = {key: one for key, one in value.items() if key not in (*known, "infons", "bioctype")}
    return {**others, **infons}


def _annotation(value: dict[str, Any]) -> Annotation:
    locations = [(int(one["offset"]), int(one["length"])) for one in value.get("locations") or ()]
    return Annotation(_id(value), _infons(value, ("id", "locations", "text")), locations, value.get("text") or "")


def _tie(value: dict[str, Any]) -> Tie:
    found = [(str(one["refid"]), str(one.get("role") or "")) for one in value.get("nodes") or ()]
    return Tie(_id(value), _infons(value, ("id", "nodes")), found)


def _id(value: dict[str, Any]) -> str:
    return "" if value.get("id") is None else str(value["id"])


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".json", ".jsonl", ".ndjson", ".bioc"):
        with incoming.noting_unreadable():
            yield from read_file(file, incoming)


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    head = msgspec.json.encode({"source": outgoing.manifest.name, "date": "", "key": "", "version": "1.0", "infons": {}})
    with outgoing.target.open() as file:
        file.write(head.removesuffix(b"}") + b',"documents":[')
        for number, document in enumerate(documents):
            file.write((b",\n" if number else b"\n") + msgspec.json.encode(_document(document)))
        file.write(b"\n]}\n")


def _document(document: Document) -> dict[str, Any]:
    passages, loose = arranged(document)
    return {
        "id": document.id,
        "infons": _metadata(document.metadata),
        "passages": [_passage(passage, document.text) for passage in passages],
        "annotations": [_written_span(span, document.text) for span in loose],
        "relations": [_written_tie(record) for record in ties(document)],
    }


def _passage(passage: Passage, text: str) -> dict[str, Any]:
    spans = [_written_span(span, text) for span in passage.spans]
    return {
        "offset": passage.start, "infons": passage.infons, "text": passage.text, "sentences": [], "annotations": spans,
        "relations": [],
    }  # fmt: skip


def _metadata(metadata: Metadata) -> dict[str, Any]:
    """What is known of a document; whatever else is, beside it, or in "extra" where a key would mean something else."""
    said, blank = msgspec.to_builtins(metadata), msgspec.to_builtins(Metadata())
    others = said.pop("extra")
    apart = {key: value for key, value in others.items() if key in blank or value in (None, "", [], {})}
    known = {key: value for key, value in said.items() if value != blank[key]}
    plain = {key: value for key, value in others.items() if key not in apart}
    return {**known, **plain, **({"extra": apart} if apart else {})}


def _written_span(span: Span, text: str) -> dict[str, Any]:
    locations = [{"offset": start, "length": end - start} for start, end in span.extents]
    return {"id": span.id, "infons": infons(span), "text": covered_text(span, text), "locations": locations}


def _written_tie(record: Relation | Any) -> dict[str, Any]:
    found = [{"refid": id, "role": role} for id, role in nodes(record)]
    return {"id": record.id, "infons": infons(record), "nodes": found}


FORMAT = Format(
    "bioc-json",
    "BioC JSON",
    _MANUAL,
    KEEPS | {LISTS, METADATA, TYPES},
    _read,
    _write,
    read_options=(BY_ANNOTATOR,),
    limits=(ROLES,),
    writes="file",
    signs=(r'"passages"\s*:',),
)
