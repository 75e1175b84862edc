"""Annotation stores as drafts, one for each text resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.safe_json import read_json
from postil.exchange.sources import File
from postil.formats._ends import arguments
from postil.formats._escaping import unescaped
from postil.formats.stam._selectors import Selected, Selectors
from postil.formats.stam._store import Datum, Parsed, Store, as_list, is_store, verify_checksum
from postil.formats.stam._vocabulary import (
    LABEL_KEY,
    OWN_SET,
    RESERVED_KEYS,
    RESERVED_SETS,
    VALIDATION_SET,
)
from postil.model import METHODS, STATUSES, Label, Note, Relation, Span, fragments_of, united

_LABEL_KEYS = (LABEL_KEY, "type", "class", "category", "tag")
_DIRECTED = ("DirectionalSelector", "DirectedSelector")


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each resource of each store."""
    kinds: dict[str, str] = {}
    for file in _stores(incoming):
        with incoming.noting_unreadable():
            yield from _Documents(Store(file, incoming), incoming, kinds).drafts()


def _stores(incoming: Incoming) -> list[File]:
    """The files that are stores and that no other includes."""
    files = incoming.source.files(".json")
    if len(files) == 1:
        return files
    stores: dict[str, File] = {}
    included: set[str] = set()
    for file in files:
        with incoming.noting_unreadable():
            value = read_json(file)
            if is_store(value):
                stores[file.path] = file
                base = file.path.rpartition("/")[0]
                included.update(f"{base}/{path}".lstrip("/") for path in as_list(value.get("@include")))
    if not stores and not incoming.unreadable:
        raise UnreadableFile(str(incoming.source.path), 'no STAM: none of its files is an "AnnotationStore"')
    return [file for path, file in stores.items() if path not in included]


class _Documents:
    """The documents of a store. ``kinds``: of the records that each layer has, in all stores so far."""

    def __init__(self, store: Store, incoming: Incoming, kinds: dict[str, str]) -> None:
        self.store, self.incoming, self.kinds = store, incoming, kinds
        self.selectors = Selectors(store)
        self.sets: dict[str, dict[str, DraftSet]] = {resource: {} for resource in store.resources}
        self.metadata: dict[str, dict[str, Any]] = {resource: {} for resource in store.resources}
        self.home: dict[str, tuple[str, str, tuple[str, ...]]] = {}

    def drafts(self) -> Iterator[Draft]:
        """A draft for each resource."""
        later = []
        for parsed in self.store.annotations.values():
            kind, parts = self.selectors.parts(parsed.target)
            if why_not := next((part.why_not for part in parts if part.why_not), "" if parts else "annotations on nothing"):
                self._lose(parsed, why_not)
            elif all(part.extents for part in parts) and not (kind in _DIRECTED and parts[0].annotation):
                self._add_spans(parsed, kind, parts)
            elif any(part.annotation for part in parts):
                later.append((parsed, parts))
            else:
                self._add_to_resource(parsed, parts)
        self._add_relations(later)
        self._tell_kinds_apart()
        for id, resource in self.store.resources.items():
            yield Draft(
                resource.name, resource.text, list(self.sets[id].values()), self.metadata[id], "code point", resource.file
            )

    def _tell_kinds_apart(self) -> None:
        """A data set may be used for stretches of text, for relations and for resources alike; a layer is of one kind."""
        sets = [one for by_annotator in self.sets.values() for one in by_annotator.values()]
        for one in sets:
            one.spans = [self._apart(span, "span") for span in one.spans]
        for one in sets:
            one.relations = [self._apart(relation, "relation") for relation in one.relations]
        for one in sets:
            one.labels = [self._apart(label, "label") for label in one.labels]

    def _apart(self, record: Any, kind: str) -> Any:
        """The record in a layer of its kind, where its own is of another, in this store or in one before it."""
        layer = record.layer
        while self.kinds.setdefault(layer, kind) != kind:
            layer = f"{layer}-{kind}"
        return record if layer == record.layer else replace(record, layer=layer)

    def _lose(self, parsed: Parsed, kind: str) -> None:
        self.incoming.losses.add(kind, f"{parsed.file}: {parsed.id}")

    def _set(self, resource: str, annotator: str, file: str) -> DraftSet:
        found = self.sets[resource].get(annotator)
        if found is None:
            found = DraftSet(annotator, spans=[], relations=[], labels=[], notes=[], file=file)
            self.sets[resource][annotator] = found
        return found

    def _id(self, parsed: Parsed, annotator: str) -> str:
        return parsed.id.removeprefix(f"{annotator}/") if annotator else parsed.id

    def _add_spans(self, parsed: Parsed, kind: str, parts: list[Selected]) -> None:
        """Add a span, or one for each part where these stand on their own."""
        resources = list(dict.fromkeys(part.resource for part in parts))
        if len(resources) > 1 and kind == "MultiSelector":
            for resource in resources:  # nothing can be about all of them together
                self._add_spans(parsed, kind, [part for part in parts if part.resource == resource])
            self.home.pop(parsed.id)
            return
        if len(resources) > 1:
            self._lose(parsed, "annotations on several texts at once")
            return
        if kind in _DIRECTED:
            self._lose(parsed, "relations between stretches of text that no annotation covers")
            return
        said = _Said(parsed, self.incoming.span_layer)
        resource = parts[0].resource
        text = self.store.resources[resource].text
        groups = [[part] for part in parts] if kind == "MultiSelector" else [parts]
        verify_checksum(parsed, [text[start:end] for part in parts for start, end in part.extents])
        made = []
        for number, group in enumerate(groups):
            id = self._id(parsed, said.annotator) + (f"-{number + 1}" if number else "")
            extents = self._joined(parsed, [extent for part in group for extent in part.extents])
            quoted = self._quoted(parsed, group, extents) if len(groups) == 1 else ""
            made.append(
                Span(
                    id, said.layer, said.label, extents[0][0], extents[-1][1], quoted, fragments_of(extents),
                    said.attributes, **said.common,
                )
            )  # fmt: skip
        self._set(resource, said.annotator, parsed.file).spans.extend(made)
        self.home[parsed.id] = resource, said.annotator, tuple(span.id for span in made)

    def _joined(self, parsed: Parsed, extents: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Extents in order, those that touch as one."""
        found = united(extents)
        if joined := len(extents) - len(found):
            kind = "stretches of one annotation that touch, joined"
            self.incoming.repaired.add(kind, f"{parsed.file}: {parsed.id}", count=joined)
        return found

    def _quoted(self, parsed: Parsed, parts: list[Selected], extents: list[tuple[int, int]]) -> str:
        """What the file says that is covered, where it says so in a way that can be compared."""
        said = parsed.value(VALIDATION_SET, "text")
        delimiter = parsed.value(VALIDATION_SET, "delimiter")
        if isinstance(said, str) and (len(extents) == 1 or delimiter == " "):
            return said
        return parts[0].text if len(parts) == len(extents) == 1 else ""

    def _add_to_resource(self, parsed: Parsed, parts: list[Selected]) -> None:
        """Add a label, a note, what is known of a document, or of a set."""
        said = _Said(parsed, self.incoming.label_layer)
        for resource in dict.fromkeys(part.resource for part in parts):
            draft_set = self._set(resource, said.annotator, parsed.file) if said.is_own else None
            if (comment := parsed.value(OWN_SET, "comment")) is not None:
                self._set(resource, said.annotator, parsed.file).notes.append(
                    Note(self._id(parsed, said.annotator), "", str(comment), said.own("decide", {}), said.own("unknown", {}))
                )
            elif draft_set and parsed.value(OWN_SET, "status") is not None:
                _describe(draft_set, parsed)
            elif parsed.value(OWN_SET, "roles") is not None:
                self._add_relation(parsed, [], resource)
            elif said.is_labelled:
                self._set(resource, said.annotator, parsed.file).labels.append(
                    Label(self._id(parsed, said.annotator), said.layer, said.label, said.attributes, **said.common)
                )
                self.home[parsed.id] = resource, said.annotator, (self._id(parsed, said.annotator),)
            else:
                for datum in parsed.data:
                    _collect(self.metadata[resource], datum.key, datum.value)

    def _add_relations(self, waiting: list[tuple[Parsed, list[Selected]]]) -> None:
        """Add relations and notes, each after the annotations that it is about."""
        needs: dict[str, list[int]] = {}
        missing = []
        for number, (_, parts) in enumerate(waiting):
            absent = {part.annotation for part in parts if part.annotation and part.annotation not in self.home}
            missing.append(len(absent))
            for id in absent:
                needs.setdefault(id, []).append(number)
        queue = [number for number, count in enumerate(missing) if not count]
        for number in queue:
            parsed, parts = waiting[number]
            self._add_on_annotations(parsed, parts)
            for other in needs.pop(parsed.id, []) if parsed.id in self.home else []:
                missing[other] -= 1
                if not missing[other]:
                    queue.append(other)
        for number in set(range(len(waiting))) - set(queue):
            self._lose(waiting[number][0], "annotations on annotations that could not be brought along")

    def _add_on_annotations(self, parsed: Parsed, parts: list[Selected]) -> None:
        homes = {self.home[part.annotation][:2] if part.annotation else ("", "") for part in parts}
        if len(homes) > 1:
            self._lose(parsed, "annotations on those of several texts or annotators, or on texts as well")
            return
        ((resource, annotator),) = homes
        said = _Said(parsed, self.incoming.relation_layer)
        if said.is_own and said.annotator != annotator:
            self._lose(parsed, "annotations on those of somebody else")
            return
        ends = [id for part in parts for id in self.home[part.annotation][2]]
        if (comment := parsed.value(OWN_SET, "comment")) is not None:
            self._set(resource, annotator, parsed.file).notes.append(
                Note(self._id(parsed, annotator), ends[0], str(comment), said.own("decide", {}), said.own("unknown", {}))
            )
        else:
            self._add_relation(parsed, ends, resource, annotator)

    def _add_relation(self, parsed: Parsed, ends: list[str], resource: str, annotator: str = "") -> None:
        said = _Said(parsed, self.incoming.relation_layer)
        annotator = annotator or said.annotator
        id = self._id(parsed, annotator)
        args = arguments(ends, parsed.value(OWN_SET, "roles"), as_list(parsed.value(OWN_SET, "several")))
        relation = Relation(id, said.layer, said.label, args, said.attributes, **said.common)
        self._set(resource, annotator, parsed.file).relations.append(relation)
        self.home[parsed.id] = resource, annotator, (id,)


class _Said:
    """What the data of an annotation say."""

    def __init__(self, parsed: Parsed, layer: str) -> None:
        self.parsed = parsed
        said = [datum for datum in parsed.data if datum.set not in (OWN_SET, VALIDATION_SET)]
        chosen = next((datum for key in _LABEL_KEYS for datum in said if datum.key == key and isinstance(datum.value, str)), None)
        self.is_labelled = chosen is not None
        first = chosen or next(iter(said), None)
        self.layer = (unescaped(first.set, RESERVED_SETS) if first else "") or layer
        self.label = chosen.value if chosen else first.key if first else "annotation"
        self.attributes: dict[str, Any] = {}
        for datum in said:
            if datum is not chosen:
                _collect(self.attributes, self._name(datum, first), datum.value)

    def _name(self, datum: Datum, first: Datum | None) -> str:
        """The key; with its set, where that is not the one of the label."""
        key = unescaped(datum.key, RESERVED_KEYS)
        return key if first is None or datum.set == first.set else f"{datum.set}/{datum.key}"

    def own(self, key: str, default: Any) -> Any:
        """A value of the corpus's own set, where it is of the type of ``default``."""
        value = self.parsed.value(OWN_SET, key)
        return value if isinstance(value, type(default)) else default

    @property
    def annotator(self) -> str:
        """Whose it is; empty where it does not say."""
        return str(self.own("annotator", ""))

    @property
    def is_own(self) -> bool:
        """Whether it says whose it is."""
        return bool(self.annotator)

    @property
    def common(self) -> dict[str, Any]:
        """What spans, relations and labels have beside their label."""
        confidence = self.parsed.value(OWN_SET, "confidence")
        return {
            "confidence": float(confidence) if isinstance(confidence, int | float) else None,
            "note": self.own("note", ""),
            "ignore": {code: str(reason) for code, reason in self.own("ignore", {}).items()},
            "unknown": self.own("unknown", {}),
        }


def _describe(draft_set: DraftSet, parsed: Parsed) -> None:
    status, method = parsed.value(OWN_SET, "status"), parsed.value(OWN_SET, "method")
    draft_set.status = status if status in STATUSES else draft_set.status
    draft_set.method = method if method in METHODS else draft_set.method
    draft_set.sources = tuple(map(str, as_list(parsed.value(OWN_SET, "sources"))))


def _collect(values: dict[str, Any], name: str, value: Any) -> None:
    """Add a value; a second one of the same name makes a list of them."""
    if name not in values:
        values[name] = value
    else:
        values[name] = [*(values[name] if isinstance(values[name], list) else [values[name]]), value]
