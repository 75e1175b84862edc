"""What no CAS can hold."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.features import (
    Feature,
    Reducing,
    characters,
    in_each_set,
    lose,
    names_made_by,
    taken_out,
    without_values,
)  # fmt: skip
from postil.formats._uima import names
from postil.manifest import Metadata, Rights
from postil.model import AnnotationSet
from postil.scheme import Layer, Scheme

_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_LARGEST = 2**63


def _identifier(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return plain if _IDENTIFIER.fullmatch(plain) else f"x{plain}"


def _type_name(name: str) -> str:
    is_free = name != names.NOTE and not name.startswith("uima.")
    return name if is_free and all(map(_IDENTIFIER.fullmatch, name.split("."))) else _identifier(name)


def feature_name(name: str) -> str:
    """What an attribute is called as a feature."""
    plain = _identifier(name)
    return f"{plain}_" if plain in names.RESERVED else plain


LAYER_NAMES = names_made_by(_type_name, "type names", "names of layers that no type can have", of=("layer",))
ATTRIBUTE_NAMES = names_made_by(feature_name, "feature names", "names of attributes that no feature can have", of=("attribute",))


def layers_as_named(scheme: Scheme) -> dict[str, Layer]:
    """The layers of a scheme by the names that they have here."""
    return {**{_type_name(name): layer for name, layer in scheme.layers.items()}, **scheme.layers}


_FORBIDDEN = "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]"
CHARACTERS = characters(_FORBIDDEN, "characters that XML cannot hold")


def _plain_metadata(document: Document, reducing: Reducing) -> Document:
    plain = _plain(document.metadata)
    if plain == document.metadata:
        return document
    reducing.losses.add(METADATA_CHARACTERS.title, document.id)
    return replace(document, metadata=plain)


def _plain(value: Any) -> Any:
    """A value, or metadata, without forbidden characters."""
    if isinstance(value, str):
        return re.sub(_FORBIDDEN, "\ufffd", value)
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    if isinstance(value, dict):
        return {_plain(name): _plain(one) for name, one in value.items()}
    if isinstance(value, Metadata | Rights):
        return replace(value, **{name: _plain(getattr(value, name)) for name in value.__struct_fields__})
    return value


METADATA_CHARACTERS = Feature("metadata characters", "characters in metadata that XML cannot hold", _plain_metadata)


def _as_words(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _is_typed(value: Any) -> bool:
    return isinstance(value, str | bool | float) or (isinstance(value, int) and -_LARGEST <= value < _LARGEST)


def _typed(value: Any) -> Any:
    if isinstance(value, list | tuple):
        kinds = {type(one) for one in value}
        if all(map(_is_typed, value)) and (len(kinds) == 1 or kinds == {int, float}):
            return value
        return [_as_words(one) for one in value]
    return value if _is_typed(value) else _as_words(value)


def _typed_attributes(record: Any) -> Any:
    kept = {name: _typed(value) for name, value in record.attributes.items() if value is not None and value not in ([], ())}
    return record if kept == record.attributes else replace(record, attributes=kept)


VALUES = Feature(
    "values", "attribute values that are tables, lists of nothing or of different things",
    without_values("attribute values that are tables, lists of nothing or of different things", _typed_attributes),
)  # fmt: skip


def _plain_ends(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    relations = []
    for relation in annotations.relations:
        args = {role: ids[0] if len(ids) == 1 and isinstance(ids, tuple) else ids for role, ids in relation.args.items() if ids}
        if args != relation.args:
            lose(reducing, ENDS.title, annotations, relation, stops=False)
        relations.append(replace(relation, args=args))
    doomed = [relation for relation in relations if not relation.args]
    for relation in doomed:
        lose(reducing, "relations without an end", annotations, relation)
    return taken_out(replace(annotations, relations=tuple(relations)), {relation.id for relation in doomed}, reducing)


ENDS = Feature(
    "lists of one end", "roles with a list of one end, which comes back as that end", in_each_set(_plain_ends), stops=False
)


def _unnamed(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """No attribute of a span names a relation, and none of a relation names anything."""
    spans = {span.id for span in annotations.spans}
    relations = {relation.id for relation in annotations.relations}

    def changed(record: Any, gone: set[str]) -> Any:
        layer = reducing.scheme.layers.get(record.layer)
        kept = dict(record.attributes)
        for name in layer.references if layer else ():
            value = kept.get(name)
            if isinstance(value, str) and value in gone:
                del kept[name]
            elif isinstance(value, list | tuple) and not gone.isdisjoint(value):
                kept[name] = [one for one in value if one not in gone]
        if kept == record.attributes:
            return record
        lose(reducing, NAMED.title, annotations, record)
        return replace(record, attributes=kept)

    anything = relations | spans
    return replace(
        annotations,
        spans=tuple(changed(span, relations) for span in annotations.spans),
        relations=tuple(changed(relation, anything) for relation in annotations.relations),
    )


def _single(annotations: AnnotationSet, _document: Document, reducing: Reducing) -> AnnotationSet:
    """Lists with their first value only, where they name no annotations."""

    def changed(record: Any) -> Any:
        layer = reducing.scheme.layers.get(record.layer)
        references = layer.references if layer else ()
        single = {
            name: value[0] if isinstance(value, list | tuple) and value and name not in references else value
            for name, value in record.attributes.items()
        }
        if single == record.attributes:
            return record
        lose(reducing, SINGLE.title, annotations, record)
        return replace(record, attributes=single)

    spans, relations = tuple(map(changed, annotations.spans)), tuple(map(changed, annotations.relations))
    return replace(annotations, spans=spans, relations=relations)


SINGLE = Feature("single values", "several values of one attribute that are no annotations", in_each_set(_single))
NAMED = Feature("named relations", "attributes that name relations, or are of relations and name anything", in_each_set(_unnamed))
