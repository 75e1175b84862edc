"""Which documents an annotator has not begun, has begun, has completed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from postil.corpus import Corpus
from postil.storage.set_file import parse_set

Progress = Literal["not begun", "in progress", "complete", "unreadable"]
PROGRESS: tuple[Progress, ...] = ("not begun", "in progress", "complete", "unreadable")


class Entry(msgspec.Struct, frozen=True):
    """A document, how far it is, and how many records the set has."""

    document: str
    progress: Progress
    records: int = 0


def worklist(corpus: Corpus, annotator: str, *, progress: Iterable[Progress] = (), matching: str = "") -> list[Entry]:
    """The documents with a text that are as far as ``progress`` says, and have ``matching`` in their ids, by id."""
    wanted = tuple(progress) or PROGRESS
    found = []
    for document, files in corpus.directory.inventory.documents.items():
        if files.text and matching.casefold() in document.casefold():
            entry = _entry(corpus, document, corpus.directory.set_path(annotator, document))
            if entry.progress in wanted:
                found.append(entry)
    return found


def _entry(corpus: Corpus, document: str, path: str) -> Entry:
    """How far a set is: of its file only the first line is understood."""
    data = corpus.directory.read(path)
    if data is None:
        return Entry(document, "not begun")
    records = max(data.count(b"\n") - 1, 0)
    header = parse_set(path, "", data[: data.find(b"\n") + 1]).header
    if header is None:
        return Entry(document, "unreadable", records)
    return Entry(document, "complete" if header.status == "complete" else "in progress", records)


def counts(entries: Iterable[Entry]) -> dict[Progress, int]:
    """How many documents are how far."""
    found = Counter(entry.progress for entry in entries)
    return {progress: found[progress] for progress in PROGRESS if found[progress] or progress != "unreadable"}


def next_document(entries: Sequence[Entry], after: str = "") -> str:
    """The next document, after one and round the end, that is not complete; empty where all are."""
    order = sorted(entries, key=lambda entry: (entry.document <= after, entry.document))
    open_ = (entry.document for entry in order if entry.progress in ("not begun", "in progress") and entry.document != after)
    return next(open_, "")
