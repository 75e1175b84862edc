"""PubAnnotation's JSON: a text with denotations, relations of them, attributes, and a track for each annotator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CROSSING,
    CUT,
    DISCONTINUITY,
    DOCUMENT_IDS,
    IDS,
    LISTS,
    NESTED,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    STACKED,
    TEXT,
    TYPES,
)
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.exchange.safe_json import read_json_records
from postil.formats._called import called
from postil.formats._lists import PLAIN_LISTS, flat
from postil.model import AnnotationSet, Relation, Span, apart, fragments_of

_MANUAL = """\
One file, a list of documents; a document alone, one on each line, or a directory or zip of such files are read too.

[{"sourcedb":"…","sourceid":"news/1","text":"Maria moved to Rome.","project":"gold",
  "denotations":[{"id":"T1","span":{"begin":0,"end":5},"obj":"PERSON"}],
  "relations":[{"id":"R1","pred":"lives_in","subj":"T1","obj":"T2"}],
  "attributes":[{"id":"A1","subj":"T1","pred":"sure","obj":true}]}]

READING. Denotations are spans, "obj" their label; several spans of one are a discontinuous one; blocks are spans of the layer
"block". "subj" and "obj" of a relation are the roles "from" and "to". Attributes, and modifications (as yes), are attributes.
Each of "tracks" is a set of its own, called as its project. sourcedb, target and other keys of a document are metadata.
Offsets count characters, unless --offsets says otherwise: there is nothing in the file that could tell.

WRITING. A set by one annotator stands beside the text, more stand in "tracks".

NOT KEPT: layers, roles but from and to, relations of more than two, document labels, confidence, remarks, notes, metadata."""

_LISTS = ("denotations", "blocks", "relations", "attributes", "modifications", "instances", "insans", "catanns")
_OWN = frozenset(("text", "project", "tracks", "namespaces", "config", "typesettings", *_LISTS))


def _read(incoming: Incoming) -> Iterator[Draft]:
    for file in incoming.source.files(".json", ".jsonl", ".ndjson"):
        with incoming.noting_unreadable():
            for name, (line, value) in called(file, read_json_records(file)):
                if not isinstance(value, dict) or not isinstance(value.get("text"), str):
                    raise UnreadableFile(file.shown, 'not of PubAnnotation: an object with a "text" is wanted', line, 1)
                try:
                    yield _draft(value, name, f"{file.shown}:{line}", incoming)
                except (LookupError, TypeError, ValueError, AttributeError) as error:
                    message = f"not as PubAnnotation has it: {type(error).__name__}: {error}"
                    raise UnreadableFile(file.shown, message, line, 1) from error


def _draft(value: dict[str, Any], name: str, place: str, incoming: Incoming) -> Draft:
    id = "-".join(str(value[key]) for key in ("sourceid", "divid") if value.get(key) not in (None, "")) or name
    where = f"{place}: {id}"
    for key in ("namespaces", "config", "typesettings"):
        if value.get(key):
            incoming.losses.add("settings of PubAnnotation", f"{where}: {key}", stops=False)
    sets = [_Track(value, where, incoming).read()] if any(value.get(key) for key in _LISTS) or "project" in value else []
    sets += [_Track(track, where, incoming).read() for track in value.get("tracks") or ()]
    metadata = {key: one for key, one in value.items() if key not in _OWN and key not in ("sourceid", "divid")}
    return Draft(id, value["text"], sets, metadata, "code point", place)


class _Track:
    """Reads the annotations of one project."""

    def __init__(self, value: dict[str, Any], where: str, incoming: Incoming) -> None:
        self.value, self.where, self.incoming = value, where, incoming
        self.made = DraftSet(str(value.get("project") or ""), file=where)
        self.attributes: dict[str, dict[str, list[Any]]] = {}

    def read(self) -> DraftSet:
        for one in self._all("attributes", "A"):
            self._attribute(str(one["subj"]), str(one["pred"]), one.get("obj", True))
        for one in self._all("modifications", "M"):
            self._attribute(str(one["obj"]), str(one["pred"]), value=True)
        for name, layer in (("denotations", self.incoming.span_layer), ("blocks", "block")):
            self.made.spans += [self._span(one, layer) for one in self._all(name, name[0].upper())]
        self.made.relations += [self._relation(one) for one in self._all("relations", "R")]
        self._count_losses()
        return self.made

    def _count_losses(self) -> None:
        losses = self.incoming.losses
        for key in self.value.keys() - _OWN if "text" not in self.value else ():  # a track, which has no metadata
            losses.add("what is said of tracks", f"{self.where}: {key}", stops=False)
        for name in ("instances", "insans", "catanns"):
            for one in self.value.get(name) or ():
                losses.add(f"{name}, of an older version of the format", self.where, str(one))
        for target, values in self.attributes.items():
            for name, several in values.items():
                losses.add("attributes of what is not there", f"{self.where}: {name} of {target}", str(several[0]))

    def _all(self, name: str, initial: str) -> Iterator[dict[str, Any]]:
        """Each thing of a list, with an id."""
        for number, one in enumerate(self.value.get(name) or (), 1):
            yield one if one.get("id") not in (None, "") else {**one, "id": f"{initial}{number}"}

    def _attribute(self, target: str, name: str, value: Any) -> None:
        self.attributes.setdefault(target, {}).setdefault(name, []).append(value)

    def _said(self, id: str) -> dict[str, Any]:
        """The attributes of something, each a list where it has several values."""
        said: dict[str, Any] = {}
        for name, values in self.attributes.pop(id, {}).items():
            said.update(flat(name, values if len(values) > 1 else values[0]))
        return said

    def _relation(self, one: dict[str, Any]) -> Relation:
        args: dict[str, str | tuple[str, ...]] = {"from": str(one["subj"]), "to": str(one["obj"])}
        id = str(one["id"])
        return Relation(id, self.incoming.relation_layer, str(one["pred"]), args, self._said(id))

    def _span(self, one: dict[str, Any], layer: str) -> Span:
        said = one["span"]
        extents = apart((_offset(part["begin"]), _offset(part["end"])) for part in (said if isinstance(said, list) else [said]))
        id = str(one["id"])
        label = one.get("obj")
        label = label if isinstance(label, str) else msgspec.json.encode(label).decode()
        return Span(id, layer, label, extents[0][0], extents[-1][1], "", fragments_of(extents), self._said(id))


def _offset(said: Any) -> int:
    """An offset, which some write as a text or as a float."""
    offset = int(said)
    if isinstance(said, float) and offset != said:
        raise ValueError(f"{said} is no offset")
    return offset


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    with outgoing.target.open() as file:
        file.write(b"[")
        for number, document in enumerate(documents):
            file.write((b",\n" if number else b"\n") + msgspec.json.encode(_document(document, outgoing)))
        file.write(b"\n]\n")


def _document(document: Document, outgoing: Outgoing) -> dict[str, Any]:
    tracks = [_track(annotations) for annotations in document.sets.values()]
    said: dict[str, Any] = {"sourcedb": outgoing.manifest.name, "sourceid": document.id, "text": document.text}
    return {**said, "tracks": tracks} if len(tracks) != 1 else {**said, **tracks[0]}


def _track(annotations: AnnotationSet) -> dict[str, Any]:
    attributes = [
        {"subj": record.id, "pred": name, "obj": one}
        for record in annotations.annotations
        for name, value in record.attributes.items()
        for one in (value if isinstance(value, list | tuple) else [value])
    ]
    return {
        "project": annotations.annotator,
        "denotations": [{"id": span.id, "span": _span(span), "obj": span.label} for span in annotations.spans],
        "relations": [
            {"id": one.id, "pred": one.label, "subj": one.args["from"], "obj": one.args["to"]} for one in annotations.relations
        ],
        "attributes": [{"id": f"A{number}", **one} for number, one in enumerate(attributes, 1)],
    }


def _span(span: Span) -> Any:
    extents = [{"begin": start, "end": end} for start, end in span.extents]
    return extents if len(extents) > 1 else extents[0]


_KEEPS = frozenset(
    {
        ANNOTATORS, ATTRIBUTES, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, IDS, LISTS, NESTED, ON_RELATIONS, OVER_SENTENCES,
        RELATIONS, RELATION_ATTRIBUTES, STACKED, TEXT, TYPES,
    }
)  # fmt: skip

FORMAT = Format(
    "pubannotation",
    "PubAnnotation JSON",
    _MANUAL,
    _KEEPS,
    _read,
    _write,
    limits=(PLAIN_LISTS,),
    writes="file",
    signs=(r'"denotations"\s*:',),
)
