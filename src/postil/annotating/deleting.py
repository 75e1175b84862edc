"""What goes with a record that is taken out: what cannot stand without it."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.annotating.marks import Marks
from postil.editing.references import References
from postil.model import Label, Note, Record, Relation, Span
from postil.scheme import Scheme


class Deletion(msgspec.Struct, frozen=True):
    """The set without a record, what went with it, and each attribute that lost the record as its value, by its annotation."""

    marks: Marks
    gone: tuple[Record, ...]
    emptied: tuple[tuple[Record, str], ...]


def without(marks: Marks, id: str, scheme: Scheme) -> Deletion:
    """Take a record out, with its notes, and the relations that it filled a role of; references to it are taken off."""
    gone: dict[str, Record] = {id: marks.by_id[id]}
    changed: dict[str, Record] = {}
    emptied: list[tuple[Record, str]] = []
    references = References(scheme)
    waiting = [id]
    while waiting:
        lost = waiting.pop()
        for named in marks.naming([lost], references):
            record = changed.get(named.id, named)
            if record.id in gone:
                continue
            left, attributes = _without_mention(record, lost, scheme)
            if left is None:
                gone[record.id] = record
                waiting.append(record.id)
                changed.pop(record.id, None)
            else:
                changed[record.id] = left
                emptied += [(record, name) for name in attributes]
    kept = tuple((record, name) for record, name in emptied if record.id not in gone)
    return Deletion(marks.with_records(changed.values(), gone), tuple(gone.values())[1:], kept)


def _without_mention(record: Record, id: str, scheme: Scheme) -> tuple[Record | None, list[str]]:
    """The record without any mention of an id, and the attributes that lost it; ``None`` where it is nothing without it."""
    if isinstance(record, Note):
        return None, []
    if isinstance(record, Relation):
        args = {role: _left(ids, id) for role, ids in record.args.items()}
        if any(not ids for role, ids in args.items() if id in _members(record.args[role])):
            return None, []
        record = msgspec.structs.replace(record, args=args)
    return _without_reference(record, id, scheme)


def _without_reference(record: Span | Relation | Label, id: str, scheme: Scheme) -> tuple[Record, list[str]]:
    layer = scheme.layers.get(record.layer)
    attributes: dict[str, Any] = {}
    lost = []
    for name, value in record.attributes.items():
        is_named = layer is not None and name in layer.references and id in _members(value)
        left = _left(value, id) if is_named else value
        if is_named:
            lost.append(name)
        if left or not is_named:
            attributes[name] = left
    return msgspec.structs.replace(record, attributes=attributes), lost


def _members(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _left(value: Any, id: str) -> Any:
    """What is left of an argument or a reference without an id."""
    if isinstance(value, list | tuple):
        return type(value)(one for one in value if one != id)
    return "" if value == id else value
