"""What infons say of a record, and how a record is said in infons."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from postil.formats._lists import flat
from postil.model import Label, Relation, Span

_KEYS = ("type", "layer", "confidence", "note")  # infons that are no attributes
_PLAIN_LAYERS: dict[type, str] = {Span: "span", Relation: "relation", Label: "label"}


class Said(msgspec.Struct):
    """What infons say. ``rest``: attributes, confidence and remark."""

    label: str
    layer: str
    rest: tuple[dict[str, Any], float | None, str]


def said_by(infons: dict[str, Any]) -> Said:
    """What these infons say."""
    attributes: dict[str, Any] = {}
    words = {key: value for key, value in infons.items() if key in _KEYS and isinstance(value, str)}
    confidence = _confidence(infons.get("confidence"))
    for key, value in infons.items():
        is_taken = key in words if key != "confidence" else confidence is not None
        if not is_taken:
            attributes.update(flat(key.removeprefix("."), value))
    return Said(words.get("type", ""), words.get("layer", ""), (attributes, confidence, words.get("note", "")))


def _confidence(said: Any) -> float | None:
    try:
        number = float(said)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) and 0 <= number <= 1 and not isinstance(said, bool) else None


def infons(record: Span | Relation | Label) -> dict[str, Any]:
    """What a record says, as infons."""
    said: dict[str, Any] = {"type": record.label}
    if record.layer != _PLAIN_LAYERS[type(record)]:
        said["layer"] = record.layer
    if record.confidence is not None:
        said["confidence"] = record.confidence
    if record.note:
        said["note"] = record.note
    for name, value in record.attributes.items():
        said[f".{name}" if name in _KEYS or name.startswith(".") else name] = value
    return said
