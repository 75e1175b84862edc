"""Rows of a text with columns of spans, as lists of structs (or of their fields), and columns of classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.formats._flat import is_name
from postil.formats.hf.rows import Row
from postil.formats.hf.tables import NamedTable
from postil.model import Label, Span
from postil.scheme import LabelDefinition, Layer

_FIELDS = {
    "start": ("start", "start_offset", "begin", "start_char", "char_start", "start_pos"),
    "end": ("end", "end_offset", "stop", "end_char", "char_end", "end_pos"),
    "label": ("label", "type", "entity_type", "tag", "class", "category", "entity", "entity_group"),
    "text": ("text", "value", "surface", "mention", "word", "span"),
    "id": ("id",),
}
_TEXTS = ("text", "sentence", "content", "document", "context", "abstract")
_NAMELESS = ("spans", "labels", "label", "annotations", "entities", "ner")  # columns after which no layer is called


def text_column(incoming: Incoming, values: dict[str, Any]) -> str:
    """The column with the text of a row; empty where there is none."""
    asked = str(incoming.options.get("text-key") or "")
    return next((name for name in ((asked,) if asked else _TEXTS) if isinstance(values.get(name), str)), "")


def read_spanned(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    """A draft for each row."""
    for name, classes in table.classes.items():
        incoming.declared.setdefault(name, Layer("label", labels={label: LabelDefinition() for label in classes}))
    for number, row in enumerate(table.rows(), 1):
        column = text_column(incoming, row.values)
        if not column:
            incoming.losses.add("rows without a text (--text-key names its column)", row.place)
            continue
        id = row.values.get("id")
        name = str(id) if is_name(id) else f"{table.file.name}-{number}"
        yield _draft(name, column, row, table, incoming)


def _draft(name: str, text: str, row: Row, table: NamedTable, incoming: Incoming) -> Draft:
    made = DraftSet(spans=[], labels=[], file=row.place)
    metadata: dict[str, Any] = {"split": table.split}
    for column, value in row.values.items():
        found = span_records(value)
        if found is not None:
            layer = incoming.span_layer if column in _NAMELESS else column
            made.spans += [_span(one, layer, len(made.spans) + at, row.place) for at, one in enumerate(found, 1)]
        elif column in table.classes:
            classes = value if isinstance(value, list) else [value]
            made.labels += [Label(f"{column}-{at}", column, one) for at, one in enumerate(classes, 1) if one is not None]
        elif column not in (text, "id"):
            metadata[column] = value
    return Draft(name, row.values[text], [made], metadata, None, row.place, split=table.published_split)


def span_records(value: Any) -> list[dict[str, Any]] | None:
    """The spans of a column, with our names for their fields; ``None`` where it is none of spans."""
    if isinstance(value, dict) and value and all(isinstance(one, list) for one in value.values()):
        if len({len(one) for one in value.values()}) != 1:
            return None
        value = [dict(zip(value, one, strict=True)) for one in zip(*value.values(), strict=True)]
    if not isinstance(value, list) or not value:
        return None
    found = [_fields(one) for one in value]
    return [one for one in found if one] if all(found) else None


def _fields(one: Any) -> dict[str, Any] | None:
    if isinstance(one, list) and len(one) == 3 and isinstance(one[2], str):
        one = dict(zip(("start", "end", "label"), one, strict=True))
    if not isinstance(one, dict):
        return None
    called = {field: next((key for key in keys if one.get(key) is not None), "") for field, keys in _FIELDS.items()}
    known = {field: one[key] for field, key in called.items() if key}
    others = {key: value for key, value in one.items() if key not in called.values() and value is not None}
    is_span = all(isinstance(known.get(edge), int) and not isinstance(known[edge], bool) for edge in ("start", "end"))
    return {**known, "attributes": others} if is_span else None


def _span(one: dict[str, Any], layer: str, number: int, place: str) -> Span:
    label, text = one.get("label", layer), one.get("text", "")
    if not isinstance(label, str) or not isinstance(text, str):
        raise UnreadableFile(place, f"span {number} has no label with a name: {label!r:.80}")
    return Span(str(one.get("id", f"s{number}")), layer, label, one["start"], one["end"], text, attributes=one["attributes"])
