"""TSV: a row for each annotation, with tabs between the columns."""

from __future__ import annotations

from collections.abc import Iterable

from postil.corpus import Document
from postil.exchange.features import EVERYTHING, UNKNOWN
from postil.exchange.format import Format
from postil.exchange.outgoing import Outgoing
from postil.formats._annotation_tables.reading import OPTIONS, read_tables
from postil.formats._annotation_tables.writing import write_tables

_MANUAL = """\
The tables of the format csv, with tabs between their columns: spans.tsv and the others, and the texts in texts/.

document	annotator	id	layer	label	start	end	text	fragments	attributes	…
news/1	gold	e1	entity	PER	0	4	Anna		{"wiki":"Q1"}	…

Values with a tab, a quote or a line end in them are quoted as in CSV; a file in which quotes cannot quote is read without.
Columns are known by many names, as the page of the format csv says."""


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    write_tables(documents, outgoing, "tsv", "\t")


FORMAT = Format(
    "tsv",
    "TSV, a row for each annotation",
    _MANUAL,
    EVERYTHING - {UNKNOWN},
    read_tables,
    _write,
    read_options=OPTIONS,
    signs=(r"\A(?!\s*[\[{<#])(?=[^\n]*\b(?:start|begin))(?=[^\n]*\bend)[^\n]*\t",),
)
