"""What another set offers: its annotations as suggestions, and which of them are left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

import msgspec

from postil.annotating.marks import Marks
from postil.annotating.rejections import key_of
from postil.lazy import lazy
from postil.model import Annotation, AnnotationSet, Label, Relation, Span
from postil.scheme import Scheme

Order = tuple[int, int, str]

_LAST = 2**63  # behind every text
_BEHIND_SPANS = "~"  # after every id


class Left(msgspec.Struct, frozen=True, dict=True):
    """The suggestions that are left. The arguments of a relation are the annotator's own annotations."""

    spans: list[Span] = []
    relations: list[Relation] = []
    labels: list[Label] = []
    places: Mapping[str, tuple[int, int]] = {}

    @lazy
    def ordered(self) -> list[tuple[Order, Annotation]]:
        """All of them as they are gone through: by their places, a relation at its last end, labels of the document last."""
        ordered: list[tuple[Order, Annotation]] = [((span.start, -span.end, span.id), span) for span in self.spans]
        ordered += [((*self._place(one), f"{_BEHIND_SPANS}{one.id}"), one) for one in self.relations]
        ordered += [((_LAST, 0, one.id), one) for one in self.labels]
        return sorted(ordered, key=lambda one: one[0])

    def _place(self, relation: Relation) -> tuple[int, int]:
        return max((self.places[id] for _, id in relation.arguments() if id in self.places), default=(_LAST, 0))


class Offer:
    """What another's set has. Which of it is left is worked out anew only where the set, or what was rejected, is another one.

    A suggestion is gone when it was rejected, and when it was taken: the set has a span of its layer just there, whatever its
    label; a relation of its layer with the same arguments; that label of the document, or any where the layer takes one only; or
    what was made of the suggestion, by its id, wherever its edges are now. A relation is not there before its arguments are.
    """

    def __init__(self, annotations: AnnotationSet, scheme: Scheme) -> None:
        self.annotator = annotations.annotator
        self._annotations, self._scheme = annotations, scheme
        self._last: tuple[Marks | None, frozenset[str], Left] = (None, frozenset(), Left())

    def key(self, suggestion: Annotation) -> str:
        """What a suggestion is known by when it was rejected."""
        return self._keys[suggestion.id]

    def taken_as(self, id: str, marks: Marks) -> Annotation | None:
        """The suggestion that the annotation with this id was made of, by taking it."""
        suggestion = self._by_id.get(id)
        return suggestion if suggestion and self._is_made_of(suggestion, marks) else None

    def left(self, marks: Marks, rejected: frozenset[str]) -> Left:
        """The suggestions that are neither taken nor turned down, in canonical order."""
        if self._last[0] is not marks or self._last[1] is not rejected:
            self._last = (marks, rejected, self._left(marks, rejected))
        return self._last[2]

    def own(self, marks: Marks) -> dict[str, str]:
        """The id of the annotation that was made of each suggestion, or that stands for it in the set."""
        return self._with_relations(marks)[0]

    @lazy
    def _keys(self) -> dict[str, str]:
        return {id: key_of(one, self._by_id) for id, one in self._by_id.items()}

    @lazy
    def _by_id(self) -> dict[str, Annotation]:
        return {one.id: one for one in self._annotations.annotations}

    @lazy
    def _known(self) -> list[tuple[Span, tuple[object, ...], str]]:
        return [(span, (span.layer, span.extents), self._keys[span.id]) for span in self._annotations.spans]

    def _left(self, marks: Marks, rejected: frozenset[str]) -> Left:
        taken, keys = marks.places, self._keys
        spans = [
            span
            for span, place, key in self._known
            if place not in taken and key not in rejected and not self._is_made_of(span, marks)
        ]
        labels = [one for one in self._annotations.labels if keys[one.id] not in rejected and not self._is_labelled(one, marks)]
        relations: list[Relation] = []
        if self._annotations.relations:
            relations = [one for one in self._with_relations(marks)[1] if keys[one.id] not in rejected]
        named = {id for one in relations for _, id in one.arguments()}
        places = {id: (one.start, -one.end) for id in named if isinstance(one := marks.by_id[id], Span)}
        return Left(spans, relations, labels, places)

    def _is_made_of(self, suggestion: Annotation, marks: Marks) -> bool:
        """Whether the set has what was made of a suggestion by taking it, however that was changed."""
        made = marks.by_id.get(suggestion.id)
        if self.annotator not in marks.header.sources or type(made) is not type(suggestion):
            return False
        if isinstance(made, Span) and isinstance(suggestion, Span):
            return made.layer == suggestion.layer and made.start < suggestion.end and suggestion.start < made.end
        return getattr(made, "layer", "") == suggestion.layer

    def _is_labelled(self, label: Label, marks: Marks) -> bool:
        layer = self._scheme.layers.get(label.layer)
        there = [one for one in marks.annotations.labels if one.layer == label.layer]
        is_one = layer is not None and not layer.multiple
        return any(is_one or one.label == label.label for one in there) or self._is_made_of(label, marks)

    # --- relations -------------------------------------------------------------------------------------------------------

    def _with_relations(self, marks: Marks) -> tuple[dict[str, str], list[Relation]]:
        """What stands for each suggestion, and the relations with their arguments so that nothing stands for."""
        own = dict(self._own_ends(marks))
        there = dict(self._ends_there(marks.annotations.relations))
        offered: list[Relation] = []
        waiting = list(self._annotations.relations)
        is_ready = True
        while is_ready:  # ties of ties: those that are tied first
            ready = {one.id: one for one in waiting if all(id in own for _, id in one.arguments())}
            waiting = [one for one in waiting if one.id not in ready]
            is_ready = bool(ready)
            for one in ready.values():
                made = msgspec.structs.replace(one, args={role: _renamed(ids, own) for role, ids in one.args.items()})
                found = next((there[ends] for ends in self._ends(made) if ends in there), "")
                if found or self._is_made_of(one, marks):
                    own[one.id] = found or one.id
                else:
                    offered.append(made)
        return own, offered

    def _own_ends(self, marks: Marks) -> Iterator[tuple[str, str]]:
        for span, place, _ in self._known:
            if self._is_made_of(span, marks):
                yield span.id, span.id
            elif place in marks.places:
                yield span.id, marks.places[place]
        own = {(one.layer, one.label): one.id for one in marks.annotations.labels}
        for label in self._annotations.labels:
            if (label.layer, label.label) in own:
                yield label.id, own[label.layer, label.label]

    def _ends_there(self, relations: Iterable[Relation]) -> Iterator[tuple[object, str]]:
        return chain.from_iterable(((ends, one.id) for ends in self._ends(one)) for one in relations)

    def _ends(self, relation: Relation) -> Iterator[object]:
        """What two relations of a layer between the same annotations have in common; their roles too, unless it is symmetric."""
        arguments = relation.arguments()
        layer = self._scheme.layers.get(relation.layer)
        label = layer.labels.get(relation.label) if layer else None
        yield relation.layer, frozenset(arguments)
        if label is not None and label.symmetric:
            yield relation.layer, frozenset(id for _, id in arguments)


def _renamed(ids: str | tuple[str, ...], own: Mapping[str, str]) -> str | tuple[str, ...]:
    return own[ids] if isinstance(ids, str) else tuple(own[id] for id in ids)
