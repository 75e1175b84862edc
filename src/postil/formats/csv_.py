"""CSV: a row for each annotation, as spreadsheets and data frames have them."""

from __future__ import annotations

from collections.abc import Iterable

from postil.corpus import Document
from postil.exchange.features import EVERYTHING, UNKNOWN
from postil.exchange.format import Format
from postil.exchange.outgoing import Outgoing
from postil.formats._annotation_tables.reading import OPTIONS, read_tables
from postil.formats._annotation_tables.writing import write_tables

_MANUAL = """\
A directory of tables with a header: spans.csv, relations.csv, labels.csv, notes.csv, sets.csv, documents.csv, as far as there is
something to put into them; the texts beside, as texts/<document>.txt.

document,annotator,id,layer,label,start,end,text,fragments,attributes,confidence,note,ignore
news/1,gold,e1,entity,PER,0,4,Anna,,"{""wiki"":""Q1""}",0.9,,

Attributes are one JSON object, fragments a JSON list of pairs; the ends of a relation are in from and to, or (where there are
other roles, or more of them) in args. Offsets count characters from zero, the end is the one after the last. All but keys
that postil does not know comes back.

Read: one table or a directory of them, with commas, semicolons, tabs or bars between the columns. Columns are known by many names
(doc_id, begin, start_offset, entity_type, tag, comment, …); what is in none of the known ones becomes attributes. A row without
offsets is a label of its document. The text of a document is looked for in a column document_text (context, sentence, content,
…), in a file called like the document (with .txt, beside the table or in texts/), and at last in the column text, where all rows
have the same there. --base 1 is for tables that count from one, --inclusive for those whose end is the last character."""


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    write_tables(documents, outgoing, "csv", ",")


FORMAT = Format(
    "csv",
    "CSV, a row for each annotation",
    _MANUAL,
    EVERYTHING - {UNKNOWN},
    read_tables,
    _write,
    read_options=OPTIONS,
    signs=(r"\A(?!\s*[\[{<#])(?=[^\n]*\b(?:start|begin))(?=[^\n]*\bend)[^\n\t]*[,;]",),
)
