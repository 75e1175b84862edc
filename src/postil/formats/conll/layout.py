"""What the columns of a file are: as it says itself, as the user says, or else as its cells show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any, Literal

import msgspec

from postil.errors import PostilError, UnreadableFile
from postil.exchange.sources import File
from postil.formats._tags import TagCounts, tag_of

Kind = Literal["token", "index", "misc", "tags", "attribute", "link", "skip"]

DOCUMENT_START = "-DOCSTART-"
_HEADER = re.compile(r"#\s*global\.columns\s*=\s*(.*?)\s*")
_TOKEN_NAMES = frozenset({"token", "tokens", "form", "word", "words"})
_CHUNK_LABELS = frozenset({"NP", "VP", "PP", "ADVP", "ADJP", "SBAR", "PRT", "CONJP", "INTJ", "LST", "UCP", "NC", "VC", "PC"})
_ALWAYS_A_COMMENT = re.compile(r"#\s*(?:global\.columns|newdoc)\b")
_BLANKS = re.compile(r"[ \t]+")
_MEDLINE = re.compile(r"###\s*(MEDLINE:.*)")  # GENIA, JNLPBA
_BOUND = re.compile(r"#\s*(?:newdoc|begin document|(?:[\w-]+:{1,2})?(?:document|doc)_id)\b")
_NUMBER = re.compile(r"(\d{1,9})(?:[-.]\d{1,9})?")  # 1; 1-2 for a row over several words, 1.1 for one in between
_SNIFFED = 2000  # lines that decide the separator and the number of columns


class Field(msgspec.Struct, frozen=True):
    """A column. ``name``: the layer of tags, the attribute of tokens, or (a link) that of the spans of ``layers``."""

    kind: Kind
    name: str = ""
    layers: tuple[str, ...] = ()

    def __str__(self) -> str:
        marks = {"tags": self.name, "attribute": f"@{self.name}", "skip": "-"}
        return ",".join(f"{one}.{self.name}" for one in self.layers) or marks.get(self.kind, self.kind)


class Layout(msgspec.Struct, frozen=True):
    """How rows are to be read. ``schemes``: of tags, by column. ``is_said``: whether the file or the user named the columns."""

    separator: str
    fields: tuple[Field, ...]
    schemes: dict[int, str] = {}
    is_said: bool = False

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.fields)

    def of_kind(self, kind: Kind) -> list[tuple[int, Field]]:
        """The columns of a kind, with their numbers."""
        return [(column, field) for column, field in enumerate(self.fields) if field.kind == kind]

    def __str__(self) -> str:
        schemes = ", ".join(dict.fromkeys(self.schemes.values()))
        return ",".join(map(str, self.fields)) + (f" ({schemes})" if schemes else "")


class Event(msgspec.Struct, frozen=True):
    """What a line says: a ``row`` of cells, the ``end`` of a sentence, the ``start`` of a document, or a ``comment``."""

    kind: Literal["row", "end", "start", "comment"]
    line: int
    cells: list[str] = []
    said: str = ""


def is_document_comment(comment: str) -> bool:
    """Whether a comment begins a document."""
    return _BOUND.match(comment) is not None


def events(file: File, encoding: str, separator: str, width: int) -> Iterator[Event]:
    """What the lines of a file say. A line that begins with ``#`` is a row where it looks like one, and else a comment."""
    for number, line in file.lines(encoding):
        if not line.strip(" \t"):
            yield Event("end", number)
        elif line.startswith(DOCUMENT_START):
            yield Event("start", number, said=line.removeprefix(DOCUMENT_START))
        elif found := _MEDLINE.fullmatch(line):
            yield Event("start", number, said=f"({found[1]})")
        elif separator == "|":
            for item in line.split(" "):
                if item:
                    yield Event("row", number, item.rsplit("|", width - 1))
            yield Event("end", number)
        else:
            cells = cells_of(line, separator)
            is_comment = line.startswith("#") and (_ALWAYS_A_COMMENT.match(line) or not _is_row(cells, width))
            yield Event("comment", number, said=line) if is_comment else Event("row", number, cells)


def cells_of(line: str, separator: str) -> list[str]:
    """The cells of a row."""
    return line.split("\t") if separator == "\t" else _BLANKS.split(line.strip(" \t"))


def _is_row(cells: list[str], width: int) -> bool:
    return len(cells) == width and any(_looks_tagged(cell) for cell in cells[1:])


def _looks_tagged(cell: str) -> bool:
    tag = tag_of(cell)
    return cell == "O" or (tag is not None and tag.label != "")


class Columns:
    """The columns of all files that look alike, and what their cells show.

    Small files alone can show the wrong thing: no name in one, nothing but names in another.
    """

    def __init__(self, separator: str, width: int, header: tuple[str, ...], said: tuple[Field, ...]) -> None:
        self.separator, self.width, self.header, self.said = separator, width, header, said
        self.counts = [TagCounts() for _ in range(width)]
        self.is_numbered = width > 2
        self._number = -1  # of the row before, in the same sentence

    def add(self, cells: list[str]) -> None:
        """Count a row."""
        if self.is_numbered:
            found = _NUMBER.fullmatch(cells[0])
            number = int(found[1]) if found else -1
            self.is_numbered = found is not None and (self._number < 0 or self._number <= number <= self._number + 1)
            self._number = number
        for counts, cell in zip(self.counts, cells, strict=True):
            counts.add(cell)

    def end_sentence(self) -> None:
        """Forget the row before."""
        self._number = -1
        for counts in self.counts:
            counts.end_sentence()

    def layout(self, shown: str, span_layer: str) -> Layout:
        """The layout, with the columns as the user names them, or the file, or as they look."""
        found = self.said or tuple(self._guessed(span_layer))
        if not self.said and not any(field.kind == "tags" for field in found):
            message = "no column holds tags (B-…, I-…, O). --fields says what its columns are: --fields token,@pos,entity"
            raise UnreadableFile(shown, message)
        schemes = {column: self._scheme(column) for column, field in enumerate(found) if field.kind == "tags"}
        return Layout(self.separator, found, schemes, is_said=bool(self.said or self.header))

    def _scheme(self, column: int) -> str:
        """The scheme of a column of tags: what the user calls one is one, however few of its cells are outside."""
        counts = self.counts[column]
        return "IO" if self.said and counts.are_bare else counts.scheme

    def _guessed(self, span_layer: str) -> Iterator[Field]:
        names = [name.casefold() for name in self.header]
        tags = [column for column, counts in enumerate(self.counts) if column and (counts.are_tags or self._is_masked(column))]
        if self.width - 1 not in (0, *tags) and self.counts[-1].are_labels:
            tags.append(self.width - 1)
        is_numbered = self.is_numbered and 1 not in tags
        token = next((column for column, name in enumerate(names) if name in _TOKEN_NAMES), int(is_numbered))
        layers = dict(zip(tags, self._layers(tags, is_numbered, span_layer), strict=True))
        for column in range(self.width):
            name = self.header[column] if self.header else ""
            if column == token:
                yield Field("token")
            elif column in layers:
                yield Field("tags", layers[column])
            elif name.casefold() == "id" or (column == 0 and is_numbered):
                yield Field("index")
            elif name.casefold() == "misc":
                yield Field("misc")
            else:
                linked = tuple(layer for layer in layers.values() if _is_link(name, layer))
                is_pos = not self.header and column == token + 1
                yield Field("link" if linked else "attribute", name or ("pos" if is_pos else f"column-{column + 1}"), linked)

    def _is_masked(self, column: int) -> bool:
        """Whether this is a column of HIPE's whose tags were taken out."""
        return bool(self.header) and self.header[column].startswith("NE-") and self.counts[column].are_missing

    def _layers(self, tags: list[int], is_numbered: bool, span_layer: str) -> Iterator[str]:
        if not self.header and is_numbered and tags == [2, 3]:  # GermEval 2014
            yield from ("outer", "inner")
            return
        number = 0
        for column in tags:
            labels = self.counts[column].labels
            if self.header:
                yield self.header[column]
            elif column > 1 and labels and labels <= _CHUNK_LABELS:
                yield "chunk"
            else:
                number += 1
                yield span_layer if number == 1 else f"{span_layer}-{number}"


class Survey:
    """A first look at a file. ``columns``: those that it shares with others; ``bounds``: how many documents it announces.

    ``pool``: the columns of the files before, by what makes them alike.
    """

    def __init__(self, file: File, encoding: str, said: tuple[Field, ...], pool: dict[Any, Columns]) -> None:
        self.file = file
        sniffed = [line for _, line in islice(file.lines(encoding), _SNIFFED)]
        headers = [found[1] for line in sniffed if line.startswith("#") and (found := _HEADER.fullmatch(line))]
        rows = [line for line in sniffed if line.strip(" \t") and not line.startswith(("#", DOCUMENT_START))]
        rows = rows or [line for line in sniffed if line.strip(" \t") and not line.startswith(DOCUMENT_START)]
        self.has_rows = bool(rows)
        self.bounds = 0
        self.has_header_row = False
        if not rows:
            return
        separator = _separator(rows)
        header = tuple(headers[0].split("\t" if "\t" in headers[0] else None)) if headers else ()
        width = len(said) or len(header) or _width(rows, separator)
        first = cells_of(rows[0], separator)
        is_named = any(cell.casefold() in _TOKEN_NAMES for cell in first[:2]) and not any(map(_looks_tagged, first))
        self.has_header_row = not headers and is_named and len(first) == width > 1
        if self.has_header_row and not said:
            header = tuple(first)
        self.columns = pool.setdefault((separator, width, header), Columns(separator, width, header, said))
        self._count(encoding)

    def _count(self, encoding: str) -> None:
        is_header_next = self.has_header_row
        for event in events(self.file, encoding, self.columns.separator, self.columns.width):
            if event.kind == "row" and is_header_next:
                is_header_next = False
            elif event.kind == "row" and len(event.cells) == self.columns.width:
                self.columns.add(event.cells)
            elif event.kind == "end":
                self.columns.end_sentence()
            self.bounds += event.kind == "start" or (event.kind == "comment" and is_document_comment(event.said))
        self.columns.end_sentence()


def _is_link(name: str, layer: str) -> bool:
    """Whether a column of HIPE's links (``NEL-LIT``) is about the names of this layer (``NE-COARSE-LIT``, ``NE-FINE-LIT``)."""
    return name.startswith("NEL-") and layer in {f"NE-{grain}-{name[4:]}" for grain in ("COARSE", "FINE")}


def _separator(rows: list[str]) -> str:
    tabs = sum("\t" in row for row in rows)
    if tabs * 2 > len(rows):
        return "\t"
    barred = sum(_is_barred(row) for row in rows)
    return "|" if barred * 2 > len(rows) else " "


def _is_barred(row: str) -> bool:
    items = [item.rsplit("|", 1) for item in row.split(" ") if item]
    return bool(items) and all(len(item) == 2 and _looks_tagged(item[1]) for item in items)


def _width(rows: list[str], separator: str) -> int:
    if separator == "|":
        widths = Counter(item.count("|") + 1 for row in rows for item in row.split(" ") if item)
    else:
        widths = Counter(len(cells_of(row, separator)) for row in rows)
    return min(widths, key=lambda width: (-widths[width], width))


def parsed_fields(said: str) -> Iterator[Field]:
    """The columns that a user names: ``index,token,@pos,-,misc,entity,entity.wikidata``."""
    names = [name for name in re.split(r"[\s,]+", said) if name]
    if names.count("token") != 1:
        raise PostilError(f"--fields {said}: one column must be called token")
    layers = {name for name in names if not name.startswith("@")}
    for name in names:
        layer, _, attribute = name.partition(".")
        if name in ("token", "index", "misc"):
            yield Field(name)  # type: ignore[arg-type]
        elif name == "-":
            yield Field("skip")
        elif name.startswith("@"):
            yield Field("attribute", name[1:])
        elif attribute and layer in layers:
            yield Field("link", attribute, (layer,))
        else:
            yield Field("tags", name)
