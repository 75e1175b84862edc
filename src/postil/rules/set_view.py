"""One annotation set as a rule looks at it.

A rule proves a set clean on whole columns where it can, with built-ins at C speed, and goes through the annotations one by one
only where the proof fails. Columns and proofs are made once and shared by all rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import starmap
from operator import attrgetter, is_, lt, neg
from typing import Any, NamedTuple

import msgspec

from postil.findings import Place, Related, excerpt
from postil.model import Header, Label, Note, Record, Relation, Span
from postil.rules.views import DocumentView, Problem, fault_place
from postil.scheme import Layer, Role, Scheme
from postil.storage.faults import FaultKind
from postil.storage.set_file import SetFile

_HASHABLE = frozenset((str, int, float, bool))

AttributeFault = Callable[[Layer, str, str, Any], str]
"""What is wrong with an attribute, given the layer, the label, its name and its value; empty for nothing."""


class Columns(NamedTuple):
    """The spans of a set, field by field, in the order of the file."""

    ids: Sequence[str] = ()
    layers: Sequence[str] = ()
    labels: Sequence[str] = ()
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    texts: Sequence[str] = ()
    fragments: Sequence[tuple[tuple[int, int], ...]] = ()
    attributes: Sequence[dict[str, Any]] = ()
    confidences: Sequence[float | None] = ()
    ignores: Sequence[dict[str, str]] = ()


_fields = attrgetter(
    "id", "layer", "label", "start", "end", "text", "fragments", "attributes", "confidence", "ignore",
)  # fmt: skip


class SetView:
    """One annotation set, with the text that it is about and the scheme that it follows."""

    def __init__(self, document: DocumentView, set_file: SetFile) -> None:
        self.document = document
        self.file = set_file
        self.header: Header | None = set_file.header
        self.text = document.text
        self.scheme: Scheme | None = document.bundle.project.scheme
        by_type: dict[type, list[Any]] = {Span: [], Relation: [], Label: [], Note: []}
        for record in set_file.records:
            by_type[type(record)].append(record)
        self.spans: list[Span] = by_type[Span]
        self.relations: list[Relation] = by_type[Relation]
        self.labels: list[Label] = by_type[Label]
        self.notes: list[Note] = by_type[Note]

    # --- columns -----------------------------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> Columns:
        """The spans, field by field."""
        return Columns(*zip(*map(_fields, self.spans), strict=True)) if self.spans else Columns()

    @cached_property
    def annotations(self) -> list[Span | Relation | Label]:
        """Spans, relations and labels."""
        return [*self.spans, *self.relations, *self.labels]

    @cached_property
    def ids(self) -> list[str]:
        """The id of every record."""
        others: list[Record] = [*self.relations, *self.labels, *self.notes]
        return [*self.columns.ids, *(record.id for record in others)]

    @cached_property
    def by_id(self) -> dict[str, Record]:
        """Every record by its id; the first, where an id comes twice."""
        return {record.id: record for record in reversed(self.file.records)}

    @cached_property
    def layers_and_labels(self) -> set[tuple[str, str]]:
        """Each ``(layer, label)`` that an annotation has."""
        others: list[Relation | Label] = [*self.relations, *self.labels]
        found = {(record.layer, record.label) for record in others}
        return found.union(zip(self.columns.layers, self.columns.labels, strict=True))

    @cached_property
    def layer_names(self) -> set[str]:
        """Each layer that an annotation is in."""
        return {layer for layer, _ in self.layers_and_labels}

    @cached_property
    def has_ignores(self) -> bool:
        """Whether any annotation silences a rule."""
        others: list[Relation | Label] = [*self.relations, *self.labels]
        return any(self.columns.ignores) or any(record.ignore for record in others)

    # --- proofs ------------------------------------------------------------------------------------------------------

    @cached_property
    def is_sorted(self) -> bool:
        """Proof that the records stand in canonical order."""
        others: tuple[Sequence[Record], ...] = (self.relations, self.labels, self.notes)
        return (
            all(map(is_, self.file.records, (record for records in (self.spans, *others) for record in records)))
            and self._are_spans_sorted
            and all([record.id for record in records] == sorted(record.id for record in records) for records in others)
        )

    @cached_property
    def _are_spans_sorted(self) -> bool:
        columns = self.columns
        extents = list(zip(columns.starts, map(neg, columns.ends), strict=True))
        if extents != sorted(extents):
            return False
        if len(set(extents)) == len(extents):
            return True
        keys = list(zip(extents, columns.layers, columns.labels, columns.ids, strict=True))
        return keys == sorted(keys)

    @cached_property
    def are_in_bounds(self) -> bool:
        """Proof that every span has 0 <= start < end <= length of the text."""
        starts, ends = self.columns.starts, self.columns.ends
        if self.text is None or not starts:
            return True
        return min(starts) >= 0 and max(ends) <= len(self.text) and all(map(lt, starts, ends))

    @cached_property
    def are_sound(self) -> bool:
        """Proof that every span is in bounds, has its fragments in order and covers the text that it says."""
        text = self.text
        if text is None or not self.are_in_bounds:
            return False
        if any(self.columns.fragments):
            return all(is_well_formed(span) and span.covered(text) == span.text for span in self.spans)
        covered = [text[start:end] for start, end in zip(self.columns.starts, self.columns.ends, strict=True)]
        return covered == list(self.columns.texts)

    # --- annotations, as rules go through them -----------------------------------------------------------------------

    @cached_property
    def sound(self) -> list[Span]:
        """The spans whose offsets can be trusted: in bounds, fragments in order, covering the text that they say.

        A span that is not sound has a finding of its own; rules about edges and overlap leave it alone.
        """
        text = self.text
        if text is None:
            return []
        if self.are_sound:
            return self.spans
        return [
            span
            for span in self.spans
            if 0 <= span.start < span.end <= len(text) and is_well_formed(span) and span.covered(text) == span.text
        ]

    @cached_property
    def spans_by_layer(self) -> dict[str, list[Span]]:
        """The sound spans of each layer that the scheme has, sorted by start, longest first."""
        found: dict[str, list[Span]] = {name: [] for name in self.scheme.layers} if self.scheme else {}
        in_order = self.sound if self.is_sorted else sorted(self.sound, key=lambda span: (span.start, -span.end))
        for span in in_order:
            if span.layer in found:
                found[span.layer].append(span)
        return {name: spans for name, spans in found.items() if spans}

    def is_declared(self, *path: str) -> bool:
        """Whether the scheme's file has something there, although it could not be read: SCH002 has said so."""
        file = self.document.bundle.project.scheme_file
        if not file.faults:
            return False
        value: Any = file.raw()
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value is not None

    def layer(self, record: Span | Relation | Label) -> Layer | None:
        """The layer of an annotation, where the scheme has it."""
        return self.scheme.layers.get(record.layer) if self.scheme else None

    def with_attributes(self) -> Iterator[tuple[Span | Relation | Label, Layer]]:
        """Each annotation that has attributes, in a layer and with a label that the scheme knows."""
        for record in self.annotations:
            if record.attributes:
                layer = self.layer(record)
                if layer and record.label in layer.labels:
                    yield record, layer

    @cached_property
    def attribute_uses(self) -> dict[tuple[Any, ...], tuple[Layer, str, str, Any]]:
        """Each different use of an attribute: its layer, label, name and value, by a key that tells ``1`` from ``true``."""
        uses = {}
        layers = self.scheme.layers if self.scheme else {}
        columns = self.columns
        others: list[Relation | Label] = [*self.relations, *self.labels]
        spans = zip(columns.layers, columns.labels, columns.attributes, strict=True)
        for layer, label, attributes in (*spans, *((record.layer, record.label, record.attributes) for record in others)):
            if attributes and layer in layers and label in layers[layer].labels:
                for name, value in attributes.items():
                    key = _use(layer, label, name, value)
                    if key not in uses:
                        uses[key] = (layers[layer], label, name, value)
        return uses

    def attribute_problems(self, fault: AttributeFault) -> Iterator[Problem]:
        """A problem for each attribute that ``fault`` finds wrong. Each different use is judged once."""
        wrong = {key: message for key, use in self.attribute_uses.items() if (message := fault(*use))}
        if not wrong:
            return
        for record, _ in self.with_attributes():
            for name, value in record.attributes.items():
                key = _use(record.layer, record.label, name, value)
                if key in wrong:
                    yield self.problem(record, wrong[key], "attributes", name)

    def with_roles(self) -> Iterator[tuple[Relation, dict[str, Role]]]:
        """Each relation in a layer of relations, with the roles that the scheme gives it."""
        for record in self.relations:
            layer = self.layer(record)
            if layer and layer.kind == "relation":
                yield record, layer.roles_of(record.label)

    def faults(self, *kinds: FaultKind) -> Iterator[Problem]:
        """The faults of these kinds that reading the file found."""
        for fault in self.file.faults:
            if fault.kind in kinds:
                yield Problem(fault.message, fault_place(self.file.path, fault))

    # --- places ------------------------------------------------------------------------------------------------------

    def problem(
        self,
        record: Record,
        message: str,
        *key: str,
        related: Sequence[tuple[str, Record]] = (),
        help: str = "",
    ) -> Problem:
        """A problem of a record, at one of its keys if one is named (and at a key in that key's object)."""
        others = tuple(starmap(self._related, related))
        return Problem(message, self._record_place(record, key), self._text_place(record), others, record.id, help, record)

    def header_problem(self, message: str, key: str, help: str = "") -> Problem:
        """A problem at a key of the header."""
        return Problem(message, self._place(self.file.header_line, (key,)), help=help)

    def line_problem(self, number: int, message: str, help: str = "") -> Problem:
        """A problem of a line of the file."""
        return Problem(message, self._place(number, ()), help=help)

    @cached_property
    def _line_of(self) -> dict[int, int]:
        return {id(record): line for record, line in zip(self.file.records, self.file.lines, strict=True)}

    def may_be_unreadable(self, id: str) -> bool:
        """Whether a line that could not be read may be the record with this id."""
        return any(f'"{id}"' in fault.line_text for fault in self.file.faults if fault.kind != "unknown key")

    @cached_property
    def _raw_lines(self) -> list[bytes]:
        return self.file.data.split(b"\n")

    def _related(self, message: str, record: Record) -> Related:
        return Related(message, self._record_place(record, ()), self._text_place(record))

    def _record_place(self, record: Record, key: Sequence[str]) -> Place:
        return self._place(self._line_of[id(record)], key)

    def _place(self, number: int, key: Sequence[str]) -> Place:
        line = self._raw_lines[number - 1].decode("utf-8", "replace")
        column = 0
        for name in key:
            found = re.compile(rf"[{{,]\s*({re.escape(_json(name))})\s*:").search(line, column)
            column = found.start(1) if found else column
        return Place(self.file.path, number, column + 1, excerpt(line, column, 1))

    def _text_place(self, record: Record) -> Place | None:
        if isinstance(record, Note):
            about = self.by_id.get(record.about)
            return self._text_place(about) if about and not isinstance(about, Note) else None
        if isinstance(record, Relation):
            arguments = (self.by_id.get(id) for _, id in record.arguments())
            record = next((argument for argument in arguments if isinstance(argument, Span)), record)
        if not isinstance(record, Span) or not self.text:
            return None
        start = min(max(record.start, 0), len(self.text))
        return self.document.place(start, min(max(record.end, start), len(self.text)))


def is_well_formed(span: Span) -> bool:
    """Whether the fragments, if any, are two or more, in order, apart, and reach from start to end."""
    if not span.fragments:
        return True
    edges = [edge for fragment in span.fragments for edge in fragment]
    in_order = all(map(lt, edges, edges[1:]))
    return len(span.fragments) > 1 and in_order and edges[0] == span.start and edges[-1] == span.end


def _use(layer: str, label: str, name: str, value: Any) -> tuple[Any, ...]:
    kind = type(value)
    return layer, label, name, kind, value if kind in _HASHABLE else _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
