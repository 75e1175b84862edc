"""What values an attribute's definition allows: one judgement for annotations and for defaults."""

from __future__ import annotations

from typing import Any

from postil.manifest import URL
from postil.rules._patterns import matches
from postil.scheme import LARGEST_INTEGER, Attribute
from postil.text import listing, quote

_NOUNS = {
    "enum": "a string", "string": "a string", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "link": "a string", "reference": "a string",
}  # fmt: skip


def type_fault(attribute: Attribute, value: Any) -> str:
    """What is wrong with the type of one value; empty when nothing is."""
    match attribute.type:
        case "integer":
            fits = isinstance(value, int) and not isinstance(value, bool)
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case "boolean":
            fits = isinstance(value, bool)
        case _:
            fits = isinstance(value, str)
    return "" if fits else f"must be {_NOUNS[attribute.type]}, not {_shown(value)}"


def value_fault(attribute: Attribute, value: Any) -> str:
    """What is wrong with one value: its type, or that the definition does not allow it; empty when nothing is."""
    fault = type_fault(attribute, value)
    if fault:
        return fault
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        return f"must be between -{LARGEST_INTEGER:,} and {LARGEST_INTEGER:,}, which every program can hold exactly, not {value}"
    if attribute.type == "enum" and attribute.values and value not in attribute.values:
        return f"must be {listing(attribute.values)}, not {quote(value)}"
    if attribute.type == "link" and not URL.fullmatch(value):
        return f"must be a web address, not {quote(value)}"
    if attribute.pattern and attribute.type == "string" and not matches(attribute.pattern, value):
        return f"must match {attribute.pattern}, and {quote(value)} does not"
    if attribute.minimum is not None and isinstance(value, int | float) and value < attribute.minimum:
        return f"must be at least {attribute.minimum:g}, not {value}"
    if attribute.maximum is not None and isinstance(value, int | float) and value > attribute.maximum:
        return f"must be at most {attribute.maximum:g}, not {value}"
    return ""


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return quote(value)
    return {dict: "an object", list: "a list", type(None): "null", bool: str(value).lower()}.get(type(value), str(value))
