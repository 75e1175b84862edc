"""Names of a source as the corpus calls them: a table that the user writes.

[layers]
"webanno.custom.NE" = "entity"
[labels.entity]             # by the layer's name in the corpus
"PER" = "PERSON"
"MISC" = ""                 # left out, and counted
[attributes.entity]
"identifier" = "wikidata"
[roles.event]
"Theme" = "patient"
[annotators]
"user1" = "ada"
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.features import Reducing, taken_out
from postil.exchange.losses import Losses
from postil.exchange.tokens import Tokens
from postil.model import AnnotationSet, Label, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme
from postil.storage.safe_files import portable_name_fault
from postil.storage.toml_file import parse_toml

Names = dict[str, str]


class NameMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The table, as its file says it. An empty name leaves out whatever has it."""

    layers: Names = {}
    labels: dict[str, Names] = {}
    attributes: dict[str, Names] = {}
    roles: dict[str, Names] = {}
    annotators: Names = {}


class Unused:
    """The names of a table that nothing has yet: a mistyped one would change nothing, and nobody would know.

    ``originals``: how the source calls annotators whose names had to be changed.
    """

    def __init__(self, names: NameMap, originals: Mapping[str, str]) -> None:
        self._table, self._originals = names, originals
        self._left = {(f"[{kind}]", name) for kind in ("layers", "annotators") for name in getattr(names, kind)}
        for kind in ("labels", "attributes", "roles"):
            self._left |= {(f"[{kind}.{layer}]", name) for layer, of in getattr(names, kind).items() for name in of}

    def see(self, document: Document) -> None:
        """Look at a document as the source has it."""
        for annotator, one in document.sets.items() if self._left else ():
            self._left -= {("[annotators]", annotator), ("[annotators]", self._originals.get(annotator, ""))}
            for record in one.annotations:
                layer = self._see_layer(record.layer, [record.label], record.attributes)
                if isinstance(record, Relation):
                    self._left -= {(f"[roles.{layer}]", role) for role in record.args}

    def see_declared(self, layers: dict[str, Layer]) -> None:
        """Look at what a source declares."""
        for name, one in layers.items():
            layer = self._see_layer(name, one.labels, one.attributes)
            roles = {*one.roles, *(role for definition in one.labels.values() for role in definition.roles)}
            self._left -= {(f"[roles.{layer}]", role) for role in roles}

    def _see_layer(self, name: str, labels: Iterable[str], attributes: Iterable[str]) -> str:
        layer = self._table.layers.get(name, name)
        self._left.discard(("[layers]", name))
        self._left -= {(f"[labels.{layer}]", label) for label in labels}
        self._left -= {(f"[attributes.{layer}]", attribute) for attribute in attributes}
        return layer

    def lines(self) -> list[str]:
        """Each with the table it stands in."""
        return [f"{table} {name}" for table, name in sorted(self._left)]


def read_map(path: Path) -> NameMap:
    """The table of a file. Raises :class:`~postil.errors.PostilError` where there is none, or it is no such table."""
    if not path.is_file():
        raise PostilError(f"{path}: there is no such file. --scheme takes write, or the path of a table of names")
    file = parse_toml(NameMap, str(path), path.read_bytes())
    for fault in file.faults:
        raise UnreadableFile(str(path), fault.message, fault.line, fault.column)
    names = file.value or NameMap()
    for annotator, called in names.annotators.items():
        wrong = portable_name_fault(called) or ("it is not one part of a path" if "/" in called else "")
        if called and wrong:
            raise UnreadableFile(
                str(path), f"{called!r} cannot be an annotator's name: {wrong}", *file.position(("annotators", annotator))
            )
    return names


def mapped(document: Document, names: NameMap, losses: Losses, originals: Mapping[str, str]) -> Document:
    """The document with the corpus's names; what is left out is counted.

    ``originals``: how the source calls annotators whose names had to be changed; the table may have either.
    """
    sets: dict[str, AnnotationSet] = {}
    for annotator, one in document.sets.items():
        called = names.annotators.get(annotator, names.annotators.get(originals.get(annotator, ""), annotator))
        if not called:
            losses.add("sets that the table leaves out", f"{document.id} ({annotator})")
            continue
        if called in sets:
            raise PostilError(f"{document.id}: two annotators would both be {called}: map them apart")
        renamed = _mapped_set(one, names, losses)
        sets[called] = replace(renamed, header=replace(renamed.header, annotator=called)).canonical()
    return replace(document, sets=sets)


def _mapped_set(annotations: AnnotationSet, names: NameMap, losses: Losses) -> AnnotationSet:
    doomed = set()
    groups: list[list[Any]] = []
    for group in (annotations.spans, annotations.relations, annotations.labels):
        groups.append([])
        for record in group:
            renamed = _mapped_record(record, names)
            if not (renamed.layer and renamed.label):
                kind = "annotations that the table leaves out" if record.label else "annotations without a label"
                losses.add(kind, f"{annotations.document} {record.id}", record.label)
                doomed.add(record.id)
            groups[-1].append(renamed)
    spans, relations, labels = groups
    whole = AnnotationSet(annotations.header, tuple(spans), tuple(relations), tuple(labels), annotations.notes)
    return taken_out(whole, doomed, Reducing(Scheme("x", 1), losses, Tokens()))


def _mapped_record(record: Span | Relation | Label, names: NameMap) -> Any:
    layer = names.layers.get(record.layer, record.layer)
    attributes = _renamed(record.attributes, names.attributes.get(layer, {}))
    label = names.labels.get(layer, {}).get(record.label, record.label)
    renamed = replace(record, layer=layer, label=label, attributes=attributes)
    if isinstance(renamed, Relation):
        return replace(renamed, args=_renamed(renamed.args, names.roles.get(layer, {})))
    return renamed


def _renamed(table: dict[str, Any], names: Names) -> dict[str, Any]:
    return {names.get(name, name): value for name, value in table.items() if names.get(name, name)}


def mapped_layers(layers: dict[str, Layer], names: NameMap) -> dict[str, Layer]:
    """What a source declares, with the corpus's names."""
    found: dict[str, Layer] = {}
    for name, layer in layers.items():
        called = names.layers.get(name, name)
        if called:
            found[called] = _mapped_layer(layer, called, names)
    return found


def _mapped_layer(layer: Layer, called: str, names: NameMap) -> Layer:
    of_labels = names.labels.get(called, {})
    of_roles = names.roles.get(called, {})
    labels: dict[str, LabelDefinition] = {
        label: replace(definition, roles=_mapped_roles(definition.roles, of_roles, names))
        for label, definition in _renamed(layer.labels, of_labels).items()
    }
    attributes: dict[str, Attribute] = {
        name: replace(attribute, only_on=tuple(filter(None, (of_labels.get(one, one) for one in attribute.only_on))))
        for name, attribute in _renamed(layer.attributes, names.attributes.get(called, {})).items()
    }
    return replace(layer, labels=labels, attributes=attributes, roles=_mapped_roles(layer.roles, of_roles, names))


def _mapped_roles(roles: dict[str, Role], of_roles: Names, names: NameMap) -> dict[str, Role]:
    return {name: _mapped_role(role, names) for name, role in _renamed(roles, of_roles).items()}


def _mapped_role(role: Role, names: NameMap) -> Role:
    """The role with the corpus's names. Labels whose layer it does not say could be any, if they are called otherwise here."""
    layers = tuple(filter(None, (names.layers.get(one, one) for one in role.layers)))
    of_labels = {old: new for layer in layers for old, new in names.labels.get(layer, {}).items()}
    labels = tuple(filter(None, (of_labels.get(one, one) for one in role.labels)))
    return replace(role, layers=layers, labels=labels if layers or not names.labels else ())
