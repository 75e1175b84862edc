"""What columns hold, as a digest of each: taken of what is to be written, and again of what is read back."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


class Seal:
    """A digest of each scalar and each list in some rows, the same however these are cut into batches and files."""

    def __init__(self) -> None:
        self._digests: defaultdict[tuple[str, str], Any] = defaultdict(hashlib.sha256)

    def add(self, batch: pa.RecordBatch) -> None:
        """Take more rows in."""
        for name, values in zip(batch.schema.names, batch.columns, strict=True):
            self._add(name, values)

    def differing(self, other: Seal) -> list[str]:
        """The columns, and fields in them, that another does not hold alike."""
        mine, others = self._said(), other._said()
        return sorted({path for path, _ in dict(mine.items() ^ others.items())})

    def _said(self) -> dict[tuple[str, str], bytes]:
        return {key: digest.digest() for key, digest in self._digests.items()}

    def _add(self, path: str, values: pa.Array) -> None:
        if pa.types.is_struct(values.type):
            for field, one in zip(values.type, values.flatten(), strict=True):
                self._add(f"{path}.{field.name}", one)
        elif pa.types.is_list(values.type):
            self._add_fixed(path, "lengths", pc.list_value_length(values).fill_null(-1))
            self._add(f"{path}[]", values.flatten())
        elif pa.types.is_string(values.type):
            self._add_fixed(path, "lengths of strings", pc.binary_length(values).fill_null(-1))
            self._digests[path, "strings"].update(_characters(values))
        else:
            self._add_fixed(path, "nulls", values.is_valid().cast(pa.uint8()))
            wide = values.cast(pa.uint8()) if values.type == pa.bool_() else values
            self._add_fixed(path, "values", wide.fill_null(0))

    def _add_fixed(self, path: str, what: str, values: pa.Array) -> None:
        """Take values in that all have one width, and of which none is null."""
        width = values.type.bit_width // 8
        data = memoryview(values.buffers()[1] or b"")
        self._digests[path, what].update(data[values.offset * width : (values.offset + len(values)) * width])


def _characters(values: pa.StringArray) -> memoryview:
    """The bytes of all strings, one after the other."""
    _, ends, data = values.buffers()
    if not len(values) or data is None:
        return memoryview(b"")
    places = memoryview(ends).cast("i")
    return memoryview(data)[places[values.offset] : places[values.offset + len(values)]]
