"""One record in the place of two that say the same: what the fixes of duplicates do."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.model import Note, Record, Relation, Span
from postil.rules.fixes import Fix, RecordChange
from postil.rules.set_view import SetView
from postil.storage.set_file import has_unreadable_lines

_encode = msgspec.json.Encoder(order="deterministic").encode  # tells 1 from true


def merging_fix(
    view: SetView, first: Span | Relation, second: Span | Relation, as_if: Span | Relation | None = None
) -> Fix | None:
    """The fix that removes ``second`` and lets what names it name ``first``; none where it says what ``first`` does not.

    ``as_if``: what ``second`` would be by then.
    """
    project = view.document.bundle.project
    if view.scheme is None or project.has_faults:
        return None  # what names an annotation is for the scheme to say
    if not view.have_own_ids or has_unreadable_lines(view.file) or not _says_no_more(first, as_if or second):
        return None  # a line that cannot be read may name it too
    changes: list[RecordChange] = [view.change(second, None)]
    for record in view.naming.get(second.id, ()):
        if record is second:
            continue
        renamed = _renamed(view, record, second.id, first.id)
        if renamed is not record:
            changes.append(view.change(record, renamed))
    return Fix(f"remove it, and let what names it name {first.id}", True, tuple(changes))


def distinguishing(view: SetView, record: Span | Relation) -> bytes:
    """The values that tell a record from others of its label and place, in a form that can be compared; empty for none."""
    layer = view.layer(record)
    names = layer.distinguishing if layer else ()
    return _encode([record.attributes.get(name) for name in names]) if names else b""


def _says_no_more(first: Span | Relation, second: Span | Relation) -> bool:
    same = _encode((first.attributes, first.unknown)) == _encode((second.attributes, second.unknown))
    if isinstance(first, Span) and isinstance(second, Span):
        same = same and first.text == second.text
    return same and second.confidence in (None, first.confidence) and second.note in ("", first.note) and not second.ignore


def _renamed(view: SetView, record: Record, old: str, new: str) -> Record:
    """The record with every mention of an id as another."""
    if isinstance(record, Note):
        return msgspec.structs.replace(record, about=new) if record.about == old else record
    changed: dict[str, Any] = {}
    if isinstance(record, Relation) and any(id == old for _, id in record.arguments()):
        changed["args"] = {role: _replaced(ids, old, new) for role, ids in record.args.items()}
    layer = view.layer(record)
    references = layer.references if layer else []
    if any(_names(record.attributes.get(name), old) for name in references):
        values = record.attributes.items()
        changed["attributes"] = {name: _replaced(value, old, new) if name in references else value for name, value in values}
    return msgspec.structs.replace(record, **changed) if changed else record


def _names(value: Any, id: str) -> bool:
    return value == id or (isinstance(value, list) and id in value)


def _replaced(value: Any, old: str, new: str) -> Any:
    """An id, or a list of ids, with one of them replaced; no id stands twice in a list for it."""
    if isinstance(value, str):
        return new if value == old else value
    if not isinstance(value, list | tuple):
        return value
    return type(value)(dict.fromkeys(new if each == old else each for each in value))
