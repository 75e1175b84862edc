"""From a CAS to WebAnno TSV 3.3."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import msgspec

from postil.exchange.tokens import Tokenised
from postil.formats._uima import names
from postil.formats._uima.cas import ANNOTATION, FS, INITIAL_VIEW, Cas
from postil.formats.webanno_tsv.escaping import escaped_text, escaped_value
from postil.formats.webanno_tsv.header import BASE, ROLE, Column, Kind
from postil.text import Units

_PREFIXES: dict[Kind, str] = {"span": "#T_SP=", "chain": "#T_CH=", "relation": "#T_RL="}
_NOTHING, _NULL = "_", "*"
_NO_LAYERS = frozenset((names.TOKEN, names.SENTENCE, names.DOCUMENT_METADATA, names.METADATA_FIELD))
_NO_COLUMNS = frozenset(("sofa", "begin", "end", names.GOVERNOR, names.DEPENDENT, names.NEXT))


class Row(msgspec.Struct, eq=False):
    """A token, or a part of one. ``annotations``: those on it by type, in the order in which they are stacked."""

    begin: int
    end: int
    id: str = ""
    annotations: dict[str, list[FS]] = {}


def tsv(cas: Cas, tokens: Tokenised) -> Iterator[str]:
    """A CAS whose offsets count code points, as the lines of a file."""
    rows = _Rows(cas, tokens)
    columns = [*_span_columns(rows), *_chain_columns(rows), *_relation_columns(rows)]
    ids = _ids(rows, columns)
    yield "#FORMAT=WebAnno TSV 3.3\n"
    yield from _header(columns)
    yield "\n"
    for text, of_sentence in rows.sentences():
        yield "\n"
        yield from (f"#Text={escaped_text(line)}\n" for line in text.split("\n"))
        for row in of_sentence:
            yield rows.row(row, [_cell(rows, ids, row, column) for column in columns])


class _Rows:
    """The tokens of a CAS with the parts of them that annotations begin or end in, and what is on each."""

    def __init__(self, cas: Cas, tokens: Tokenised) -> None:
        self.text = str(cas.views[INITIAL_VIEW].sofa.values["sofaString"])
        self._utf16 = Units(self.text, "utf-16")
        self._rows = [[Row(begin, end) for begin, end in row] for row in tokens.tokens]
        self._flat = [row for sentence in self._rows for row in sentence]
        self._parts: dict[int, dict[tuple[int, int], Row]] = {}
        self._begins, self._ends = [row.begin for row in self._flat], [row.end for row in self._flat]
        placed = [fs for fs in cas.views[INITIAL_VIEW].members if cas.is_annotation(fs) and fs.type not in _NO_LAYERS]
        self.relations = [fs for fs in placed if names.GOVERNOR in fs.values]
        self.spans = [fs for fs in placed if names.GOVERNOR not in fs.values]
        self.tokens = {(fs.begin, fs.end): fs for fs in cas.structures if fs.type == names.TOKEN}
        self.first: dict[int, Row] = {}  # the row on which each annotation begins
        self.lengths: Counter[int] = Counter()  # the number of rows that each is on
        self.links = dict(_links(cas))
        for fs in self.spans:
            self._put(fs)
        for (begin, _), fs in self.tokens.items():
            self.first[id(fs)] = self._flat[bisect_left(self._begins, begin)]
        for fs in self.relations:
            _stack(self.first[id(fs.values[names.DEPENDENT])], fs)
        self._number()

    def _put(self, fs: FS) -> None:
        first, last = bisect_right(self._ends, fs.begin), bisect_left(self._begins, fs.end) - 1
        for number in range(first, last + 1):
            token = self._flat[number]
            place = (max(fs.begin, token.begin), min(fs.end, token.end))
            row = token
            if place != (token.begin, token.end):
                row = self._parts.setdefault(number, {}).setdefault(place, Row(*place))
            _stack(row, fs)
            self.first.setdefault(id(fs), row)
            self.lengths[id(fs)] += 1

    def _number(self) -> None:
        at = 0
        for sentence, rows in enumerate(self._rows, 1):
            for number, token in enumerate(rows, 1):
                token.id = f"{sentence}-{number}"
                for part, row in enumerate(self._parts_of(at), 1):
                    row.id = f"{token.id}.{part}"
                at += 1

    def _parts_of(self, number: int) -> list[Row]:
        return sorted(self._parts.get(number, {}).values(), key=lambda row: (row.begin, -row.end))

    def sentences(self) -> Iterator[tuple[str, list[Row]]]:
        """The text of each sentence, up to the next where only so every character of it comes back, and its rows."""
        at = 0
        starts = [rows[0].begin for rows in self._rows] + [len(self.text)]
        for rows, (start, following) in zip(self._rows, pairwise(starts), strict=True):
            after = self.text[rows[-1].end : following]
            is_filled = not after or re.fullmatch("\n *", after)  # as every reader fills what is between two sentences
            end = rows[-1].end if is_filled else following - after.endswith("\n")
            found = []
            for row in rows:
                found += [row, *self._parts_of(at)]
                at += 1
            yield self.text[start:end], found

    def all(self) -> Iterator[Row]:
        """Every row in order."""
        for number, row in enumerate(self._flat):
            yield row
            yield from self._parts_of(number)

    def row(self, row: Row, cells: Iterable[str]) -> str:
        """The line of a row."""
        begin, end = self._utf16.from_code_points(row.begin), self._utf16.from_code_points(row.end)
        form = re.sub("[\t\n\r]", " ", self.text[row.begin : row.end])
        return "\t".join([row.id, f"{begin}-{end}", form, *cells]) + "\t\n"


def _stack(row: Row, fs: FS) -> None:
    row.annotations.setdefault(fs.type, []).append(fs)


def _links(cas: Cas) -> Iterator[tuple[int, tuple[int, int]]]:
    """The chain of each link, and its place there."""
    heads = [fs for fs in cas.structures if isinstance(fs.values.get(names.FIRST), FS)]
    for chain, head in enumerate(heads, 1):
        link, place = head.values[names.FIRST], 1
        while isinstance(link, FS):
            yield id(link), (chain, place)
            link, place = link.values.get(names.NEXT), place + 1


# --- columns -------------------------------------------------------------------------------------------------------------------


def _by_type(structures: Iterable[FS]) -> list[tuple[str, list[FS]]]:
    found: dict[str, list[FS]] = {}
    for fs in structures:
        found.setdefault(fs.type, []).append(fs)
    return sorted(found.items())


def _features(structures: Iterable[FS]) -> dict[str, Any]:
    """The features that any of these has, with a value of each."""
    found: dict[str, Any] = {}
    for fs in structures:
        found.update((name, value) for name, value in fs.values.items() if name not in _NO_COLUMNS)
    return dict(sorted(found.items()))


def _span_columns(rows: _Rows) -> Iterator[Column]:
    for type_, structures in _by_type(fs for fs in rows.spans if id(fs) not in rows.links):
        features = _features(structures)
        for name, value in features.items():
            if isinstance(value, list):
                yield Column(type_, "span", "role", name, value[0].type)
                yield Column(type_, "span", "target", name, ANNOTATION)
            else:
                yield Column(type_, "span", "value", name)
        if not features:
            yield Column(type_, "span", "nothing")


def _chain_columns(rows: _Rows) -> Iterator[Column]:
    for type_, _ in _by_type(fs for fs in rows.spans if id(fs) in rows.links):
        yield Column(type_, "chain", "value", names.REFERENCE_TYPE)
        yield Column(type_, "chain", "link", names.REFERENCE_RELATION)


def _relation_columns(rows: _Rows) -> Iterator[Column]:
    for type_, structures in _by_type(rows.relations):
        for name in _features(structures):
            yield Column(type_, "relation", "value", name)
        ends = {fs.values[end].type for fs in structures for end in (names.GOVERNOR, names.DEPENDENT)}
        yield Column(type_, "relation", "source", names.GOVERNOR, ends.pop() if len(ends) == 1 else ANNOTATION)


def _header(columns: Iterable[Column]) -> Iterator[str]:
    declared: dict[tuple[str, str], str] = {}
    for column in columns:
        start = _PREFIXES[column.kind] + column.type
        line = declared.get((column.kind, column.type), start)
        written = {
            "nothing": "", "value": column.feature, "link": column.feature, "target": column.hint, "source": BASE + column.hint,
            "role": f"{ROLE}{column.type.replace('_', '')}:{column.feature}_{column.hint}",
        }  # fmt: skip
        declared[column.kind, column.type] = f"{line}|{written[column.holds]}"
    yield from (f"{line}\n" for line in declared.values())


# --- cells ---------------------------------------------------------------------------------------------------------------------


def _ids(rows: _Rows, columns: Iterable[Column]) -> dict[int, int]:
    """The ids of annotations that go over several rows, are not alone on one, or are named where the row would not say which."""
    named: set[int] = set()
    for fs in rows.spans:
        links = [link for value in fs.values.values() if isinstance(value, list) for link in value]
        named.update(id(link.values.get(names.TARGET)) for link in links)
    hints = {column.type: column.hint for column in columns if column.holds == "source"}
    for fs in rows.relations:
        for end in (fs.values[names.GOVERNOR], fs.values[names.DEPENDENT]):
            if hints[fs.type] == ANNOTATION or "." in rows.first[id(end)].id:
                named.add(id(end))
    ids: dict[int, int] = {}
    relations = {fs.type for fs in rows.relations}
    for row in rows.all():
        for type_, stacked in row.annotations.items():
            for fs in stacked if type_ not in relations else ():
                needs = len(stacked) > 1 or rows.lengths[id(fs)] > 1 or id(fs) in named
                if needs and id(fs) not in rows.links:
                    ids.setdefault(id(fs), len(ids) + 1)
    return ids


def _cell(rows: _Rows, ids: dict[int, int], row: Row, column: Column) -> str:
    stacked = row.annotations.get(column.type)
    if not stacked:
        return _NOTHING
    return "|".join(_written(rows, ids, fs, column) for fs in stacked)


def _written(rows: _Rows, ids: dict[int, int], fs: FS, column: Column) -> str:
    value = fs.values.get(column.feature)
    own = f"[{ids[id(fs)]}]" if id(fs) in ids else ""
    match column.holds:
        case "source":
            return _source(rows, ids, fs)
        case "role":
            return (";".join(_value(link.values.get(names.ROLE)) for link in value) if value else _NOTHING) + own
        case "target":
            return ";".join(_target(rows, ids, link.values.get(names.TARGET)) for link in value) if value else _NULL
        case "link":
            chain, place = rows.links[id(fs)]
            return f"{_value(value)}->{chain}-{place}"
    if column.kind == "chain":
        own = f"[{rows.links[id(fs)][0]}]"
    if column.kind == "relation" and isinstance(value, list):
        value = value[0].values.get(names.ROLE)  # a word in place of a reference
    return _value(value) + own


def _value(value: Any) -> str:
    return _NULL if value is None else escaped_value(str(value))


def _source(rows: _Rows, ids: dict[int, int], fs: FS) -> str:
    governor, dependent = fs.values[names.GOVERNOR], fs.values[names.DEPENDENT]
    source, target = ids.get(id(governor), 0), ids.get(id(dependent), 0)
    return rows.first[id(governor)].id + (f"[{source}_{target}]" if source or target else "")


def _target(rows: _Rows, ids: dict[int, int], fs: FS | None) -> str:
    if fs is None:
        return _NULL
    return rows.first[id(fs)].id + (f"[{ids[id(fs)]}]" if id(fs) in ids else "")
