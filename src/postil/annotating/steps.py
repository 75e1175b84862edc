"""What an action changed, so that it can be undone, done again, and written down."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from postil.annotating.marks import Marks
from postil.annotating.state import Place, State
from postil.model import Header, Record


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one record; ``None`` where there was none, or is none any more."""

    before: Record | None = None
    after: Record | None = None

    @property
    def id(self) -> str:
        """The id of the record."""
        record = self.after or self.before
        assert record is not None
        return record.id


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One undoable step: every record that changed, the header if it did, the suggestions that were rejected.

    ``said`` is what the action said; the places are those before it and after it.
    """

    said: str
    before: Place
    after: Place
    changes: tuple[Change, ...] = ()
    header: tuple[Header, Header] | None = None
    rejected: tuple[str, ...] = ()

    @property
    def records(self) -> list[Record]:
        """Each record as it is now, or as it was last."""
        return [record for change in self.changes if (record := change.after or change.before)]


def changes_between(before: Marks, after: Marks) -> tuple[Change, ...]:
    """Every record that is not the very same in both. An action keeps what it does not change."""
    if before.annotations is after.annotations:
        return ()
    first, second = before.by_id, after.by_id
    changed = {id: record for id, record in second.items() if first.get(id) is not record}
    gone = [Change(before=record) for id, record in first.items() if id not in second]
    return (*gone, *(Change(first.get(id), record) for id, record in changed.items() if not _are_equal(first.get(id), record)))


def _are_equal(one: Record | None, other: Record) -> bool:
    return one == other and msgspec.json.encode(one) == msgspec.json.encode(other)


def step_between(before: State, after: State) -> Step | None:
    """The step from one state to another; ``None`` where the set is the same in both."""
    headers = (before.marks.header, after.marks.header)
    header = None if headers[0] == headers[1] else headers
    changes = changes_between(before.marks, after.marks)
    rejected = tuple(sorted(after.rejected - before.rejected))
    if not (changes or header or rejected):
        return None
    return Step(after.said, before.place, after.place, changes, header, rejected)


def undone(state: State, step: Step) -> State:
    """The state before the step."""
    marks = _changed(state.marks, ((change.after, change.before) for change in step.changes))
    if step.header:
        marks = marks.with_header(step.header[0])
    return _back(state, marks, step.before, state.rejected.difference(step.rejected), f"undone: {step.said}")


def redone(state: State, step: Step) -> State:
    """The state after the step, from that before it."""
    marks = _changed(state.marks, ((change.before, change.after) for change in step.changes))
    if step.header:
        marks = marks.with_header(step.header[1])
    return _back(state, marks, step.after, state.rejected.union(step.rejected), f"done again: {step.said}")


def _changed(marks: Marks, changes: Iterable[tuple[Record | None, Record | None]]) -> Marks:
    pairs = list(changes)
    return marks.with_records(
        [new for _, new in pairs if new is not None], [old.id for old, new in pairs if old is not None and new is None]
    )


def _back(state: State, marks: Marks, place: Place, rejected: Collection[str], said: str) -> State:
    return state.with_(marks=marks, rejected=frozenset(rejected), place=state.fitted(place), review=None, grown=(), said=said)
