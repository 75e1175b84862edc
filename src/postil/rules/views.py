"""What a rule looks at, with columns that are made once and shared, and the places of what it finds.

A rule proves a document clean on whole columns where it can, with built-ins at C speed, and goes through the annotations one by
one only where the proof fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import starmap
from operator import attrgetter, lt
from typing import Any

import msgspec

from postil.findings import Place, Related, excerpt, place_in
from postil.manifest import Metadata
from postil.model import Header, Label, Note, Record, Relation, Span
from postil.scheme import Layer, Role, Scheme
from postil.segmentation import Extent, paragraphs, sentences
from postil.storage.bundle import Bundle, Project
from postil.storage.directory import Stray
from postil.storage.faults import Fault, FaultKind
from postil.storage.set_file import SetFile
from postil.storage.toml_file import TomlFile
from postil.storage.toml_positions import KeyPath
from postil.text import LineIndex


class Problem(msgspec.Struct, frozen=True):
    """What a rule yields: a message and its place. ``subject`` is the id of the annotation, where it is about one."""

    message: str
    place: Place
    text_place: Place | None = None
    related: tuple[Related, ...] = ()
    subject: str = ""
    help: str = ""


def toml_problem(file: TomlFile[Any], path: KeyPath, message: str, help: str = "") -> Problem:
    """A problem at a key of a TOML file."""
    line, column = file.position(path)
    return Problem(message, Place(file.path, line, column, excerpt(LineIndex(file.source).line(line), column - 1, 1)), help=help)


def toml_faults(file: TomlFile[Any], *kinds: FaultKind) -> Iterator[Problem]:
    """The faults of these kinds that reading the file found."""
    for fault in file.faults:
        if fault.kind in kinds:
            yield Problem(fault.message, _fault_place(file.path, fault))


def _fault_place(path: str, fault: Fault) -> Place:
    shown = excerpt(fault.line_text, fault.column - 1, 1) if fault.line_text else None
    return Place(path, fault.line, fault.column, shown)


class ProjectView(msgspec.Struct, frozen=True):
    """Manifest, scheme, and the files that are none of a corpus's."""

    project: Project
    strays: tuple[Stray, ...] = ()

    @property
    def scheme(self) -> Scheme | None:
        """The scheme as far as it could be read."""
        return self.project.scheme

    def problem(self, path: KeyPath, message: str, help: str = "") -> Problem:
        """A problem at a key of the scheme."""
        return toml_problem(self.project.scheme_file, path, message, help)


class DocumentView:
    """A document's text and metadata."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.document = bundle.document
        self.text = bundle.text

    @property
    def metadata(self) -> Metadata:
        """The metadata over the manifest's defaults."""
        return self.bundle.metadata

    @cached_property
    def lines(self) -> LineIndex:
        """The lines of the text (of no text, where there is none)."""
        return LineIndex(self.text or "")

    @cached_property
    def sentences(self) -> list[Extent]:
        """The sentences of the text."""
        return sentences(self.text or "")

    @cached_property
    def paragraphs(self) -> list[Extent]:
        """The paragraphs of the text."""
        return paragraphs(self.text or "")

    @property
    def path(self) -> str:
        """The file that stands for the document: its text, else its metadata, else its first set."""
        files = (self.bundle.text_file, self.bundle.metadata_file, *self.bundle.set_files)
        return next(file.path for file in files if file)

    def problem(self, message: str, help: str = "") -> Problem:
        """A problem of the document as a whole."""
        return Problem(message, Place(self.path), help=help)

    def text_problem(self, start: int, end: int, message: str, help: str = "") -> Problem:
        """A problem of the passage ``start`` to ``end`` of the text."""
        return Problem(message, self.place(start, end), help=help)

    def metadata_problem(self, path: KeyPath, message: str, help: str = "") -> Problem:
        """A problem at a key of the metadata (of the document, where it has none)."""
        file = self.bundle.metadata_file
        return toml_problem(file, path, message, help) if file else self.problem(message, help)

    def place(self, start: int, end: int) -> Place:
        """The place of a passage of the text."""
        file = self.bundle.text_file
        return place_in(file.path if file else "", self.lines, start, end)


class SetView:
    """One annotation set, with the text that it is about and the scheme that it follows."""

    def __init__(self, document: DocumentView, set_file: SetFile) -> None:
        self.document = document
        self.file = set_file
        self.header: Header | None = set_file.header
        self.text = document.text
        self.scheme: Scheme | None = document.bundle.project.scheme
        records = set_file.records
        types = list(map(type, records))
        count = types.count(Span)
        self.spans: Sequence[Span] = (
            records[:count] if types[:count].count(Span) == count else self._of_type(Span)  # type: ignore[assignment]
        )
        others = records if len(self.spans) != count or types[:count].count(Span) != count else records[count:]
        self.relations = [record for record in others if type(record) is Relation]
        self.labels = [record for record in others if type(record) is Label]
        self.notes = [record for record in others if type(record) is Note]

    def _of_type(self, kind: type) -> list[Any]:
        return [record for record in self.file.records if type(record) is kind]

    # --- columns -----------------------------------------------------------------------------------------------------

    @cached_property
    def columns(self) -> tuple[tuple[Any, ...], ...]:
        """Of the spans: ids, layers, labels, starts, ends, texts, fragments, attributes."""
        getters = attrgetter("id", "layer", "label", "start", "end", "text", "fragments", "attributes")
        return tuple(zip(*map(getters, self.spans), strict=True)) if self.spans else ((),) * 8

    @cached_property
    def annotations(self) -> list[Span | Relation | Label]:
        """Spans, relations and labels."""
        return [*self.spans, *self.relations, *self.labels]

    @cached_property
    def ids(self) -> list[str]:
        """The id of every record."""
        others: list[Record] = [*self.relations, *self.labels, *self.notes]
        return [*self.columns[0], *(record.id for record in others)]

    @cached_property
    def by_id(self) -> dict[str, Record]:
        """Every record by its id; the first, where an id comes twice."""
        return {record.id: record for record in reversed(self.file.records)}

    @cached_property
    def layers_and_labels(self) -> set[tuple[str, str]]:
        """Each ``(layer, label)`` that an annotation has."""
        _, layers, labels, *_ = self.columns
        others: list[Relation | Label] = [*self.relations, *self.labels]
        return {(record.layer, record.label) for record in others}.union(zip(layers, labels, strict=True))

    @cached_property
    def layer_names(self) -> set[str]:
        """Each layer that an annotation is in."""
        return {layer for layer, _ in self.layers_and_labels}

    def with_attributes(self) -> Iterator[tuple[Span | Relation | Label, Layer]]:
        """Each annotation that has attributes, in a layer and with a label that the scheme knows."""
        for record in self.annotations:
            if record.attributes:
                layer = self.layer(record)
                if layer and record.label in layer.labels:
                    yield record, layer

    def with_roles(self) -> Iterator[tuple[Relation, dict[str, Role]]]:
        """Each relation in a layer of relations, with the roles that the scheme gives it."""
        for record in self.relations:
            layer = self.layer(record)
            if layer and layer.kind == "relation":
                yield record, layer.roles_of(record.label)

    @cached_property
    def spans_by_layer(self) -> dict[str, list[Span]]:
        """The sound spans of each layer, sorted by start, longest first."""
        found: dict[str, list[Span]] = {}
        for span in sorted(self.sound, key=lambda span: (span.start, -span.end)):
            found.setdefault(span.layer, []).append(span)
        return found

    @cached_property
    def are_in_bounds(self) -> bool:
        """Proof that every span has 0 <= start < end <= length of the text."""
        starts, ends = self.columns[3], self.columns[4]
        if self.text is None or not starts:
            return True
        return min(starts) >= 0 and max(ends) <= len(self.text) and all(map(lt, starts, ends))

    @cached_property
    def cover_their_text(self) -> bool:
        """Proof that every span is in bounds and covers the text that it says."""
        if self.text is None or not self.are_in_bounds:
            return False
        _, _, _, starts, ends, texts, fragments, _ = self.columns
        if any(fragments):
            return all(span.covered(self.text) == span.text and is_well_formed(span) for span in self.spans)
        text = self.text
        return [text[start:end] for start, end in zip(starts, ends, strict=True)] == list(texts)

    @cached_property
    def sound(self) -> Sequence[Span]:
        """The spans whose offsets can be trusted: in bounds, fragments in order, covering the text that they say.

        A span that is not sound has a finding of its own; rules about edges and overlap leave it alone.
        """
        text = self.text
        if text is None:
            return ()
        if self.cover_their_text:
            return self.spans
        return [
            span for span in self.spans
            if 0 <= span.start < span.end <= len(text) and is_well_formed(span) and span.covered(text) == span.text
        ]  # fmt: skip

    def layer(self, record: Span | Relation | Label) -> Layer | None:
        """The layer of an annotation, where the scheme has it."""
        return self.scheme.layers.get(record.layer) if self.scheme else None

    def faults(self, *kinds: FaultKind) -> Iterator[Problem]:
        """The faults of these kinds that reading the file found."""
        for fault in self.file.faults:
            if fault.kind in kinds:
                yield Problem(fault.message, _fault_place(self.file.path, fault))

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
        return Problem(message, self._record_place(record, key), self._text_place(record), others, record.id, help)

    def header_problem(self, message: str, key: str, help: str = "") -> Problem:
        """A problem at a key of the header."""
        return Problem(message, self._place(self.file.header_line, (key,)), help=help)

    def line_problem(self, number: int, message: str, help: str = "") -> Problem:
        """A problem of a line of the file."""
        return Problem(message, self._place(number, ()), help=help)

    def set_problem(self, message: str, help: str = "") -> Problem:
        """A problem of the set as a whole."""
        return Problem(message, Place(self.file.path, 1, 1), help=help)

    def _related(self, message: str, record: Record) -> Related:
        return Related(message, self._text_place(record) or self._record_place(record, ()))

    def _record_place(self, record: Record, key: Sequence[str]) -> Place:
        position = next(index for index, other in enumerate(self.file.records) if other is record)
        return self._place(self.file.lines[position], key)

    def _place(self, number: int, key: Sequence[str]) -> Place:
        line = self.file.line(number)
        column = 0
        for name in key:
            found = re.compile(rf"[{{,]\s*({re.escape(_json(name))})\s*:").search(line, column)
            column = found.start(1) if found else column
        return Place(self.file.path, number, column + 1, excerpt(line, column, 1))

    def _text_place(self, record: Record) -> Place | None:
        if isinstance(record, Note):
            about = self.by_id.get(record.about)
            return self._text_place(about) if about and about is not record and not isinstance(about, Note) else None
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


def _json(key: str) -> str:
    return msgspec.json.encode(key).decode()
