"""Which values of a record are ids of others: arguments, what a note is about, and the attributes that a scheme calls references.

A string in any other attribute is data, even one that looks like an id: ``T1`` is a stage of a tumour as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from postil.model import Note, Record, Relation
from postil.scheme import Scheme


class References:
    """Which attributes are references; none where there is no scheme.

    ``guesses``: whether every attribute is taken for one where there is no scheme, because nothing says what it is.
    """

    def __init__(self, scheme: Scheme | None, *, guesses: bool = False) -> None:
        layers = scheme.layers if scheme else {}
        self.is_guess = guesses and scheme is None
        self._names = {name: frozenset(layer.references) for name, layer in layers.items()}
        self._declared = {name: layer.attributes.keys() for name, layer in layers.items()}

    def of(self, record: Record) -> Collection[str]:
        """The names of the attributes of a record that are references."""
        if self.is_guess:
            return getattr(record, "attributes", {}).keys()
        return self._names.get(getattr(record, "layer", ""), ())

    def undeclared(self, record: Record) -> list[str]:
        """The names of its attributes of which no scheme says what they are."""
        known = self._declared.get(getattr(record, "layer", ""), ())
        return [name for name in getattr(record, "attributes", ()) if name not in known]


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """A value with every id in it replaced by the one that ``names`` has for it."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, tuple | list):
        return type(value)(renamed(each, names) for each in value)
    if isinstance(value, dict):
        return {key: renamed(each, names) for key, each in value.items()}
    return value


def with_names(record: Any, names: Mapping[str, str], references: References) -> Any:
    """A record with every id that it names replaced by the one that ``names`` has for it; its own stays."""
    changes = {field: renamed(getattr(record, field), names) for field in ("args", "about") if hasattr(record, field)}
    own = references.of(record)
    if any(name in record.attributes for name in own):
        changes["attributes"] = {
            name: renamed(value, names) if name in own else value for name, value in record.attributes.items()
        }
    return msgspec.structs.replace(record, **changes) if changes else record


def renamed_record(record: Any, names: Mapping[str, str], references: References) -> Any:
    """A record with every id in it, its own too, replaced by the one that ``names`` has for it."""
    return msgspec.structs.replace(with_names(record, names, references), id=names.get(record.id, record.id))


def ids_named_by(record: Record | None, references: References) -> set[str]:
    """The ids that a record names."""
    if record is None:
        return set()
    if isinstance(record, Note):
        return {record.about} - {""}
    found = {id for _, id in record.arguments()} if isinstance(record, Relation) else set()
    for name in references.of(record):
        found.update(strings_of(record.attributes.get(name)))
    return found


def strings_of(value: Any) -> list[str]:
    """The strings of an attribute: itself, or those of its values."""
    return [each for each in (value if isinstance(value, list | tuple) else (value,)) if isinstance(each, str)]
