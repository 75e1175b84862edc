"""Column types, each in the three spellings that a dataset needs: Arrow, the JSON inside Parquet, the YAML of the card.

Both texts are spelled in the way that ``datasets`` before and after 4.0 reads alike: lists of scalars as
``Sequence``, lists of structs as a bare list (``List`` is unknown before 4.0; a ``Sequence`` of structs turns into a
dict of lists). Labels are int64 and nullable, because any other Arrow type makes ``datasets`` forget their names.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
import pyarrow as pa

_ARROW = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}


class Value(msgspec.Struct, frozen=True):
    """A scalar: ``string``, ``int64``, ``float64`` or ``bool``.

    ``is_place``: says where something is, so that what follows it is near, and differences are stored, which are small.
    """

    dtype: str
    is_place: bool = False

    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return _ARROW[self.dtype]

    def json(self) -> Any:
        """The feature as Parquet metadata has it."""
        return {"dtype": self.dtype, "_type": "Value"}

    def yaml(self) -> dict[str, Any]:
        """The feature as the card has it."""
        return {"dtype": self.dtype}


class ClassLabel(msgspec.Struct, frozen=True):
    """One of ``names``, stored as its index."""

    names: tuple[str, ...]

    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return pa.int64()

    def json(self) -> Any:
        """The feature as Parquet metadata has it."""
        return {"names": list(self.names), "_type": "ClassLabel"}

    def yaml(self) -> dict[str, Any]:
        """The feature as the card has it; the keys are strings, as the Hub writes them."""
        return {"dtype": {"class_label": {"names": {str(index): name for index, name in enumerate(self.names)}}}}


class ListOf(msgspec.Struct, frozen=True):
    """A list of any number of ``item``."""

    item: Column

    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return pa.list_(self.item.arrow())

    def json(self) -> Any:
        """The feature as Parquet metadata has it."""
        return [self.item.json()] if isinstance(self.item, Record) else {"feature": self.item.json(), "_type": "Sequence"}

    def yaml(self) -> dict[str, Any]:
        """The feature as the card has it."""
        if isinstance(self.item, Record):
            return {"list": self.item.yaml()["struct"]}
        inner = self.item.yaml()
        return {"sequence": inner.get("dtype", inner)}


class Record(msgspec.Struct, frozen=True):
    """A struct with named fields."""

    fields: dict[str, Column]

    def arrow(self) -> pa.DataType:
        """The Arrow type."""
        return pa.struct([(name, column.arrow()) for name, column in self.fields.items()])

    def json(self) -> Any:
        """The feature as Parquet metadata has it."""
        return {name: column.json() for name, column in self.fields.items()}

    def yaml(self) -> dict[str, Any]:
        """The feature as the card has it."""
        return {"struct": [{"name": name, **column.yaml()} for name, column in self.fields.items()]}


Column = Value | ClassLabel | ListOf | Record


@cache
def numbers(names: tuple[str, ...]) -> dict[str, int]:
    """The number that stands for each class."""
    return {name: number for number, name in enumerate(names)}


STRING, INT, FLOAT, BOOL = (Value(dtype) for dtype in ("string", "int64", "float64", "bool"))
STRINGS = ListOf(STRING)
PLACE = Value("int64", is_place=True)


def leaves(columns: dict[str, Column]) -> Iterator[tuple[str, Value | ClassLabel]]:
    """Every scalar in some columns, with its path in Parquet."""
    for name, column in columns.items():
        path, inner = name, column
        while isinstance(inner, ListOf):
            path, inner = f"{path}.list.element", inner.item
        if isinstance(inner, Record):
            yield from ((f"{path}.{below}", leaf) for below, leaf in leaves(inner.fields))
        else:
            yield path, inner


def arrow_schema(columns: dict[str, Column]) -> pa.Schema:
    """The schema of a file, with the features that ``datasets`` reads from its metadata."""
    features = {name: column.json() for name, column in columns.items()}
    metadata = {b"huggingface": msgspec.json.encode({"info": {"features": features}})}
    return pa.schema([(name, column.arrow()) for name, column in columns.items()], metadata=metadata)
