"""Taking suggestions: they become annotations of the set, whose header names where they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from postil.annotating.making import described, refuse_place, relabelled
from postil.annotating.minting import fresh_id
from postil.annotating.overlapping import forbidding
from postil.annotating.relating import takes
from postil.annotating.state import State, selected
from postil.editing.references import References, renamed, strings_of
from postil.errors import ActionRefused
from postil.model import Annotation, Label, Note, Record, Relation, Span
from postil.text import listing, printable, quote


def taken(state: State, chosen: Sequence[Annotation]) -> State:
    """The state with these suggestions in the set, the last of them looked at.

    They are a person's judgement now, so without the confidence of whoever made them; the header names whose they were. They keep
    their ids where these are free: by them it is known what became of which suggestion.
    """
    offer = state.suggestions
    assert offer is not None
    header = state.marks.header
    own = offer.own(state.marks)
    ids = set(state.marks.by_id)
    for ghost in chosen:
        own[ghost.id] = ghost.id if ghost.id not in ids else fresh_id(state.seed, ghost.layer, offer.key(ghost), ids)
        ids.add(own[ghost.id])
    records = [_as_own(state, ghost, own) for ghost in chosen]
    marks = state.marks.with_records(records)
    marks = marks.with_header(replace(header, sources=tuple(sorted({*header.sources, offer.annotator}))))
    last = records[-1]
    place = (last.start, last.end) if isinstance(last, Span) else (state.place.anchor, state.place.cursor)
    return state.with_(marks=marks).at(*place, last.id)


def _as_own(state: State, ghost: Annotation, own: Mapping[str, str]) -> Annotation:
    """A suggestion as an annotation of the set: what it refers to is what stands there for that."""
    attributes: dict[str, Any] = dict(ghost.attributes)
    for name in References(state.scheme).of(ghost):
        if name in attributes:
            if any(id in state.marks.by_id for id in strings_of(attributes[name]) if id not in own):
                del attributes[name]  # the id is that of something else here
            else:
                attributes[name] = renamed(attributes[name], own)
    made = replace(ghost, id=own[ghost.id], attributes=attributes, confidence=None)
    return made.at(made.extents, state.text) if isinstance(made, Span) else made


def objection(state: State, ghost: Annotation, more: Sequence[Annotation] = ()) -> str:
    """Why a suggestion cannot be taken, in the words of check; empty where it can. ``more``: what is taken with it."""
    layer = state.scheme.layers.get(ghost.layer)
    kind = type(ghost).__name__.lower()
    if layer is None:
        return f"the scheme has no layer {quote(ghost.layer)}"
    if layer.kind != kind:
        return f"a {kind} in layer {ghost.layer}, which holds {layer.kind}s"
    if ghost.label not in layer.labels:
        return f"layer {ghost.layer} has no label {quote(ghost.label)}"
    if isinstance(ghost, Span):
        is_free = forbidding(state, ghost, (one for one in more if isinstance(one, Span))) is None
        return "" if is_free else f"overlap with what is there: {ghost.layer} is {layer.overlap} in the scheme"
    if isinstance(ghost, Relation):
        return _objection_to_ends(state, ghost)
    others = {one.label for one in more if isinstance(one, Label) and one.layer == ghost.layer}
    return f"a document has one label of {ghost.layer}" if others and not layer.multiple else ""


def _objection_to_ends(state: State, relation: Relation) -> str:
    roles = state.scheme.layers[relation.layer].roles_of(relation.label)
    for role, id in relation.arguments():
        end: Record = state.marks.by_id[id]
        if role not in roles:
            return f"{relation.label} has no role {quote(role)}; its roles are {listing(roles, 'and')}"
        if not isinstance(end, Note) and not takes(roles[role], end):
            return f"{relation.label} takes no {printable(end.label)} as its {role}"
    return ""


def as_changed(state: State, ghost: Annotation, word: str = "") -> Annotation:
    """The suggestion with another label, if one is given, and with the edges of the selection, where those were moved."""
    if word:
        ghost, _ = relabelled(state, ghost, word)
    chosen = state.chosen_ghost
    place = state.place
    edges = sorted((place.anchor, place.cursor))
    is_moved = isinstance(chosen, Span) and edges[0] < edges[1] and edges != [chosen.start, chosen.end]
    if not (isinstance(ghost, Span) and is_moved and chosen and chosen.id == ghost.id):
        return ghost
    start, end = selected(state)
    if not (start < ghost.end and ghost.start < end):
        raise ActionRefused("nothing of the suggestion is selected any more")
    return ghost.at([(start, end)], state.text)


def taken_one(state: State, ghost: Annotation) -> State:
    """The state with one suggestion in the set. Raises :class:`~postil.errors.ActionRefused` where that cannot be."""
    if isinstance(ghost, Span) and ghost.layer in state.scheme.layers:
        refuse_place(state, ghost)
    if why_not := objection(state, ghost):
        raise ActionRefused(why_not)
    return taken(state, [ghost]).with_(said=f"took {described(ghost, state.marks.by_id)}")
