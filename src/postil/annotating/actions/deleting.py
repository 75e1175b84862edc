"""Taking out."""

from __future__ import annotations

from collections import Counter

from postil.annotating.action import action
from postil.annotating.deleting import Deletion, without
from postil.annotating.making import described
from postil.annotating.state import State, focused_record
from postil.model import Record
from postil.text import counted, listing


@action(repeats=True)
def delete(state: State) -> State:
    """Take out the record here, with its notes and the relations that would lack it; references to it are taken off.

    What went with it is said. In a layer of relations it is the relation that is taken out, in one of document labels the label,
    never a span. Where it was made of a suggestion, by taking it, that is turned down now.
    """
    record = focused_record(state)
    deletion = without(state.marks, record.id, state.scheme)
    cursor = min(state.place.anchor, state.place.cursor)
    said = f"{described(record, state.marks.by_id)} is taken out{_with_it(deletion, state)}"
    there = state.with_(marks=deletion.marks, rejected=state.rejected | _turned_down(state, record))
    return there.at(cursor, cursor, said=said)


def _turned_down(state: State, record: Record) -> set[str]:
    """The key of the suggestion that a record was made of, if it was."""
    suggestion = state.suggestions.taken_as(record.id, state.marks) if state.suggestions else None
    return {state.suggestions.key(suggestion)} if state.suggestions and suggestion else set()


def _with_it(deletion: Deletion, state: State) -> str:
    counts = Counter(type(record).__name__.lower() for record in deletion.gone)
    said = f", with {listing((counted(number, noun) for noun, number in counts.items()), 'and')}" if counts else ""
    emptied = [f"{described(record, state.marks.by_id)} is without {name}" for record, name in deletion.emptied]
    return f"{said}{''.join(f'; {one}' for one in emptied)}"
