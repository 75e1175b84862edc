"""Tables of annotations as documents: those that are written here, and what people make in spreadsheets and notebooks."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import PostilError, UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.edges import Edges
from postil.exchange.format import Option
from postil.exchange.incoming import Incoming
from postil.exchange.joined import joined
from postil.exchange.safe_json import parse_json
from postil.formats._annotation_tables.columns import Columns
from postil.formats._scores import confidence_or_attribute
from postil.formats._tables import Table
from postil.model import Label, Note, Relation, Span
from postil.text import Unit, quote

OPTIONS = (
    Option("base", "What the first character of a text is: 0 or 1.", choices=("0", "1")),
    Option("inclusive", "The end of a span is its last character, not the one after it.", is_flag=True),
)
"""How tables count, which none of them says."""


def edges_said(options: dict[str, Any]) -> Edges | None:
    """How offsets name edges, by these options; ``None`` where neither is given."""
    base, is_inclusive = options.get("base"), bool(options.get("inclusive"))
    return Edges(int(base or 0), is_inclusive) if base or is_inclusive else None


_LOOKED_AT = 100
_WHOLE = re.compile(r"\s*(-?\d{1,15})(\.0*)?\s*")
_FRAGMENT = re.compile(r"\s*(\d{1,15})\s*[-–: ]\s*(\d{1,15})\s*")


class _Read(msgspec.Struct):
    """A table, and what its columns mean."""

    table: Table
    columns: Columns
    directory: str


class _Row(msgspec.Struct, frozen=True):
    """A row of it."""

    read: _Read
    line: int
    values: dict[str, str]

    @property
    def place(self) -> str:
        """Where it is."""
        return f"{self.read.table.file.shown}:{self.line}"

    def get(self, meaning: str) -> str:
        """What it says; empty where it says nothing."""
        return self.read.columns.value(self.values, meaning)

    def json(self, meaning: str, kind: type[dict[str, Any] | list[Any]]) -> Any:
        """A value of JSON; nothing said: an empty one."""
        said = self.get(meaning)
        if not said:
            return kind()
        value = parse_json(self.read.table.file.shown, said, self.line)
        if not isinstance(value, kind):
            name = "an object" if kind is dict else "a list"
            raise UnreadableFile(self.read.table.file.shown, f"{meaning}: {name} of JSON is wanted", self.line, 1)
        return value


def read_tables(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document that the tables speak of."""
    tables = list(_tables(incoming))
    for name, parts in joined([partial(_keyed, one, incoming) for one in tables]):
        with incoming.noting_unreadable():
            yield _Reading(incoming, name).draft([row for rows in parts for row in rows])


def _tables(incoming: Incoming) -> Iterator[_Read]:
    for file in incoming.source.files(".csv", ".tsv", ".tab"):
        with incoming.noting_unreadable():
            table = Table(file, incoming.source.encoding)
            columns = Columns.of(table.columns)
            if columns.kind == "spans" and "document_text" not in columns.named and _has_whole_texts(table, columns):
                others = {meaning: name for meaning, name in columns.named.items() if meaning != "text"}
                columns = replace(columns, named={**others, "document_text": columns.named["text"]})
            if columns.kind == "spans" and "document" not in columns.named and _repeats_ids(table, columns):
                columns = replace(columns, named={**columns.named, "document": columns.named["id"], "id": ""})
            if columns.kind is None:
                there = f"which column is which? There are {', '.join(table.columns)[:200]}" if table.columns else "no columns"
                message = f"{there}; wanted are document, start, end, label"
                raise UnreadableFile(file.shown, message, 1, 1)
            directory = PurePosixPath(file.path).parent.as_posix()
            yield _Read(table, columns, "" if directory == "." else directory)


def _has_whole_texts(table: Table, columns: Columns) -> bool:
    """Whether the column of texts has those of documents: every span lies in its own, and some span is not all of it."""
    is_part = False
    for _, row in islice(table.rows(), _LOOKED_AT):
        text, start, end = (columns.value(row, meaning) for meaning in ("text", "start", "end"))
        edges = _WHOLE.fullmatch(start), _WHOLE.fullmatch(end)
        if edges[0] and edges[1]:
            if int(edges[1][1]) > len(text):
                return False
            is_part = is_part or len(text) > int(edges[1][1]) - int(edges[0][1]) + 1
    return is_part


def _repeats_ids(table: Table, columns: Columns) -> bool:
    """Whether the column of ids has some twice: then they are those of documents."""
    seen: set[str] = set()
    for _, row in table.rows():
        id = columns.value(row, "id")
        if id and id in seen:
            return True
        seen.add(id)
    return False


def _keyed(read: _Read, incoming: Incoming) -> Iterator[tuple[str, _Row]]:
    """Each row with the name of its document."""
    with incoming.noting_unreadable():
        for line, values in read.table.rows():
            row = _Row(read, line, values)
            yield _name_of_document(row, read, line), row


def _name_of_document(row: _Row, read: _Read, line: int) -> str:
    """What the column says that there is for it, else the text, else the file."""
    name = row.get("document")
    if not name and (row.get("document_text") or read.columns.kind != "spans"):
        text = row.get("document_text")
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        name = f"{read.table.file.name}\0{digest}" if text else f"{read.table.file.name}-{line}"
    return name or read.table.file.name


class _Reading:
    """Makes a document of its rows."""

    def __init__(self, incoming: Incoming, name: str) -> None:
        self.incoming, self.name = incoming, name
        self._edges = edges_said(incoming.options) or Edges()
        self._sets: dict[str, DraftSet] = {}
        self._taken: dict[str, set[str]] = {}

    def draft(self, rows: list[_Row]) -> Draft:
        """The document."""
        text, is_in_text_column = self._text(rows)
        for row in rows:
            self._add(row, covered="" if is_in_text_column else row.get("text"))
        spans = [span for one in self._sets.values() for span in one.spans]
        unit: Unit | None = "code point" if any(span.text for span in spans) or not spans else None
        name = self.name.partition("\0")
        shown = f"{name[0]}-{rows[0].line}" if name[1] else self.name.removesuffix(".txt")
        sets = list(self._sets.values())
        return Draft(shown, text, sets, self._metadata(rows, text), unit, rows[0].place, edges=self._edges)

    def _text(self, rows: list[_Row]) -> tuple[str, bool]:
        """The text of the document, and whether the column ``text`` has it, which mostly has that of spans."""
        if found := next((row.get("document_text") for row in rows if row.get("document_text")), ""):
            return found, False
        for path in self._paths(rows[0].read.directory):
            if file := self.incoming.source.get(path):
                return file.text(self.incoming.source.encoding), False
        said = {row.get("text") for row in rows if row.read.columns.kind in ("spans", "labels", "documents")}
        if len(said) == 1 and (text := next(iter(said))) and self._is_long_enough(text, rows):
            return text, True
        raise PostilError(
            f"{rows[0].place}: the text of {self.name.partition(chr(0))[0]!r} is not there. Put it beside the table as a file "
            f"{self.name.partition(chr(0))[0].removesuffix('.txt')[:80]}.txt, or into a column document_text"
        )

    def _paths(self, directory: str) -> Iterator[str]:
        for name in (self.name.removesuffix(".txt") + ".txt", self.name):
            for parent in dict.fromkeys((directory, "")):
                for beside in ("", "texts", "text", "txt"):
                    yield "/".join(filter(None, (parent, beside, name)))

    def _is_long_enough(self, text: str, rows: list[_Row]) -> bool:
        """Whether a text can be that of the document: every span lies in it, and some span is not all of it."""
        extents = [
            (self._whole(row, "start"), self._whole(row, "end"))
            for row in rows
            if row.read.columns.kind == "spans" and row.get("start") and row.get("end")
        ]
        return not extents or (
            max(end for _, end in extents) - self._edges.base <= len(text)
            and any(end - start < len(text) for start, end in extents)
        )

    def _metadata(self, rows: list[_Row], text: str) -> dict[str, Any]:
        metadata: dict[str, Any] = {}
        for row in rows:
            kind, is_of_document = row.read.columns.kind, not row.read.columns.named.get("document")
            if kind == "documents" or (kind == "labels" and is_of_document and row.get("text") == text):
                metadata |= {name: row.values[name] for name in row.read.columns.others if row.values[name]}
                metadata |= row.json("metadata", dict)
        return metadata

    def _add(self, row: _Row, covered: str) -> None:
        kind = row.read.columns.kind
        if kind == "documents":
            return
        made = self._sets.setdefault(row.get("annotator"), self._blank(row))
        if kind == "sets":
            status, method = row.get("status"), row.get("method")
            made.status = status if status in ("complete", "in-progress") else "complete"
            made.method = method if method in ("manual", "model", "adjudicated", "imported") else "imported"
            made.sources = tuple(map(str, row.json("sources", list)))
        elif kind == "notes":
            note = Note(self._id(made, row, "n"), row.get("about"), row.get("text"))
            made.notes.append(note)
        elif kind == "relations":
            self._relate(made, row)
        elif kind == "spans" and (row.get("start").strip() or row.get("end").strip()):
            self._span(made, row, covered)
        elif row.get("label"):
            if row.get("label").startswith('[{"'):
                raise UnreadableFile(row.read.table.file.shown, "labels in JSON: import this as label-studio", row.line, 1)
            label = Label(
                self._id(made, row, "d"), row.get("layer") or self.incoming.label_layer, row.get("label"), **self._more(row)
            )
            made.labels.append(label)

    def _blank(self, row: _Row) -> DraftSet:
        annotator = row.get("annotator")
        file = row.read.table.file.shown
        return DraftSet(annotator, spans=[], relations=[], labels=[], notes=[], file=file, lines={}, files={}, invented=set())

    def _id(self, made: DraftSet, row: _Row, initial: str) -> str:
        """The id that the row says, or a new one; where it was read is noted."""
        id = row.get("id")
        if not id:
            taken = self._taken.setdefault(made.annotator, set())
            taken.add(f"{initial}{len(taken) + 1}")
            id = f"{initial}{len(taken)}"
            made.invented.add(id)
        made.lines[id] = row.line
        if (file := row.read.table.file.shown) != made.file:
            made.files[id] = file
        return id

    def _span(self, made: DraftSet, row: _Row, covered: str) -> None:
        end = self._whole(row, "end")
        fragments = self._fragments(row)
        layer = row.get("layer") or self.incoming.span_layer
        label = row.get("label")
        if not label:
            label = "span"
            self.incoming.repaired.add("spans without a label, now called span", row.place)
        span = Span(
            self._id(made, row, "e"), layer, label, self._whole(row, "start"), end, covered, fragments, **self._more(row)
        )  # fmt: skip
        made.spans.append(span)

    def _whole(self, row: _Row, meaning: str) -> int:
        found = _WHOLE.fullmatch(row.get(meaning))
        if not found or not row.get(meaning).isascii():
            message = f"{meaning}: a whole number is wanted, not {quote(row.get(meaning))}"
            raise UnreadableFile(row.read.table.file.shown, message, row.line, 1)
        return int(found[1])

    def _fragments(self, row: _Row) -> tuple[tuple[int, int], ...]:
        """Several extents: ``[[0,4],[9,12]]``, or ``0-4;9-12``."""
        said = row.get("fragments").strip()
        if not said:
            return ()
        pairs: list[Any] = row.json("fragments", list) if said.startswith("[") else []
        if not pairs:
            found = [_FRAGMENT.fullmatch(one) for one in re.split("[;,]", said)]
            pairs = [[int(one[1]), int(one[2])] if one else None for one in found]
        try:
            extents = msgspec.convert(pairs, list[tuple[int, int]])
        except msgspec.ValidationError as error:
            message = f"fragments: [[0,4],[9,12]] or 0-4;9-12 is wanted, not {quote(said)}"
            raise UnreadableFile(row.read.table.file.shown, message, row.line, 1) from error
        return tuple(extents)

    def _relate(self, made: DraftSet, row: _Row) -> None:
        args: dict[str, Any] = row.json("args", dict) or {"from": row.get("from"), "to": row.get("to")}
        args = {role: tuple(value) if isinstance(value, list) else value for role, value in args.items()}
        if not all(
            isinstance(one, str) and one for value in args.values() for one in (value if isinstance(value, tuple) else [value])
        ):
            raise UnreadableFile(row.read.table.file.shown, "a relation has an end that is no id", row.line, 1)
        layer = row.get("layer") or self.incoming.relation_layer
        relation = Relation(self._id(made, row, "r"), layer, row.get("label") or layer, args, **self._more(row))
        made.relations.append(relation)

    def _more(self, row: _Row) -> dict[str, Any]:
        """Attributes, which other columns are too, confidence, remark."""
        attributes: dict[str, Any] = {}
        if row.read.columns.named.get("document") or row.read.columns.kind != "labels":
            attributes = {name: row.values[name] for name in row.read.columns.others if row.values[name]}
        said = row.get("attributes").strip()
        attributes |= row.json("attributes", dict) if said.startswith("{") else {"attributes": said} if said else {}
        confidence, number = row.get("confidence").strip(), None
        try:
            number = float(confidence) if confidence else None
        except ValueError:
            attributes["confidence"] = confidence
        number, score = confidence_or_attribute(number)
        attributes |= score
        return {"attributes": attributes, "confidence": number, "note": row.get("note"), "ignore": row.json("ignore", dict)}
