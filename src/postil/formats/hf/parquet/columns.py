"""Columns as they grow: plain lists of values that become Arrow arrays all at once, without a row in Python between.

What a config makes of a set is a :data:`Block`: the values of each column, one for each row. A list column has its lengths and
the values of all lists one after the other (:class:`Lists`), a struct the values of each field.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from postil.errors import ExportRefused
from postil.formats.hf.parquet.features import Column, ListOf, Record, arrow_schema


class Lists(msgspec.Struct, frozen=True):
    """The values of a list column. ``lengths``: of each list, ``None`` for no list; ``items``: of all lists, in order."""

    lengths: Sequence[int | None]
    items: Values


Values = Sequence[Any] | Lists | dict[str, "Values"]
"""The values of a column: a scalar for each row; lists, as :class:`Lists` or one by one; of a struct those of each field."""

Block = dict[str, Values]
"""Some rows of a table, by column. A column that is not there has nothing in these rows; the first, of scalars, always is."""


def lists(values: Sequence[Sequence[Any] | None]) -> Lists:
    """Lists that were given one by one."""
    return Lists([None if one is None else len(one) for one in values], list(chain.from_iterable(filter(None, values))))


class _Scalars:
    def __init__(self, kind: pa.DataType) -> None:
        self._kind = kind
        self._values: list[Any] = []

    def extend(self, values: Any) -> None:
        self._values += values

    def extend_nulls(self, count: int) -> None:
        self._values += [None] * count

    def taken(self) -> pa.Array:
        values, self._values = self._values, []
        found = pa.array(values, self._kind)
        if isinstance(found, pa.ChunkedArray):  # strings are counted with 32 bits: large_string is another type to readers
            raise ExportRefused(
                "a document fills a column with more than 2 GB: name with --config what can do without it (messages repeats the "
                "text for each layer). Nothing was written"
            )
        return found


class _Integers:
    """Integers as they lie in memory, which Arrow takes as they are; where some are null, their places are kept."""

    def __init__(self) -> None:
        self._values = array("q")
        self._nulls: list[int] = []

    def extend(self, values: Any) -> None:
        before = len(self._values)
        try:
            self._values.extend(values)
        except TypeError:  # at the first null
            del self._values[before:]
            self._values.extend([value or 0 for value in values])
            self._nulls += [at for at, value in enumerate(values, before) if value is None]

    def extend_nulls(self, count: int) -> None:
        before = len(self._values)
        self._nulls += range(before, before + count)
        self._values.extend(array("q", bytes(8 * count)))

    def taken(self) -> pa.Array:
        values, nulls = self._values, self._nulls
        self._values, self._nulls = array("q"), []
        found = pa.Array.from_buffers(pa.int64(), len(values), [None, pa.py_buffer(values)])
        if not nulls:
            return found
        missing = bytearray(len(values))
        for at in nulls:
            missing[at] = 1
        mask = pa.Array.from_buffers(pa.uint8(), len(values), [None, pa.py_buffer(missing)])
        return pc.if_else(pc.equal(mask, 1), pa.scalar(None, pa.int64()), found)


class _Lists:
    def __init__(self, column: ListOf) -> None:
        self._kind = column.arrow()
        self._items = _growing(column.item)
        self._lengths: list[int | None] = []

    def extend(self, values: Any) -> None:
        given = values if isinstance(values, Lists) else lists(values)
        self._lengths += given.lengths
        self._items.extend(given.items)

    def extend_nulls(self, count: int) -> None:
        self._lengths += [None] * count

    def taken(self) -> pa.Array:
        lengths, self._lengths = self._lengths, []
        offsets: list[int | None] = list(accumulate([length or 0 for length in lengths], initial=0))
        if None in lengths:
            offsets[:-1] = [None if length is None else offset for length, offset in zip(lengths, offsets, strict=False)]
        return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), self._items.taken(), self._kind)


class _Structs:
    def __init__(self, column: Record) -> None:
        self._fields = list(column.arrow())
        self._parts = {name: _growing(part) for name, part in column.fields.items()}

    def extend(self, values: Any) -> None:
        for name, part in self._parts.items():
            part.extend(values[name])

    def extend_nulls(self, count: int) -> None:
        raise AssertionError("a struct is always there")

    def taken(self) -> pa.Array:
        return pa.StructArray.from_arrays([part.taken() for part in self._parts.values()], fields=self._fields)


def _growing(column: Column) -> _Scalars | _Integers | _Lists | _Structs:
    if isinstance(column, ListOf):
        return _Lists(column)
    if isinstance(column, Record):
        return _Structs(column)
    return _Integers() if column.arrow() == pa.int64() else _Scalars(column.arrow())


class Growing:
    """The rows of a table that have not become Arrow yet."""

    def __init__(self, columns: dict[str, Column]) -> None:
        self._schema = arrow_schema(columns)
        self._columns = {name: _growing(column) for name, column in columns.items()}
        self._first = next(iter(columns))
        self.rows = 0

    def add(self, block: Block) -> None:
        """Add some rows."""
        first: Any = block[self._first]
        count = len(first)
        for name, column in self._columns.items():
            if name in block:
                column.extend(block[name])
            else:
                column.extend_nulls(count)
        self.rows += count

    def taken(self) -> pa.RecordBatch:
        """All rows so far, which are then forgotten."""
        self.rows = 0
        return pa.RecordBatch.from_arrays([column.taken() for column in self._columns.values()], schema=self._schema)
