"""What a model is told to do with a layer: the scheme's definitions, and the form of the answer, to the last key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from postil.scheme import Attribute, Layer, Role
from postil.text import listing

_WHAT = {
    "span": "Find every span of the layer “{}” in the text.",
    "label": "Give the labels that the layer “{}” has for the text.",
    "relation": "Find every relation of the layer “{}” in the text.",
}
_ONE_LABEL = "Give the label that the layer “{}” has for the text: one at most."
_TEXT = '"text", copied exactly: where it is in several parts, with other text between them, a list of the parts'
_ANSWERS = {
    "span": f'{{"spans": [...]}} that has an object for each span, in the order of the text, with its "label" and its {_TEXT}',
    "label": '{"labels": [...]} that has an object for each label of the document, with the "label"',
    "relation": '{"relations": [...]} that has an object for each relation, in any order, with its "label" and its "args": an '
    "object with what fills each role",
}
_NAMED = (
    f'An annotation that is referred to is an object with its "label" and, of a span, its {_TEXT}; of a relation, its "args" in '
    "the same form, left out in an object that is inside this relation itself."
)
_ATTRIBUTES = ', and "attributes" where there are any: an object with the value of each'
_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "link": "a web address",
    "reference": "a reference to an annotation",
}


def instruction(name: str, layer: Layer) -> str:
    """What is to be annotated, as the scheme defines it, and how to answer."""
    what = _ONE_LABEL if layer.kind == "label" and not layer.multiple else _WHAT[layer.kind]
    lines = [f"{what.format(name)} {layer.description}".strip(), "", "Labels:"]
    for label, definition in layer.labels.items():
        example = f" Example: {definition.example}" if definition.example else ""
        lines.append(_item(label, f"{definition.description}{example}"))
        lines += [f"  {line}" for line in _roles(definition.roles)]
    if layer.roles:
        lines += ["", "Roles:", *_roles(layer.roles)]
    if layer.attributes:
        lines += ["", "Attributes:", *(_attribute(name, one) for name, one in layer.attributes.items())]
    return "\n".join([*lines, "", *_form(layer)])


def _form(layer: Layer) -> Iterator[str]:
    """How to answer."""
    yield f"Answer with a JSON object {_ANSWERS[layer.kind]}{_ATTRIBUTES if layer.attributes else ''}."
    if layer.kind == "relation" or layer.references:
        yield _NAMED


def _roles(roles: Mapping[str, Role]) -> Iterator[str]:
    for name, role in roles.items():
        what = "an annotation, or a list of several," if role.multiple else "an annotation"
        needed = "" if role.required else "; may be left out"
        yield _item(f"{name} ({what}{_restricted(role)}{needed})", role.description)


def _attribute(name: str, attribute: Attribute) -> str:
    said = [_value(attribute), *_bounds(attribute)]
    if attribute.only_on:
        said.append(f"only on {', '.join(attribute.only_on)}")
    if attribute.required:
        said.append("always said")
    return _item(f"{name} ({'; '.join(said)})", attribute.description)


def _value(attribute: Attribute) -> str:
    """What a value is."""
    values = ", ".join(attribute.values)
    if attribute.type == "enum":
        return f"a list of any of {values}" if attribute.multiple else f"one of {values}"
    what = _TYPES[attribute.type]
    if attribute.type == "reference":
        what += _restricted(attribute) + (f", or one of {values}" if values else "")
    return f"a list, each {what}" if attribute.multiple else what


def _restricted(what: Attribute | Role) -> str:
    """Of which layers and labels an annotation must be."""
    layers = f" of the layer {listing(what.layers)}" if what.layers else ""
    return layers + (f" with the label {listing(what.labels)}" if what.labels else "")


def _bounds(attribute: Attribute) -> Iterator[str]:
    if attribute.minimum is not None:
        yield f"at least {attribute.minimum:g}"
    if attribute.maximum is not None:
        yield f"at most {attribute.maximum:g}"
    if attribute.pattern:
        yield f"like the regular expression {attribute.pattern}"


def _item(name: str, description: str) -> str:
    return f"- {name}: {description.strip()}" if description.strip() else f"- {name}"
