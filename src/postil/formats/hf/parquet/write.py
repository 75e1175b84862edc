"""Writing Parquet as documents come: columns grow, become row groups, and a file that is full gives way to the next."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import pyarrow as pa
import pyarrow.parquet as pq

from postil.corpus import Document
from postil.formats.hf.checksums import digest
from postil.formats.hf.config import Config, Context
from postil.formats.hf.detaching.detached import DetachedRows
from postil.formats.hf.layout import ConfigFiles, Shard
from postil.formats.hf.parquet.columns import Growing
from postil.formats.hf.parquet.features import Column, Value, arrow_schema, leaves
from postil.formats.hf.parquet.seal import Seal
from postil.manifest import in_usual_order
from postil.model import AnnotationSet

# a page index and content-defined chunks: the Hub shows parts of a file, and stores only what changed of it
# snappy, as datasets has it: with zstd, files would be a quarter smaller, and take 1.7 times as long as a bare write_table
# places are stored as differences, which every reader knows: tokens take a quarter less, in the same time
SETTINGS = {"compression": "snappy", "write_page_index": True, "use_content_defined_chunking": True}
SHARD = 500_000_000  # bytes of columns in a file, before compression, as datasets counts them
_GROUP = 32 << 20  # bytes of columns in a row group: each has its own dictionaries and indexes, so that small ones cost time
_TOGETHER = 128 << 20  # bytes of columns that wait for their row groups to fill, of all configs and splits
_PYTHON = 1 << 20  # characters of documents whose values are Python's, which take far more memory than columns
_ANNOTATION = 100  # characters that an annotation counts for


def settings(columns: dict[str, Column]) -> dict[str, Any]:
    """How a file with these columns is written."""
    kinds = dict(leaves(columns))
    places = [path for path, kind in kinds.items() if isinstance(kind, Value) and kind.is_place]
    return {
        **SETTINGS,
        "use_dictionary": [path for path in kinds if path not in places],
        "column_encoding": dict.fromkeys(places, "DELTA_BINARY_PACKED"),
    }


class ShardWriter:
    """The files of one config and split: each is opened when its first rows come, so that none is ever empty.

    How many there will be is known when all are written: only then do they get their names.
    """

    def __init__(self, directory: Path, split: str, columns: dict[str, Column], shard_size: int = SHARD) -> None:
        self.split = split
        self._directory, self._schema, self._settings = directory, arrow_schema(columns), settings(columns)
        self._limit, self._group = shard_size, min(_GROUP, shard_size)
        self._batches: list[pa.RecordBatch] = []
        self.pending = 0  # bytes of these
        self._writer: pq.ParquetWriter | None = None
        self._size = 0  # bytes of columns in the open file
        self._rows: list[int] = []  # of each file

    def write(self, batch: pa.RecordBatch) -> None:
        """Write some rows."""
        if batch.num_rows:
            self._batches.append(batch)
            self.pending += batch.nbytes
        if self.pending >= self._group:
            self.write_group()

    def write_group(self) -> None:
        """Write what waits, as a row group."""
        table = pa.Table.from_batches(self._batches, self._schema)
        if self._writer is None:
            self._directory.mkdir(exist_ok=True)
            self._writer = pq.ParquetWriter(self._path(len(self._rows)), self._schema, **self._settings)
            self._rows.append(0)
        self._writer.write_table(table)
        self._rows[-1] += table.num_rows
        self._size += self.pending
        self._batches, self.pending = [], 0
        if self._size >= self._limit:
            self._close_file()

    def _close_file(self) -> None:
        if self._writer:
            self._writer.close()
        self._writer, self._size = None, 0

    def _path(self, number: int, of: str = "") -> Path:
        return self._directory / f"{self.split}-{number:05}{of or '.part'}"

    def close(self) -> list[tuple[Path, int]]:
        """Write what is left; returns the path and the rows of each file."""
        if self._batches:
            self.write_group()
        self._close_file()
        named = [(self._path(number, f"-of-{len(self._rows):05}.parquet"), rows) for number, rows in enumerate(self._rows)]
        for number, (path, _) in enumerate(named):
            self._path(number).replace(path)
        return named


class _Rows(NamedTuple):
    """The rows of a config and split: those that are growing, the seal on all that have been handed over, and the files."""

    growing: Growing
    seal: Seal
    writer: ShardWriter


class _Table:
    """A config while it is written: rows that are growing and files, by split."""

    def __init__(self, config: Config, columns: dict[str, Column]) -> None:
        self.config, self.columns = config, columns
        self.splits: dict[str, _Rows] = {}

    def of(self, split: str, root: Path, shard_size: int) -> _Rows:
        if split not in self.splits:
            writer = ShardWriter(root / self.config.name, split, self.columns, shard_size)
            self.splits[split] = _Rows(Growing(self.columns), Seal(), writer)
        return self.splits[split]


class DatasetWriter:
    """All configs and splits, in one pass over the documents."""

    def __init__(
        self, root: Path, configs: list[Config], context: Context, shard_size: int = SHARD, *, detached: bool = False
    ) -> None:
        """``detached``: without the texts."""
        self._root, self._context, self._shard_size, self._detached = root, context, shard_size, detached
        self._tables = [_Table(config, config.columns(context)) for config in configs]
        self._most = min(_PYTHON, shard_size)
        self._weight = 0  # of what has been added since columns were last made
        self.files: list[ConfigFiles] = []

    def __enter__(self) -> Self:
        return self

    def add(self, split: str, document: Document, annotations: AnnotationSet) -> None:
        """Write the rows that every config makes of a set; of one by nobody, those of configs that hold bare texts."""
        rows = DetachedRows(document.id, document.text) if self._detached else None
        for table in self._tables if annotations.annotator else [one for one in self._tables if one.config.holds_bare]:
            block = table.config.block(self._context, document, annotations)
            growing = table.of(split, self._root, self._shard_size).growing
            growing.add(rows.block(block, table.config.texts or ()) if rows else block)
        self._weight += len(document.text) + _ANNOTATION * len(annotations.records)
        if self._weight >= self._most:
            self._flush()

    def _flush(self) -> None:
        for table in self._tables:
            for growing, seal, writer in table.splits.values():
                if growing.rows:
                    batch = growing.taken()
                    seal.add(batch)
                    writer.write(batch)
        self._weight = 0
        self._make_room()

    def _make_room(self) -> None:
        """Write row groups before they are full, the largest first, where there are so many splits that all cannot wait."""
        writers = [rows.writer for table in self._tables for rows in table.splits.values()]
        waiting = sum(writer.pending for writer in writers)
        for writer in sorted(writers, key=lambda writer: -writer.pending):
            if waiting <= _TOGETHER:
                return
            waiting -= writer.pending
            writer.write_group()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        if error is None:
            self._flush()
        for table in self._tables:
            shards = tuple(
                Shard(split, path.relative_to(self._root).as_posix(), rows, path.stat().st_size, digest(path))
                for split in in_usual_order(table.splits)
                for path, rows in table.splits[split].writer.close()
            )
            if shards:
                seals = {split: rows.seal for split, rows in table.splits.items()}
                self.files.append(ConfigFiles(table.config, table.columns, shards, seals))
