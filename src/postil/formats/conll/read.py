"""Reading column files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft
from postil.exchange.incoming import Incoming
from postil.formats._rows import Rebuilt, chosen_files, count_rows
from postil.formats._tags import MISSING, Chunk, chunks, tag_of, tags_of
from postil.formats.conll.layout import Columns, Event, Layout, Survey, events, is_document_comment, parsed_fields
from postil.segmentation import Extent
from postil.text import counted

_SUFFIXES = (
    ".conll", ".conll02", ".conll03", ".conll2002", ".conll2003", ".iob", ".iob1", ".iob2", ".bio", ".bioes", ".bilou", ".iobes",
    ".ner", ".train", ".testa", ".testb", ".dev", ".test",
)  # fmt: skip
_PLAIN_SUFFIXES = (".tsv", ".txt", ".data", ".csv")
_KEY = re.compile(r"#\s*(?:[\w-]+:{1,2})?([\w.-]+(?: id)?)\s*(?:=\s*(.*)|$)")
_BEGIN = re.compile(r"#\s*begin document\s+\(?(.*?)\)?\s*(?:;.*)?")
_SEVERAL = re.compile(r"\|(?:[BIESULMW]-|O$)")
_METADATA = {"date": "published"}
_NAMES = {"newdoc", "newdoc id", "document_id", "doc_id"}


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document of each file."""
    said = tuple(parsed_fields(incoming.options["fields"])) if incoming.options["fields"] else ()
    pool: dict[Any, Columns] = {}
    surveys = []
    for file in chosen_files(incoming, _SUFFIXES, _PLAIN_SUFFIXES):
        with incoming.noting_unreadable():
            survey = Survey(file, incoming.source.encoding, said, pool)
            if survey.has_rows:
                surveys.append(survey)
            elif incoming.source.is_directory:
                incoming.losses.add("files without a row", file.shown, stops=False)
            else:
                raise UnreadableFile(file.shown, "there is no row in it")
    layouts: dict[int, Layout] = {}
    for survey in surveys:
        key = id(survey.columns)
        if key not in layouts:
            layouts[key] = layout = survey.columns.layout(survey.file.shown, incoming.span_layer)
            if not layout.is_said:
                kind = "columns that nobody named, taken for what they look like: --fields"
                incoming.repaired.add(kind, survey.file.shown, str(layout))
        with incoming.noting_unreadable():
            yield from _Reading(incoming, survey, layouts[key]).drafts()


class _Reading:
    """One file while it is read."""

    def __init__(self, incoming: Incoming, survey: Survey, layout: Layout) -> None:
        self.incoming, self.file, self.layout = incoming, survey.file, layout
        self.bounds, self.has_header_row = survey.bounds, survey.has_header_row
        self.gap = "" if incoming.options["unspaced"] else " "
        self.is_apart = bool(incoming.options["split-sentences"])
        self.token = layout.of_kind("token")[0][0]
        self.misc = [column for column, _ in layout.of_kind("misc")]
        self.index = [column for column, _ in layout.of_kind("index")]
        self.number = 0
        self._begin("")

    def _begin(self, name: str, metadata: dict[str, str] | None = None) -> None:
        self.name, self.metadata = name, metadata or {}
        self.rebuilt = Rebuilt(self.file.shown)
        self.rows: list[Event] = []
        self.comments: list[str] = []

    def drafts(self) -> Iterator[Draft]:
        """Each document."""
        is_header_next = self.has_header_row
        for event in events(self.file, self.incoming.source.encoding, self.layout.separator, self.layout.width):
            if event.kind == "row":
                if is_header_next:
                    is_header_next = False
                    continue
                self._end_comments()
                row = self._checked(event)
                if not self._is_between_words(row):
                    self.rows.append(row)
            elif event.kind == "comment":
                if self.rows:
                    self._end_sentence()
                if is_document_comment(event.said) and not self.rebuilt.is_empty:
                    yield from self._end(self.comments)
                self.comments.append(event.said)
            else:
                self._end_sentence()
                if event.kind == "start" or self.is_apart:
                    yield from self._end([])
                self.name = event.said.strip().strip("()") if event.kind == "start" and "(" in event.said else self.name
        self._end_sentence()
        yield from self._end([])

    def _end(self, comments: list[str]) -> Iterator[Draft]:
        """The document that ends here, if there is any; ``comments`` belong to the next."""
        if not self.rebuilt.is_empty:
            self.number += 1
            is_only = self.bounds <= 1 and not self.is_apart
            name = self.name or (self.file.name if is_only else f"{self.file.name}-{self.number}")
            yield Draft(
                name, self.rebuilt.text, [self.rebuilt.draft_set], dict(self.metadata), file=self.file.shown, is_built=True
            )
            self._begin("")
        self.comments = list(comments)

    def _end_comments(self) -> None:
        """Take what the comments before a row say of the document; those of a sentence stay for it."""
        if self.rows or not any(map(is_document_comment, self.comments)):
            return
        for comment in self.comments:
            found = _KEY.fullmatch(comment)
            if begun := _BEGIN.fullmatch(comment):
                self.name = begun[1]
            elif found and found[1] in _NAMES:
                self.name = (found[2] or "").strip() or self.name
            elif found and found[2]:
                self.metadata.setdefault(_METADATA.get(found[1], found[1]), found[2].strip())
        self.comments = []

    def _checked(self, event: Event) -> Event:
        """The row with as many cells as there are columns."""
        cells, width = event.cells, self.layout.width
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if len(cells) == width:
            return event
        place = f"{self.file.shown}:{event.line}"
        if self.incoming.options["odd-rows"] == "error":
            why = ", as --fields names so many" if self.incoming.options["fields"] else ""
            message = (
                f"{counted(len(cells), 'column')} where {width} are wanted{why}. --odd-rows mend takes missing cells for outside"
            )
            raise UnreadableFile(self.file.shown, message, event.line, 1)
        self.incoming.repaired.add("rows with more or fewer columns than the others", place, " ".join(cells))
        if len(cells) > width:
            surplus = len(cells) - width
            cells[self.token : self.token + surplus + 1] = [" ".join(cells[self.token : self.token + surplus + 1])]
        return Event("row", event.line, cells + [""] * (width - len(cells)))

    def _is_between_words(self, row: Event) -> bool:
        """Whether a row is no word: over several (``1-2``), whose words have rows of their own, or an empty node (``1.1``)."""
        if not any(not row.cells[column].isdecimal() and re.search(r"\d[-.]\d", row.cells[column]) for column in self.index):
            return False
        kind = "rows over several words, or of none (1-2, 1.1): the words themselves were taken"
        self.incoming.repaired.add(kind, self._place(row), row.cells[self.token])
        return True

    def _end_sentence(self) -> None:
        rows, self.rows = self.rows, []
        if not rows:
            return
        extents = [self._placed(row) for row in rows]
        self.rebuilt.gap("\n")
        for column, field in self.layout.of_kind("tags"):
            self._tags(column, field.name, rows, extents)
        self._tokens(rows, extents)
        self.comments = []

    def _placed(self, row: Event) -> Extent:
        gap = self.gap
        for column in self.misc:
            notes = row.cells[column].split("|")
            if "NoSpaceAfter" in notes or "SpaceAfter=No" in notes:
                gap = ""
            elif "EndOfLine" in notes:
                gap = "\n"
        return self.rebuilt.token(row.cells[self.token], gap)

    def _tags(self, column: int, layer: str, rows: list[Event], extents: list[Extent]) -> None:
        scheme = self.layout.schemes[column]
        cells = [row.cells[column] for row in rows]
        if scheme != "IO":
            for row, cell in zip(rows, cells, strict=True):
                if tag_of(cell) is None:
                    self.incoming.repaired.add("cells that are no tag, taken for outside", self._place(row), cell)
                elif "|" in cell and _SEVERAL.search(cell):
                    self.incoming.repaired.add("cells that look like several tags, taken for one", self._place(row), cell)
        links = [(at, field.name) for at, field in self.layout.of_kind("link") if layer in field.layers]
        for chunk in chunks(tags_of(cells, scheme), scheme):
            row = rows[chunk.first]
            covered = [(start, end) for start, end in extents[chunk.first : chunk.after] if start < end]
            if chunk.is_wrong and not self._is_kept(chunk, row, cells[chunk.first]):
                continue
            if not covered:
                self.incoming.losses.add("spans over empty tokens only", self._place(row), cells[chunk.first])
                continue
            attributes = {name: value for at, name in links if (value := _value(rows[chunk.first : chunk.after], at))}
            extent = (covered[0][0], covered[-1][1])
            self.rebuilt.span(layer, chunk.label or layer, extent, row.line, attributes=attributes)

    def _is_kept(self, chunk: Chunk, row: Event, cell: str) -> bool:
        """Whether a chunk is kept whose first tag cannot begin one."""
        policy = self.incoming.options["wrong-starts"]
        kind = f"chunks whose first tag ({cell[:2]}…) cannot begin one"
        if policy == "error":
            message = f"{cell} cannot begin a chunk. --wrong-starts start takes it for the beginning of one, drop leaves it out"
            raise UnreadableFile(self.file.shown, message, row.line, 1)
        if policy == "drop":
            self.incoming.losses.add(f"{kind}, left out", self._place(row), row.cells[self.token])
            return False
        self.incoming.repaired.add(f"{kind}, begun there", self._place(row), row.cells[self.token])
        return True

    def _tokens(self, rows: list[Event], extents: list[Extent]) -> None:
        place = self._place(rows[0])
        if not self.incoming.with_tokens:
            count_rows(self.incoming, place, len(rows))
            return
        columns = [*self.layout.of_kind("attribute"), *self.layout.of_kind("misc"), *self.layout.of_kind("link")]
        for row, extent in zip(rows, extents, strict=True):
            attributes = {
                field.name or field.kind: row.cells[column] for column, field in columns if row.cells[column] not in MISSING
            }
            if extent[0] < extent[1]:
                self.rebuilt.span("token", "token", extent, row.line, attributes=attributes)
            else:
                self.incoming.losses.add("empty tokens", self._place(row))
        covered = [extent for extent in extents if extent[0] < extent[1]]
        if covered:
            attributes = {"comment": "\n".join(self.comments)} if self.comments else {}
            self.rebuilt.span("sentence", "sentence", (covered[0][0], covered[-1][1]), rows[0].line, attributes=attributes)

    def _place(self, row: Event) -> str:
        return f"{self.file.shown}:{row.line}"


def _value(rows: list[Event], column: int) -> str | list[str]:
    """What the cells of a span say in a column: one value, or several."""
    values = list(dict.fromkeys(row.cells[column] for row in rows if row.cells[column] not in MISSING))
    return values[0] if len(values) == 1 else values
