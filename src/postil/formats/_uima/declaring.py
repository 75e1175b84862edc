"""What a source describes of its layers: attributes with their types, roles, tag sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from postil.exchange.incoming import Incoming
from postil.formats._uima import names
from postil.formats._uima.cas import FS
from postil.scheme import Attribute, AttributeType, LabelDefinition, Layer, LayerKind, Role


def _layer(incoming: Incoming, name: str, kind: LayerKind) -> Layer:
    return incoming.declared.setdefault(name, Layer(kind))


def attributes(incoming: Incoming, layer: str, kind: LayerKind, values: Mapping[str, Any]) -> None:
    """Declare the attributes of an annotation of a layer."""
    known = _layer(incoming, layer, kind)
    fresh = {name: value for name, value in values.items() if not _is_within(known.attributes.get(name), value)}
    if fresh:
        declared = {name: _widened(known.attributes.get(name), value) for name, value in fresh.items()}
        incoming.declared[layer] = replace(known, attributes={**known.attributes, **declared})


def _is_within(known: Attribute | None, value: Any) -> bool:
    if known is None:
        return False
    if known.type == "enum":
        return value in known.values
    return known.type == "reference" or (known.type == _type(value) and (known.multiple or not isinstance(value, list)))


def _widened(known: Attribute | None, value: Any) -> Attribute:
    """An attribute that can have this value beside those that it could have."""
    multiple = isinstance(value, list) or bool(known and known.multiple)
    types: set[str] = {_type(value), *([known.type] if known else [])}
    if types <= {"integer", "number"}:
        return Attribute("number" if len(types) > 1 else _type(value), multiple=multiple)
    return Attribute(_type(value) if len(types) == 1 else "string", multiple=multiple)


def _type(value: Any) -> AttributeType:
    one = value[0] if isinstance(value, list) else value
    kinds: dict[type, AttributeType] = {bool: "boolean", int: "integer", float: "number"}
    return kinds.get(type(one), "string")


def reference(incoming: Incoming, layer: str, name: str, words: Iterable[str] = (), *, multiple: bool = False) -> None:
    """Declare an attribute that names other annotations, or is one of these words."""
    known = incoming.declared.get(layer, Layer("span"))
    before = known.attributes.get(name, Attribute("reference"))
    values = tuple(dict.fromkeys((*before.values, *words)))
    declared = Attribute("reference", values=values, multiple=multiple or before.multiple)
    if before != declared or name not in known.attributes:
        incoming.declared[layer] = replace(known, attributes={**known.attributes, name: declared})


def roles(incoming: Incoming, layer: str, args: Mapping[str, str | tuple[str, ...]]) -> None:
    """Declare the roles of a relation layer."""
    known = _layer(incoming, layer, "relation")
    fresh = {}
    for role, ids in args.items():
        multiple = isinstance(ids, tuple)
        if role not in known.roles or (multiple and not known.roles[role].multiple):
            fresh[role] = Role(required=False, multiple=multiple)
    if fresh:
        incoming.declared[layer] = replace(known, roles={**known.roles, **fresh})


def labels(incoming: Incoming, layer: str, kind: LayerKind, tags: Mapping[str, str]) -> None:
    """Declare labels, by name, with their descriptions."""
    known = _layer(incoming, layer, kind)
    fresh = {name: LabelDefinition(description) for name, description in tags.items() if name not in known.labels}
    if fresh:
        incoming.declared[layer] = replace(known, labels={**known.labels, **fresh})


def tag_set(fs: FS, incoming: Incoming) -> bool:
    """Declare the labels of a tag set that comes with a CAS, for the layer that it is of; whether there are any."""
    layer, tags = fs.values.get("layer"), fs.values.get("tags")
    if isinstance(layer, str) and isinstance(tags, list):
        found = [tag.values.get("name") for tag in tags if isinstance(tag, FS)]
        labels(incoming, names.layer_of(layer), "span", {name: "" for name in found if isinstance(name, str)})
        return True
    return False
