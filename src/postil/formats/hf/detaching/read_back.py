"""Reading a detached export back: nothing of a text is in it, and with the text all comes back."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from postil.formats.hf.checksums import NAME as SUMS, digests
from postil.formats.hf.citation import NAME as CITATION
from postil.formats.hf.config import NOT_HELD
from postil.formats.hf.configs.documents import CONFIG as DOCUMENTS
from postil.formats.hf.croissant import NAME as CROISSANT
from postil.formats.hf.detaching.detached import DetachedRows, whole_row
from postil.formats.hf.layout import CORPUS_FILES, LABELS, LICENCE, Written
from postil.formats.hf.reading.tables import CARD
from postil.splitting.profile import text_reader

_BATCH = 1000  # rows


def text_left(root: Path, written: Written) -> Iterator[str]:
    """In words, whatever is wrong with a detached export."""
    known = {shard.path for files in written.files for shard in files.shards}
    known |= {CARD, LABELS, CROISSANT, CITATION, LICENCE, NOT_HELD, SUMS, *CORPUS_FILES}
    yield from (
        f"{path}: a detached export has no such file"
        for path in digests(root)
        if path not in known and not path.startswith("figures/")
    )
    text_of = lru_cache(1)(text_reader(written.corpus))  # rows come document by document: one text is enough
    for files in written.files:
        for shard in files.shards:
            last, rows = "", DetachedRows("", "")
            for row in _rows(root / shard.path):
                document = row.get("document") or row["id"]
                if document != last:
                    last, rows = document, DetachedRows(document, text_of(document))
                if found := rows.quoted(row):
                    yield f"{shard.path}: {document}: it has {found!r} of the text"
                if files.config.name == DOCUMENTS.name:
                    yield from _not_whole(written, row, text_of(document))


def _not_whole(written: Written, row: dict[str, Any], text: str) -> Iterator[str]:
    """In words, what would not come back of a row."""
    if row["annotator"] is None:
        return  # nobody annotated it
    annotations = written.corpus.read(row["id"], (row["annotator"],)).sets[row["annotator"]]
    texts = {span["id"]: span["text"] for span in whole_row(row, text)["spans"]}
    for span in annotations.spans:
        if texts.get(span.id) != span.text:
            yield f"{row['id']}, {span.id}: {texts.get(span.id)!r} would come back for {span.text!r}"


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_BATCH):
            yield from batch.to_pylist()
