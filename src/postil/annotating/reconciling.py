"""What becomes of a set that was changed here and on the disk: both, by annotation, and where that cannot be, said so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from postil.annotating.history import History
from postil.annotating.marks import Marks
from postil.editing.conflicts import Conflict
from postil.editing.diff import diff
from postil.editing.fields import are_same
from postil.editing.merge import merge
from postil.errors import PostilError
from postil.model import AnnotationSet
from postil.rendering.differences import in_short
from postil.storage.merge_texts import texts_for_merge
from postil.text import counted

ON_DISK = "changed on the disk"

_NAMED = 3  # of the changes are named


def with_disk(history: History, saved: AnnotationSet, on_disk: AnnotationSet) -> tuple[History, tuple[Conflict, ...]]:
    """The history with what was changed on the disk since ``saved`` as its last step, and what both sides changed differently.

    Raises :class:`~postil.errors.PostilError` where the file is about another text now: its offsets mean nothing here.
    """
    state = history.state
    ours = state.marks.annotations
    if on_disk.header.text_sha256 != ours.header.text_sha256:
        raise PostilError("the text was edited, and the set on the disk is about the new one: open the document again")
    merged = merge(saved, ours, on_disk, scheme=state.scheme)
    said = f"{ON_DISK}: {in_short(diff(ours, merged.annotations), _NAMED)}{_conflicts(merged.conflicts)}"
    marks = _keeping(state.marks, merged.annotations)
    return history.then(state.with_(marks=marks, said=said)), merged.conflicts


def carried(root: Path, start: AnnotationSet, ours: AnnotationSet, on_disk: AnnotationSet) -> AnnotationSet:
    """A set whose steps were not saved, carried to the text that the file on the disk is about now."""
    wanted = {each.header.text_sha256 for each in (start, ours, on_disk)}
    texts = texts_for_merge(root, wanted, [ours.document])
    merged = merge(start, ours, on_disk, texts=texts)
    if merged.annotations.header.text_sha256 != on_disk.header.text_sha256:
        raise PostilError(
            f"the last actions on {ours.document} are only in the journal, and the text that its set is about now is nowhere: "
            f"bring it back, or postil realign {ours.document}"
        )
    return merged.annotations


def _keeping(marks: Marks, merged: AnnotationSet) -> Marks:
    """The merged set, with the very records of before where they are equal: what is the same is not taken for a change."""
    known = marks.by_id

    def kept(records: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(known[one.id] if are_same(known.get(one.id), one) else one for one in records)

    groups = [kept(group) for group in (merged.spans, merged.relations, merged.labels, merged.notes)]
    return Marks(AnnotationSet(merged.header, *groups))


def _conflicts(conflicts: Sequence[Conflict]) -> str:
    return f", {counted(len(conflicts), 'conflict')} to decide" if conflicts else ""
