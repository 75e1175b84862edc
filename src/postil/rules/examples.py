"""Examples of rules: small corpora that a rule finds clean or dirty. They are its tests and part of its manual page."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

DOCUMENT = "example"

MANIFEST = 'format = 1\nname = "example"\n'

TWO_SPLITS = f'{MANIFEST}[splits]\nsalt = "1"\nshares = {{ train = 0.5, test = 0.5 }}\n'

METADATA = """\
title = "Example"
language = "en"

[rights]
holder = "Nobody"
licence = "CC0-1.0"
redistribute = true
"""

SCHEME = """\
name = "news"
version = 1

[layers.entity]
kind = "span"
overlap = "nested"
unit = "word"
within = "paragraph"
labels.PERSON = { description = "a human being", key = "p" }
labels.GPE = { description = "a place with a government", key = "g" }

[layers.entity.attributes.sure]
type = "boolean"

[layers.statement]
kind = "span"
overlap = "nested"
unit = "grapheme"
within = "sentence"
labels.FACT = { description = "checkable" }
labels.OPINION = { description = "a judgement" }

[layers.statement.attributes.holder]
type = "reference"
values = ["AUTHOR"]
layers = ["entity"]

[layers.statement.attributes.polarity]
type = "enum"
values = ["positive", "negative"]
required = true
only_on = ["OPINION"]

[layers.statement.attributes.strength]
type = "integer"
minimum = 1
maximum = 5

[layers.statement.attributes.source]
type = "string"
pattern = "[a-z]+:[0-9]+"

[layers.argument]
kind = "relation"
roles.from = { layers = ["statement"] }
roles.to = { layers = ["statement"], labels = ["OPINION"] }
labels.supports = { acyclic = true }
labels.restates = { symmetric = true }

[layers.genre]
kind = "label"
labels.op-ed = {}
labels.report = {}

[[constraints]]
kind = "no-crossing"
layers = ["entity", "statement"]
"""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A corpus of one document, and what a rule must find in it: exactly ``finds``.

    ``finds`` names each finding by the id of its annotation or, where it is about none, by ``line:column`` of its
    place. ``records`` are annotations made by :func:`span` and its sisters; a covered text that is left out is filled
    in. ``lines`` replaces the whole file of the set. ``others`` are the texts of further documents, ``example-2`` and so
    on; ``files`` are any further files, by their paths from the root. ``note`` says what the example shows.
    """

    text: str | bytes | None = "Rajnath Singh met Hamada in Tokyo.\n"
    records: tuple[dict[str, Any], ...] = ()
    header: dict[str, Any] = {}
    lines: tuple[str, ...] | None = None
    scheme: str | None = SCHEME
    manifest: str = MANIFEST
    metadata: str | None = METADATA
    has_set: bool = True
    others: tuple[str, ...] = ()
    files: dict[str, str] = {}
    strays: tuple[tuple[str, str], ...] = ()
    finds: tuple[str, ...] = ()
    note: str = ""

    def text_bytes(self) -> bytes:
        """The bytes of the text file."""
        return self.text.encode() if isinstance(self.text, str) else self.text or b""

    def more_files(self) -> dict[str, str]:
        """What there is besides the example's own document, by path."""
        texts = {f"corpus/{DOCUMENT}-{number}.txt": text for number, text in enumerate(self.others, 2)}
        return {**texts, **self.files}

    def set_bytes(self) -> bytes:
        """The bytes of the set's file."""
        if self.lines is not None:
            return "".join(f"{line}\n" for line in self.lines).encode()
        header = {
            "type": "set", "document": DOCUMENT, "annotator": "gold", "scheme": "news/1",
            "text_sha256": hashlib.sha256(self.text_bytes()).hexdigest(), "status": "complete", "method": "manual",
        }  # fmt: skip
        filled = [{**header, **self.header}, *map(self._with_text, self.records)]
        return b"".join(msgspec.json.encode(record) + b"\n" for record in filled)

    def _with_text(self, record: dict[str, Any]) -> dict[str, Any]:
        if record["type"] != "span" or "text" in record:
            return record
        text = self.text if isinstance(self.text, str) else ""
        extents = record.get("fragments") or [(record["start"], record["end"])]
        covered = " ".join(text[start:end] for start, end in extents)
        keys = ("type", "id", "layer", "label", "start", "end")
        return {**{key: record[key] for key in keys}, "text": covered, **record}


def span(id: str, label: str, start: int, end: int, **more: Any) -> dict[str, Any]:
    """A span of the example scheme: the label tells the layer unless ``layer`` does."""
    layer = more.pop("layer", "statement" if label in ("FACT", "OPINION") else "entity")
    return {"type": "span", "id": id, "layer": layer, "label": label, "start": start, "end": end, **more}


def relation(id: str, label: str, args: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A relation of the layer ``argument``."""
    return {"type": "relation", "id": id, "layer": "argument", "label": label, "args": args, **more}


def label(id: str, name: str, layer: str = "genre", **more: Any) -> dict[str, Any]:
    """A label of the document."""
    return {"type": "label", "id": id, "layer": layer, "label": name, **more}


def set_file(annotator: str, *records: dict[str, Any], document: str = DOCUMENT, **header: str) -> str:
    """The file of another set, about a document with the examples' own text. Its spans say what they cover."""
    said = {"document": document, "annotator": annotator, **header}
    return Example(records=records, header=said).set_bytes().decode()


HEADER = Example().set_bytes().decode().rstrip("\n")
"""The header of a set about the examples' own text, for examples that spell out their lines."""
