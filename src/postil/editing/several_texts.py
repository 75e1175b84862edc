"""Merging sets that are about several texts: all carried to one of them or, where that is not to be had, kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from postil.editing.conflicts import ELSEWHERE, Conflict
from postil.editing.fields import are_same
from postil.editing.realign import realign
from postil.errors import PostilError
from postil.model import AnnotationSet, Record, Span


class TextNotFound(PostilError):
    """The text that sets would have to be carried to is not among those given."""


def about_one_text(
    base: AnnotationSet | None, ours: AnnotationSet, theirs: AnnotationSet, texts: Mapping[str, str]
) -> tuple[AnnotationSet | None, AnnotationSet, AnnotationSet]:
    """All three sets, about the text that a side changed: ours where both did. Raises :class:`TextNotFound`."""
    hashes = [each.header.text_sha256 for each in (ours, theirs)]
    is_ours_changed = base is None or base.header.text_sha256 != hashes[0]
    target = hashes[0] if is_ours_changed else hashes[1]

    def carried(annotations: AnnotationSet) -> AnnotationSet:
        own = annotations.header.text_sha256
        if own == target:
            return annotations
        if target not in texts:
            raise TextNotFound(f"the sets are about different texts, and the one to carry them to was not found: {target}")
        return realign(texts.get(own), texts[target], annotations).annotations

    if hashes[0] == hashes[1] and target not in texts:
        return base, ours, theirs
    return carried(base) if base else None, carried(ours), carried(theirs)


def apart(base: AnnotationSet | None, ours: AnnotationSet, theirs: AnnotationSet) -> list[Conflict]:
    """A conflict for whatever theirs made of the base: its offsets mean nothing in the text of ours, so that none is merged.

    Between two texts a span is the same where all but its offsets is.
    """
    is_one_text = base is not None and base.header.text_sha256 == theirs.header.text_sha256
    befores, here, there = ({record.id: record for record in each.records} if each else {} for each in (base, ours, theirs))
    found = []
    for id in _changed(befores, there, is_one_text=is_one_text):
        conflict = Conflict(id, ELSEWHERE, befores.get(id), here.get(id), there.get(id))
        if not _is_made_twice(conflict):
            found.append(conflict)
    return found


def _is_made_twice(conflict: Conflict) -> bool:
    """Whether ours changed a record of the base in the same way, or took it out as well. Of new ones nothing tells."""
    if conflict.base is None or conflict.ours is None or conflict.theirs is None:
        return conflict.ours is conflict.theirs is None
    return not isinstance(conflict.base, Span) and are_same(conflict.ours, conflict.theirs)


def _changed(before: Mapping[str, Record], after: Mapping[str, Record], *, is_one_text: bool) -> Iterator[str]:
    for id in dict.fromkeys((*before, *after)):
        one, other = before.get(id), after.get(id)
        if one and other and not is_one_text:
            one, other = _placeless(one), _placeless(other)
        if not are_same(one, other):
            yield id


def _placeless(record: Record) -> Record:
    return msgspec.structs.replace(record, start=0, end=0, fragments=()) if isinstance(record, Span) else record
