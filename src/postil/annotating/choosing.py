"""What the words of an action mean: units, layers, labels, attributes and their values, in the words of ``check``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from postil.annotating.state import State
from postil.errors import ActionRefused
from postil.rules._attributes import value_fault
from postil.scheme import Attribute, Layer, LayerKind, Scheme
from postil.text import counted, listing, nearest, quote

_BOOLEANS = {"true": True, "yes": True, "false": False, "no": False}


def one_of(word: str, allowed: Iterable[str], what: str) -> str:
    """The word, if it is one of those allowed."""
    known = list(allowed)
    if word in known:
        return word
    near = nearest(word, known)
    hint = f"did you mean {near}?" if near else f"there is {listing(known, 'and')}"
    raise ActionRefused(f"there is no {what} {quote(word)}: {hint}")


def whole_number(word: str) -> int:
    """The number that a word is."""
    if not (word.isascii() and word.isdigit()):
        raise ActionRefused(f"{quote(word)} is no whole number from 0")
    return int(word[:12])


def offset_in(state: State, word: str) -> int:
    """The offset that a word is, in code points from 0: in the text, or at its end."""
    offset = whole_number(word)
    if offset > len(state.text):
        raise ActionRefused(f"{word} is behind the end of the text, which has {counted(len(state.text), 'character')}")
    return offset


def layer_named(scheme: Scheme, word: str, kind: LayerKind | None = None) -> str:
    """The name of a layer (of one kind)."""
    name = one_of(word, scheme.layers, "layer")
    if kind and scheme.layers[name].kind != kind:
        raise ActionRefused(f"{name} is a layer of {scheme.layers[name].kind}s, not of {kind}s")
    return name


def label_named(name: str, layer: Layer, word: str) -> str:
    """The label of a layer that has this name, or this key."""
    if word in layer.labels:
        return word
    keyed = [label for label, definition in layer.labels.items() if definition.key == word]
    if keyed:
        return keyed[0]
    shown = (f"{label} ({definition.key})" if definition.key else label for label, definition in layer.labels.items())
    raise ActionRefused(f"{name} has no label or key {quote(word)}: it has {listing(shown, 'and')}")


def relation_named(state: State, word: str) -> tuple[str, str]:
    """The layer and label of a relation by name or key: in the current layer where that is one of relations."""
    layers = state.scheme.layers_of_kind("relation")
    if state.place.layer in layers:
        layers = {state.place.layer: layers[state.place.layer]}
    if not layers:
        raise ActionRefused("the scheme has no layer of relations")
    fitting = [name for name, layer in layers.items() if word in layer.labels]
    fitting = fitting or [name for name, layer in layers.items() if word in {one.key for one in layer.labels.values()}]
    if len(fitting) > 1:
        raise ActionRefused(f"{quote(word)} is in {listing(fitting, 'and')}: go to one of these layers first")
    name = fitting[0] if fitting else next(iter(layers))
    return name, label_named(name, layers[name], word)


def defaults(layer: Layer, label: str, so_far: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What an annotation has from the start: those of ``so_far`` that the label may have, and the defaults of required ones."""
    kept = {name: value for name, value in (so_far or {}).items() if name not in layer.attributes or _is_on(layer, name, label)}
    for name, attribute in layer.attributes.items():
        if attribute.required and attribute.default is not None and attribute.is_on(label) and name not in kept:
            kept[name] = list(attribute.default) if isinstance(attribute.default, tuple) else attribute.default
    return in_order(layer, kept)


def _is_on(layer: Layer, name: str, label: str) -> bool:
    return layer.attributes[name].is_on(label)


def in_order(layer: Layer, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes in the order of the scheme, those that it does not know after them."""
    known = [name for name in layer.attributes if name in attributes]
    return {name: attributes[name] for name in (*known, *(name for name in attributes if name not in layer.attributes))}


def attribute_named(name: str, layer: Layer, label: str, word: str) -> Attribute:
    """The definition of an attribute that annotations with this label have."""
    fitting = [one for one, attribute in layer.attributes.items() if attribute.is_on(label)]
    if word in layer.attributes and word not in fitting:
        raise ActionRefused(f"{word} is only for {listing(layer.attributes[word].only_on)}, not for {label}")
    return layer.attributes[one_of(word, fitting, f"attribute of {label} in {name}")]


def value_of(name: str, attribute: Attribute, words: Sequence[str]) -> Any:
    """The value that words mean. One that is not allowed is refused in the words of ``check``."""
    if len(words) > 1 and not attribute.multiple:
        words = [" ".join(words)]
    values = [_parsed(attribute, word) for word in words]
    for value in values:
        if fault := value_fault(attribute, value):
            raise ActionRefused(f"{name} {fault}")
    return values if attribute.multiple else values[0]


def _parsed(attribute: Attribute, word: str) -> Any:
    if attribute.type == "boolean":
        return _BOOLEANS.get(word.casefold(), word)
    parse = {"integer": int, "number": float}.get(attribute.type)
    try:
        value = parse(word[:40]) if parse else word
    except ValueError:
        return word
    return word if isinstance(value, float) and not math.isfinite(value) else value
