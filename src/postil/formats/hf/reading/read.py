"""Reading a directory of a dataset: the export of a corpus as that corpus, any other by what its rows look like."""

from __future__ import annotations

from collections.abc import Iterator

from postil.exchange.drafts import Draft
from postil.exchange.incoming import Incoming
from postil.formats.argilla._reading import read_record
from postil.formats.hf.configs.documents import CONFIG as DOCUMENTS
from postil.formats.hf.reading.bigbio import is_bigbio, read_bigbio
from postil.formats.hf.reading.complete import refuse_gaps
from postil.formats.hf.reading.own import own_config, refuse_derived
from postil.formats.hf.reading.qa import is_qa, read_qa
from postil.formats.hf.reading.restore import exported_tables, restored
from postil.formats.hf.reading.rows import Row
from postil.formats.hf.reading.spanned import read_spanned
from postil.formats.hf.reading.tables import NamedTable, tables_of
from postil.formats.hf.reading.tagged import read_tagged, token_column


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document."""
    asked = incoming.options.get("config")
    tables = exported_tables(incoming) if not asked or asked == DOCUMENTS.name else []
    if tables:
        yield from restored(incoming, tables)
        return
    named = tables_of(incoming)
    refuse_gaps(incoming.source, [one.table for one in named])
    found = [(table, first) for table in named if (first := next(table.rows(), None))]
    configs = [own_config(first.values) for _, first in found]
    if found and set(configs) == {DOCUMENTS.name}:  # in files that were called otherwise since
        yield from restored(incoming, [table.table for table, _ in found])
        return
    for (table, first), config in zip(found, configs, strict=True):
        if config:
            refuse_derived(config, table, incoming.source.path)
        yield from _ordinary(incoming, table, first)


def _ordinary(incoming: Incoming, table: NamedTable, first: Row) -> Iterator[Draft]:
    if is_bigbio(first.values):
        return read_bigbio(incoming, table)
    if any(".responses" in name or ".suggestion" in name for name in first.values):
        return _argilla(incoming, table)
    if is_qa(first.values):
        return read_qa(table)
    return read_tagged(incoming, table) if token_column(first.values) else read_spanned(incoming, table)


def _argilla(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    for number, row in enumerate(table.rows(), 1):
        yield from read_record(incoming, table.file, number, {name: one for name, one in row.values.items() if one is not None})
