"""Reading an export of doccano: its records, joined over the files of several annotators."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.joined import joined
from postil.exchange.safe_json import numbered
from postil.exchange.sources import File
from postil.formats._flat import DOCUMENT_ID, is_name
from postil.formats.doccano._files import has_records, records_of
from postil.formats.doccano._labels import label_names
from postil.formats.doccano._record import KEYS, RecordReader
from postil.text import Unit


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document, with the sets of all annotators who have it."""
    files = [file for file in incoming.source.files(".jsonl", ".json", ".ndjson", ".csv", ".txt") if has_records(file, incoming)]
    names = label_names(incoming)
    text_key = incoming.options["text-key"]
    for _, parts in joined([partial(_keyed, incoming, file, is_only=len(files) == 1) for file in files]):
        said = [(file, *one) for file, found in zip(files, parts, strict=True) for one in found]
        file, number, line, first = said[0]
        if not isinstance(first.get(text_key), str) or not first[text_key]:
            incoming.losses.add(f"records without a {text_key}", f"{file.shown}:{line}")
            continue
        with incoming.noting_unreadable():
            sets: dict[str, DraftSet] = {}
            for part_file, _, part_line, record in said:
                annotator = _annotator(incoming, part_file, files)
                for one in RecordReader(incoming, f"{part_file.shown}:{part_line}", names).sets(record, annotator):
                    _put(sets, one, incoming)
            yield _draft(file, (number, line), first, list(sets.values()), incoming)


def _keyed(incoming: Incoming, file: File, *, is_only: bool) -> Iterator[tuple[Hashable, tuple[int, int, dict[str, Any]]]]:
    """Each record with what it has in common with those of other annotators."""
    with incoming.noting_unreadable():
        for number, line, record in numbered(records_of(file, incoming)):
            id, text = record.get("id"), record.get(incoming.options["text-key"])
            is_shared = is_name(id) and isinstance(text, str) and not is_only
            digest = hashlib.blake2b(text.encode(), digest_size=16).digest() if isinstance(text, str) else b""
            yield (str(id), digest) if is_shared else (file.path, number), (number, line, record)


def _annotator(incoming: Incoming, file: File, files: list[File]) -> str:
    """Whose file it is: its name says so where it comes from an export."""
    name = PurePosixPath(file.name).name
    return name if incoming.source.is_directory and (name != "all" or len(files) > 1) else ""


def _put(sets: dict[str, DraftSet], one: DraftSet, incoming: Incoming) -> None:
    """Add a set; a second one by the same annotator gets another name."""
    name, number = one.annotator, 2
    while one.annotator in sets:
        one.annotator, number = f"{name or 'annotator'}-{number}", number + 1
    if one.annotator != name:
        incoming.repaired.add("records that an annotator has twice, each as a set of its own", f"{one.file}: {one.annotator}")
    sets[one.annotator] = one


def _draft(file: File, at: tuple[int, int], record: dict[str, Any], sets: list[DraftSet], incoming: Incoming) -> Draft:
    number, line = at
    name = record.get(DOCUMENT_ID)
    if not is_name(name):
        name = f"document-{record['id']}" if is_name(record.get("id")) else f"{file.name}-{number}"
    text_key, label_key = incoming.options["text-key"], incoming.options["label-key"]
    own = (*KEYS, text_key, *([label_key] if label_key else ("label", "labels")))
    metadata = {key: value for key, value in record.items() if key not in own}
    meta = record.get("meta")
    metadata |= meta if isinstance(meta, dict) else {"meta": meta} if meta else {}
    spans = [span for one in sets for span in one.spans]
    unit: Unit | None = "code point" if spans and all(span.text for span in spans) else None
    return Draft(str(name), record[text_key], sets, metadata, unit, f"{file.shown}:{line}")
