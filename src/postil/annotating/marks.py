"""A set that is being changed: always in canonical order, its records found by their ids, a change as cheap as a copy."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection, Iterable
from operator import attrgetter
from typing import Any

import msgspec

from postil.annotating.covered import Covered
from postil.editing.references import References, ids_named_by
from postil.lazy import lazy
from postil.model import AnnotationSet, Header, Label, Note, Record, Relation, Span, span_order
from postil.segmentation import Extent

_FIELDS: dict[type, tuple[str, Callable[[Any], Any]]] = {
    Span: ("spans", span_order),
    Relation: ("relations", attrgetter("id")),
    Label: ("labels", attrgetter("id")),
    Note: ("notes", attrgetter("id")),
}


class Marks(msgspec.Struct, frozen=True, dict=True):
    """The records of one annotator about one document. Make it of a canonical set."""

    annotations: AnnotationSet

    @property
    def header(self) -> Header:
        """The header."""
        return self.annotations.header

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans, in canonical order."""
        return self.annotations.spans

    @lazy
    def by_id(self) -> dict[str, Record]:
        """Every record by its id."""
        return {record.id: record for record in self.annotations.records}

    def in_layer(self, layer: str) -> list[Span]:
        """The spans of a layer, in canonical order."""
        return [span for span in self.spans if span.layer == layer]

    @lazy
    def places(self) -> dict[tuple[str, tuple[Extent, ...]], str]:
        """Where the spans of each layer are, each with the id of one that is just there."""
        return {(span.layer, span.extents): span.id for span in self.spans}

    def covered(self, layer: str) -> Covered:
        """What the spans of a layer cover, worked out once."""
        if layer not in self._covered:
            self._covered[layer] = Covered(self.in_layer(layer))
        return self._covered[layer]

    @lazy
    def _covered(self) -> dict[str, Covered]:
        return {}

    def covering(self, offset: int) -> list[Span]:
        """The spans that cover the character at ``offset``, the shortest last."""
        found = [span for span in self.spans if span.start <= offset < span.end]
        return sorted(found, key=lambda span: span.start - span.end)

    def naming(self, ids: Collection[str], references: References) -> list[Record]:
        """The records that name one of these: as an argument, in a reference, or because they are notes about it."""
        those = self.annotations
        may_name: list[Record] = [*those.relations, *those.notes]
        may_name += [one for one in those.spans if one.attributes and references.of(one)]
        may_name += [one for one in those.labels if one.attributes and references.of(one)]
        return [record for record in may_name if not ids_named_by(record, references).isdisjoint(ids)]

    def with_records(self, put: Iterable[Record] = (), out: Collection[str] = ()) -> Marks:
        """The same with these records put in, each in the place of one with its id, and without those whose ids are ``out``."""
        put = list(put)
        gone = {*out, *(record.id for record in put)}
        kinds = {type(self.by_id[id]) for id in gone if id in self.by_id} | set(map(type, put))
        changes: dict[str, Any] = {}
        for kind in kinds:
            name, order = _FIELDS[kind]
            left = [record for record in getattr(self.annotations, name) if record.id not in gone]
            for record in put:
                if type(record) is kind:
                    insort(left, record, key=order)
            changes[name] = tuple(left)
        return Marks(msgspec.structs.replace(self.annotations, **changes)) if changes else self

    def with_header(self, header: Header) -> Marks:
        """The same under another header."""
        return Marks(msgspec.structs.replace(self.annotations, header=header))
