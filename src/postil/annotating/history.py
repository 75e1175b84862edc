"""States with the steps between them: doing, undoing and doing again, all pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Literal

import msgspec

from postil.annotating.action import Word, action_named
from postil.annotating.state import State
from postil.annotating.steps import Step, redone, step_between, undone
from postil.errors import ActionRefused


class Do(msgspec.Struct, frozen=True, tag="do"):
    """A step was done."""

    step: Step


class Back(msgspec.Struct, frozen=True, tag="back"):
    """The last step was undone, or the one undone last done again."""

    way: Literal["undo", "redo"]


Entry = Do | Back


class History(msgspec.Struct, frozen=True):
    """A state, the steps that led to it and those that were undone. ``entries``: what happened, since they were written down."""

    state: State
    done: tuple[Step, ...] = ()
    undone: tuple[Step, ...] = ()
    entries: tuple[Entry, ...] = ()

    def perform(self, name: str, *words: Word) -> History:
        """Do an action by its name, or ``undo`` or ``redo``. Raises :class:`~postil.errors.ActionRefused` and changes nothing."""
        if name in ("undo", "redo"):
            if words:
                raise ActionRefused(f"{name} takes no words")
            return self.undo() if name == "undo" else self.redo()
        return self.then(action_named(name)(self.state, *words))

    def then(self, state: State) -> History:
        """Go on to a state that an action made: a step, where the set is another one."""
        state = _with_head_that_is_there(state)
        step = step_between(self.state, state)
        if step is None:
            return msgspec.structs.replace(self, state=state)
        return History(state, (*self.done, step), (), (*self.entries, Do(step)))

    def undo(self) -> History:
        """Take the last step back."""
        if not self.done:
            raise ActionRefused("there is nothing to undo")
        *rest, last = self.done
        return History(
            _with_head_that_is_there(undone(self.state, last)), tuple(rest), (*self.undone, last), (*self.entries, Back("undo"))
        )

    def redo(self) -> History:
        """Do the step again that was undone last."""
        if not self.undone:
            raise ActionRefused("there is nothing to do again")
        *rest, last = self.undone
        return History(
            _with_head_that_is_there(redone(self.state, last)), (*self.done, last), tuple(rest), (*self.entries, Back("redo"))
        )

    def written_down(self) -> History:
        """The same with no entries left to write down."""
        return msgspec.structs.replace(self, entries=())


def _with_head_that_is_there(state: State) -> State:
    """The state without a head that was taken out: keys of labels would go on meaning relations."""
    return state if state.head in state.marks.by_id or not state.head else state.with_(head="")


def replays(beginning: State, entries: Iterable[Entry]) -> Iterator[History]:
    """The history as it was before the first of these entries, and after each. ``beginning`` is the state before them."""
    return accumulate(entries, _advanced, initial=History(beginning))


def _advanced(history: History, entry: Entry) -> History:
    if isinstance(entry, Do):
        return History(redone(history.state, entry.step), (*history.done, entry.step))
    return (history.undo() if entry.way == "undo" else history.redo()).written_down()


def ending_in(state: State, entries: Iterable[Entry]) -> History:
    """The history that entries tell of, which ends in the set that ``state`` has: as cheap as the entries are few.

    ``state`` has what had been rejected before the entries.
    """
    done: list[Step] = []
    undone_: list[Step] = []
    for entry in entries:
        if isinstance(entry, Do):
            done.append(entry.step)
            undone_.clear()
        elif entry.way == "undo":
            undone_.append(done.pop())
        else:
            done.append(undone_.pop())
    return History(_in_place(state, done, undone_), tuple(done), tuple(undone_))


def _in_place(state: State, done: list[Step], undone_: list[Step]) -> State:
    """The state where the annotator left it, with what had been rejected by then."""
    rejected = state.rejected.union(key for step in done for key in step.rejected)
    place = undone_[-1].before if undone_ else done[-1].after if done else state.place
    return state.with_(place=state.fitted(place), rejected=rejected)
