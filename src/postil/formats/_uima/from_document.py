"""From one set of a document to a CAS."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from postil.corpus import Document
from postil.formats._uima import names
from postil.formats._uima.cas import (
    ANNOTATION,
    ANNOTATION_BASE,
    BOOLEAN,
    BOOLEAN_ARRAY,
    DOCUMENT,
    DOUBLE,
    DOUBLE_ARRAY,
    FS,
    FS_ARRAY,
    INITIAL_VIEW,
    LONG,
    LONG_ARRAY,
    SOFA,
    STRING,
    STRING_ARRAY,
    TOP,
    Cas,
    Feature,
    Type,
    TypeSystem,
    View,
)
from postil.formats._uima.limits import feature_name, layers_as_named
from postil.formats._uima.metadata import fields_of, state_fields
from postil.model import Annotation, AnnotationSet, Label, Note, Relation, Span
from postil.scheme import Layer, Scheme
from postil.text import Unit, Units

_RANGES: dict[type, str] = {str: STRING, bool: BOOLEAN, int: LONG, float: DOUBLE}
_ARRAYS = {STRING: STRING_ARRAY, BOOLEAN: BOOLEAN_ARRAY, LONG: LONG_ARRAY, DOUBLE: DOUBLE_ARRAY}
_NUMBERS = {DOUBLE: LONG, DOUBLE_ARRAY: LONG_ARRAY}  # what a range of numbers can hold besides its own
_OF_TOKENS = {"pos": ("POS", "PosValue"), "lemma": ("Lemma", "value"), "stem": ("Stem", "value"),
              "morph": ("MorphologicalFeatures", "value")}  # fmt: skip
_FROM_TO = {"from", "to"}


class Builder:
    """Makes CASes that share one type system. ``types``: what all that were made so far have together."""

    def __init__(self, scheme: Scheme, unit: Unit) -> None:
        self.unit = unit
        self.layers = layers_as_named(scheme)
        self.types = TypeSystem()

    def cas(self, document: Document, annotations: AnnotationSet) -> Cas:
        """What one annotator says of a document."""
        return _Building(self, document, annotations).cas

    def type(self, layer: str, supertype: str) -> Type:
        """The type of a layer, with the feature for labels."""
        name = names.type_of(layer)
        if name not in self.types.types:
            self.types.add(Type(name, supertype, {}, self.layers[layer].description if layer in self.layers else ""))
        return self.types.types[name]

    def declare(self, name: str, supertype: str, **ranges: str) -> str:
        """A type with these features."""
        self.types.add(Type(name, supertype, {feature: Feature(feature, range_) for feature, range_ in ranges.items()}))
        return name

    def slot(self, type_: Type, name: str) -> str:
        """The type of the links in a slot, declared with the slot."""
        link = names.link_type(type_.name, name)
        self.declare(link, TOP, role=STRING, target=ANNOTATION)
        type_.features[name] = Feature(name, FS_ARRAY, link)
        return link

    def feature(self, type_: Type, name: str, value: Any) -> tuple[str, Any]:
        """A feature that can hold a value, and the value as it holds it; another name where it holds values of another type."""
        if isinstance(value, list | tuple):
            items = list(value)
            element = _RANGES[type(items[0])] if len({type(one) for one in items}) == 1 else DOUBLE
            range_, held = _ARRAYS[element], [float(one) for one in items] if element == DOUBLE else items
        else:
            range_, held = _RANGES[type(value)], value
        known = type_.features.get(name)
        if known and known.range != range_:
            if _NUMBERS.get(known.range) == range_:
                return name, [float(one) for one in held] if isinstance(held, list) else float(held)
            return self.feature(type_, f"{name}_{names.short_name(range_)}", value)
        type_.features[name] = Feature(name, range_)
        return name, held


class _Building:
    """One CAS while it is made."""

    def __init__(self, builder: Builder, document: Document, annotations: AnnotationSet) -> None:
        self.builder, self.document = builder, document
        self.units = Units(document.text, builder.unit)
        self.sofa = FS(SOFA, {"sofaNum": 1, "sofaID": INITIAL_VIEW, "mimeType": "text", "sofaString": document.text})
        self.cas = Cas(builder.types, [], {INITIAL_VIEW: View(INITIAL_VIEW, self.sofa, [])})
        self.made: dict[str, FS] = {}
        self.label_features = _label_features(builder.layers, annotations)
        self.chains = _chain_layers(annotations)
        self._metadata(annotations)
        for span in annotations.spans:
            self._make(span, ANNOTATION, begin=self.units.from_code_points(span.start), end=self.units.from_code_points(span.end))
        for relation in annotations.relations:
            self._make(relation, ANNOTATION)
        for label in annotations.labels:
            self._make(label, ANNOTATION_BASE)
        self._fill(annotations)
        for note in annotations.notes:
            self._note(note)
        self._number()

    # --- making ----------------------------------------------------------------------------------------------------------------

    def _add(self, type_: str, values: dict[str, Any], *, is_indexed: bool = True) -> FS:
        fs = FS(type_, values)
        self.cas.structures.append(fs)
        if is_indexed:
            self.cas.views[INITIAL_VIEW].members.append(fs)
        return fs

    def _make(self, record: Annotation, supertype: str, **place: int) -> None:
        type_ = self.builder.type(record.layer, supertype)
        self.made[record.id] = self._add(type_.name, {"sofa": self.sofa, **place})

    def _metadata(self, annotations: AnnotationSet) -> None:
        metadata, id_ = self.document.metadata, self.document.id
        whole = {"sofa": self.sofa, "begin": 0, "end": self.units.from_code_points(len(self.document.text))}
        said = {"documentTitle": metadata.title, "documentId": id_, "language": metadata.language}
        type_ = self.builder.declare(names.DOCUMENT_METADATA, DOCUMENT, documentTitle=STRING, documentId=STRING)
        self._add(type_, {**whole, **{name: value for name, value in said.items() if value}})
        fields = [*fields_of(metadata), *state_fields(annotations.header)]
        if metadata.title == id_:
            fields.append(("title", id_))
        for key, value in fields:
            type_ = self.builder.declare(names.METADATA_FIELD, ANNOTATION, key=STRING, value=STRING)
            self._add(type_, {**whole, "key": key, "value": value})

    def _note(self, note: Note) -> None:
        type_ = self.builder.declare(names.NOTE, ANNOTATION_BASE, about=TOP, text=STRING)
        about = {"about": self.made[note.about]} if note.about in self.made else {}
        self._add(type_, {"sofa": self.sofa, **about, "text": note.text})

    def _number(self) -> None:
        self.sofa.id = 1
        for number, fs in enumerate(self.cas.structures, 2):
            fs.id = number

    # --- filling ---------------------------------------------------------------------------------------------------------------

    def _fill(self, annotations: AnnotationSet) -> None:
        binary = binary_layers(annotations)
        for span in annotations.spans:
            self._describe(span)
            self._fragments(span)
        for relation in annotations.relations:
            if relation.layer in self.chains:
                self._chain(relation)
                continue
            self._describe(relation)
            if relation.layer in binary:
                self._ends(relation)
            else:
                links = [(role, self.made[end]) for role, end in relation.arguments()]
                self._link(self.made[relation.id], names.ENDS, links)
        for relation in annotations.relations:
            if relation.layer not in self.chains:
                self._place(self.made[relation.id])
        for label in annotations.labels:
            self._describe(label)

    def _describe(self, record: Annotation) -> None:
        """Label, attributes, confidence and remark."""
        fs = self.made[record.id]
        type_ = self.builder.types.types[fs.type]
        self._label(record, type_, fs)
        layer = self.builder.layers.get(record.layer)
        references = [feature_name(name) for name in layer.references] if layer else []
        for name, value in record.attributes.items():
            if name in references:
                self._link(fs, name, self._references(name, value))
            elif record.layer == "token" and name in _OF_TOKENS and isinstance(value, str):
                self._of_token(fs, name, value)
            else:
                self._set(type_, fs, name, value)
        if record.confidence is not None:
            self._set(type_, fs, names.CONFIDENCE, float(record.confidence))
        if record.note:
            self._set(type_, fs, names.REMARK, record.note)

    def _label(self, record: Annotation, type_: Type, fs: FS) -> None:
        if record.layer in ("token", "sentence") and record.label == record.layer:
            return
        if names.chain_of(record.layer) in self.chains and isinstance(record, Span):
            for name in (names.REFERENCE_TYPE, names.REFERENCE_RELATION):
                type_.features[name] = Feature(name, STRING)
            if record.label != type_.short_name:
                fs.values[names.REFERENCE_TYPE] = record.label
            return
        self._set(type_, fs, self.label_features.get(record.layer, "value"), record.label)

    def _set(self, type_: Type, fs: FS, name: str, value: Any) -> None:
        feature, held = self.builder.feature(type_, name, value)
        fs.values[feature] = held

    def _of_token(self, token: FS, name: str, value: str) -> None:
        """What DKPro says of a token in an annotation of its own."""
        layer, feature = _OF_TOKENS[name]
        type_ = self.builder.type(layer, ANNOTATION)
        self.builder.types.types[token.type].features[name] = Feature(name, type_.name)
        type_.features[feature] = Feature(feature, STRING)
        token.values[name] = self._add(type_.name, {"sofa": self.sofa, "begin": token.begin, "end": token.end, feature: value})

    def _link(self, fs: FS, feature: str, links: Iterable[tuple[str | None, FS | None]]) -> None:
        """Fill a slot: each link has a role, or a target, or both."""
        type_ = self.builder.slot(self.builder.types.types[fs.type], feature)
        fs.values[feature] = [
            self._add(type_, {name: one for name, one in ((names.ROLE, role), (names.TARGET, target)) if one is not None},
                      is_indexed=False)
            for role, target in links
        ]  # fmt: skip

    def _references(self, name: str, value: Any) -> list[tuple[str | None, FS | None]]:
        """The links of an attribute that names annotations, or has words instead; those of a list have its name as their role."""
        if isinstance(value, str):
            return [(None, self.made[value]) if value in self.made else (value, None)]
        links: list[tuple[str | None, FS | None]]
        links = [(name, self.made[one]) if one in self.made else (one, None) for one in value]
        return links if any(target for _, target in links) else [*links, (name, None)]

    def _fragments(self, span: Span) -> None:
        if not span.fragments:
            return
        fs = self.made[span.id]
        self.builder.types.types[fs.type].features[names.FRAGMENTS] = Feature(names.FRAGMENTS, FS_ARRAY, ANNOTATION)
        places = [(self.units.from_code_points(start), self.units.from_code_points(end)) for start, end in span.fragments]
        fs.values[names.FRAGMENTS] = [
            self._add(ANNOTATION, {"sofa": self.sofa, "begin": begin, "end": end}, is_indexed=False) for begin, end in places
        ]

    def _ends(self, relation: Relation) -> None:
        fs = self.made[relation.id]
        features = self.builder.types.types[fs.type].features
        for name, role in ((names.GOVERNOR, "from"), (names.DEPENDENT, "to")):
            features[name] = Feature(name, ANNOTATION)
            fs.values[name] = self.made[str(relation.args[role])]

    def _place(self, fs: FS) -> None:
        """Put a relation where its dependent is, or its first end; through relations of relations, if need be."""
        passed: list[FS] = []
        at = fs
        while not at.is_placed and at not in passed:
            passed.append(at)
            links = at.values.get(names.ENDS)
            at = links[0].values[names.TARGET] if links else at.values.get(names.DEPENDENT, at)
        begin, end = (at.begin, at.end) if at.is_placed else (0, 0)
        for one in passed:
            one.values = {"sofa": self.sofa, "begin": begin, "end": end, **one.values}

    # --- chains ----------------------------------------------------------------------------------------------------------------

    def _chain(self, relation: Relation) -> None:
        head = self.made[relation.id]
        links = [self.made[id_] for _, id_ in relation.arguments()]
        link_type = links[0].type
        self.builder.types.types[head.type].supertype = ANNOTATION_BASE
        self.builder.types.types[head.type].features[names.FIRST] = Feature(names.FIRST, link_type)
        self.builder.types.types[link_type].features[names.NEXT] = Feature(names.NEXT, link_type)
        head.values[names.FIRST] = links[0]
        for one, other in pairwise(links):
            one.values[names.NEXT] = other


def binary_layers(annotations: AnnotationSet) -> set[str]:
    """The relation layers in which each relation goes from one annotation to one other."""
    layers = {relation.layer for relation in annotations.relations}
    return layers - {
        relation.layer for relation in annotations.relations
        if relation.args.keys() != _FROM_TO or not all(isinstance(end, str) for end in relation.args.values())
    }  # fmt: skip


def _chain_layers(annotations: AnnotationSet) -> set[str]:
    """The relation layers of which each relation is a chain of links, as INCEpTION makes them, and no link is in another."""
    links: dict[str, Counter[str]] = {}
    for relation in annotations.relations:
        links.setdefault(relation.layer, Counter()).update(id_ for _, id_ in relation.arguments())
    found = {relation.layer for relation in annotations.relations}
    found -= {relation.layer for relation in annotations.relations if not _is_chain(relation)}
    named = {value for record in annotations.annotations for value in record.attributes.values() if isinstance(value, str)}
    for layer in list(found):
        named_here = named.union(*(ids for other, ids in links.items() if other != layer))
        spans = {span.id for span in annotations.spans if names.chain_of(span.layer) == layer and _is_link(span)}
        others = any(names.chain_of(span.layer) == layer and span.id not in spans for span in annotations.spans)
        if others or spans != links[layer].keys() or max(links[layer].values()) > 1 or named_here & spans:
            found.remove(layer)
    return found


def _is_chain(relation: Relation) -> bool:
    plain = not relation.attributes and not relation.note and relation.confidence is None
    members = relation.args.get("member")
    return plain and len(relation.args) == 1 and isinstance(members, tuple) and relation.label == names.short_name(relation.layer)


def _is_link(span: Span) -> bool:
    plain = not span.note and span.confidence is None and not span.fragments
    return plain and span.layer.endswith("Link") and span.attributes.keys() <= {names.REFERENCE_RELATION}


def _label_features(layers: Mapping[str, Layer], annotations: AnnotationSet) -> dict[str, str]:
    """The feature that holds the label, for each layer."""
    used: dict[str, set[str]] = {}
    groups: Sequence[Iterable[Span | Relation | Label]] = (annotations.spans, annotations.relations, annotations.labels)
    for record in (record for group in groups for record in group):
        used.setdefault(record.layer, set()).update(record.attributes)
    for layer, attributes in used.items():
        if layer in layers:
            attributes.update(map(feature_name, layers[layer].attributes))
    return {layer: names.label_feature(attributes) for layer, attributes in used.items()}
