"""The rows of a table of a dataset, Parquet or JSON Lines, one batch in memory at a time, with the names of its classes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from postil.errors import UnreadableFile
from postil.exchange.safe_json import read_json_records
from postil.exchange.sources import File

_BATCH = 100  # rows, which may be whole documents


class Row(msgspec.Struct, frozen=True):
    """A row by its columns, and where it was read: ``file, row 3``, or ``file:3`` where rows are lines."""

    place: str
    values: dict[str, Any]


class Table:
    """A file of rows."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._is_parquet = file.path.endswith(".parquet")

    @cached_property
    def features(self) -> dict[str, Any]:
        """What Parquet's metadata says of each column in the way of ``datasets`` (nothing: ``None``); empty for JSON Lines."""
        if not self._is_parquet:
            return {}
        with self._parquet() as parquet:
            schema = parquet.schema_arrow
        try:
            said = msgspec.json.decode((schema.metadata or {}).get(b"huggingface", b"{}"))
            features = said.get("info", {}).get("features", {})
        except (msgspec.MsgspecError, AttributeError):
            features = {}
        return {name: features.get(name) for name in schema.names}

    @property
    def count(self) -> int:
        """How many rows there are."""
        if not self._is_parquet:
            return sum(1 for _ in self.rows())
        with self._parquet() as parquet:
            return int(parquet.metadata.num_rows)

    def rows(self) -> Iterator[Row]:
        """Every row, in order."""
        if not self._is_parquet:
            for line, values in read_json_records(self.file):
                yield Row(f"{self.file.shown}:{line}", values)
            return
        number = 0
        try:
            with self._parquet() as parquet:
                for batch in parquet.iter_batches(_BATCH):
                    for values in batch.to_pylist():
                        number += 1
                        yield Row(f"{self.file.shown}, row {number}", values)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise UnreadableFile(self.file.shown, f"cannot be read as Parquet after row {number}: {error}") from error

    @contextmanager
    def _parquet(self) -> Iterator[pq.ParquetFile]:
        with self.file.open() as stream:
            try:
                parquet = pq.ParquetFile(stream)
            except (pa.ArrowException, OSError) as error:
                raise UnreadableFile(self.file.shown, f"no Parquet file, although it is called one: {error}") from error
            yield parquet
