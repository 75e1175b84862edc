"""Rows of tokens with columns of tags: a document for each row, or for the rows that name the same one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.tokens import TOKEN_LAYER
from postil.formats._flat import is_name
from postil.formats._tags import TagCounts, chunks, tags_of
from postil.formats.hf.reading.own import own_config
from postil.formats.hf.reading.rows import Row
from postil.formats.hf.reading.tables import NamedTable
from postil.model import Span
from postil.scheme import LabelDefinition, Layer
from postil.segmentation import Extent

_TOKENS, _DOCUMENTS = ("tokens", "words"), ("document_id", "doc_id", "document")
_POSITIONS = ("starts", "ends")  # of tokens in the text
_NAMELESS = ("tags", "labels", "ner_tags")  # columns after which no layer is called


class _Columns(msgspec.Struct):
    """What the columns of a table are: the scheme of each that has tags, and the others that go with tokens.

    ``annotator``: the column that says whose the tags are, where a document has the rows of one after those of another.
    """

    tokens: str
    document: str
    schemes: dict[str, str]
    others: list[str]
    annotator: str = ""


def token_column(values: dict[str, Any]) -> str:
    """The column with the tokens of a row; empty where there is none."""
    return next((name for name in _TOKENS if _are_words(values.get(name))), "")


def _are_words(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) or one is None for one in value)


def read_tagged(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    """A draft for each document of a table."""
    columns = _columns(incoming, table)
    for column, scheme in columns.schemes.items():
        _declare(column, scheme, table.classes.get(column, ()), incoming)
    numbered = enumerate(table.rows(), 1)

    def document(item: tuple[int, Row]) -> str | int:
        return str(item[1].values.get(columns.document)) if columns.document else item[0]

    for key, items in groupby(numbered, document):
        rows = [row for _, row in items]
        id = key if isinstance(key, str) else rows[0].values.get("id")
        name = str(id) if is_name(id) else table.id_of(int(key))
        yield _draft(name, rows, columns, table, incoming)


def _declare(column: str, scheme: str, classes: Iterable[str], incoming: Incoming) -> None:
    """Say which labels a column of tags can have, in the order in which its classes are."""
    layer = _layer(column, incoming)
    labels = {tag.label or layer: LabelDefinition() for tag in tags_of(classes, scheme) if tag.does}
    if labels:
        incoming.declared.setdefault(layer, Layer("span", labels=labels))


def _layer(column: str, incoming: Incoming) -> str:
    return incoming.span_layer if column in _NAMELESS else column.removesuffix("_tags")


def _columns(incoming: Incoming, table: NamedTable) -> _Columns:
    """Look at all rows once: which scheme tags are in, only all of them show."""
    counts: dict[str, TagCounts] = {}
    uneven: set[str] = set()
    numbered: dict[str, bool] = {}  # whether there is nothing but numbers in a column
    tokens = document = annotator = ""
    for row in table.rows():
        tokens = tokens or token_column(row.values)
        document = document or next((name for name in _DOCUMENTS if is_name(row.values.get(name))), "")
        annotator = annotator or ("annotator" if own_config(row.values) else "")
        for name in _beside(row, tokens, uneven):
            counted = counts.setdefault(name, TagCounts())
            cells = row.values[name]
            numbered[name] = numbered.get(name, True) and all(type(cell) is int for cell in cells)
            for cell in cells:
                counted.add("" if cell is None else str(cell))
            counted.end_sentence()
    even = {name: one for name, one in counts.items() if name not in uneven}
    schemes = {name: one.scheme for name, one in even.items() if one.are_tags or one.are_labels}
    others = [name for name, one in even.items() if name not in schemes and one.cells]
    for name in others:
        _say_lost(
            incoming,
            f"{table.file.shown}: {name}",
            is_numbered=numbered[name] and name not in _POSITIONS,
        )
    return _Columns(tokens, document, schemes, others, annotator)


def _say_lost(incoming: Incoming, where: str, *, is_numbered: bool) -> None:
    if is_numbered:
        incoming.losses.add("columns of numbers that may stand for tags: --names COLUMN=O,B-PER,I-PER says for which", where)
    elif not incoming.with_tokens:
        incoming.losses.add("columns of tokens that are no spans, which --tokens keeps", where, stops=False)


def _beside(row: Row, tokens: str, uneven: set[str]) -> list[str]:
    """The columns with a value for each token; notes in ``uneven`` those lists that have another length."""
    words = row.values.get(tokens) or []
    if not isinstance(words, list):
        raise UnreadableFile(row.place, f"{tokens} is no list: {words!r:.80}")
    count = len(words)
    found = []
    for name, value in row.values.items():
        if name == tokens or not isinstance(value, list) or any(isinstance(one, list | dict) for one in value):
            continue
        if len(value) == count:
            found.append(name)
        elif name in _NAMELESS or name.endswith("_tags"):
            raise UnreadableFile(row.place, f"{len(value)} {name} for {count} {tokens}")
        else:
            uneven.add(name)
    return found


def _draft(name: str, rows: list[Row], columns: _Columns, table: NamedTable, incoming: Incoming) -> Draft:
    read = [
        _read_set(annotator, list(own), columns, incoming)
        for annotator, own in groupby(rows, lambda row: str(row.values.get(columns.annotator) or ""))
    ]
    text = read[0][0]
    if other := next((made.file for said, made in read if said != text), ""):
        raise UnreadableFile(other, f"{name} has other tokens here than in the rows of the annotator before")
    used = {columns.tokens, columns.document, columns.annotator, "id", "text", *columns.schemes, *columns.others}
    metadata = {key: value for key, value in rows[0].values.items() if key not in used} if len(rows) == 1 else {}
    if not incoming.with_tokens:
        incoming.losses.add("tokens, which --tokens keeps", rows[0].place, stops=False)
    return Draft(
        name,
        text,
        [made for _, made in read],
        {"split": table.split, **metadata},
        file=rows[0].place,
        split=table.published_split,
        is_built=True,
    )


def _read_set(annotator: str, rows: list[Row], columns: _Columns, incoming: Incoming) -> tuple[str, DraftSet]:
    """What one annotator says in some rows, and the text of these."""
    made = DraftSet(annotator, spans=[], file=rows[0].place)
    lines: list[str] = []
    offset = 0
    for row in rows:
        words = [str(word or "") for word in row.values.get(columns.tokens) or ()]
        line, extents = _text(row, words)
        extents = [(start + offset, end + offset) for start, end in extents]
        made.spans += _spans(row, words, extents, columns, incoming, len(made.spans))
        lines.append(line)
        offset += len(line) + 1
    return "\n".join(lines), made


def _text(row: Row, words: list[str]) -> tuple[str, list[Extent]]:
    """The row's text and where its tokens are in it; without a text of its own, the tokens with a blank between each two."""
    said = row.values.get("text")
    text = said if isinstance(said, str) else " ".join(filter(None, words))
    extents, at = [], 0
    for word in words:
        start = text.find(word, at)
        if start < 0:
            raise UnreadableFile(row.place, f"token {word[:40]!r} is not in the text where it should be")
        at = start + len(word)
        extents.append((start, at))
    return text, extents


def _spans(
    row: Row, words: list[str], extents: list[Extent], columns: _Columns, incoming: Incoming, count: int
) -> Iterator[Span]:
    for column, scheme in columns.schemes.items():
        cells = ["" if cell is None else str(cell) for cell in row.values.get(column) or ()]
        layer = _layer(column, incoming)
        for chunk in chunks(tags_of(cells, scheme), scheme):
            if chunk.is_wrong:
                incoming.repaired.add(f"chunks that do not begin as {scheme} has it", f"{row.place}: {column}", chunk.label)
            if not (there := [extents[at] for at in range(chunk.first, chunk.after) if words[at]]):
                incoming.losses.add(
                    "chunks of empty tokens, which have no place in a text", f"{row.place}: {column}", chunk.label
                )
                continue
            count += 1
            yield Span(f"s{count}", layer, chunk.label or layer, there[0][0], there[-1][1], "")
    if incoming.with_tokens:
        for at, (word, (start, end)) in enumerate(zip(words, extents, strict=True)):
            if not word:
                continue
            count += 1
            said = {name: row.values[name][at] for name in columns.others if row.values.get(name)}
            attributes = {name: value for name, value in said.items() if value is not None}
            yield Span(f"s{count}", TOKEN_LAYER, "token", start, end, word, attributes=attributes)
