"""From WebAnno TSV to a CAS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats._uima import names
from postil.formats._uima.cas import (
    ANNOTATION,
    ANNOTATION_BASE,
    FS,
    INITIAL_VIEW,
    SOFA,
    STRING,
    TOP,
    Cas,
    Feature,
    Type,
    TypeSystem,
    View,
)
from postil.formats._uima.source import Parsed, Parser
from postil.formats.webanno_tsv.escaping import pieces, plain_text, plain_value
from postil.formats.webanno_tsv.header import Column, columns_of, version_of
from postil.text import Unit, Units

_TEXT, _SENTENCE_ID, _COMMENT = "#Text=", "#Sentence.id=", "#"
_UNIT = re.compile(r"(\d+-\d+)(\.\d+)?")
_EXTENT = re.compile(r"(\d+)-(\d+)")
_WITH_ID = re.compile(r"(?P<value>(?:[^\\]|\\.)*?)\[(?P<id>\d+)(?:_(?P<other>\d+))?\]", re.DOTALL)
_IN_CHAIN = re.compile(r"(?P<value>(?:[^\\]|\\.)*)->(?P<chain>\d+)-(?P<place>\d+)", re.DOTALL)
_NOTHING, _NULL = "_", "*"
_OF_TOKENS = {"POS": "pos", "Lemma": "lemma", "Stem": "stem", "MorphologicalFeatures": "morph"}
_LARGEST_GAP = 1 << 20
_UNITS: tuple[Unit, ...] = ("utf-16", "code point")


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


def tsv_parser(incoming: Incoming) -> Parser:
    """Parses WebAnno TSV 3."""
    return lambda place: _parse(place.file, incoming)


def _parse(file: File, incoming: Incoming) -> Parsed:
    columns, sentences, comments = _parsed(file, incoming)
    text, unit = _rebuilt(file.shown, sentences)
    return Parsed(_Building(file.shown, columns, sentences, incoming).cas(text, unit, comments), unit)


def _parsed(file: File, incoming: Incoming) -> tuple[list[Column], list[Sentence], dict[str, str]]:
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
            surplus = [cell for cell in row.surplus if cell not in ("", _NOTHING)]
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


# --- the text ------------------------------------------------------------------------------------------------------------------


def _rebuilt(shown: str, sentences: list[Sentence]) -> tuple[str, Unit]:
    """The text, and the unit in which the tokens are where their offsets say: UTF-16 in files of WebAnno."""
    best: tuple[int, str, Unit] | None = None
    for unit in _UNITS:
        text = _joined(shown, sentences, unit)
        wrong = _misplaced(sentences, text, unit)
        if best is None or wrong < best[0]:
            best = (wrong, text, unit)
        if not wrong:
            break
    assert best
    return best[1], best[2]


def _joined(shown: str, sentences: Iterable[Sentence], unit: Unit) -> str:
    """Each sentence at the offset of its first token: blanks fill a gap, and the end of a line goes where no room is for it."""
    parts: list[str] = []
    length = 0
    for sentence in sentences:
        begin = sentence.rows[0].begin if sentence.rows else length
        if length == begin + 1 and parts:
            parts[-1] = parts[-1][:-1]
            length -= 1
        if begin - length > _LARGEST_GAP:
            raise UnreadableFile(
                shown, f"its sentence would begin {begin - length:,} characters after the last", sentence.rows[0].line, 1
            )
        if length < begin:
            parts.append(" " * (begin - length))
            length = begin
        parts.append(sentence.text)
        length += len(sentence.text) if unit == "code point" else len(sentence.text.encode("utf-16-le", "surrogatepass")) // 2
    return "".join(parts)


def _misplaced(sentences: Iterable[Sentence], text: str, unit: Unit) -> int:
    units = Units(text, unit)
    return sum(not _is_there(row, text, units) for sentence in sentences for row in sentence.rows)


def _is_there(row: Row, text: str, units: Units) -> bool:
    try:
        found = text[units.to_code_points(row.begin) : units.to_code_points(row.end)]
    except ValueError:
        return False
    return found == row.form or found.split() == row.form.split()


# --- annotations ---------------------------------------------------------------------------------------------------------------


class _Building:
    """One CAS while it is made."""

    def __init__(self, shown: str, columns: list[Column], sentences: list[Sentence], incoming: Incoming) -> None:
        self.shown, self.sentences, self.incoming = shown, sentences, incoming
        self.columns = sorted(enumerate(columns), key=lambda pair: pair[1].holds != "link")  # a chain's links come first
        self.made: list[FS] = []
        self.links: list[FS] = []
        self.by_id: dict[tuple[str, int], FS] = {}
        self.any_by_id: dict[int, FS] = {}
        self.chains: dict[tuple[str, int], dict[int, FS]] = {}
        self.rows: dict[str, Row] = {}
        self.relations: list[tuple[FS, Column, Row, str]] = []
        self.targets: list[tuple[FS, Column, str]] = []
        self.types = _types(columns)

    def cas(self, text: str, unit: Unit, comments: dict[str, str]) -> Cas:
        """The CAS of all rows."""
        sofa = FS(SOFA, {"sofaNum": 1, "sofaID": INITIAL_VIEW, "sofaString": text}, 1)
        for sentence in self.sentences:
            self._sentence(sentence)
        for fs, column, written in self.targets:
            self._fill(fs, column, written)
        for fs, column, row, written in self.relations:
            self._relate(fs, column, row, written)
        for (type_, _), members in sorted(self.chains.items()):
            self._chain(type_, [members[place] for place in sorted(members)])
        for key, value in comments.items():
            self._add(names.METADATA_FIELD, {"begin": 0, "end": 0, "key": f"extra.{key}", "value": value})
        structures = [*self.made, *self.links]
        for number, fs in enumerate(structures, 2):
            fs.id = number
        for fs in self.made:
            fs.values["sofa"] = sofa
        return Cas(self.types, structures, {INITIAL_VIEW: View(INITIAL_VIEW, sofa, self.made)})

    def _add(self, type_: str, values: dict[str, Any], line: int = 0, text: str = "") -> FS:
        fs = FS(type_, values, 0, line, text)
        self.made.append(fs)
        return fs

    def _sentence(self, sentence: Sentence) -> None:
        if sentence.rows:
            said = {"id": sentence.id} if sentence.id else {}
            places = {"begin": sentence.rows[0].begin, "end": max(row.end for row in sentence.rows)}
            self._add(names.SENTENCE, {**places, **said}, sentence.line)
        token: FS | None = None
        for row in sentence.rows:
            if row.id in self.rows:
                raise UnreadableFile(self.shown, f"two rows are both {row.id}", row.line, 1)
            self.rows[row.id] = row
            if "." not in row.id:
                token = self._add(names.TOKEN, {"begin": row.begin, "end": row.end}, row.line, row.form)
                row.token = token
            for at, column in self.columns:
                cell = row.cells[at]
                if cell != _NOTHING:
                    for index, written in enumerate(pieces(cell, "|")):
                        self._annotation(row, column, index, written)

    def _annotation(self, row: Row, column: Column, index: int, written: str) -> None:
        if column.kind == "relation":
            self._relation(row, column, index, written)
        elif column.kind == "chain":
            self._link(row, column, index, written)
        elif column.holds == "target":
            stacked = row.annotations.get(column.type, [])
            fs = stacked[index] if index < len(stacked) else self._on(row, column.type, index, 0)
            self.targets.append((fs, column, written))
        else:
            value, id_ = _apart(written)
            fs = self._on(row, column.type, index, id_)
            if column.holds == "value":
                self._set(fs, column.feature, value)
            elif column.holds == "role" and column.feature not in fs.values:
                self._slot(fs, column, value)

    def _on(self, row: Row, type_: str, index: int, id_: int) -> FS:
        """The annotation with an id, extended to this row, or the one at this place of its stack; or else a new one."""
        stacked = row.annotations.setdefault(type_, [])
        fs = self.by_id.get((type_, id_)) if id_ else (stacked[index] if index < len(stacked) else None)
        if fs is None:
            fs = self._add(type_, {"begin": row.begin, "end": row.end}, row.line, row.form)
            name = _OF_TOKENS.get(names.layer_of(type_))
            if name and row.token:
                row.token.values.setdefault(name, fs)
        if fs not in stacked:
            stacked.append(fs)
            _extend(fs, row)
        if id_:
            self.by_id[type_, id_] = fs
            self.any_by_id.setdefault(id_, fs)
        return fs

    @staticmethod
    def _set(fs: FS, feature: str, value: str) -> None:
        if value != _NULL and not (value == _NOTHING and feature in fs.values):
            fs.values[feature] = plain_value(value)

    def _slot(self, fs: FS, column: Column, value: str) -> None:
        roles = [] if value == _NOTHING else pieces(value, ";")
        fs.values[column.feature] = [
            FS(column.hint, {} if role == _NULL else {names.ROLE: plain_value(role)}, 0, fs.line) for role in roles
        ]
        self.links += fs.values[column.feature]

    def _fill(self, fs: FS, column: Column, written: str) -> None:
        links = fs.values.get(column.feature)
        if not isinstance(links, list):
            return
        for link, one in zip(links, pieces(written, ";"), strict=False):
            if one not in (_NULL, _NOTHING):
                unit, id_ = _apart(one)
                target = self._found(column.hint, unit, id_, fs.line)
                if target:
                    link.values[names.TARGET] = target

    def _relation(self, row: Row, column: Column, index: int, written: str) -> None:
        stacked = row.annotations.setdefault(column.type, [])
        while len(stacked) <= index:
            stacked.append(self._add(column.type, {"begin": row.begin, "end": row.end}, row.line, row.form))
        if column.holds == "source":
            self.relations.append((stacked[index], column, row, written))
        elif column.holds == "value":
            self._set(stacked[index], column.feature, _apart(written)[0])

    def _relate(self, fs: FS, column: Column, row: Row, written: str) -> None:
        found = _WITH_ID.fullmatch(written)
        unit, source, target = (found["value"], int(found["id"]), int(found["other"] or 0)) if found else (written, 0, 0)
        fs.values[names.GOVERNOR] = self._found(column.hint, unit, source, row.line)
        fs.values[names.DEPENDENT] = dependent = self._found(column.hint, row.id, target, row.line)
        if dependent:
            fs.values |= {"begin": dependent.begin, "end": dependent.end}
            fs.text = dependent.text

    def _link(self, row: Row, column: Column, index: int, written: str) -> None:
        stacked = row.annotations.setdefault(column.type, [])
        if column.holds == "value":
            if index < len(stacked):
                self._set(stacked[index], column.feature, _apart(written)[0])
            return
        found = _IN_CHAIN.fullmatch(written)
        if not found:
            raise UnreadableFile(self.shown, f"{written!r} does not say which link of which chain it is", row.line, 1)
        members = self.chains.setdefault((column.type, int(found["chain"])), {})
        fs = members.get(int(found["place"]))
        if fs is None:
            fs = members[int(found["place"])] = self._add(column.type, {"begin": row.begin, "end": row.end}, row.line, row.form)
            self._set(fs, column.feature, found["value"])
        else:
            _extend(fs, row)
        stacked.append(fs)

    def _chain(self, type_: str, links: list[FS]) -> None:
        for one, other in pairwise(links):
            one.values[names.NEXT] = other
        self._add(names.chain_of(type_), {names.FIRST: links[0]}, links[0].line)

    def _found(self, hint: str, unit: str, id_: int, line: int) -> FS | None:
        """What a reference means: by its id, or else what there is of the type on a row; in the end the token."""
        fs = self.by_id.get((hint, id_)) or self.any_by_id.get(id_) if id_ else None
        if fs is None and unit in self.rows:
            row = self.rows[unit]
            fs = next(iter(_candidates(row, hint, self.types)), None)
        if fs is None:
            self.incoming.losses.add("references to what is not there", f"{self.shown}:{line}", unit)
        return fs


def _candidates(row: Row, hint: str, types: TypeSystem) -> Iterator[FS]:
    """What a reference without an id may mean, the likeliest first: what is on this row and no other, as GUM means it."""
    if hint == names.TOKEN and row.token:
        yield row.token
    yield from sorted(row.annotations.get(hint, []), key=lambda fs: (fs.begin, fs.end) != (row.begin, row.end))
    for type_, stacked in row.annotations.items():
        if type_ != hint and types.types[type_].supertype == ANNOTATION and names.GOVERNOR not in types.features(type_):
            yield from stacked
    if row.token:
        yield row.token


def _extend(fs: FS, row: Row) -> None:
    """Make an annotation cover one row more."""
    if (fs.begin, fs.end) != (row.begin, row.end):
        fs.values |= {"begin": min(fs.begin, row.begin), "end": max(fs.end, row.end)}
        fs.text = f"{fs.text} {row.form}"


def _apart(written: str) -> tuple[str, int]:
    """A value and the id after it, zero where there is none."""
    found = _WITH_ID.fullmatch(written) if written.endswith("]") else None
    return (found["value"], int(found["id"])) if found else (written, 0)


def _types(columns: Iterable[Column]) -> TypeSystem:
    types = TypeSystem()
    for column in columns:
        features = {}
        if column.holds in ("value", "link"):
            features[column.feature] = Feature(column.feature, STRING)
        elif column.holds == "role":
            features[column.feature] = Feature(column.feature, "uima.cas.FSArray", column.hint)
            types.add(Type(column.hint, TOP, {name: Feature(name, range_) for name, range_ in _LINK.items()}))
        elif column.holds == "source":
            features = {name: Feature(name, ANNOTATION) for name in (names.GOVERNOR, names.DEPENDENT)}
        types.add(Type(column.type, ANNOTATION, features))
        if column.kind == "chain":
            chain = names.chain_of(column.type)
            types.add(Type(chain, ANNOTATION_BASE, {names.FIRST: Feature(names.FIRST, column.type)}))
    return types


_LINK = {names.ROLE: STRING, names.TARGET: ANNOTATION}
