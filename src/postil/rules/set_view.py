"""One annotation set as a rule looks at it.

A rule proves a set clean on whole columns where it can, with built-ins at C speed, and goes through the annotations one by one
only where the proof fails. Columns and proofs are made once and shared by all rules.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import starmap
from operator import lt, neg
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from postil.findings import Place, Related, excerpt
from postil.lazy import lazy
from postil.model import AnnotationSet, Header, Label, Note, Record, Relation, Span
from postil.rules.attribute_uses import AttributeFault, Attributes, Use, judged, use_of
from postil.rules.fixes import Fix, RecordChange
from postil.rules.views import DocumentView, Problem, fault_place
from postil.scheme import Layer, Role, Scheme
from postil.storage.bundle import Bundle
from postil.storage.faults import FaultKind
from postil.storage.set_file import SetFile

_encode = msgspec.json.Encoder().encode


Foresight = Callable[[AnnotationSet, str], int]


class Columns(NamedTuple):
    """The spans of a set, field by field, in the order of the file."""

    ids: list[str]
    layers: list[str]
    labels: list[str]
    starts: list[int]
    ends: list[int]
    texts: list[str]
    attributes: list[dict[str, Any]]


class SetView:
    """One annotation set, with the text that it is about and the scheme that it follows.

    ``proven``: proofs that are known to hold or not, by name. ``would_realign``: what tells how many spans of a set about an
    older text a realignment would carry to a text, where somebody wants to know.
    """

    def __init__(
        self,
        document: DocumentView,
        set_file: SetFile,
        proven: Mapping[str, bool] = MappingProxyType({}),
        would_realign: Foresight | None = None,
    ) -> None:
        vars(self).update(proven)
        self.would_realign = would_realign
        self.document = document
        self.file = set_file
        self.header: Header | None = set_file.header
        self.text = document.text
        self.scheme: Scheme | None = document.bundle.project.scheme
        self.spans: Sequence[Span]
        self.relations: Sequence[Relation]
        self.labels: Sequence[Label]
        self.notes: Sequence[Note]
        self.spans, self.relations, self.labels, self.notes = set_file.by_type

    # --- columns -----------------------------------------------------------------------------------------------------

    @lazy
    def columns(self) -> Columns:
        """The spans, field by field."""
        spans = self.spans
        return Columns(
            [span.id for span in spans],
            [span.layer for span in spans],
            [span.label for span in spans],
            [span.start for span in spans],
            [span.end for span in spans],
            [span.text for span in spans],
            [span.attributes for span in spans],
        )

    @lazy
    def annotations(self) -> list[Span | Relation | Label]:
        """Spans, relations and labels."""
        return [*self.spans, *self.relations, *self.labels]

    @lazy
    def has_fragments(self) -> bool:
        """Whether any span says that it is discontinuous."""
        return any([span.fragments for span in self.spans])

    @lazy
    def ids(self) -> list[str]:
        """The id of every record."""
        others: list[Record] = [*self.relations, *self.labels, *self.notes]
        return [*self.columns.ids, *[record.id for record in others]]

    @lazy
    def by_id(self) -> dict[str, Record]:
        """Every record by its id; the first, where an id comes twice."""
        if self.file.is_grouped and self.have_own_ids:
            return dict(zip(self.ids, self.file.records, strict=True))
        return {record.id: record for record in reversed(self.file.records)}

    @lazy
    def layers_and_labels(self) -> set[tuple[str, str]]:
        """Each ``(layer, label)`` that an annotation has."""
        return {(record.layer, record.label) for record in self.annotations}

    @lazy
    def layer_names(self) -> set[str]:
        """Each layer that an annotation is in."""
        return {layer for layer, _ in self.layers_and_labels}

    # --- proofs ------------------------------------------------------------------------------------------------------

    @lazy
    def have_own_ids(self) -> bool:
        """Proof that no two records have the same id."""
        return len(set(self.ids)) == len(self.ids)

    @lazy
    def _places(self) -> list[int]:
        """A number for each span's edges: smaller for an earlier start, and for a later end where the start is the same.

        Good only where all are in bounds.
        """
        size = len(self.text or "") + 1
        return [start * size - end for start, end in zip(self.columns.starts, self.columns.ends, strict=True)]

    @lazy
    def _have_own_edges(self) -> bool:
        """Proof that no two spans have the same edges."""
        return self.text is not None and self.are_in_bounds and len(set(self._places)) == len(self._places)

    @lazy
    def _keys(self) -> list[tuple[int, int, str, str]]:
        """The first four fields of each span's place in a canonical file."""
        columns = self.columns
        return list(zip(columns.starts, map(neg, columns.ends), columns.layers, columns.labels, strict=True))

    @lazy
    def are_distinct(self) -> bool:
        """Proof that no two spans have the same edges, layer and label."""
        return self._have_own_edges or len(set(self._keys)) == len(self._keys)

    @lazy
    def is_sorted(self) -> bool:
        """Proof that the records stand in canonical order."""
        others: tuple[Sequence[Record], ...] = (self.relations, self.labels, self.notes)
        ids = [[record.id for record in records] for records in others]
        return self.file.is_grouped and self._are_spans_sorted and all([each == sorted(each) for each in ids])

    @lazy
    def _are_spans_sorted(self) -> bool:
        if self._have_own_edges:
            return self._places == sorted(self._places)
        if self._keys != sorted(self._keys):
            return False
        keys = list(zip(self._keys, self.columns.ids, strict=True))
        return self.are_distinct or keys == sorted(keys)

    @lazy
    def are_in_bounds(self) -> bool:
        """Proof that every span has 0 <= start < end <= length of the text."""
        starts, ends = self.columns.starts, self.columns.ends
        if self.text is None or not starts or self.are_sound:
            return True
        return min(starts) >= 0 and max(ends) <= len(self.text) and all(map(lt, starts, ends))

    @lazy
    def are_sound(self) -> bool:
        """Proof that every span is in bounds, has its fragments in order and covers the text that it says."""
        text, (starts, ends, texts) = self.text, self.columns[3:6]
        if text is None:
            return False
        if starts and (min(starts) < 0 or max(ends) > len(text)):
            return False
        if self.has_fragments:
            return all(_is_sound(span, text) for span in self.spans)
        # where none is empty, each covers something: it starts before it ends
        return [text[start:end] for start, end in zip(starts, ends, strict=True)] == texts and "" not in texts

    # --- annotations, as rules go through them -----------------------------------------------------------------------

    @lazy
    def sound(self) -> Sequence[Span]:
        """The spans whose offsets can be trusted: in bounds, fragments in order, covering the text that they say.

        A span that is not sound has a finding of its own; rules about edges and overlap leave it alone.
        """
        text = self.text
        if text is None:
            return []
        if self.are_sound:
            return self.spans
        return [span for span in self.spans if _is_sound(span, text)]

    @lazy
    def spans_by_layer(self) -> dict[str, list[Span]]:
        """The sound spans of each layer that the scheme has, sorted by start, longest first."""
        in_order = self.sound if self.is_sorted else sorted(self.sound, key=lambda span: (span.start, -span.end))
        names = self.scheme.layers if self.scheme else ()
        found = {name: [span for span in in_order if span.layer == name] for name in names if name in self.layer_names}
        return {name: spans for name, spans in found.items() if spans}

    @lazy
    def spans_by_text(self) -> dict[tuple[str, str], list[Span]]:
        """The sound spans by their layer, where the scheme has it, and the text that they cover, in the order of the text."""
        found: dict[tuple[str, str], list[Span]] = {}
        for layer, spans in self.spans_by_layer.items():
            for span in spans:
                found.setdefault((layer, span.text), []).append(span)
        return found

    @lazy
    def covered_edges(self) -> dict[str, list[int]]:
        """Where the stretches begin and end that the spans of each layer cover together: start and end in turn, ascending."""
        found: dict[str, list[int]] = {}
        for layer, spans in self.spans_by_layer.items():
            edges, reached = found.setdefault(layer, []), 0
            for span in spans:
                if span.end > reached:
                    edges += (max(span.start, reached), span.end)
                    reached = span.end
        return found

    @lazy
    def by_extents(self) -> dict[tuple[str, tuple[tuple[int, int], ...]], list[Span]]:
        """The spans of each layer that cover just the same characters, by layer and extents."""
        found: dict[tuple[str, tuple[tuple[int, int], ...]], list[Span]] = {}
        for span in self.spans:
            found.setdefault((span.layer, span.extents), []).append(span)
        return found

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

    @lazy
    def attribute_uses(self) -> dict[Use, Attributes]:
        """Each different use of attributes, and the attributes."""
        return {use_of(record): record.attributes for record in self.annotations if record.attributes}

    def attribute_problems(self, fault: AttributeFault, overlooks: Callable[[str, str], bool] | None = None) -> Iterator[Problem]:
        """A problem for each attribute that ``fault`` finds wrong.

        ``overlooks``: whether an attribute, by its layer and name, is let be all the same.
        """
        uses = self.attribute_uses
        found = judged(self.document.bundle.project, fault, uses, lambda: uses)
        if not any([found[use] for use in uses]):
            return
        for record, _ in self.with_attributes():
            for name, message in found[use_of(record)].items():
                if not (overlooks and overlooks(record.layer, name)):
                    yield self.problem(record, message, "attributes", name)

    @lazy
    def arguments(self) -> list[tuple[Relation, list[tuple[str, str]]]]:
        """Each relation with the ``(role, id)`` of each of its arguments."""
        return [(relation, relation.arguments()) for relation in self.relations]

    @lazy
    def naming(self) -> dict[str, list[Record]]:
        """The records that name each id, as an argument, in a reference, or because a note is about it."""
        found: dict[str, list[Record]] = {}
        for record in self.file.records:
            ids = [record.about] if isinstance(record, Note) else _references(record, self.layer(record))
            for id in dict.fromkeys(ids):
                found.setdefault(id, []).append(record)
        return found

    @lazy
    def with_roles(self) -> list[tuple[Relation, dict[str, Role]]]:
        """Each relation in a layer of relations, with the roles that the scheme gives it."""
        layers = self.scheme.layers_of_kind("relation") if self.scheme else {}
        kinds = {(record.layer, record.label) for record in self.relations}
        roles = {(layer, label): layers[layer].roles_of(label) for layer, label in kinds if layer in layers}
        return [(record, roles[kind]) for record in self.relations if (kind := (record.layer, record.label)) in roles]

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
        fix: Fix | None = None,
    ) -> Problem:
        """A problem of a record, at one of its keys if one is named (and at a key in that key's object)."""
        others = tuple(starmap(self._related, related))
        return Problem(message, self._record_place(record, key), self._text_place(record), others, record.id, help, record, fix)

    def change(self, record: Record, becomes: Record | None) -> RecordChange:
        """The change of a fix: ``record`` becomes another one, or goes."""
        return RecordChange(self.file.path, self._line_of[id(record)], becomes)

    def header_problem(self, message: str, key: str, help: str = "", fix: Fix | None = None) -> Problem:
        """A problem at a key of the header."""
        return Problem(message, self._place(self.file.header_line, (key,)), help=help, fix=fix)

    def line_problem(self, number: int, message: str, help: str = "", fix: Fix | None = None) -> Problem:
        """A problem of a line of the file."""
        return Problem(message, self._place(number, ()), help=help, fix=fix)

    @lazy
    def _line_of(self) -> dict[int, int]:
        return {id(record): line for record, line in zip(self.file.records, self.file.lines, strict=True)}

    def may_be_unreadable(self, id: str) -> bool:
        """Whether a line that could not be read may be the record with this id."""
        return any(f'"{id}"' in fault.line_text for fault in self.file.faults if fault.kind != "unknown key")

    @lazy
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


def _references(record: Span | Relation | Label, layer: Layer | None) -> list[str]:
    ids = [id for _, id in record.arguments()] if isinstance(record, Relation) else []
    for name in layer.references if layer and record.attributes else ():
        value = record.attributes.get(name)
        ids += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return ids


class BundleView:
    """A document with all that is said about it. ``proven``, ``would_realign``: as each of its sets has them."""

    def __init__(
        self, bundle: Bundle, proven: Mapping[str, bool] = MappingProxyType({}), would_realign: Foresight | None = None
    ) -> None:
        self.document = DocumentView(bundle)
        self._proven, self._would_realign = proven, would_realign

    @lazy
    def sets(self) -> list[SetView]:
        """Each of its sets."""
        return [SetView(self.document, file, self._proven, self._would_realign) for file in self.document.bundle.set_files]


def _is_sound(span: Span, text: str) -> bool:
    in_bounds = 0 <= span.start < span.end <= len(text)
    return in_bounds and is_well_formed(span) and span.covered(text) == span.text


def is_well_formed(span: Span) -> bool:
    """Whether the fragments, if any, are two or more, in order, apart, and reach from start to end."""
    if not span.fragments:
        return True
    edges = [edge for fragment in span.fragments for edge in fragment]
    in_order = all(map(lt, edges, edges[1:]))
    return len(span.fragments) > 1 and in_order and edges[0] == span.start and edges[-1] == span.end


def _json(value: Any) -> str:
    return _encode(value).decode()
