"""Writing Parquet as the rows come: one open file for each config and split, memory bounded by a batch of rows."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from postil.corpus import Document
from postil.formats.hf.config import Config, Context
from postil.formats.hf.features import Column, arrow_schema
from postil.formats.hf.layout import ConfigFiles, Shard
from postil.model import AnnotationSet

# a page index and content-defined chunks: the Hub shows parts of a file, and stores only what changed of it
SETTINGS = {"compression": "zstd", "write_page_index": True, "use_content_defined_chunking": True}
_BATCH = 1000  # rows in Python at once, which take far more memory than columns
_GROUP = (
    16 * 1024 * 1024
)  # bytes of columns in a row group: each has its own dictionaries and indexes, so that small ones cost time


class _File:
    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.path, self.schema = path, schema
        path.parent.mkdir(exist_ok=True)
        self.writer = pq.ParquetWriter(path, schema, **SETTINGS)
        self.rows: list[dict[str, Any]] = []
        self.count = 0
        self._batches: list[pa.RecordBatch] = []
        self._size = 0

    def add(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        self.count += 1
        if len(self.rows) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        if self.rows:
            self.write(pa.RecordBatch.from_pylist(self.rows, schema=self.schema))
            self.rows.clear()

    def write(self, batch: pa.RecordBatch) -> None:
        self._batches.append(batch)
        self._size += batch.nbytes
        if self._size >= _GROUP:
            self._write_group()

    def _write_group(self) -> None:
        self.writer.write_table(pa.Table.from_batches(self._batches, self.schema))
        self._batches, self._size = [], 0

    def close(self) -> None:
        self.flush()
        if self._batches:
            self._write_group()
        self.writer.close()


class ShardWriter:
    """Files are opened when their first row comes, so that no empty split is ever written: ``datasets`` cannot open one."""

    def __init__(self, root: Path, configs: list[Config], context: Context) -> None:
        self._root, self._context = root, context
        self._columns: dict[str, dict[str, Column]] = {config.name: config.columns(context) for config in configs}
        self._schemas = {name: arrow_schema(columns) for name, columns in self._columns.items()}
        self._configs = configs
        self._open: dict[tuple[str, str], _File] = {}
        self.files: list[ConfigFiles] = []

    def __enter__(self) -> Self:
        return self

    def add(self, split: str, document: Document, annotations: AnnotationSet) -> None:
        """Write the rows that every config makes of a set."""
        for config in self._configs:
            for row in config.rows(self._context, document, annotations):
                self._file(config.name, split).add(row)

    def _file(self, config: str, split: str) -> _File:
        if (config, split) not in self._open:
            path = self._root / config / f"{split}-00000-of-00001.parquet"
            self._open[config, split] = _File(path, self._schemas[config])
        return self._open[config, split]

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        for file in self._open.values():
            file.close()
        for config in self._configs:
            shards = tuple(
                Shard(split, file.path.relative_to(self._root).as_posix(), file.count, file.path.stat().st_size)
                for (name, split), file in sorted(self._open.items())
                if name == config.name
            )
            if shards:
                self.files.append(ConfigFiles(config, self._columns[config.name], shards))
