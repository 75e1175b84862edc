"""What is different between two sets, in terms of annotations and not of lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from postil.editing.matching import match
from postil.editing.references import References, with_names
from postil.model import AnnotationSet, Label, Note, Record, Relation, Span
from postil.scheme import Scheme

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


def diff(first: AnnotationSet, second: AnnotationSet, *, scheme: Scheme | None = None) -> Difference:
    """What is different in ``second``. Two versions of one annotator's set are compared by id, two annotators' by place.

    ``scheme``: says which attributes are references, which follow what they name. Without it, whatever looks like one does.
    """
    references = References(scheme, guesses=True)
    is_same_annotator = first.header.annotator == second.header.annotator
    is_same_text = first.header.text_sha256 == second.header.text_sha256
    pairs = match(first, second, by_id=is_same_annotator, references=references)
    names = {one.id: other.id for one, other in pairs if one and other}
    changes = []
    for one, other in pairs:
        if one is None:
            changes.append(Change("added", None, other))
        elif other is None:
            changes.append(Change("removed", one, None))
        else:
            aspects = _aspects(one, _following(one, other, names, references), other, is_same_text=is_same_text)
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


def _following(one: Record, other: Record, names: Mapping[str, str], references: References) -> Record:
    """A record naming what the second set has of what it names. Where nothing is said of it, a word that stayed is a word."""
    now = getattr(other, "attributes", {})
    named: Record = with_names(one, names, references)
    words = {key: value for key, value in getattr(one, "attributes", {}).items() if key in now and value == now[key]}
    if references.is_guess and words and not isinstance(named, Note):
        return msgspec.structs.replace(named, attributes={**named.attributes, **words})
    return named


def _aspects(one: Record, following: Record, other: Record, *, is_same_text: bool) -> list[str]:
    found = []
    if isinstance(one, Span) and isinstance(other, Span):
        if one.extents != other.extents:
            found.append("edges" if is_same_text or one.text != other.text else "offsets")
        elif one.text != other.text:
            found.append("text")
    elif not isinstance(one, Relation | Span) and getattr(one, "text", "") != getattr(other, "text", ""):
        found.append("text")
    for field in _FIELDS:
        value, now = getattr(following, field, None), getattr(other, field, None)
        if msgspec.json.encode(value) != msgspec.json.encode(now):
            found.append(field)
    return found
