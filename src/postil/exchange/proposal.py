"""What scheme a set of documents has, by looking at them: layers, labels, attributes, roles, and how spans overlap.

What a source declares itself (a configuration beside the annotations) comes first; what is only seen is added to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.model import Annotation, AnnotationSet, Label, Relation, Span, are_apart, is_nested
from postil.scheme import Attribute, AttributeType, LabelDefinition, Layer, LayerKind, Overlap, Role, Scheme, SpanUnit
from postil.text import cuts_grapheme, cuts_word, few, has_clusters

_KINDS: dict[type, LayerKind] = {Span: "span", Relation: "relation", Label: "label"}
_SHOWN_LABELS = 10
_MOST_VALUES = 12  # that an enumeration is proposed for
_COUNTED_VALUES = 1000  # beyond, an attribute is no enumeration anyway
_HELD: dict[str, tuple[AttributeType, ...]] = {  # types that a declared one holds, where it does not hold all
    "boolean": ("boolean",),
    "integer": ("integer",),
    "number": ("integer", "number"),
}


class _AttributeSeen(msgspec.Struct):
    types: set[str] = set()
    values: Counter[str] = msgspec.field(default_factory=Counter)
    labels: Counter[str] = msgspec.field(default_factory=Counter)
    is_multiple: bool = False
    is_single: bool = False
    all_are_ids: bool = True
    distinguishes: bool = False

    def add(self, label: str, value: Any, ids: set[str]) -> None:
        self.labels[label] += 1
        is_list = isinstance(value, list | tuple)
        self.is_multiple, self.is_single = self.is_multiple or is_list, self.is_single or not is_list
        for one in value if is_list else (value,):
            self.types.add(type(one).__name__)
            self.all_are_ids = self.all_are_ids and isinstance(one, str) and one in ids
            if isinstance(one, str) and (len(self.values) < _COUNTED_VALUES or one in self.values):
                self.values[one] += 1

    def attribute(self, labels_of_layer: set[str], declared: Attribute | None) -> Attribute:
        """What it seems to be. A text that is always the id of something in its set is a reference."""
        only_on = () if labels_of_layer == set(self.labels) else tuple(sorted(self.labels))
        kind = "enum" if declared is not None and declared.type == "enum" and self._widens(set(declared.values)) else self._type()
        values = tuple(sorted(self.values)) if kind == "enum" else ()
        return Attribute(kind, values=values, multiple=self.is_multiple, only_on=only_on, distinguishes=self.distinguishes)

    def _widens(self, declared: set[str]) -> bool:
        """Whether an enumeration of these values may be one of those seen too."""
        more = self.values.keys() - declared
        return self.types == {"str"} and len(more) <= _MOST_VALUES and "" not in more

    def _type(self) -> AttributeType:
        if self.types == {"bool"}:
            return "boolean"
        if self.types == {"int"}:
            return "integer"
        if self.types and self.types <= {"int", "float"}:
            return "number"
        if self.all_are_ids and self.values:
            return "reference"
        often = self.values.total() >= 2 * len(self.values)
        return (
            "enum" if self.types == {"str"} and len(self.values) <= _MOST_VALUES and often and "" not in self.values else "string"
        )


class _RoleSeen(msgspec.Struct):
    fillers: set[tuple[str, str]] = set()  # the layer and the label of what fills it
    count: int = 0
    is_multiple: bool = False

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(sorted({layer for layer, _ in self.fillers}))

    def widened(self, declared: Role, relations: int) -> Role:
        """The role as declared, but that it allows whatever fills it."""
        return replace(
            declared,
            layers=_and_more(declared.layers, self.layers),
            labels=_and_more(declared.labels, sorted({label for _, label in self.fillers})),
            required=declared.required and self.count == relations,
            multiple=declared.multiple or self.is_multiple,
        )


class _LayerSeen(msgspec.Struct):
    kind: LayerKind
    labels: Counter[str] = msgspec.field(default_factory=Counter)
    attributes: dict[str, _AttributeSeen] = {}
    roles: dict[str, dict[str, _RoleSeen]] = {}
    overlap: Overlap = "none"
    unit: SpanUnit = "word"
    is_multiple: bool = False


class Observed:
    """What was seen in documents so far. Its size is that of the scheme, not that of the corpus."""

    def __init__(self) -> None:
        self._layers: dict[tuple[str, LayerKind], _LayerSeen] = {}

    def add(self, document: Document) -> None:
        """Look at a document."""
        for one in document.sets.values():
            ids = {record.id for record in one.records}
            types = {record.id: (record.layer, record.label) for record in one.annotations}
            for record in one.annotations:
                self._add(record, ids, types)
            self._add_twins(one)
            self._add_geometry(document.text, one)
            counted = Counter(label.layer for label in one.labels)
            for layer, count in counted.items():
                self._layers[layer, "label"].is_multiple |= count > 1

    def _add(self, record: Annotation, ids: set[str], types: dict[str, tuple[str, str]]) -> None:
        kind = _KINDS[type(record)]
        seen = self._layers.get((record.layer, kind))
        if seen is None:
            seen = self._layers[record.layer, kind] = _LayerSeen(kind)
        seen.labels[record.label] += 1
        for name, value in record.attributes.items():
            seen.attributes.setdefault(name, _AttributeSeen()).add(record.label, value, ids)
        if isinstance(record, Relation):
            roles = seen.roles.setdefault(record.label, {})
            for role, value in record.args.items():
                role_seen = roles.setdefault(role, _RoleSeen())
                role_seen.count += 1
                role_seen.is_multiple |= not isinstance(value, str)
                given = (value,) if isinstance(value, str) else value
                role_seen.fillers.update(types[id] for id in given if id in types)

    def _add_twins(self, annotations: AnnotationSet) -> None:
        """Look at what tells annotations apart that have one label and one place, or the same ends."""
        firsts: dict[tuple[Any, ...], Span | Relation] = {}
        records: tuple[Span | Relation, ...] = (*annotations.spans, *annotations.relations)
        for record in records:
            place = tuple(record.extents if isinstance(record, Span) else sorted(record.arguments()))
            first = firsts.setdefault((type(record), record.layer, record.label, place), record)
            if first is not record and first.attributes != record.attributes:
                seen = self._layers[record.layer, _KINDS[type(record)]].attributes
                for name in first.attributes.keys() | record.attributes.keys():
                    if first.attributes.get(name) != record.attributes.get(name):
                        seen[name].distinguishes = True

    def _add_geometry(self, text: str, annotations: AnnotationSet) -> None:
        by_layer: dict[str, list[Span]] = {}
        for span in annotations.spans:
            by_layer.setdefault(span.layer, []).append(span)
        joins = has_clusters(text)
        for layer, spans in by_layer.items():
            seen = self._layers[layer, "span"]
            seen.overlap = max(seen.overlap, _overlap(spans), key=("none", "nested", "free").index)
            if seen.unit != "character":
                edges = {edge for span in spans for extent in span.extents for edge in extent}
                if joins and any(cuts_grapheme(text, edge) for edge in edges):
                    seen.unit = "character"
                elif seen.unit == "word" and any(cuts_word(text, edge) for edge in edges):
                    seen.unit = "grapheme"

    def conflicts(self) -> Iterator[str]:
        """Layers that hold records of two kinds, which no scheme can have."""
        for name in sorted({name for name, _ in self._layers}):
            kinds = [kind for one, kind in self._layers if one == name]
            if len(kinds) > 1:
                both = " and ".join(f"{kind}s" for kind in kinds)
                yield f"the layer {name} has {both}: --relation-layer, --label-layer or --scheme FILE tells them apart"

    def against(self, scheme: Scheme) -> Iterator[str]:
        """Layers that ``scheme`` has for another kind of records, which nothing that is added to it can mend."""
        for name, kind in sorted(self._layers):
            layer = scheme.layers.get(name)
            if layer and layer.kind != kind:
                option = {"span": "--layer", "relation": "--relation-layer", "label": "--label-layer"}[kind]
                yield (
                    f"layer {name} for {kind}s: the scheme has it for {layer.kind}s. {option} NAME or --scheme FILE puts them "
                    "into another"
                )

    def missing(self, scheme: Scheme) -> Iterator[str]:
        """In words everything that was seen and that ``scheme`` does not have."""
        for (name, kind), seen in sorted(self._layers.items()):
            layer = scheme.layers.get(name)
            if layer is None:
                yield f"layer {name} ({kind}s: {', '.join(few(sorted(seen.labels), _SHOWN_LABELS))})"
                continue
            if layer.kind != kind:
                continue  # see against
            yield from (f"label {label} of layer {name}" for label in sorted(seen.labels) if label not in layer.labels)
            yield from (f"attribute {one} of layer {name}" for one in sorted(seen.attributes) if one not in layer.attributes)
            for label, roles in sorted(seen.roles.items()):
                yield from (f"role {role} of {label} in layer {name}" for role in roles if role not in layer.roles_of(label))

    def layers(self, declared: dict[str, Layer]) -> dict[str, Layer]:
        """The layers as declared and seen. What is declared is believed, but for what was seen to be otherwise."""
        found = dict(declared)
        for (name, kind), seen in self._layers.items():
            own = found.get(name)
            if own is None or own.kind == kind:
                found[name] = _merged(own, _proposed(seen, own), seen)
        return found

    def single(self, layers: Mapping[str, Layer]) -> dict[str, set[str]]:
        """By layer the attributes that ``layers`` say are lists, and that some record has one bare value of."""
        found: dict[str, set[str]] = {}
        for (name, _), seen in self._layers.items():
            of_layer = layers[name].attributes
            bare = {one for one, values in seen.attributes.items() if values.is_single and one in of_layer}
            if lists := {one for one in bare if of_layer[one].multiple}:
                found[name] = lists
        return found


def widened_roles(declared: dict[str, Layer], layers: dict[str, Layer]) -> Iterator[str]:
    """In words each role that is declared, and that is another in ``layers`` because of what fills it."""
    for name, layer in declared.items():
        for label in layer.labels:
            found = layers[name].roles_of(label)
            yield from (f"{role} of {label} in layer {name}" for role, one in layer.roles_of(label).items() if found[role] != one)


def _overlap(spans: list[Span]) -> Overlap:
    extents = [(span.start, span.end) for span in spans]
    if are_apart(extents) and not any(span.fragments for span in spans):
        return "none"
    return "nested" if is_nested(spans) and len(set(extents)) == len(extents) else "free"


def _proposed(seen: _LayerSeen, declared: Layer | None) -> Layer:
    labels = {label: LabelDefinition() for label in sorted(seen.labels)}
    known = declared.attributes if declared else {}
    attributes = {name: one.attribute(set(labels), known.get(name)) for name, one in sorted(seen.attributes.items())}
    if seen.kind == "relation":
        alike = {tuple(roles) for roles in seen.roles.values()}
        roles = {label: _roles(own, seen.labels[label]) for label, own in seen.roles.items()}
        if len(alike) == 1:
            return Layer("relation", labels=labels, attributes=attributes, roles=_united(list(roles.values())))
        labels = {label: replace(definition, roles=roles.get(label, {})) for label, definition in labels.items()}
        return Layer("relation", labels=labels, attributes=attributes)
    if seen.kind == "label":
        return Layer("label", labels=labels, attributes=attributes, multiple=seen.is_multiple)
    return Layer("span", labels=labels, attributes=attributes, overlap=seen.overlap, unit=seen.unit)


def _roles(seen: dict[str, _RoleSeen], relations: int) -> dict[str, Role]:
    return {
        name: Role(layers=role.layers, required=role.count == relations, multiple=role.is_multiple) for name, role in seen.items()
    }


def _united(of_labels: list[dict[str, Role]]) -> dict[str, Role]:
    """Roles that all labels share, each as wide as the widest."""
    return {
        name: Role(
            layers=tuple(sorted({layer for roles in of_labels for layer in roles[name].layers})),
            required=all(roles[name].required for roles in of_labels),
            multiple=any(roles[name].multiple for roles in of_labels),
        )
        for name in of_labels[0]
    }


def _merged(declared: Layer | None, proposed: Layer, seen: _LayerSeen) -> Layer:
    """What was declared, widened by what was seen."""
    if declared is None:
        return proposed
    labels = {**declared.labels, **proposed.labels, **declared.labels}  # in the order in which they are declared
    attributes = {name: _widened(declared.attributes.get(name), one) for name, one in proposed.attributes.items()}
    unit = max(declared.unit, proposed.unit, key=("word", "grapheme", "character").index)
    overlap = max(declared.overlap, proposed.overlap, key=("none", "nested", "free").index)
    roles = {**proposed.roles, **declared.roles}
    return replace(
        declared,
        labels={name: replace(one, roles=_label_roles(name, declared, proposed, seen)) for name, one in labels.items()},
        attributes={**declared.attributes, **attributes},
        unit=unit,
        overlap=overlap,
        roles=roles,
        multiple=declared.multiple or proposed.multiple,
    )


def _label_roles(label: str, declared: Layer, proposed: Layer, seen: _LayerSeen) -> dict[str, Role]:
    """The roles of a label's own: those declared, and those of the layer that the label does not keep to."""
    own = declared.labels[label].roles if label in declared.labels else {}
    other = proposed.labels[label].roles if label in proposed.labels else {}
    used = seen.roles.get(label, {})
    count = seen.labels[label]
    widened = {}
    for name, role in declared.roles_of(label).items() if count else ():
        wide = used.get(name, _RoleSeen()).widened(role, count)
        if name in own or wide != role:
            widened[name] = wide
    return {**{name: role for name, role in other.items() if name not in declared.roles}, **own, **widened}


def _and_more(declared: tuple[str, ...], seen: Iterable[str]) -> tuple[str, ...]:
    """Names that are allowed, and those seen; none, which allows every one, stays none."""
    return (*declared, *(name for name in seen if name not in declared)) if declared else ()


def _widened(declared: Attribute | None, seen: Attribute) -> Attribute:
    if declared is None:
        return seen
    values = declared.values
    if declared.type == "enum":
        values = (*values, *(value for value in seen.values if value not in values))
        if seen.type != "enum":
            distinguishes = declared.distinguishes or seen.distinguishes
            return replace(
                declared, type=seen.type, values=(), multiple=declared.multiple or seen.multiple, distinguishes=distinguishes
            )
    elif seen.type not in _HELD.get(declared.type, (seen.type,)):
        declared, values = replace(declared, type=seen.type), seen.values
    only_on = tuple(sorted({*declared.only_on, *seen.only_on})) if declared.only_on and seen.only_on else ()
    return replace(
        declared, values=values, multiple=declared.multiple or seen.multiple, only_on=only_on,
        distinguishes=declared.distinguishes or seen.distinguishes,
    )  # fmt: skip
