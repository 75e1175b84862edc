"""Rows of a knowledge base as BigBIO has them: passages, entities, events, coreferences, relations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.formats.hf.reading.rows import Row
from postil.formats.hf.reading.tables import NamedTable
from postil.model import Relation, Span, fragments_of

_Offsets = list[tuple[int, int]]


class _Piece(msgspec.Struct):
    id: str
    type: str
    text: list[str]
    offsets: _Offsets
    normalized: list[dict[str, Any]] = []


class _Trigger(msgspec.Struct):
    text: list[str]
    offsets: _Offsets


class _Argument(msgspec.Struct):
    role: str
    ref_id: str


class _Event(msgspec.Struct):
    id: str
    type: str
    trigger: _Trigger
    arguments: list[_Argument] = []


class _Coreference(msgspec.Struct):
    id: str
    entity_ids: list[str]


class _Relation(msgspec.Struct):
    id: str
    type: str
    arg1_id: str
    arg2_id: str
    normalized: list[dict[str, Any]] = []


class _Document(msgspec.Struct):
    id: str
    passages: list[_Piece]
    entities: list[_Piece]
    document_id: str | None = None
    events: list[_Event] = []
    coreferences: list[_Coreference] = []
    relations: list[_Relation] = []


def is_bigbio(values: dict[str, Any]) -> bool:
    """Whether a row is one of a knowledge base."""
    return all(isinstance(values.get(name), list) for name in ("passages", "entities"))


def read_bigbio(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    """A draft for each row."""
    for row in table.rows():
        try:
            document = msgspec.convert(row.values, _Document)
        except msgspec.ValidationError as error:
            raise UnreadableFile(row.place, f"not a document of BigBIO: {error}") from error
        yield _draft(document, row, table, incoming)


def _draft(document: _Document, row: Row, table: NamedTable, incoming: Incoming) -> Draft:
    spans = [_passage(one, row, incoming) for one in document.passages] + [_span(one, "entity") for one in document.entities]
    spans += [
        _span(_Piece(f"{event.id}-trigger", event.type, event.trigger.text, event.trigger.offsets), "trigger")
        for event in document.events
        if event.trigger.offsets
    ]
    relations = [
        Relation(one.id, "relation", one.type, {"from": one.arg1_id, "to": one.arg2_id}, attributes=_normalized(one.normalized))
        for one in document.relations
    ]
    relations += [
        Relation(one.id, "coreference", "coreference", {"member": tuple(one.entity_ids)}) for one in document.coreferences
    ]
    relations += [Relation(one.id, "event", one.type, _event_args(one)) for one in document.events]
    known = _Document.__struct_fields__
    metadata = {**{name: value for name, value in row.values.items() if name not in known}, "split": table.split}
    made = DraftSet(spans=spans, relations=relations, file=row.place)
    return Draft(
        document.document_id or document.id, _text(document, row), [made], metadata, None, row.place, split=table.published_split
    )


def _text(document: _Document, row: Row) -> str:
    """The passages where their offsets put them; what is between two is not said, and is ends of lines here."""
    text = ""
    for passage in document.passages:
        for part, (start, end) in zip(passage.text, passage.offsets, strict=False):
            if start < len(text) or end - start != len(part) or start - len(text) > len(part) + 1000:
                raise UnreadableFile(row.place, f"passage {passage.id} is not as long as its offsets say, or overlaps another")
            text += "\n" * (start - len(text)) + part
    return text


def _passage(piece: _Piece, row: Row, incoming: Incoming) -> Span:
    """A passage as a span, without the blanks around it, which belong to the text only."""
    span = _span(piece, "passage")
    said = "".join(piece.text)
    text = said.strip()
    if len(piece.text) != 1 or not text or text == said:
        return span
    incoming.repaired.add("spans trimmed of blanks", f"{row.place}: {piece.id}", text)
    start = span.start + len(said) - len(said.lstrip())
    return replace(span, start=start, end=start + len(text), text=text)


def _span(piece: _Piece, layer: str) -> Span:
    extents = tuple(piece.offsets) or ((0, 0),)
    return Span(
        piece.id, layer, piece.type, extents[0][0], extents[-1][1], " ".join(piece.text), fragments_of(extents),
        _normalized(piece.normalized),
    )  # fmt: skip


def _normalized(said: list[dict[str, Any]]) -> dict[str, Any]:
    names = [f"{one.get('db_name')}:{one.get('db_id')}" for one in said]
    return {"normalized": names} if names else {}


def _event_args(event: _Event) -> dict[str, str | tuple[str, ...]]:
    """The trigger and the arguments; a role that several fill is a list."""
    ids: dict[str, list[str]] = {"trigger": [f"{event.id}-trigger"]} if event.trigger.offsets else {}
    for argument in event.arguments:
        ids.setdefault(argument.role, []).append(argument.ref_id)
    return {role: tuple(filling) if len(filling) > 1 else filling[0] for role, filling in ids.items()}
