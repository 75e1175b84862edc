"""Reading a directory of a dataset: the export of a corpus as that corpus."""

from __future__ import annotations

from collections.abc import Iterator

from postil.errors import PostilError
from postil.exchange.drafts import Draft
from postil.exchange.incoming import Incoming
from postil.formats.hf.restore import exported_tables, restored


def read(incoming: Incoming) -> Iterator[Draft]:
    """A draft for each document."""
    tables = exported_tables(incoming)
    if not tables:
        raise PostilError(f"{incoming.source.path}: there is no config documents in it that postil export hf wrote")
    yield from restored(incoming, tables)
