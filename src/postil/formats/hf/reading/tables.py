"""The tables of a config of a dataset, and what their rows say once classes have their names."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from postil.errors import PostilError, UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import Source, is_archive
from postil.formats.hf.reading.names import Names, named, of_card, of_feature, of_infos
from postil.formats.hf.reading.places import Place, config_of, stem_of, tables_among
from postil.formats.hf.reading.rows import Row, Table, table_in

CARD = "README.md"
INFOS = "dataset_infos.json"


class NamedTable:
    """A table, and the names of the classes in it: ``classes`` of columns, ``structs`` of the fields in columns.

    ``split``: as the file is called. ``published_split``: the split, where files are called or listed as those of splits are.
    ``rows_before``: of the same split, in other files.
    """

    def __init__(self, table: Table, said: dict[str, Names], place: Place) -> None:
        """``said``: by the card or the user, whom ``datasets`` believes before the file."""
        self.file = table.file
        self.table = table
        self.published_split = place.split
        self.rows_before = 0
        self.split = place.split or stem_of(table.file.path)
        self._names = {**{name: of_feature(feature) for name, feature in table.features.items()}, **said}
        self.classes = {name: names for name, names in self._names.items() if isinstance(names, tuple)}
        self.structs = {name: names for name, names in self._names.items() if isinstance(names, dict)}

    def id_of(self, number: int) -> str:
        """What a row without an id is called, by its number in the file: alike in whichever files the split lies."""
        return f"{self.published_split}-{self.rows_before + number}" if self.published_split else f"{self.file.name}-{number}"

    def rows(self) -> Iterator[Row]:
        """Every row, with names for classes."""
        for row in self.table.rows():
            if not isinstance(row.values, dict):
                raise UnreadableFile(row.place, "not a row: an object is wanted")
            yield Row(row.place, {name: named(value, self._names.get(name)) for name, value in row.values.items()})


def tables_of(incoming: Incoming) -> list[NamedTable]:
    """The tables of the config that is asked for, else of the default one."""
    source = incoming.source
    card, wanted = source.get(CARD), str(incoming.options.get("config") or "")
    found = tables_among(source.all_files, card, wanted, source)
    if not found:
        raise _no_table(source, config_of(card, wanted))
    config = config_of(card, wanted) or next(iter(found.values())).config
    said = {**_said(source, config), **_names_given(incoming.options.get("names") or ())}
    tables = [NamedTable(table_in(source.all_files[path]), said, place) for path, place in sorted(found.items())]
    for before, table in pairwise(sorted(tables, key=lambda one: one.published_split)):
        if table.published_split and before.published_split == table.published_split:
            table.rows_before = before.rows_before + before.table.count
    return tables


def _said(source: Source, config: str) -> dict[str, Names]:
    """The names of classes by the card, or by what was beside scripts that made datasets."""
    card, infos = source.get(CARD), source.get(INFOS)
    names = (of_card(card) if card else {}) or (of_infos(infos) if infos else {})
    return names.get(config) or (next(iter(names.values())) if len(names) == 1 else {})


def _names_given(options: tuple[str, ...]) -> dict[str, Names]:
    found: dict[str, Names] = {}
    for option in options:
        column, _, names = option.partition("=")
        if not column or not names:
            raise PostilError(f"--names {option}: give a column and the names of its classes, such as ner_tags=O,B-PER,I-PER")
        found |= _at(column, tuple(name.strip() for name in names.split(",")))
    return found


def _at(path: str, names: tuple[str, ...]) -> dict[str, Names]:
    """The names of a column, or of a field in its structs, ``column.field``, although columns may be called so, too."""
    column, _, field = path.partition(".")
    return {path: names, **({column: {field: names}} if field else {})}


def _no_table(source: Source, config: str) -> PostilError:
    """That there is no table, and why that may be."""
    paths = list(source.all_files)
    script = next((path for path in paths if path.endswith(".py") and "/" not in path), "")
    if script and not config:
        return PostilError(
            f"{source.path}: only a script, {script}, could load this dataset, and scripts are not run, nor by datasets 4. The "
            "Hub may have it as Parquet, with --revision refs/convert/parquet; else import what save_to_disk of datasets 3 writes"
        )
    archive = next(filter(is_archive, paths), "")
    more = f": {archive} is not opened; unpack it" if archive else ""
    return PostilError(f"{source.path}: there is no table in it{f' of the config {config}' if config else ''}{more}")
