"""What an annotator sees and has done at one moment. Every action makes a new state of it and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from postil.annotating.marks import Marks
from postil.annotating.offer import Left, Offer, Order
from postil.annotating.reading import Reading
from postil.errors import ActionRefused
from postil.findings import Finding, Severity
from postil.lazy import lazy
from postil.model import Annotation, Label, Note, Relation, Span
from postil.scheme import Layer, Scheme
from postil.segmentation import Extent, trim
from postil.text import counted, listing, printable

GHOST = "ghost:"
"""What the focus on a suggestion begins with: no id of a record does."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the annotator is: in which layer, where the cursor stands, what is selected, which record is looked at.

    ``anchor`` is where the selection began, ``cursor`` where it ends now, on either side; they are the same where nothing is
    selected. ``focus`` is the id of the record that the annotator went to or made last; empty after a move.
    """

    layer: str
    anchor: int = 0
    cursor: int = 0
    focus: str = ""


class Mark(msgspec.Struct, frozen=True):
    """What was labelled last, to be done again: ``sought`` is its text, or what was searched for where it was a hit of that."""

    layer: str
    label: str
    attributes: dict[str, Any]
    sought: str

    @property
    def with_what(self) -> str:
        """Which attributes go along, in words."""
        return f"with {listing(map(printable, self.attributes), 'and')}"


class Again(msgspec.Struct, frozen=True):
    """What was done last to a span that was there, to be done again to others like it: same layer, label and text."""

    action: str
    words: tuple[str, ...]
    layer: str
    label: str
    text: str


class Once(msgspec.Struct, frozen=True):
    """What was done last to something that is no span, in the words in which it was said: there is no next match of it."""

    said: str


class Review(msgspec.Struct, frozen=True):
    """Places that wait to be labelled together, as the span was that they are mentions of.

    ``inside``: those of them that lie in a span of the layer, as parts of other names: not taken unless they are chosen.
    """

    mark: Mark
    places: tuple[Extent, ...]
    inside: frozenset[Extent] = frozenset()


class State(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """One moment of annotating.

    ``seed`` is what new ids are drawn from. ``check`` is what finds faults in a set, where a session has it. ``suggestions``
    are another's, offered as ghosts; ``rejected`` are the keys of those that were turned down. ``head`` is the id marked as
    the head of a relation; ``recent`` that of the span looked at last, wherever the cursor has gone since; ``last`` what
    repeat would do again; ``sought`` the text that was searched for; ``review`` the mentions that wait to be labelled
    together; ``grown`` the selections that the present one grew from. ``is_narrow``: only the current layer is shown. ``said``
    is what the last action has to say.
    """

    reading: Reading
    scheme: Scheme
    marks: Marks
    place: Place
    seed: str = ""
    check: Callable[[Marks], list[Finding]] | None = None
    suggestions: Offer | None = None
    rejected: frozenset[str] = frozenset()
    head: str = ""
    recent: str = ""
    last: Mark | Again | Once | None = None
    sought: str = ""
    review: Review | None = None
    grown: tuple[Extent, ...] = ()
    is_narrow: bool = False
    said: str = ""

    @property
    def text(self) -> str:
        """The document's text."""
        return self.reading.text

    @property
    def errors(self) -> list[Finding]:
        """The errors in the set as it is; none where nothing checks it."""
        return [one for one in self.check(self.marks) if one.severity is Severity.ERROR] if self.check else []

    @property
    def suggestions_left(self) -> int:
        """How many suggestions are left, in all layers."""
        return len(self._left.ordered)

    @property
    def layer(self) -> Layer:
        """The current layer, as the scheme defines it."""
        return self.scheme.layers[self.place.layer]

    @property
    def _left(self) -> Left:
        return self.suggestions.left(self.marks, self.rejected) if self.suggestions else Left()

    @property
    def ghosts(self) -> list[Span]:
        """The spans that are suggested, and left, in the layers that are shown, in canonical order."""
        left = self._left.spans
        return [span for span in left if self.is_shown(span.layer)] if self.is_narrow else left

    @property
    def offered(self) -> list[tuple[Order, Annotation]]:
        """All suggestions that are left in the layers that are shown, in the order in which they are gone through."""
        left = self._left.ordered
        return [(order, one) for order, one in left if self.is_shown(one.layer)] if self.is_narrow else left

    @property
    def offered_relations(self) -> list[Relation]:
        """The relations among them, their arguments being the annotator's own annotations."""
        return [one for one in self._left.relations if self.is_shown(one.layer)]

    @property
    def offered_labels(self) -> list[Label]:
        """The labels of the document among them."""
        return [one for one in self._left.labels if self.is_shown(one.layer)]

    def is_shown(self, layer: str) -> bool:
        """Whether the spans of a layer are shown."""
        return not self.is_narrow or layer == self.place.layer

    @lazy
    def chosen_ghost(self) -> Annotation | None:
        """The suggestion that was gone to, while it is left."""
        id = self.place.focus.removeprefix(GHOST)
        return next((one for _, one in self.offered if one.id == id), None) if id != self.place.focus else None

    @lazy
    def ghost(self) -> Annotation | None:
        """The suggestion that is looked at: the one gone to, else the shortest of the current layer at the cursor.

        In a layer of document labels that is the first of the layer, wherever the cursor is.
        """
        if chosen := self.chosen_ghost:
            return chosen
        cursor, layer = self.place.cursor, self.place.layer
        if self.layer.kind == "label":
            return next((one for one in self.offered_labels if one.layer == layer), None)
        here = [span for span in self.ghosts if span.start <= cursor < span.end and span.layer == layer]
        return min(here, key=lambda span: span.end - span.start, default=None)

    def with_(self, **changes: Any) -> State:
        """The same state but for these fields."""
        return msgspec.structs.replace(self, **changes)

    def at(self, anchor: int, cursor: int, focus: str = "", **changes: Any) -> State:
        """The same state in another place of the text."""
        clamp = self.reading.clamp
        place = msgspec.structs.replace(self.place, anchor=clamp(anchor), cursor=clamp(cursor), focus=focus)
        there = self.with_(place=place, **({"grown": ()} | changes))
        return there.with_(recent=focus) if isinstance(there.marks.by_id.get(focus), Span) else there

    def fitted(self, place: Place) -> Place:
        """A place of another time, as far as this text and this scheme have it."""
        clamp, layer = self.reading.clamp, place.layer if place.layer in self.scheme.layers else self.place.layer
        return Place(layer, clamp(place.anchor), clamp(place.cursor), place.focus)

    def selecting(self, anchor: int, cursor: int, **changes: Any) -> State:
        """The same state with another selection: the edges that a suggestion which was gone to would have if it were taken."""
        keeps = isinstance(self.chosen_ghost, Span)
        return self.at(anchor, cursor, self.place.focus if keeps else "", **changes)

    def at_ghost(self, ghost: Annotation, **changes: Any) -> State:
        """The same state at a suggestion, in its layer: what is done next is done there. A label of the document has no place."""
        layer = ghost.layer if ghost.layer in self.scheme.layers else self.place.layer
        ends = [self.marks.by_id.get(id) for _, id in ghost.arguments()] if isinstance(ghost, Relation) else [ghost]
        last = max((one for one in ends if isinstance(one, Span)), key=lambda one: (one.start, -one.end), default=None)
        place = (last.start, last.end) if last else (self.place.anchor, self.place.cursor)
        there = self.at(*place, f"{GHOST}{ghost.id}", **changes)
        return there.with_(place=msgspec.structs.replace(there.place, layer=layer))

    def looking_at(self, span: Span, **changes: Any) -> State:
        """The same state with the cursor behind a span, which is selected and looked at."""
        return self.at(span.start, span.end, span.id, **changes)


def selected(state: State) -> Extent:
    """What an action is about: the selection without the blanks around it; where there is none, the word at the cursor."""
    start, end = sorted((state.place.anchor, state.place.cursor))
    start, end = trim(state.text, start, end)
    if start < end:
        return start, end
    word = state.reading.word_at(state.place.cursor)
    if word is None:
        raise ActionRefused("nothing is selected, and there is no word at the cursor")
    return word


def aimed_at(state: State) -> Extent | None:
    """The word that a label would be put on though nothing is selected."""
    is_bare = state.place.anchor == state.place.cursor and state.layer.kind == "span"
    return state.reading.word_at(state.place.cursor) if is_bare else None


def looked_at(state: State) -> Annotation | Note | None:
    """The record that is looked at: the one gone to, else the shortest span at the cursor, of the current layer if any.

    None while a suggestion is looked at that was gone to: what is done there is not done to what lies around it.
    """
    if found := state.marks.by_id.get(state.place.focus):
        return found
    if state.chosen_ghost:
        return None
    spans = state.marks.covering(state.place.cursor)
    own = [span for span in spans if span.layer == state.place.layer]
    return next(reversed(own or spans), None)


def focused(state: State) -> Annotation | Note | None:
    """The record that is worked on: what is looked at, but in a layer of relations or of document labels never a span.

    There it is the one that was gone to; else the only one of the layer: of its relations those that tie what is here count.
    """
    found = looked_at(state)
    if state.chosen_ghost or state.layer.kind == "span" or not isinstance(found, Span | None):
        return found
    of_layer = _of_layer_here(state)
    return of_layer[0] if len(of_layer) == 1 else None


def _of_layer_here(state: State) -> list[Relation] | list[Label]:
    """The labels of the current layer; or its relations that tie the span that was gone to, else any span at the cursor."""
    annotations, layer = state.marks.annotations, state.place.layer
    if state.layer.kind == "label":
        return [one for one in annotations.labels if one.layer == layer]
    ends = {state.place.focus} & state.marks.by_id.keys() or {span.id for span in state.marks.covering(state.place.cursor)}
    tying = (one for one in annotations.relations if one.layer == layer)
    return [one for one in tying if any(id in ends for _, id in one.arguments())]


def focused_record(state: State) -> Annotation | Note:
    """The record that is worked on. Raises :class:`~postil.errors.ActionRefused` where there is none."""
    found = focused(state)
    if found is None:
        raise ActionRefused(_none_here(state, "annotation"))
    return found


def focused_annotation(state: State) -> Annotation:
    """The annotation that is worked on. Raises :class:`~postil.errors.ActionRefused` where there is none."""
    found = focused(state)
    if found is None or isinstance(found, Note):
        raise ActionRefused(_none_here(state, "annotation"))
    return found


def focused_span(state: State) -> Span:
    """The span that is looked at, whatever the layer. Raises :class:`~postil.errors.ActionRefused` where there is none."""
    found = looked_at(state)
    if not isinstance(found, Span):
        raise ActionRefused(_GHOST_HERE if state.chosen_ghost else "no span is here: go to one first")
    return found


_GHOST_HERE = "this is a suggestion: take it first"


def _none_here(state: State, what: str) -> str:
    kind, layer = state.layer.kind, state.place.layer
    if state.chosen_ghost:
        return _GHOST_HERE
    if kind == "span":
        return f"no {what} is here: go to one first"
    here = len(_of_layer_here(state))
    of_what = f"{counted(here, kind)} of {layer} are here" if here else f"no {kind} of {layer} is here"
    return f"{of_what}: go to the one that is meant first, as next span does, or choose another layer"
