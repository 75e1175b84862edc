"""Taking and turning down what another set suggests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from postil.annotating.action import action
from postil.annotating.choosing import label_named
from postil.annotating.making import described
from postil.annotating.questions import questions
from postil.annotating.state import State
from postil.annotating.stops import stop_after
from postil.annotating.taking import as_changed, objection, taken, taken_one
from postil.errors import ActionRefused
from postil.model import Annotation, Label, Relation, Span
from postil.segmentation import Extent
from postil.text import counted, listing


@action("[LABEL]")
def accept(state: State, word: str = "") -> State:
    """Take the suggestion here, with another label if one is given, and go to the next; stay where an attribute must be answered.

    Where the selection was changed since it was gone to, it is taken with these edges. Attributes that the other label cannot
    have are taken off.
    """
    ghost = _here(state)
    if word and ghost.layer in state.scheme.layers:
        word = label_named(ghost.layer, state.scheme.layers[ghost.layer], word)
    there = taken_one(state, as_changed(state, ghost, word))
    faults = [one.fault for one in questions(there) if one.fault]
    return there.with_(said=f"{there.said}; {listing(faults, 'and')}") if faults else _to_next(there, there.said)


@action()
def reject(state: State) -> State:
    """Turn the suggestion here down, and go to the next. It is remembered on this computer, through edits of the text too."""
    ghost = _here(state)
    assert state.suggestions is not None
    key = state.suggestions.key(ghost)
    return _to_next(state.with_(rejected=state.rejected | {key}), f"rejected {described(ghost, state.marks.by_id)}")


@action()
def accept_sentence(state: State) -> State:
    """Take every suggestion in the sentence here, relations inside it too; in a layer of document labels, all of the layer."""
    layer = state.place.layer
    if state.layer.kind == "label":
        return _all_taken(
            state, lambda _, one: isinstance(one, Label) and one.layer == layer, f"no label of {layer} is suggested"
        )
    sentence = state.reading.at("sentence", min(state.place.anchor, state.place.cursor))
    return _all_taken(state, lambda state, one: _is_inside(state, one, sentence), "this sentence has no suggestion")


@action("LABEL")
def accept_label(state: State, word: str) -> State:
    """Take every suggestion of the current layer with this label."""
    label = label_named(state.place.layer, state.layer, word)
    wanted = (state.place.layer, label)
    others = counted(len(state.offered), "suggestion")
    nothing = f"no suggestion of {label} is left in {state.place.layer}; {others} of other labels and layers"
    return _all_taken(state, lambda _, one: (one.layer, one.label) == wanted, nothing, f" of {label}")


def _here(state: State) -> Annotation:
    ghost = state.ghost
    if ghost is None:
        raise ActionRefused("no suggestion is here")
    return ghost


def _is_inside(state: State, one: Annotation, extent: Extent | None) -> bool:
    """Whether a span, or all that a relation ties, lies in the extent."""
    if extent is None or isinstance(one, Label):
        return False
    ends = [state.marks.by_id[id] for _, id in one.arguments()] if isinstance(one, Relation) else [one]
    return all(isinstance(end, Span) and extent[0] <= end.start and end.end <= extent[1] for end in ends)


_Fits = Callable[[State, Annotation], bool]


def _all_taken(state: State, fits: _Fits, nothing: str, what: str = "") -> State:
    """The state with those suggestions that fit and that the scheme allows, then those that are there for it: relations.

    What was not taken is said, and why. ``nothing``: what is said where none fits.
    """
    number = 0
    left: Counter[str] = Counter()
    while True:
        fitting = [one for _, one in state.offered if fits(state, one)]
        allowed, left = _allowed(state, fitting)
        if not allowed:
            break
        state = taken(state, allowed)
        number += len(allowed)
    if not number:
        raise ActionRefused("; ".join(left) if left else nothing)
    not_taken = "".join(f"; not {count:,}: {why}" for why, count in left.items())
    return _to_next(state, f"took {counted(number, 'suggestion')}{what}{not_taken}")


def _allowed(state: State, fitting: Iterable[Annotation]) -> tuple[list[Annotation], Counter[str]]:
    """Those that can be taken, one beside the other, and why the others cannot. What is suggested twice is taken once."""
    offer = state.suggestions
    allowed: list[Annotation] = []
    beside: list[Span | Label] = []  # those of them that the next may meet: they come by their places
    left: Counter[str] = Counter()
    for ghost in {offer.key(ghost): ghost for ghost in fitting}.values() if offer else ():
        if isinstance(ghost, Span):
            beside = [one for one in beside if isinstance(one, Label) or one.end > ghost.start]
        why_not = objection(state, ghost, beside)
        if why_not:
            left[why_not] += 1
            continue
        allowed.append(ghost)
        if not isinstance(ghost, Relation):
            beside.append(ghost)
    return allowed, left


def _to_next(state: State, said: str) -> State:
    """The state at the suggestion that follows, if any is left."""
    left = len(state.offered)
    there = stop_after(state, "ghost") if left else state
    return there.with_(said=f"{said}; {counted(left, 'suggestion')} left" if left else said)
