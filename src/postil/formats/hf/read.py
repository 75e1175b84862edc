"""Reading a directory of a dataset: the export of a corpus as that corpus, any other by what its rows look like."""

from __future__ import annotations

from collections.abc import Iterator

from postil.exchange.drafts import Draft
from postil.exchange.incoming import Incoming
from postil.formats.argilla._reading import read_record
from postil.formats.hf.bigbio import is_bigbio, read_bigbio
from postil.formats.hf.restore import exported_tables, restored
from postil.formats.hf.spanned import read_spanned
from postil.formats.hf.tables import NamedTable, tables_of
from postil.formats.hf.tagged import read_tagged, token_column


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document."""
    tables = [] if incoming.options.get("config") else exported_tables(incoming)
    if tables:
        yield from restored(incoming, tables)
        return
    for table in tables_of(incoming):
        yield from _ordinary(incoming, table)


def _ordinary(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    first = next(table.rows(), None)
    if first is None:
        return iter(())
    if is_bigbio(first.values):
        return read_bigbio(table)
    if any(".responses" in name or ".suggestion" in name for name in first.values):
        return _argilla(incoming, table)
    return read_tagged(incoming, table) if token_column(first.values) else read_spanned(incoming, table)


def _argilla(incoming: Incoming, table: NamedTable) -> Iterator[Draft]:
    for number, row in enumerate(table.rows(), 1):
        yield from read_record(incoming, table.file, number, {name: one for name, one in row.values.items() if one is not None})
