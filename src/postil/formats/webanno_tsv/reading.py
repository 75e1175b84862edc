"""From WebAnno TSV to a CAS."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

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
from postil.formats.webanno_tsv.escaping import pieces, plain_value
from postil.formats.webanno_tsv.header import Column
from postil.formats.webanno_tsv.rebuilding import rebuilt
from postil.formats.webanno_tsv.rows import NOTHING, Row, Sentence, parsed
from postil.text import Unit

_WITH_ID = re.compile(r"(?P<value>(?:[^\\]|\\.)*?)\[(?P<id>\d+)(?:_(?P<other>\d+))?\]", re.DOTALL)
_IN_CHAIN = re.compile(r"(?P<value>(?:[^\\]|\\.)*)->(?P<chain>\d+)-(?P<place>\d+)", re.DOTALL)
_NULL = "*"
_OF_TOKENS = {"POS": "pos", "Lemma": "lemma", "Stem": "stem", "MorphologicalFeatures": "morph"}


def tsv_parser(incoming: Incoming) -> Parser:
    """Parses WebAnno TSV 3."""
    return lambda place: _parse(place.file, incoming)


def _parse(file: File, incoming: Incoming) -> Parsed:
    columns, sentences, comments = parsed(file, incoming)
    text, unit = rebuilt(file.shown, sentences)
    return Parsed(_Building(file.shown, columns, sentences, incoming).cas(text, unit, comments), unit)


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
                if cell != NOTHING:
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
        if value != _NULL and not (value == NOTHING and feature in fs.values):
            fs.values[feature] = plain_value(value)

    def _slot(self, fs: FS, column: Column, value: str) -> None:
        roles = [] if value == NOTHING else pieces(value, ";")
        fs.values[column.feature] = [
            FS(column.hint, {} if role == _NULL else {names.ROLE: plain_value(role)}, 0, fs.line) for role in roles
        ]
        self.links += fs.values[column.feature]

    def _fill(self, fs: FS, column: Column, written: str) -> None:
        links = fs.values.get(column.feature)
        if not isinstance(links, list):
            return
        for link, one in zip(links, pieces(written, ";"), strict=False):
            if one not in (_NULL, NOTHING):
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
