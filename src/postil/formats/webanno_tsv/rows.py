"""The rows of a WebAnno TSV, sentence by sentence, before anything of them is understood."""

from __future__ import annotations

import re

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats._uima.cas import FS
from postil.formats.webanno_tsv.escaping import plain_text
from postil.formats.webanno_tsv.header import Column, columns_of, version_of

_TEXT, _SENTENCE_ID, _COMMENT = "#Text=", "#Sentence.id=", "#"
_UNIT = re.compile(r"(\d+-\d+)(\.\d+)?")
_EXTENT = re.compile(r"(\d+)-(\d+)")
NOTHING = "_"
"""A cell that says nothing."""


class Row(msgspec.Struct):
    """A token, or a part of one. ``annotations``: those on it, by type, in the order in which they are stacked.

    ``surplus``: cells of columns that are not declared.
    """

    line: int
    id: str
    begin: int
    end: int
    form: str
    cells: list[str]
    token: FS | None = None
    annotations: dict[str, list[FS]] = {}
    surplus: list[str] = []


class Sentence(msgspec.Struct):
    """A sentence: its text with the end of each line, and its rows."""

    line: int
    text: str = ""
    id: str = ""
    rows: list[Row] = []


def parsed(file: File, incoming: Incoming) -> tuple[list[Column], list[Sentence], dict[str, str]]:
    """The columns of a file, its sentences, and what it says before them, by key."""
    lines = file.lines(incoming.source.encoding)
    version = version_of(file.shown, next(lines, (1, ""))[1])
    columns: list[Column] = []
    sentences: list[Sentence] = []
    comments: dict[str, str] = {}
    is_header, is_open = True, False
    for number, line in lines:
        declared = columns_of(file.shown, line, number) if is_header else None
        if declared is not None:
            columns += declared
        elif line.startswith((_TEXT, _SENTENCE_ID)):
            is_header = False
            if not is_open or sentences[-1].rows:
                sentences.append(Sentence(number))
                is_open = True
            _add(sentences[-1], line, version)
        elif line.startswith(_COMMENT) and not (is_open and sentences[-1].rows):
            _comment(comments if is_header else None, line, file.shown, number, incoming)
        elif line:
            if not is_open:
                raise UnreadableFile(file.shown, f"a row before the {_TEXT} of its sentence", number, 1)
            sentences[-1].rows.append(row := _row(file.shown, number, line, len(columns)))
            surplus = [cell for cell in row.surplus if cell not in ("", NOTHING)]
            if surplus:
                place = f"{file.shown}:{number}"
                incoming.losses.add(
                    "cells of columns that the header does not declare", place, " ".join(surplus), count=len(surplus)
                )
        else:
            is_open = False
    return columns, sentences, comments


def _add(sentence: Sentence, line: str, version: tuple[int, int]) -> None:
    if line.startswith(_TEXT):
        sentence.text += plain_text(line.removeprefix(_TEXT), version) + "\n"
    else:
        sentence.id = plain_text(line.removeprefix(_SENTENCE_ID), version)


def _comment(comments: dict[str, str] | None, line: str, shown: str, number: int, incoming: Incoming) -> None:
    """A line that the format does not know, as GUM has them: kept where it is a key and a value, before all sentences."""
    key, equals, value = line.removeprefix(_COMMENT).partition("=")
    if comments is not None and equals and key.strip() and key.strip() not in comments:
        comments[key.strip()] = value
    else:
        incoming.losses.add("lines that the format does not know", f"{shown}:{number}", line)


def _row(shown: str, number: int, line: str, columns: int) -> Row:
    fields = line.split("\t")
    extent = _EXTENT.fullmatch(fields[1]) if len(fields) > 2 and _UNIT.fullmatch(fields[0]) else None
    if extent is None:
        raise UnreadableFile(shown, f"no row: a number, offsets and a token are wanted, not {line[:40]!r}", number, 1)
    if len(fields) < columns + 3:
        raise UnreadableFile(shown, f"{len(fields) - 3} columns, where the header declares {columns}", number, 1)
    row = Row(number, fields[0], int(extent[1]), int(extent[2]), fields[2], fields[3 : columns + 3])
    row.surplus = fields[columns + 3 :]
    return row
