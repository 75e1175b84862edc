"""Taking and turning down what another set suggests."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from postil.annotating.action import action
from postil.annotating.choosing import label_named
from postil.annotating.making import described, refuse_place, relabelled
from postil.annotating.minting import fresh_id
from postil.annotating.offer import key_of
from postil.annotating.overlapping import forbidding
from postil.annotating.questions import questions
from postil.annotating.state import State
from postil.annotating.stops import stop_after
from postil.errors import ActionRefused
from postil.model import Span
from postil.text import counted, listing


@action("[LABEL]")
def accept(state: State, word: str = "") -> State:
    """Take the suggestion here, with another label if one is given, and go to the next; stay where an attribute must be answered.

    Attributes that the other label cannot have are taken off.
    """
    ghost = _here(state)
    if word:
        ghost, _ = relabelled(state, ghost, label_named(ghost.layer, state.scheme.layers[ghost.layer], word))
    taken = _taken(state, [ghost])
    faults = [one.fault for one in questions(taken) if one.fault]
    if faults:
        return taken.with_(said=f"took {described(ghost)}; {listing(faults, 'and')}")
    return _to_next(taken, f"took {described(ghost)}")


@action()
def reject(state: State) -> State:
    """Turn the suggestion here down for good, and go to the next."""
    ghost = _here(state)
    return _to_next(state.with_(rejected=state.rejected | {key_of(ghost)}), f"rejected {described(ghost)}")


@action()
def accept_sentence(state: State) -> State:
    """Take every suggestion in the sentence here."""
    sentence = state.reading.at("sentence", min(state.place.anchor, state.place.cursor))
    inside = [ghost for ghost in state.ghosts if sentence and sentence[0] <= ghost.start and ghost.end <= sentence[1]]
    if not inside:
        raise ActionRefused("this sentence has no suggestion")
    return _to_next(*_all_taken(state, inside))


@action("LABEL")
def accept_label(state: State, word: str) -> State:
    """Take every suggestion of the current layer with this label."""
    label = label_named(state.place.layer, state.layer, word)
    fitting = [ghost for ghost in state.ghosts if (ghost.layer, ghost.label) == (state.place.layer, label)]
    if not fitting:
        others = counted(len(state.ghosts), "suggestion")
        raise ActionRefused(f"no suggestion of {label} is left in {state.place.layer}; {others} of other labels and layers")
    return _to_next(*_all_taken(state, fitting, f" of {label}"))


def _here(state: State) -> Span:
    ghost = state.ghost
    if ghost is None:
        raise ActionRefused("no suggestion is here")
    if ghost.layer not in state.scheme.layers:
        raise ActionRefused(f"the scheme has no layer {ghost.layer}")
    return ghost


def _all_taken(state: State, chosen: Sequence[Span], what: str = "") -> tuple[State, str]:
    """The state with those of the suggestions that the scheme allows beside what is there, and how many these are."""
    allowed = [ghost for ghost in chosen if forbidding(state, ghost) is None]
    left = len(chosen) - len(allowed)
    if not allowed:
        raise ActionRefused("what is suggested overlaps what is there, as the scheme does not allow")
    said = f"took {counted(len(allowed), 'suggestion')}{what}"
    return _taken(state, allowed), f"{said}, not {left:,} that would overlap what is there" if left else said


def _taken(state: State, chosen: Sequence[Span]) -> State:
    """The state with these suggestions in the set: a person's judgement now, so without the confidence of whoever made them."""
    taken = set(state.marks.by_id)
    spans = []
    for ghost in chosen:
        id = ghost.id if ghost.id not in taken else fresh_id(state.seed, ghost.layer, key_of(ghost), taken)
        span = replace(ghost, id=id, confidence=None, text=ghost.covered(state.text))
        refuse_place(state, span)
        taken.add(id)
        spans.append(span)
    last = spans[-1]
    return state.at(last.start, last.end, last.id, marks=state.marks.with_records(spans))


def _to_next(state: State, said: str) -> State:
    """The state at the suggestion that follows, if any is left."""
    left = state.ghosts
    there = stop_after(state, "ghost") if left else state
    return there.with_(said=f"{said}; {counted(len(left), 'suggestion')} left" if left else said)
