"""Taking out."""

from __future__ import annotations

from collections import Counter

from postil.annotating.action import action
from postil.annotating.deleting import Deletion, without
from postil.annotating.making import described
from postil.annotating.state import State, focused
from postil.errors import ActionRefused
from postil.text import counted, listing


@action(repeats=True)
def delete(state: State) -> State:
    """Take out the record here, with its notes and the relations that would lack it; references to it are taken off.

    What went with it is said.
    """
    record = focused(state)
    if record is None:
        raise ActionRefused("no annotation is here: go to one first")
    deletion = without(state.marks, record.id, state.scheme)
    cursor = min(state.place.anchor, state.place.cursor)
    return state.at(cursor, cursor, marks=deletion.marks, said=f"{described(record)} is taken out{_with_it(deletion)}")


def _with_it(deletion: Deletion) -> str:
    counts = Counter(type(record).__name__.lower() for record in deletion.gone)
    said = f", with {listing((counted(number, noun) for noun, number in counts.items()), 'and')}" if counts else ""
    emptied = [f"{described(record)} is without {name}" for record, name in deletion.emptied]
    return f"{said}{''.join(f'; {one}' for one in emptied)}"
