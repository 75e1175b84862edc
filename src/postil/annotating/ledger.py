"""Whether the steps of a journal fit together: each changes what those before it left, none is undone that was not done."""

from __future__ import annotations

from collections.abc import Iterable

from postil.annotating.history import Do, Entry
from postil.annotating.steps import Change, Step
from postil.model import AnnotationSet, Header, Record
from postil.text import quote


class Ledger:
    """The records of a set by their ids, step by step: as cheap as the changes are, whatever the size of the set."""

    def __init__(self, start: AnnotationSet) -> None:
        self._records: dict[str, Record] = {record.id: record for record in start.records}
        self._header = start.header
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def fault(self, entry: Entry) -> str:
        """Go on by an entry; why it cannot be what was done next, empty where it can."""
        if isinstance(entry, Do):
            self._undone.clear()
            self._done.append(entry.step)
            return self._advance(entry.step)
        source, target = (self._done, self._undone) if entry.way == "undo" else (self._undone, self._done)
        if not source:
            return "it undoes what was not done" if entry.way == "undo" else "it does again what was not undone"
        target.append(source.pop())
        return self._advance(target[-1], is_undone=entry.way == "undo")

    def _advance(self, step: Step, *, is_undone: bool = False) -> str:
        if step.header and (fault := self._put_header(*(reversed(step.header) if is_undone else step.header))):
            return fault
        faults = [self._put(change, is_undone=is_undone) for change in step.changes]
        return next(filter(None, faults), "")

    def _put_header(self, before: Header, after: Header) -> str:
        if before != self._header:
            return "the header was another one"
        if (after.document, after.annotator, after.text_sha256) != (before.document, before.annotator, before.text_sha256):
            return "the header becomes that of another set"
        self._header = after
        return ""

    def _put(self, change: Change, *, is_undone: bool) -> str:
        before, after = (change.after, change.before) if is_undone else (change.before, change.after)
        ids = {record.id for record in (before, after) if record}
        if len(ids) != 1:
            return "a change is of no record, or of two"
        (id,) = ids
        if self._records.get(id) != before:
            return f"{quote(id)} was not what it changes"
        if after is None:
            del self._records[id]
        else:
            self._records[id] = after
        return ""


def first_fault(start: AnnotationSet, entries: Iterable[tuple[int, Entry]]) -> tuple[int, str]:
    """The number of the first entry that does not fit, and why; 0 and nothing where all do."""
    ledger = Ledger(start)
    return next(((number, fault) for number, entry in entries if (fault := ledger.fault(entry))), (0, ""))
