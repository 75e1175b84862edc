"""Which documents an annotator has not begun, has begun, has completed, and whose text was edited since."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from postil.annotating.disk import understood
from postil.corpus import Corpus
from postil.errors import PostilError

Progress = Literal["not begun", "in progress", "complete", "text changed", "unreadable"]
PROGRESS: tuple[Progress, ...] = ("not begun", "in progress", "complete", "text changed", "unreadable")

_OPEN: tuple[Progress, ...] = ("not begun", "in progress", "text changed")  # the last has to be realigned first
_RARE: tuple[Progress, ...] = ("text changed", "unreadable")


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
            entry = _entry(corpus, document, annotator, files.text)
            if entry.progress in wanted:
                found.append(entry)
    return found


def _entry(corpus: Corpus, document: str, annotator: str, text: str) -> Entry:
    """How far a set is. Unreadable is whatever a session would refuse to open."""
    path = corpus.directory.set_path(annotator, document)
    data = corpus.directory.read(path)
    if data is None:
        return Entry(document, "not begun")
    records = max(data.count(b"\n") - 1, 0)
    try:
        header = understood(path, annotator, data, corpus.manifest.check.max_file_size).header
    except PostilError:
        return Entry(document, "unreadable", records)
    if header.text_sha256 != hashlib.sha256(corpus.directory.read(text) or b"").hexdigest():
        return Entry(document, "text changed", records)
    return Entry(document, "complete" if header.status == "complete" else "in progress", records)


def counts(entries: Iterable[Entry]) -> dict[Progress, int]:
    """How many documents are how far."""
    found = Counter(entry.progress for entry in entries)
    return {progress: found[progress] for progress in PROGRESS if found[progress] or progress not in _RARE}


def next_document(entries: Sequence[Entry], after: str = "") -> str:
    """The next document, after one and round the end, that is not complete; empty where all are.

    One whose text was edited since comes when no other is left: it has to be realigned before it can be annotated.
    """
    order = sorted(entries, key=lambda entry: (entry.progress == "text changed", entry.document <= after, entry.document))
    return next((entry.document for entry in order if entry.progress in _OPEN and entry.document != after), "")
