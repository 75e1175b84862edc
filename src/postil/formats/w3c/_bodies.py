"""What the bodies and properties of an annotation say."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec

from postil.exchange.losses import Losses
from postil.formats.w3c._parsing import Parsed, as_list, plain
from postil.formats.w3c._vocabulary import COMMENT_PURPOSES, CONFIDENCE, JSON, LABEL_PURPOSES

_READ = {"id", "@id", "type", "@type", "value", "purpose", "label", "format", "source", "items", "motivation"}


class Said(msgspec.Struct):
    """What an annotation says of its target.

    ``rest``: its own properties, which say who and when. ``is_description``: it says nothing but values that have names.
    """

    label: str = ""
    layer: str = ""
    attributes: dict[str, Any] = {}
    confidence: float | None = None
    comments: list[str] = []
    rest: dict[str, Any] = {}
    is_tagged: bool = False
    is_description: bool = False

    @property
    def all_attributes(self) -> dict[str, Any]:
        """The attributes, and its own properties as some."""
        return {**self.rest, **self.attributes}

    @property
    def comment(self) -> str:
        """All comments, one after the other."""
        return "\n\n".join(self.comments)

    @property
    def is_comment(self) -> bool:
        """Whether a comment is all that it says."""
        return bool(self.comments) and not self.is_tagged and not self.attributes and self.confidence is None


def said(parsed: Parsed, losses: Losses) -> Said:
    """What the bodies of an annotation, and its properties, say."""
    what = Said(attributes={}, comments=[])
    where = f"{parsed.file}: {parsed.iri}"
    named = 0
    for body in parsed.bodies:
        alternatives = as_list(body.get("items")) if isinstance(body, dict) and "value" not in body else []
        if len(alternatives) > 1:
            losses.add("alternatives of a body after the first", where)
        named += _add(what, alternatives[0] if alternatives else body, parsed, losses)
    what.is_description = bool(parsed.bodies) and named == len(parsed.bodies) and not what.is_tagged
    what.rest = {name: _as_attribute(value) for name, value in parsed.rest.items()}
    if not what.is_tagged:
        what.label = parsed.motivations[0] if parsed.motivations else "annotation"
    return what


def _add(what: Said, body: Any, parsed: Parsed, losses: Losses) -> bool:
    """Add what one body says; returns whether it is a value with a name."""
    if not isinstance(body, dict):
        body = {"source": body}
    purpose = next((plain(one) for one in as_list(body.get("purpose")) if isinstance(one, str)), "")
    purpose = purpose or (parsed.motivations[0] if parsed.motivations else "")
    if more := ", ".join(name for name in body if name not in _READ):
        losses.add("properties of bodies", f"{parsed.file}: {parsed.iri}", more, stops=False)
    name = body["label"] if isinstance(body.get("label"), str) else ""
    value = body.get("value")
    if value is None:
        _add_resource(what, purpose, body)
    elif purpose == "assessing" and name == CONFIDENCE and (number := _number(value)) is not None:
        what.confidence = number
    elif purpose in LABEL_PURPOSES and not what.is_tagged:
        what.label, what.layer, what.is_tagged = str(value), name, True
    elif name:
        _collect(what.attributes, name, _decoded(value) if body.get("format") == JSON else value)
        return purpose == "describing"
    elif purpose in COMMENT_PURPOSES:
        what.comments.append(str(value))
    else:
        _collect(what.attributes, purpose, value)
    return False


def _add_resource(what: Said, purpose: str, body: dict[str, Any]) -> None:
    """Add a body that is a resource elsewhere."""
    source = body.get("source", body.get("id", body.get("@id")))
    if isinstance(source, dict):
        source = source.get("id", source.get("@id"))
    if not isinstance(source, str):
        _collect(what.attributes, purpose or "body", _as_attribute(body))
        return
    if purpose in LABEL_PURPOSES and not what.is_tagged:
        what.label, what.is_tagged = source.rstrip("/").rpartition("/")[2].rpartition("#")[2] or source, True
    _collect(what.attributes, purpose or "body", source)


def _collect(attributes: dict[str, Any], name: str, value: Any) -> None:
    if name not in attributes:
        attributes[name] = value
    elif isinstance(attributes[name], list):
        attributes[name].append(value)
    else:
        attributes[name] = [attributes[name], value]


def _decoded(value: Any) -> Any:
    try:
        return msgspec.json.decode(value) if isinstance(value, str) else value
    except (msgspec.DecodeError, RecursionError):
        return value


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if isfinite(number) else None


def _as_attribute(value: Any) -> Any:
    is_plain = isinstance(value, str | int | float) or (isinstance(value, list) and all(isinstance(one, str) for one in value))
    return value if is_plain else msgspec.json.encode(value).decode()
