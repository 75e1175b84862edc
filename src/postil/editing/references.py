"""Which values of a record are ids of others: arguments, what a note is about, and the attributes that a scheme calls references.

A string in any other attribute is data, even one that looks like an id: ``T1`` is a stage of a tumour as well.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import msgspec

from postil.editing.matching import renamed
from postil.model import Note, Record, Relation
from postil.scheme import Scheme

References = Mapping[str, Collection[str]]
"""By layer the names of the attributes that are references."""


def references_of(scheme: Scheme | None) -> dict[str, list[str]]:
    """The attributes of each layer that are references; none where there is no scheme."""
    return {name: layer.references for name, layer in scheme.layers.items()} if scheme else {}


def renamed_record(record: Any, names: Mapping[str, str], references: References) -> Any:
    """A record with every id in it replaced by the one that ``names`` has for it."""
    changes = {field: renamed(getattr(record, field), names) for field in ("id", "args", "about") if hasattr(record, field)}
    own = references.get(getattr(record, "layer", ""), ())
    if any(name in record.attributes for name in own):
        changes["attributes"] = {
            name: renamed(value, names) if name in own else value for name, value in record.attributes.items()
        }
    return msgspec.structs.replace(record, **changes)


def ids_named_by(record: Record | None, references: References) -> set[str]:
    """The ids that a record names."""
    if record is None:
        return set()
    if isinstance(record, Note):
        return {record.about} - {""}
    found = {id for _, id in record.arguments()} if isinstance(record, Relation) else set()
    for name in references.get(record.layer, ()):
        value = record.attributes.get(name)
        found.update(each for each in (value if isinstance(value, list | tuple) else (value,)) if isinstance(each, str))
    return found
