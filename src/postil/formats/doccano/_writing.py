"""Writing for doccano: a file for each annotator, and the labels of the project."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from postil.corpus import Document
from postil.exchange.outgoing import Outgoing
from postil.formats._flat import DOCUMENT_ID, flat
from postil.formats._json_values import pretty
from postil.formats.doccano._labels import CONFIGS, settings_of
from postil.formats.doccano._record import KEYS
from postil.model import AnnotationSet
from postil.text import Units


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write a file for each annotator, a record in it for each document, and the settings of the project."""
    is_for_browser = outgoing.options["browser"]
    with contextlib.ExitStack() as open_files:
        files: dict[str, Any] = {}
        for number, document in enumerate(documents, 1):
            units = Units(document.text, "utf-16") if is_for_browser else None
            for annotator, annotations in document.sets.items():
                if annotator not in files:
                    files[annotator] = open_files.enter_context(outgoing.target.open(f"{annotator}.jsonl"))
                record = {
                    "id": number, "text": document.text, **_written(annotations, units), DOCUMENT_ID: document.id,
                    **flat(document.metadata, (*KEYS, "text", "label", "labels")),
                }  # fmt: skip
                files[annotator].write(msgspec.json.encode(record) + b"\n")
    for kind, name in CONFIGS.items():
        if labels := {
            label: one for layer in outgoing.scheme.layers_of_kind(kind).values() for label, one in layer.labels.items()
        }:
            outgoing.target.write(name, pretty(settings_of(labels)))
    outgoing.say.append("import label_config.json and its like as labels of the project, and allow overlapping spans there")


def _written(annotations: AnnotationSet, units: Units | None) -> dict[str, Any]:
    """What a set says. The text of a span, which doccano does not heed, proves the offsets; not where the browser counts."""
    numbers = {span.id: number for number, span in enumerate(annotations.spans, 1)}
    convert: Callable[[int], int] = units.from_code_points if units else int
    entities = [
        {
            "id": numbers[span.id], "label": span.label, "start_offset": convert(span.start), "end_offset": convert(span.end),
            **({} if units else {"text": span.text}),
        }
        for span in annotations.spans
    ]  # fmt: skip
    relations = [
        {"id": number, "from_id": numbers[str(one.args["from"])], "to_id": numbers[str(one.args["to"])], "type": one.label}
        for number, one in enumerate(annotations.relations, 1)
    ]
    return {
        "entities": entities,
        "relations": relations,
        "cats": [label.label for label in annotations.labels],
        "Comments": [note.text for note in annotations.notes],
    }
