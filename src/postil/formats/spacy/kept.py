"""What a Doc has no place of its own for: it lies in ``doc.user_data["postil"]``."""

from __future__ import annotations

from typing import Any

import msgspec

from postil.model import Label, Note, Relation, Span

KEY = "postil"


class KeptLabel(msgspec.Struct):
    """A label of the document, and the key of ``doc.cats`` that says it."""

    cat: str
    record: Label


class Kept(msgspec.Struct, omit_defaults=True):
    """``spans``: by id, what a span has beside label and place. ``ents``: the layer that ``doc.ents`` repeats, if any does."""

    document: str = ""
    annotator: str = ""
    status: str = "complete"
    method: str = "imported"
    sources: tuple[str, ...] = ()
    metadata: dict[str, Any] = {}
    ents: str = ""
    spans: dict[str, dict[str, Any]] = {}
    relations: list[Relation] = []
    labels: list[KeptLabel] = []
    notes: list[Note] = []


_IN_A_SPAN = ("type", "id", "layer", "label", "start", "end", "text")


def span_values(span: Span) -> dict[str, Any]:
    """What a span has beside what a span of spaCy has."""
    values: dict[str, Any] = msgspec.to_builtins(span)
    return {name: value for name, value in values.items() if name not in _IN_A_SPAN}


def span_of(id: str, layer: str, label: str, extent: tuple[int, int], values: dict[str, Any]) -> Span:
    """The span that has these."""
    place = {"layer": layer, "label": label, "start": extent[0], "end": extent[1], "text": ""}
    return msgspec.convert({**values, "type": "span", "id": id, **place}, Span)
