"""Which files of a dataset are the tables of a config, and what their rows say once classes have their names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from postil.errors import PostilError, UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File
from postil.formats.hf.names import Names, front_matter, named, of_card, of_feature
from postil.formats.hf.rows import Row, Table

CARD = "README.md"
_SUFFIXES = (".parquet", ".jsonl", ".ndjson", ".json")
_BESIDE = re.compile(r"(.*/)?((dataset_infos?|state|croissant|config|label.*|postil-export)\.json|splits\.jsonl)")
_NUMBERED = re.compile(r"\w+?-\d+-of-\d+(-\w+)?")
_SPLITS = frozenset({"train", "training", "validation", "valid", "val", "dev", "test", "testing", "eval", "evaluation"})
_SPLIT = re.compile(r"(\w+?)(-\d+-of-\d+(-\w+)?)?")


class NamedTable:
    """A table, and the names of the classes in it."""

    def __init__(self, table: Table, said: dict[str, Names]) -> None:
        """``said``: by the card, which ``datasets`` believes before the file."""
        self.file = table.file
        self._table = table
        self._names = {**{name: of_feature(feature) for name, feature in table.features.items()}, **said}
        self.classes = {name: names for name, names in self._names.items() if isinstance(names, tuple)}

    @property
    def split(self) -> str:
        """The split, as the file is called."""
        found = _SPLIT.fullmatch(PurePosixPath(self.file.name).name)
        return found[1] if found else ""

    @property
    def published_split(self) -> str:
        """The split, where the file is called as those of splits are (``test.jsonl``, ``dev-00000-of-00002.parquet``)."""
        split = self.split
        is_numbered = bool(_NUMBERED.fullmatch(PurePosixPath(self.file.name).name))
        return split if is_numbered or split in _SPLITS else ""

    def rows(self) -> Iterator[Row]:
        """Every row, with names for classes."""
        for row in self._table.rows():
            if not isinstance(row.values, dict):
                raise UnreadableFile(row.place, "not a row: an object is wanted")
            yield Row(row.place, {name: named(value, self._names.get(name)) for name, value in row.values.items()})


def tables_of(incoming: Incoming) -> list[NamedTable]:
    """The tables of the config that is asked for, else of the default one."""
    card = incoming.source.get(CARD)
    config, patterns = _config_in(card, str(incoming.options.get("config") or ""))
    names = of_card(card) if card else {}
    said = names.get(config) or (next(iter(names.values())) if len(names) == 1 else {})
    files = [file for path, file in incoming.source.all_files.items() if is_table(path, patterns)]
    if not files:
        raise PostilError(f"{incoming.source.path}: there is no table in it{f' of the config {config}' if config else ''}")
    return [NamedTable(Table(file), said) for file in files]


def table_patterns(card: File | None, wanted: str) -> list[str]:
    """The patterns of the files of the config that is ``wanted``, else of the default one."""
    return _config_in(card, wanted)[1]


def is_table(path: str, patterns: list[str]) -> bool:
    """Whether a file is a table of the config that has these patterns."""
    return path.endswith(_SUFFIXES) and not _BESIDE.fullmatch(path) and any(fnmatchcase(path, one) for one in patterns)


def _config_in(card: File | None, wanted: str) -> tuple[str, list[str]]:
    front: dict[str, Any] = front_matter(card) if card else {}
    return _config(front.get("configs"), wanted)


def _config(configs: Any, wanted: str) -> tuple[str, list[str]]:
    """The name of a config, and the patterns of its files."""
    listed = [one for one in configs if isinstance(one, dict)] if isinstance(configs, list) else []
    if not listed:
        return wanted, [f"{wanted}/*"] if wanted else ["*"]
    by_name = {str(one.get("config_name", "default")): one for one in listed}
    default = next((name for name, one in by_name.items() if one.get("default")), "default")
    name = wanted or (default if default in by_name else next(iter(by_name)))
    if name not in by_name:
        raise PostilError(f"there is no config {name}: there are {', '.join(by_name)}")
    config = by_name[name]
    return name, list(_patterns(config.get("data_files"))) or [f"{config.get('data_dir', '')}/*".lstrip("/")]


def _patterns(data_files: Any) -> Iterator[str]:
    if isinstance(data_files, str):
        yield data_files.removeprefix("./").replace("**/", "*")
    elif isinstance(data_files, list):
        for one in data_files:
            yield from _patterns(one)
    elif isinstance(data_files, dict):
        yield from _patterns(data_files["path"] if "path" in data_files else list(data_files.values()))
