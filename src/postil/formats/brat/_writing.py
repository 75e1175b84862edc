"""Writing brat's standoff: a text and its annotations for each document, and the configuration that shows them in brat."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from postil.corpus import Document
from postil.errors import PostilError
from postil.exchange.ids import renumbered
from postil.exchange.offsets import LINE_ENDS, LINE_GAP
from postil.exchange.outgoing import Outgoing
from postil.formats.brat._configuration import (
    ANNOTATOR_MARK,
    ANNOTATORS_MARK,
    EVENT_LAYER,
    LAYERS_MARK,
    MEMBER,
    TRIGGER,
    TRIGGER_LAYER,
    Section,
    role_of,
)
from postil.formats.brat._limits import NAMES_ALLOWED, PREFIXES, kind_of, own_ids, prefix_of
from postil.formats.brat._reading import REMARK
from postil.model import AnnotationSet, Record, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme

_PLAIN_LAYERS: dict[Section, str] = {"entities": "span", "relations": "relation", "events": EVENT_LAYER}
_BREAK = re.compile(rf"[{LINE_ENDS}]")
_REFERENCE = re.compile(r"[^\s:]+:\S+")  # what a normalisation says: database and id
_NORMALISED, _NORMALISED_TEXT = "Reference", "Reference_text"
_COLOUR = re.compile(r"#[0-9A-Fa-f]{3,8}")
_LISTABLE = re.compile(r"[^\s,|<>#:]+")  # a value that a line of annotation.conf can offer
_BRATS_OWN = re.compile(r"[A-Za-z0-9_-]+")
_RELATION_ROLES = {"from": "Arg1", "to": "Arg2"}


class _Type(msgspec.Struct, frozen=True):
    """A label of a layer, in the section that has it."""

    section: Section
    layer: str
    label: str


class _Types:
    """What each label is called in brat, where all types share one space of names.

    A label that several layers have is called after its layer too: ``layer-label``. The triggers of events are called as the
    events, where they are in a layer of their own.
    """

    def __init__(self, scheme: Scheme) -> None:
        self.names: dict[_Type, str] = {}
        self.layers = [name for name in scheme.layers if NAMES_ALLOWED.fullmatch(name)]
        types = list(self._of(scheme))
        events = {type_.label for type_ in types if type_.section == "events"}
        paired = {one for one in types if one.section == "entities" and one.layer == TRIGGER_LAYER and one.label in events}
        self._shared = Counter((type_.section == "relations", type_.label) for type_ in types if type_ not in paired)
        self._taken: set[tuple[bool, str]] = set()
        for type_ in sorted(types, key=paired.__contains__):  # stable: events before the triggers that share their names
            self.name(type_)

    def _of(self, scheme: Scheme) -> Iterator[_Type]:
        for name in self.layers:
            layer = scheme.layers[name]
            for label in layer.labels if layer.kind != "label" else ():
                if NAMES_ALLOWED.fullmatch(label):
                    yield _Type(_section(layer, label), name, label)

    def name(self, type_: _Type) -> str:
        """The name of a label in brat."""
        if type_ not in self.names:
            self.names[type_] = self._event_name(type_) or self._own_name(type_)
        return self.names[type_]

    def _event_name(self, type_: _Type) -> str:
        """The name that a trigger shares with its event; none where it is an annotation like others."""
        if type_.section != "entities" or type_.layer != TRIGGER_LAYER:
            return ""
        events = [name for other, name in self.names.items() if other.section == "events" and other.label == type_.label]
        return type_.label if events == [type_.label] else ""

    def _own_name(self, type_: _Type) -> str:
        is_relation = type_.section == "relations"
        name = type_.label
        is_clear = (is_relation, name) not in self._taken and self._shared[is_relation, name] <= 1 and name.strip("-")
        if not is_clear or any(name.startswith(f"{layer}-") for layer in {*self.layers, type_.layer}):
            name = f"{type_.layer}-{name}"
        if (is_relation, name) in self._taken:
            raise PostilError(f"two types would both be {name} in brat: give the label {type_.label} another name")
        self._taken.add((is_relation, name))
        return name

    @property
    def are_of_layers(self) -> bool:
        """Whether a configuration has to say which layer a type is of."""
        return any(
            name != type_.label or (type_.layer != _PLAIN_LAYERS[type_.section] and not self.is_shared(type_))
            for type_, name in self.names.items()
        )

    def is_shared(self, type_: _Type) -> bool:
        """Whether an event has the name of this trigger."""
        return type_.section == "entities" and bool(self._event_name(type_))


def _section(layer: Layer, label: str) -> Section:
    if layer.kind == "span":
        return "entities"
    return "events" if TRIGGER in layer.roles_of(label) else "relations"


def write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    """Write a .txt and an .ann for each document, one of each annotator if there are several, and the configuration."""
    types = _Types(outgoing.scheme)
    seen = _Seen()
    several = len(outgoing.annotators) > 1
    for document in documents:
        for annotator, said in document.sets.items():
            path = f"{annotator}/{document.id}" if several else document.id
            lines = _Lines(document.text, types, seen, outgoing.scheme).of(said)
            outgoing.target.write(f"{path}.txt", document.text)
            outgoing.target.write(f"{path}.ann", "".join(f"{line}\n" for line in lines))
    for path, text in _Configuration(outgoing.scheme, types, seen).files(outgoing.annotators):
        outgoing.target.write(path, text)
    odd = [name for name in types.names.values() if not _BRATS_OWN.fullmatch(name)]
    if odd:
        outgoing.say.append(
            f"brat's configuration only knows names of A-Z, a-z, 0-9, _ and -; these have others: {', '.join(odd[:5])}"
        )


class _Seen(msgspec.Struct):
    """What the annotations use that a scheme may not say: roles of events, attributes that are only there or not."""

    roles: dict[_Type, list[str]] = msgspec.field(default_factory=dict)
    flags: dict[str, list[str]] = msgspec.field(default_factory=dict)


class _Lines:
    """The lines of one document."""

    def __init__(self, text: str, types: _Types, seen: _Seen, scheme: Scheme) -> None:
        self.text, self.types, self.seen, self.scheme = text, types, seen, scheme
        self.attributes = self.normalisations = 0

    def of(self, annotations: AnnotationSet) -> Iterator[str]:
        """The lines of a set."""
        annotations = _in_order(renumbered(annotations, self.scheme.layers, _minting(annotations)))
        about: list[tuple[str, str, Any]] = []  # id, type, record
        for relation in annotations.relations:  # before their triggers, which are called as they
            if kind_of(relation) == "event":
                self.types.name(_Type("events", relation.layer, relation.label))
        for span in annotations.spans:
            type_ = self.types.name(_Type("entities", span.layer, span.label))
            about.append((span.id, type_, span))
            yield f"{span.id}\t{type_} {self._placed(span)}"
        for relation in annotations.relations:
            type_, line = self._relation(relation)
            about.append((relation.id, type_, relation))
            yield line
        for id, type_, record in about:
            normalised = _normalised(record.attributes)
            for reference, text in normalised:
                self.normalisations += 1
                yield f"N{self.normalisations}\tReference {id} {reference}" + (f"\t{text}" if text else "")
            for name, value in record.attributes.items():
                if not (normalised and name in (_NORMALISED, _NORMALISED_TEXT)):
                    yield from self._attribute(id, type_, name, value)
        for number, line in enumerate(self._notes(annotations, about), _first_free(annotations)):
            yield f"#{number}\t{line}"
        yield from (f"#{note.id[1:]}\tNote {note.about}\t{note.text}" for note in annotations.notes)

    def _placed(self, span: Span) -> str:
        extents = [piece for extent in span.extents for piece in _within_lines(self.text, *extent)]
        covered = " ".join(self.text[start:end] for start, end in extents)
        return f"{';'.join(f'{start} {end}' for start, end in extents)}\t{_BREAK.sub(' ', covered)}"

    def _relation(self, relation: Relation) -> tuple[str, str]:
        kind = kind_of(relation)
        type_ = _Type("events" if kind == "event" else "relations", relation.layer, relation.label)
        name = self.types.name(type_)
        if kind == "equivalence":
            return name, f"*\t{name} {' '.join(relation.args[MEMBER])}"
        if kind == "relation":
            names = _RELATION_ROLES if set(relation.args) == set(_RELATION_ROLES) else {role: role for role in relation.args}
            said = " ".join(f"{shown}:{relation.args[role]}" for role, shown in names.items())
            return name, f"{relation.id}\t{name} {said}"
        layer = self.scheme.layers.get(relation.layer)
        known = self.seen.roles.setdefault(type_, list(layer.roles_of(relation.label)) if layer else [TRIGGER])
        known += [role for role in relation.args if role not in known]
        said = "".join(f" {role}:{id}" for role, id in _numbered(relation, known))
        return name, f"{relation.id}\t{name}:{relation.args[TRIGGER]}{said}"

    def _attribute(self, id: str, type_: str, name: str, value: Any) -> Iterator[str]:
        if isinstance(value, bool):
            known = self.seen.flags.setdefault(name, [])
            if type_ not in known:
                known.append(type_)
        for one in value if isinstance(value, list | tuple) else [value]:
            self.attributes += 1
            yield f"A{self.attributes}\t{name} {id}" + ("" if one is True else " false" if one is False else f" {one}")

    def _notes(self, annotations: AnnotationSet, about: list[tuple[str, str, Any]]) -> Iterator[str]:
        for id, _, record in about:
            if record.note:
                yield f"{REMARK} {id}\t{record.note}"


def _normalised(attributes: dict[str, Any]) -> list[tuple[str, str]]:
    """What lines of normalisations can say: references to a database, each with its text or empty."""
    references, texts = (_listed(attributes.get(name, [])) for name in (_NORMALISED, _NORMALISED_TEXT))
    if len(texts) not in (0, len(references)) or not all(isinstance(one, str) for one in (*references, *texts)):
        return []
    if not all(map(_REFERENCE.fullmatch, references)):
        return []
    return list(zip(references, texts or [""] * len(references), strict=True))


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _in_order(annotations: AnnotationSet) -> AnnotationSet:
    """The set by the numbers of its ids, events before relations: what came from brat is in the order that it had there."""

    def place(record: Record) -> tuple[int, int]:
        prefix = record.id.rstrip("0123456789")
        return list(PREFIXES.values()).index(prefix), int(record.id.removeprefix(prefix))

    return AnnotationSet(
        annotations.header,
        tuple(sorted(annotations.spans, key=place)),
        tuple(sorted(annotations.relations, key=place)),
        annotations.labels,
        tuple(sorted(annotations.notes, key=place)),
    )


def _first_free(annotations: AnnotationSet) -> int:
    return 1 + max((int(note.id[1:]) for note in annotations.notes), default=0)


def _within_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """An extent in pieces that no line end is inside; one at its edge stays, so that no offset changes."""
    at = start
    for gap in LINE_GAP.finditer(text, start, end):
        if at < gap.start() and gap.end() < end:
            yield at, gap.start()
            at = gap.end()
    yield at, end


def _numbered(relation: Relation, known: list[str]) -> Iterator[tuple[str, str]]:
    """What fills the roles of an event: the second of a role as Role2, as brat numbers them, unless a role is called so."""
    for role, value in relation.args.items():
        number = 1
        for id in (value,) if isinstance(value, str) else value:
            name = role
            while number > 1 and role_of(name := f"{role}{number}", known) != role:
                number += 1
            if role != TRIGGER:
                yield name, id
            number += 1


def _minting(annotations: AnnotationSet) -> Callable[[Record, int], str]:
    """Ids as brat writes them: those that are so already stay, the others get numbers that are free."""
    kept = own_ids(annotations)
    counts: Counter[str] = Counter()

    def mint(record: Record, _number: int) -> str:
        if record.id in kept:
            return record.id
        prefix = prefix_of(record)
        while True:
            counts[prefix] += 1
            if (fresh := f"{prefix}{counts[prefix]}") not in kept:
                return fresh

    return mint


class _Configuration:
    """annotation.conf, visual.conf and kb_shortcuts.conf for a scheme, and for what annotations use beyond it."""

    def __init__(self, scheme: Scheme, types: _Types, seen: _Seen) -> None:
        self.scheme, self.types, self.seen = scheme, types, seen
        self.marked = types.are_of_layers

    def files(self, annotators: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """The paths and the texts of the files."""
        marks = [ANNOTATORS_MARK] if len(annotators) > 1 else [f"{ANNOTATOR_MARK}{name}" for name in annotators]
        marks += [LAYERS_MARK] if self.marked else []
        sections = ["".join(f"{mark}\n" for mark in marks)] if marks else []
        sections += ["".join(f"{line}\n" for line in self._section(section)) for section in _PLAIN_LAYERS]
        sections.append("".join(f"{line}\n" for line in ["[attributes]", *self._attributes()]))
        yield "annotation.conf", "\n".join(sections)
        if looks := self._looks():
            yield "visual.conf", looks
        keys = {definition.key: name for name, definition in reversed(list(self._definitions())) if len(definition.key) == 1}
        if keys:  # the first type with a key: brat has one keyboard for all layers
            yield "kb_shortcuts.conf", "".join(f"{key}\t{keys[key]}\n" for key in sorted(keys))

    def _section(self, section: Section) -> Iterator[str]:
        yield f"[{section}]"
        layer = ""
        types = [type_ for type_ in self.types.names if type_.section == section and not self.types.is_shared(type_)]
        layers = {name: number for number, name in enumerate(dict.fromkeys(type_.layer for type_ in types))}
        for type_ in sorted(types, key=lambda type_: layers[type_.layer]):
            if self.marked and type_.layer != layer:
                yield f"!{type_.layer}"
                layer = type_.layer
            said = ", ".join(self._arguments(type_))
            yield f"{chr(9) if self.marked else ''}{self.types.names[type_]}{chr(9) + said if said else ''}"

    def _arguments(self, type_: _Type) -> Iterator[str]:
        layer = self.scheme.layers.get(type_.layer)
        roles = layer.roles_of(type_.label) if layer else {}
        if type_.section == "events":
            for name in dict.fromkeys([*roles, *self.seen.roles.get(type_, ())]):
                if name != TRIGGER and NAMES_ALLOWED.fullmatch(name):
                    role = roles.get(name, Role(required=False))
                    mark = ("+" if role.required else "*") if role.multiple else "" if role.required else "?"
                    yield f"{name}{mark}:{self._fillers(role)}"
        elif type_.section == "relations":
            definition = layer.labels.get(type_.label) if layer else None
            if set(roles) == {MEMBER}:
                fillers = self._fillers(roles[MEMBER])
                yield from (f"Arg1:{fillers}", f"Arg2:{fillers}", "<REL-TYPE>:symmetric-transitive")
                return
            if len(roles) != 2 or not all(map(NAMES_ALLOWED.fullmatch, roles)):
                roles = {"from": Role(), "to": Role()}
            names = _RELATION_ROLES if set(roles) == set(_RELATION_ROLES) else {}
            yield from (f"{names.get(name, name)}:{self._fillers(role)}" for name, role in sorted(roles.items()))
            if definition and definition.symmetric:
                yield "<REL-TYPE>:symmetric"

    def _fillers(self, role: Role) -> str:
        if not role.layers and not role.labels:
            return "<ANY>"
        names = [
            name
            for type_, name in self.types.names.items()
            if type_.section != "relations"
            and (not role.layers or type_.layer in role.layers)
            and (not role.labels or type_.label in role.labels)
        ]
        return "|".join(dict.fromkeys(names)) or "<ANY>"

    def _attributes(self) -> Iterator[str]:
        flags = {name: list(types) for name, types in self.seen.flags.items()}
        for layer, name, attribute in self._described():
            owners = [shown for type_, shown in self.types.names.items() if type_.layer == layer and attribute.is_on(type_.label)]
            if attribute.type == "boolean":
                flags.setdefault(name, []).extend(owners)
            elif owners:
                yield _offered(name, attribute, owners)
        for name, owners in flags.items():
            yield f"{name}\tArg:{'|'.join(dict.fromkeys(owners)) or '<ANY>'}"

    def _described(self) -> Iterator[tuple[str, str, Attribute]]:
        """Each attribute of the scheme that brat can name, with its layer."""
        for layer_name, layer in self.scheme.layers.items():
            for name, attribute in layer.attributes.items() if layer.kind != "label" else ():
                if NAMES_ALLOWED.fullmatch(name) and name not in (_NORMALISED, _NORMALISED_TEXT):
                    yield layer_name, name, attribute

    def _looks(self) -> str:
        """visual.conf: labels without the layer that is in their names, and colours."""
        labels = [f"{name} | {type_.label}" for type_, name in self.types.names.items() if name != type_.label]
        arcs = {name for type_, name in self.types.names.items() if type_.section == "relations"}
        drawing = [
            f"{name}\t{'color' if name in arcs else 'bgColor'}:{definition.colour}"
            for name, definition in self._definitions()
            if _COLOUR.fullmatch(definition.colour)
        ]
        if not labels and not drawing:
            return ""
        return "".join(f"{line}\n" for line in ["[labels]", *labels, "", "[drawing]", *drawing])

    def _definitions(self) -> Iterator[tuple[str, LabelDefinition]]:
        done = set()
        for type_, name in self.types.names.items():
            layer = self.scheme.layers.get(type_.layer)
            if layer and type_.label in layer.labels and name not in done:
                done.add(name)
                yield name, layer.labels[type_.label]


def _offered(name: str, attribute: Attribute, owners: list[str]) -> str:
    """The line of an attribute with values; where brat could not offer them, as a comment."""
    values = attribute.values if attribute.type == "enum" else ()
    if values and all(map(_LISTABLE.fullmatch, values)):
        return f"{name}\tArg:{'|'.join(dict.fromkeys(owners))}, Value:{'|'.join(values)}"
    return f"# {name} of {', '.join(dict.fromkeys(owners))}: any {attribute.type}, which brat shows but cannot offer"
