"""What is different between two sets, in terms of annotations and not of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from postil.editing.matching import match, renamed
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span

Kind = Literal["added", "removed", "changed"]

_FIELDS = ("layer", "label", "args", "attributes", "confidence", "note", "ignore", "about", "decide", "unknown")
_OF_HEADER = ("document", "annotator", "scheme", "text_sha256", "status", "method", "sources", "unknown")


class Change(msgspec.Struct, frozen=True):
    """What became of one record.

    ``aspects``: what of it changed, by the names of its fields; ``edges`` for the place of a span, and ``offsets`` where only
    the text before it was edited: it covers the same words.
    """

    kind: Kind
    before: Record | None
    after: Record | None
    aspects: tuple[str, ...] = ()

    @property
    def record(self) -> Record:
        """The record as it is now, or as it was last."""
        record = self.after or self.before
        assert record is not None
        return record


class Difference(msgspec.Struct, frozen=True):
    """All changes between two sets, in the order of the text. ``header``: field → its two values.

    ``names``: the id of each record of the first set that the second has too → its id there.
    """

    changes: tuple[Change, ...]
    header: dict[str, tuple[Any, Any]]
    names: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.changes or self.header)

    @property
    def shown(self) -> list[Change]:
        """The changes that somebody made: without what was only carried along to an edited text."""
        return [change for change in self.changes if change.aspects != ("offsets",)]

    @property
    def counts(self) -> Counter[str]:
        """How many records were added and removed, and how many changed in each aspect."""
        found: Counter[str] = Counter()
        for change in self.changes:
            found.update(change.aspects or (change.kind,))
        return found


def diff(first: AnnotationSet, second: AnnotationSet) -> Difference:
    """What is different in ``second``. Two versions of one annotator's set are compared by id, two annotators' by place."""
    is_same_annotator = first.header.annotator == second.header.annotator
    is_same_text = first.header.text_sha256 == second.header.text_sha256
    pairs = match(first, second, by_id=is_same_annotator)
    names = {one.id: other.id for one, other in pairs if one and other}
    changes = []
    for one, other in pairs:
        if one is None:
            changes.append(Change("added", None, other))
        elif other is None:
            changes.append(Change("removed", one, None))
        else:
            aspects = _aspects(one, other, names, is_same_text=is_same_text)
            if is_same_annotator and one.id != other.id:
                aspects.append("id")
            if aspects:
                changes.append(Change("changed", one, other, tuple(aspects)))
    left_out = () if is_same_annotator else ("annotator", "method", "sources", "status")
    header = {
        field: (getattr(first.header, field), getattr(second.header, field))
        for field in _OF_HEADER
        if field not in left_out and getattr(first.header, field) != getattr(second.header, field)
    }
    return Difference(tuple(sorted(changes, key=_place)), header, names)


def _place(change: Change) -> tuple[int, int, int, str]:
    """Spans where they stand, then everything else as it is written."""
    record = change.record
    if isinstance(record, Span):
        return (0, record.start, -record.end, record.id)
    return (1 + (Relation, Label, Note).index(type(record)), 0, 0, record.id)


def _aspects(one: Record, other: Record, names: Mapping[str, str], *, is_same_text: bool) -> list[str]:
    found = []
    if isinstance(one, Span) and isinstance(other, Span):
        if one.extents != other.extents:
            found.append("edges" if is_same_text or one.text != other.text else "offsets")
        elif one.text != other.text:
            found.append("text")
    elif not isinstance(one, Relation | Span) and getattr(one, "text", "") != getattr(other, "text", ""):
        found.append("text")
    for field in _FIELDS:
        value, now = getattr(one, field, None), getattr(other, field, None)
        if (
            field == "attributes" and value is not None
        ):  # a reference follows its annotation; a word that looks like an id stays itself
            value = {key: each if now and each == now.get(key) else renamed(each, names) for key, each in value.items()}
        elif field in ("args", "about"):
            value = renamed(value, names)
        if msgspec.json.encode(value) != msgspec.json.encode(now):
            found.append(field)
    return found
