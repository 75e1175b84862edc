"""UIMA's type system descriptions (``TypeSystem.xml``)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from postil.errors import UnreadableFile
from postil.exchange.safe_xml import line_of, parse_xml
from postil.exchange.sources import File
from postil.formats._uima.cas import TOP, Feature, Type, TypeSystem

_NAMESPACE = "{http://uima.apache.org/resourceSpecifier}"


def read_type_system(file: File) -> TypeSystem:
    """The types that a file describes."""
    return parse_type_system(file.shown, file.read())


def parse_type_system(shown: str, data: bytes) -> TypeSystem:
    """The types that an XML text describes."""
    root = parse_xml(shown, data)
    if not is_type_system(root):
        raise UnreadableFile(shown, f"no UIMA type system: a typeSystemDescription is wanted, not {root.tag}", line_of(root), 1)
    types = TypeSystem()
    for element in root.iter(f"{_NAMESPACE}typeDescription"):
        name = _text(element, "name")
        if not name:
            raise UnreadableFile(shown, "a type without a name", line_of(element), 1)
        features = {feature.name: feature for feature in _features(element)}
        types.add(Type(name, _text(element, "supertypeName") or TOP, features, _text(element, "description")))
    return types


def is_type_system(root: Element) -> bool:
    """Whether this is the root of a type system."""
    return root.tag == f"{_NAMESPACE}typeSystemDescription"


def _features(element: Element) -> Iterator[Feature]:
    for feature in element.iter(f"{_NAMESPACE}featureDescription"):
        shared = _text(feature, "multipleReferencesAllowed").lower() == "true"
        yield Feature(_text(feature, "name"), _text(feature, "rangeTypeName"), _text(feature, "elementType"), shared)


def _text(element: Element, name: str) -> str:
    return (element.findtext(f"{_NAMESPACE}{name}") or "").strip()


def type_system_xml(types: TypeSystem) -> str:
    """The description of all types, sorted."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<typeSystemDescription xmlns="http://uima.apache.org/resourceSpecifier">',
        "  <types>",
    ]
    for _, type_ in sorted(types.types.items()):
        lines += [
            "    <typeDescription>",
            *_element(6, name=type_.name, description=type_.description, supertypeName=type_.supertype),
        ]
        lines.append("      <features>")
        for _, feature in sorted(type_.features.items()):
            lines.append("        <featureDescription>")
            lines += _element(10, name=feature.name, description="", rangeTypeName=feature.range)
            if feature.element:
                lines += _element(10, elementType=feature.element)
            if feature.is_shared:
                lines += _element(10, multipleReferencesAllowed="true")
            lines.append("        </featureDescription>")
        lines += ["      </features>", "    </typeDescription>"]
    return "\n".join([*lines, "  </types>", "</typeSystemDescription>", ""])


def _element(indent: int, **texts: str) -> Iterator[str]:
    for name, text in texts.items():
        yield f"{' ' * indent}<{name}>{escape(text)}</{name}>" if text else f"{' ' * indent}<{name}/>"
