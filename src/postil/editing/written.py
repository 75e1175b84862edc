"""Whether somebody changed an adjudicated set by hand since it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from postil.editing.decisions import EDITED
from postil.editing.pending import as_plain
from postil.model import STATUSES, AnnotationSet, Span
from postil.storage.decisions_file import Decision, Written, said


def written(annotations: AnnotationSet) -> Written:
    """What tells this set from every other."""
    whole = annotations.canonical()
    return Written(
        annotations.header.text_sha256,
        _sha256(msgspec.json.encode(as_plain(each), order="sorted") for each in (whole.header, *whole.records)),
        _sha256(
            sorted([*(said(as_plain(each)) for each in whole.annotations), *(msgspec.json.encode(each) for each in whole.notes)])
        ),
    )


def _sha256(lines: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\n".join(lines)).hexdigest()


def is_by_hand(there: AnnotationSet, before: Sequence[Written], result: AnnotationSet) -> bool:
    """Whether a set is neither one that was written, carried along to an edited text or not, nor what is to be written.

    Its status counts as much as what it says: somebody may call a set complete, or not yet, and means it.
    """
    is_as_decided = there.canonical().records == result.canonical().records
    if is_as_decided and (there.header.status == result.header.status or not is_status_by_hand(there, before)):
        return False
    now = written(there)
    for each in before:
        if each.text_sha256 == now.text_sha256:
            if each.set_sha256 == now.set_sha256:
                return False
        elif each.said_sha256 == now.said_sha256 and not _is_moved(there, result):
            return False
    return True


def is_status_by_hand(there: AnnotationSet, before: Sequence[Written]) -> bool:
    """Whether a set is one that was written, but for its status."""
    others = (msgspec.structs.replace(there.header, status=status) for status in STATUSES if status != there.header.status)
    known = {each.set_sha256 for each in before}
    return any(written(msgspec.structs.replace(there, header=header)).set_sha256 in known for header in others)


def _is_moved(there: AnnotationSet, result: AnnotationSet) -> bool:
    places = {span.id: span for span in result.spans}
    return any(
        span.text == places[span.id].text and span.extents != places[span.id].extents
        for span in there.spans
        if span.id in places
    )  # fmt: skip


def carried(decisions: Iterable[Decision], sets: Iterable[AnnotationSet], there: AnnotationSet | None) -> list[Decision]:
    """Decisions with every span standing where it was carried to in an edited text.

    What annotators said stands where their sets have it, what adjudicators wrote themselves where the set ``there`` has it.
    """
    said_by = {each.annotator: {span.id: span for span in each.spans} for each in sets}
    written_by_hand = {span.id: span for span in there.spans} if there else {}
    return [
        msgspec.structs.replace(
            each,
            versions={name: plain and _placed(plain, said_by.get(name, {})) for name, plain in each.versions.items()},
            result=tuple(_placed(plain, written_by_hand) for plain in each.result) if each.chosen == EDITED else each.result,
        )
        for each in decisions
    ]


def _placed(plain: dict[str, Any], places: Mapping[str, Span]) -> dict[str, Any]:
    """An annotation standing where the span of its id does, if that says the same."""
    span = places.get(str(plain.get("id")))
    if span is None or said(as_plain(span)) != said(plain):
        return plain
    moved = {**plain, "start": span.start, "end": span.end, "fragments": span.fragments}
    return moved if span.fragments else {key: value for key, value in moved.items() if key != "fragments"}
