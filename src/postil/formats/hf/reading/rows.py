"""The rows of a table of a dataset, one batch in memory at a time: Parquet, Arrow, JSON Lines, tables with a header."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from types import MappingProxyType
from typing import Any, BinaryIO

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from postil.errors import UnreadableFile
from postil.exchange.safe_json import read_json_records
from postil.exchange.sources import File
from postil.formats._tables import Table as HeadedTable

_BATCH = 100  # rows, which may be whole documents
_OF_FILE = b"ARROW1"  # how the Arrow format begins that can be read from anywhere in it, which datasets does not write


class Row(msgspec.Struct, frozen=True):
    """A row by its columns, and where it was read: ``file, row 3``, or ``file:3`` where rows are lines."""

    place: str
    values: dict[str, Any]


class Table(ABC):
    """A file of rows. ``features``: what the file says of each column in the way of ``datasets`` (nothing: ``None``)."""

    features: Mapping[str, Any] = MappingProxyType({})

    def __init__(self, file: File) -> None:
        self.file = file

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self.rows())

    @abstractmethod
    def rows(self) -> Iterator[Row]:
        """Every row, in order."""


class _JsonTable(Table):
    def rows(self) -> Iterator[Row]:
        for line, values in read_json_records(self.file):
            yield Row(f"{self.file.shown}:{line}", values)


class _HeadedTable(Table):
    """A table with a header, in which all values are text, and an empty one is none."""

    def rows(self) -> Iterator[Row]:
        for line, values in HeadedTable(self.file).rows():
            yield Row(f"{self.file.shown}:{line}", {name: value or None for name, value in values.items()})


class _ArrowTable(Table):
    """A table whose columns have types, and a schema that may say what they mean."""

    kind = "Arrow"

    @cached_property
    def features(self) -> dict[str, Any]:  # type: ignore[override]
        with self._opened() as table:
            schema = self._schema(table)
        try:
            said = msgspec.json.decode((schema.metadata or {}).get(b"huggingface", b"{}"))
            features = said.get("info", {}).get("features", {})
        except (msgspec.MsgspecError, AttributeError):
            features = {}
        return {name: features.get(name) for name in schema.names}

    def rows(self) -> Iterator[Row]:
        number = 0
        try:
            with self._opened() as table:
                for batch in self._batches(table):
                    for values in batch.to_pylist():
                        number += 1
                        yield Row(f"{self.file.shown}, row {number}", values)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(self.file.shown, f"cannot be read as {self.kind} after row {number}: {error}") from error

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        with self.file.open() as stream:
            try:
                table = self._open(stream)
            except (pa.ArrowException, OSError) as error:
                raise UnreadableFile(self.file.shown, f"no {self.kind} file, although it is called one: {error}") from error
            yield table

    def _open(self, stream: BinaryIO) -> Any:
        is_file = stream.peek(len(_OF_FILE)).startswith(_OF_FILE) if hasattr(stream, "peek") else False
        return pa.ipc.open_file(stream) if is_file else pa.ipc.open_stream(stream)

    def _schema(self, table: Any) -> pa.Schema:
        return table.schema

    def _batches(self, table: Any) -> Iterator[pa.RecordBatch]:
        """Few rows at a time, however many the file has in one batch."""
        if isinstance(table, pa.ipc.RecordBatchFileReader):
            found = (table.get_batch(number) for number in range(table.num_record_batches))
        else:
            found = iter(table)
        for batch in found:
            yield from (batch.slice(at, _BATCH) for at in range(0, batch.num_rows, _BATCH))


class _ParquetTable(_ArrowTable):
    kind = "Parquet"

    @property
    def count(self) -> int:
        with self._opened() as table:
            return int(table.metadata.num_rows)

    def _open(self, stream: BinaryIO) -> pq.ParquetFile:
        return pq.ParquetFile(stream)

    def _schema(self, table: pq.ParquetFile) -> pa.Schema:
        return table.schema_arrow

    def _batches(self, table: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
        yield from table.iter_batches(_BATCH)


_KINDS: dict[str, Callable[[File], Table]] = {
    ".parquet": _ParquetTable,
    ".arrow": _ArrowTable,
    ".jsonl": _JsonTable,
    ".ndjson": _JsonTable,
    ".json": _JsonTable,
    ".csv": _HeadedTable,
    ".tsv": _HeadedTable,
}
SUFFIXES = tuple(_KINDS)
"""How tables end, also packed with gzip."""


def table_in(file: File) -> Table:
    """The table in a file, which is called as one of its kind."""
    path = file.path.lower().removesuffix(".gz")
    return next(kind for suffix, kind in _KINDS.items() if path.endswith(suffix))(file)
