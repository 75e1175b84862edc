"""Tying annotations to each other."""

from __future__ import annotations

from postil.annotating.action import action
from postil.annotating.choosing import relation_named
from postil.annotating.making import described, put_record
from postil.annotating.relating import end_here, relation_between, with_argument
from postil.annotating.state import State, focused_annotation
from postil.errors import ActionRefused
from postil.model import Relation


@action()
def head(state: State) -> State:
    """Mark the annotation here as the head of the next relation; mark it again to forget it.

    At a relation that was made just now it is the tail of that, unless the scheme ties relations too.
    """
    found = end_here(state)
    if state.head == found.id:
        return state.with_(head="", said="no head is marked")
    return state.with_(head=found.id, said=f"head: {described(found, state.marks.by_id)}")


@action("LABEL")
def relate(state: State, word: str) -> State:
    """Make a relation from the head to the annotation here, by its label's key or name."""
    return relation_between(state, *relation_named(state, word))


@action("ROLE")
def argument(state: State, role: str) -> State:
    """Put the head into a further role of the relation here, or into one that may have several."""
    relation = focused_annotation(state)
    filler = state.marks.by_id.get(state.head)
    if not isinstance(relation, Relation):
        raise ActionRefused("no relation is here: go to one by its id")
    if filler is None:
        raise ActionRefused("no head is marked: go to it and use head")
    changed = with_argument(state, relation, role, filler.id)
    return put_record(state, changed, f"{described(filler)} is {role} of {relation.label}").with_(head="")
