"""Tables with a header, as spreadsheets and programs write them: the delimiter and the quoting are found out."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from typing import Any

from postil.errors import UnreadableFile
from postil.exchange.sources import LARGEST_LINE, File
from postil.text import counted

_DELIMITERS = "\t,;|"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


class Table:
    """A table in a file. ``columns``: of its header. Rows are read one at a time, each time anew."""

    def __init__(self, file: File, encoding: str = "utf-8") -> None:
        self.file = file
        beginning = next(file.chunks(4), b"")
        self._encoding = next((name for mark, name in _MARKS.items() if beginning.startswith(mark)), encoding)
        self.delimiter = self._delimiter()
        self._quoting: Any = csv.QUOTE_MINIMAL if self._is_quoted() else csv.QUOTE_NONE
        self.columns = [name.strip() for name in next(self._parsed(self._quoting), (1, []))[1]]
        if len(set(self.columns)) < len(self.columns):
            raise UnreadableFile(file.shown, "two columns of the header have one name: rename one", 1, 1)

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Each row by its columns, with the line that it begins on; empty ones are skipped."""
        rows = self._parsed(self._quoting)
        next(rows, None)
        for line, row in rows:
            if len(row) > len(self.columns) and any(row[len(self.columns) :]):
                message = f"a row of {counted(len(row), 'value')} under a header of {len(self.columns)}"
                raise UnreadableFile(self.file.shown, message, line, 1)
            if any(row):
                yield line, dict(zip(self.columns, [*row, *[""] * (len(self.columns) - len(row))], strict=False))

    def _delimiter(self) -> str:
        """The delimiter that the header has most of, outside quotes."""
        with self._text() as text:
            first = next(self._guarded(text.readline(LARGEST_LINE) for _ in range(1)))
        unquoted = "".join(first.split('"')[::2])
        return max(_DELIMITERS, key=unquoted.count) if any(map(unquoted.count, _DELIMITERS)) else ","

    def _is_quoted(self) -> bool:
        """Whether quotes in it quote: every row parses then, and none is longer than the header."""
        try:
            rows = self._parsed(csv.QUOTE_MINIMAL)
            width = len(next(rows, (1, []))[1])
            return all(len(row) <= width or not any(row[width:]) for _, row in rows)
        except UnreadableFile as error:
            if self.delimiter == "\t" and isinstance(error.__cause__, csv.Error):
                return False
            raise

    def _parsed(self, quoting: Any) -> Iterator[tuple[int, list[str]]]:
        csv.field_size_limit(LARGEST_LINE)
        with self._text() as text:
            reader = csv.reader(text, delimiter=self.delimiter, quoting=quoting, strict=True)
            line = 1
            for row in self._guarded(reader):
                yield line, row
                line = reader.line_num + 1

    def _text(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(self.file.open(), self._encoding, newline="")

    def _guarded(self, rows: Iterator[Any]) -> Iterator[Any]:
        number = 0
        try:
            for number, row in enumerate(rows, 1):  # noqa: B007 - for the message
                yield row
        except UnicodeError as error:
            self.file.text(self._encoding)  # says where
            raise UnreadableFile(self.file.shown, f"not {self._encoding.upper()}", number + 1, 1) from error
        except (csv.Error, LookupError) as error:
            raise UnreadableFile(self.file.shown, f"not a table: {error}", getattr(rows, "line_num", number + 1), 1) from error


def table_line(values: Sequence[str], delimiter: str) -> bytes:
    """A row of a table, quoted where it has to be."""
    return (delimiter.join(_cell(value, delimiter) for value in values) + "\n").encode()


def _cell(value: str, delimiter: str) -> str:
    needs_quotes = value != value.strip() or any(character in value for character in (delimiter, '"', "\n", "\r"))
    return '"' + value.replace('"', '""') + '"' if needs_quotes else value
