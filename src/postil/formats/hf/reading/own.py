"""Tables that an export of a corpus made: which config each is, and where the corpus can be read from in its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from postil.errors import PostilError
from postil.formats.hf.config import all_configs
from postil.formats.hf.configs.documents import CONFIG as DOCUMENTS
from postil.formats.hf.configs.tokens import CONFIG as TOKENS
from postil.formats.hf.reading.tables import NamedTable


def own_config(columns: Iterable[str]) -> str:
    """The config whose rows have these columns; empty for any other dataset."""
    there = set(columns)
    return next((name for name, config in all_configs().items() if there.issuperset(config.sign)), "")


def refuse_derived(config: str, table: NamedTable, source: Path) -> None:
    """Refuse rows of a config that was made of ``documents``, and is no corpus.

    ``tokens`` by themselves are read as any tokens and tags are, if there is nothing better.
    """
    root = _export_around(source)
    if config == TOKENS.name and root is None:
        return
    what = f"{table.file.shown} is the config {config} of an exported corpus, made of {DOCUMENTS.name}"
    where = f"postil import hf {root} reads that" if root else f"import that config, {DOCUMENTS.name}: it gives the corpus back"
    raise PostilError(f"{what}: {where}")


def _export_around(source: Path) -> Path | None:
    """The directory of the export that a source lies in, if it has the config ``documents``."""
    near = (source, *source.absolute().parents[:2])
    return next((root for root in near if any((root / DOCUMENTS.name).glob("*.parquet"))), None)
