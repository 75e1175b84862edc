"""Rows of a text with columns of spans, as lists of structs (or of their fields), and columns of classes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.formats._annotation_tables.reading import edges_said
from postil.formats._flat import is_name
from postil.formats.hf.reading.rows import Row
from postil.formats.hf.reading.tables import NamedTable
from postil.model import Label, Span
from postil.scheme import LabelDefinition, Layer, LayerKind
from postil.text import listing

_FIELDS = {
    "start": ("start", "start_offset", "begin", "start_char", "char_start", "start_pos", "start_idx", "begin_offset", "offset"),
    "end": ("end", "end_offset", "stop", "end_char", "char_end", "end_pos", "end_idx"),
    "label": ("label", "type", "entity_type", "tag", "class", "category", "entity", "entity_group"),
    "text": ("text", "value", "surface", "mention", "word", "span"),
    "id": ("id",),
}
_PAIRS = ("offsets", "span", "position")  # fields with both edges, or those of several fragments
_FRAGMENTS = "\0fragments"  # a key that no record has
_TEXTS = ("text", "sentence", "content", "document", "context", "abstract")
_NAMELESS = ("spans", "labels", "label", "annotations", "entities", "ner")  # columns after which no layer is called
_LABELS = ("label", "labels")  # columns of labels of the document, although nothing says that they are classes


def text_column(incoming: Incoming, values: dict[str, Any]) -> str:
    """The column with the text of a row; empty where there is none."""
    asked = str(incoming.options.get("text-key") or "")
    return next((name for name in ((asked,) if asked else _TEXTS) if isinstance(values.get(name), str)), "")


def read_spanned(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    """A draft for each row."""
    declared: set[str] = set()
    edges = edges_said(incoming.options)
    for number, row in enumerate(table.rows(), 1):
        _refuse_without_text(incoming, row)
        column = text_column(incoming, row.values)
        if not column:
            incoming.losses.add("rows without a text (--text-key names its column)", row.place)
            continue
        id = row.values.get("id")
        name = str(id) if is_name(id) else table.id_of(number)
        for fresh in [one for one in row.values if one not in declared]:
            declared.add(fresh)
            _declare(fresh, table, incoming)
        made, metadata = _read_columns(row, column, table, incoming)
        yield Draft(name, row.values[column], [made], metadata, None, row.place, split=table.published_split, edges=edges)


def _declare(column: str, table: NamedTable, incoming: Incoming) -> None:
    """Say which labels a column can have, in the order in which its classes are."""
    fields = table.structs.get(column, {})
    classes = next((names for field in _FIELDS["label"] if isinstance(names := fields.get(field), tuple)), ())
    if column in table.classes:
        _declare_layer(column, "label", table.classes[column], incoming)
    elif classes and (fields.keys() <= {*_FIELDS["label"]} or fields.keys() & {*_FIELDS["start"], *_PAIRS}):
        _declare_layer(_layer(column, incoming), "span", classes, incoming)


def _declare_layer(name: str, kind: LayerKind, labels: tuple[str, ...], incoming: Incoming) -> None:
    incoming.declared.setdefault(name, Layer(kind, labels={label: LabelDefinition() for label in labels}))


def _layer(column: str, incoming: Incoming) -> str:
    return incoming.span_layer if column in _NAMELESS else column


def _refuse_without_text(incoming: Incoming, row: Row) -> None:
    """Raise :class:`~postil.errors.UnreadableFile` where no column can be the text."""
    asked = str(incoming.options.get("text-key") or "")
    if {asked} & row.values.keys() if asked else row.values.keys() & {*_TEXTS}:
        return
    texts = [name for name, value in row.values.items() if isinstance(value, str) and name != "id"]
    choose = (
        f"--text-key takes one of {listing(texts, 'and')}, and the others become metadata"
        if texts
        else (f"its columns are {listing(list(row.values), 'and')}")
    )
    raise UnreadableFile(row.place, f"there is no column {asked or 'of a text that is called so (text, sentence, …)'}: {choose}")


def _read_columns(row: Row, text: str, table: NamedTable, incoming: Incoming) -> tuple[DraftSet, dict[str, Any]]:
    """What a row says of its text, and the metadata."""
    made = DraftSet(spans=[], labels=[], file=row.place)
    metadata: dict[str, Any] = {"split": table.split}
    for column, value in row.values.items():
        if column in (text, "id"):
            continue
        if (found := span_records(value)) is not None:
            layer = _layer(column, incoming)
            made.spans += [_span(one, layer, len(made.spans) + at, row.place) for at, one in enumerate(found, 1)]
        elif column in table.classes:
            made.labels += _labels(column, column, value)
        elif column in _LABELS and _are_words(value) and not _is_number(value):
            made.labels += _labels(column, incoming.label_layer, value)
        else:
            metadata[column] = value
            if column in _LABELS and _is_number(value):
                incoming.losses.add("labels that are numbers, metadata now: --names says what they stand for", row.place, column)
    return made, metadata


def _are_words(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value))


def _is_number(value: Any) -> bool:
    """Whether it may be that of a class, where all values of a file are text, too."""
    return isinstance(value, int) or (isinstance(value, str) and value.isdecimal())


def _labels(column: str, layer: str, value: Any) -> list[Label]:
    several = dict.fromkeys(value if isinstance(value, list) else [value])
    return [Label(f"{column}-{at}", layer, one) for at, one in enumerate(several, 1) if one is not None]


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
    one = _with_edges(one)
    called = {field: next((key for key in keys if one.get(key) is not None), "") for field, keys in _FIELDS.items()}
    known = {field: one[key] for field, key in called.items() if key}
    others = {key: value for key, value in one.items() if key not in called.values() and value is not None}
    known["fragments"] = others.pop(_FRAGMENTS, [])
    is_span = all(isinstance(known.get(edge), int) and not isinstance(known[edge], bool) for edge in ("start", "end"))
    return {**known, "attributes": others} if is_span else None


def _with_edges(one: dict[str, Any]) -> dict[str, Any]:
    """A record with a start and an end, where it has them as a pair, as several pairs, or as a place and a length."""
    key = next((name for name in _PAIRS if isinstance(one.get(name), list) and one[name]), "")
    if key:
        pairs = one[key] if isinstance(one[key][0], list) else [one[key]]
        if all(isinstance(pair, list) and len(pair) == 2 and all(isinstance(edge, int) for edge in pair) for pair in pairs):
            rest = {name: value for name, value in one.items() if name != key}
            return {**rest, "start": pairs[0][0], "end": pairs[-1][1], _FRAGMENTS: pairs if len(pairs) > 1 else []}
    if isinstance(one.get("offset"), int) and isinstance(one.get("length"), int) and "end" not in one:
        return {**{name: value for name, value in one.items() if name != "length"}, "end": one["offset"] + one["length"]}
    return one


def _span(one: dict[str, Any], layer: str, number: int, place: str) -> Span:
    label, text = one.get("label", layer), one.get("text", "")
    text = " ".join(text) if _are_words(text) and isinstance(text, list) else text
    if not isinstance(label, str) or not isinstance(text, str):
        hint = ". --names COLUMN.label=NAME,NAME says what numbers stand for" if isinstance(label, int) else ""
        raise UnreadableFile(place, f"span {number} has no label with a name: {label!r:.80}{hint}")
    id, fragments = str(one.get("id", f"s{number}")), tuple((start, end) for start, end in one["fragments"])
    return Span(id, layer, label, one["start"], one["end"], text, fragments, one["attributes"])
