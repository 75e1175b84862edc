"""What Recogito's text annotator keeps, as Web Annotations: bodies in the plural, and selectors with their quotation inside."""

from __future__ import annotations

from typing import Any

_DATES = {"created": "created", "modified": "updated"}


def is_native(value: Any) -> bool:
    """Whether it is an annotation as Recogito has them: those of the W3C have a ``body``, and say their type."""
    return isinstance(value, dict) and isinstance(value.get("bodies"), list) and isinstance(value.get("target"), dict)


def as_annotation(value: dict[str, Any]) -> dict[str, Any]:
    """The Web Annotation that it is; each of its selectors is a stretch of one annotation."""
    target = value["target"]
    selectors = target.get("selector")
    stretches = selectors if isinstance(selectors, list) else [selectors]
    bodies = [
        {"type": "TextualBody", **{name: body[name] for name in ("value", "purpose") if isinstance(body.get(name), str)}}
        for body in value["bodies"]
        if isinstance(body, dict) and isinstance(body.get("value"), str)
    ]
    dates = {name: target[key] for name, key in _DATES.items() if isinstance(target.get(key), str)}
    return {
        "id": value.get("id", ""),
        "type": "Annotation",
        "creator": target.get("creator"),
        "body": bodies,
        "target": [{"selector": _alternatives(one)} for one in stretches if isinstance(one, dict)],
        **dates,
    }


def _alternatives(selector: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "TextPositionSelector", "start": selector.get("start"), "end": selector.get("end")},
        {"type": "TextQuoteSelector", "exact": selector.get("quote")},
    ]
