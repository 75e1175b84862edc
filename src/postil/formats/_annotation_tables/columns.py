"""What the columns of somebody's table mean, by the names that people give them."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

TableKind = Literal["spans", "relations", "labels", "notes", "sets", "documents"]

_NAMES: dict[str, tuple[str, ...]] = {
    "document": (
        "document", "documentid", "documentname", "doc", "docid", "docname", "file", "filename", "fileid", "textid", "noteid",
        "exampleid", "articleid",
    ),
    "annotator": (
        "annotator", "annotatorid", "annotatedby", "user", "username", "userid", "coder", "rater", "worker", "workerid",
    ),
    "id": ("id", "spanid", "annotationid", "entityid", "relationid", "mark"),
    "layer": ("layer", "tier"),
    "label": (
        "label", "tag", "type", "entitytype", "entitylabel", "category", "class", "code", "nertag", "labels", "relationtype",
    ),
    "start": (
        "start", "begin", "startoffset", "beginoffset", "startchar", "charstart", "startpos", "startposition", "startindex",
        "startidx", "offsetstart", "beginchar", "startcharacter", "startspan", "spanstart", "spanbegin", "off0",
    ),
    "end": (
        "end", "stop", "endoffset", "stopoffset", "endchar", "charend", "endpos", "endposition", "endindex", "endidx",
        "offsetend", "endcharacter", "endspan", "spanend", "off1",
    ),
    "text": (
        "coveredtext", "covered", "spantext", "span", "surface", "mention", "quote", "entitytext", "entity", "text", "string",
        "segment", "term", "phrase", "value",
    ),
    "document_text": ("documenttext", "doctext", "fulltext", "sourcetext", "context", "content", "sentence", "body", "abstract"),
    "fragments": ("fragments",),
    "attributes": ("attributes",),
    "confidence": ("confidence", "score", "probability"),
    "note": ("note", "comment", "remark", "memo"),
    "ignore": ("ignore",),
    "from": ("from", "head", "source", "arg1", "fromid", "headid", "sourceid"),
    "to": ("to", "tail", "target", "arg2", "toid", "tailid", "targetid"),
    "args": ("args", "arguments"),
    "about": ("about",),
    "status": ("status",),
    "method": ("method",),
    "sources": ("sources",),
    "metadata": ("metadata",),
}  # fmt: skip


_RECORD = ("document", "annotator", "id", "layer", "label", "attributes", "confidence", "note", "ignore")
_MEANT: dict[TableKind, tuple[str, ...]] = {
    "spans": (*_RECORD, "start", "end", "text", "document_text", "fragments"),
    "relations": (*_RECORD, "from", "to", "args"),
    "labels": (*_RECORD, "text", "document_text"),
    "notes": ("document", "annotator", "id", "about", "text"),
    "sets": ("document", "annotator", "status", "method", "sources"),
    "documents": ("document", "metadata", "text", "document_text"),
}


def _kind(has: set[str]) -> TableKind | None:
    """What a row with these columns is."""
    if {"start", "end"} <= has:
        return "spans"
    if "args" in has or {"from", "to"} <= has:
        return "relations"
    if "about" in has:
        return "notes"
    if "label" in has:
        return "labels"
    if {"status", "annotator"} <= has:
        return "sets"
    return "documents" if not has.isdisjoint(("document", "metadata", "document_text", "text")) else None


class Columns(msgspec.Struct, frozen=True):
    """What a row is (``None`` where nothing says it), and which column has what.

    ``others``: those that mean nothing here, and are kept as they are called.
    """

    kind: TableKind | None
    named: dict[str, str]
    others: tuple[str, ...]

    @classmethod
    def of(cls, header: list[str]) -> Columns:
        """The columns of a table with this header."""
        plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(header)}
        named: dict[str, str] = {}
        for meaning, names in _NAMES.items():
            found = next((plain[name] for name in names if name in plain and plain[name] not in named.values()), None)
            if found is not None:
                named[meaning] = found
        kind = _kind(set(named))
        named = {meaning: name for meaning, name in named.items() if meaning in _MEANT[kind]} if kind else {}
        return cls(kind, named, tuple(name for name in header if name and name not in named.values()))

    def value(self, row: dict[str, str], meaning: str) -> str:
        """What a row says; empty where it says nothing."""
        return row.get(self.named.get(meaning, ""), "")
