"""Merging sets that are about several texts: all carried to one of them or, where that is not to be had, kept apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from postil.editing.conflicts import ELSEWHERE, Conflict
from postil.editing.fields import are_same
from postil.editing.pending import REALIGN, is_pending, without_pending
from postil.editing.realign import realign
from postil.errors import PostilError
from postil.model import AnnotationSet, Record, Span
from postil.unplaced import placed


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
    if base is None:
        return None, carried(ours), carried(theirs)
    now = carried(base)
    is_edited_twice = len({base.header.text_sha256, *hashes}) > 2
    return now, carried(ours), _doubted(base, now, ours, carried(theirs)) if is_edited_twice else carried(theirs)


def _doubted(base: AnnotationSet, now: AnnotationSet, ours: AnnotationSet, theirs: AnnotationSet) -> AnnotationSet:
    """Theirs, with what the text of the base leaves open in that of ours left open as well.

    Between their text and ours a line that is gone and one that is new look like one that was edited; the base knows both. What
    ours decided, and what theirs says of other words, stays.
    """
    before, theirs_open = _open_spans(base), _open_spans(theirs)
    opened = {id: span for id, span in _open_spans(now).items() if id not in before}
    decided = {span.id for span in ours.spans} - _open_spans(ours).keys()
    doubted = {
        span.id
        for span in theirs.spans
        if span.id in opened and span.text == opened[span.id].text and (span.id in theirs_open or span.id not in decided)
    }
    if not doubted:
        return theirs
    spans = tuple(_placed_as(span, opened[span.id]) if span.id in doubted else span for span in theirs.spans)
    notes = [note for note in now.notes if is_pending(note, REALIGN) and note.about in doubted]
    return msgspec.structs.replace(theirs, spans=spans, notes=(*without_pending(theirs.notes, REALIGN, doubted), *notes))


def _open_spans(annotations: AnnotationSet) -> dict[str, Span]:
    return {one.id: one for one in placed(annotations).left_out if isinstance(one, Span)}


def _placed_as(span: Span, other: Span) -> Span:
    return msgspec.structs.replace(span, start=other.start, end=other.end, fragments=other.fragments)


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
