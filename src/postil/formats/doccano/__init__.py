"""doccano: JSON Lines with spans, relations and categories, a file for each annotator."""

from __future__ import annotations

from postil.exchange.features import (
    ANNOTATORS,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    DOCUMENT_NOTES,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    RELATIONS,
    STACKED,
    TEXT,
)
from postil.exchange.format import Format, Option
from postil.formats.doccano._reading import read
from postil.formats.doccano._writing import write

_MANUAL = """\
doccano's export: a zip or a directory with a file of JSON Lines for each annotator, who is called like the file.

{"id":1,"text":"Anna met Ben.","entities":[{"id":1,"label":"PER","start_offset":0,"end_offset":4},…],
 "relations":[{"id":1,"from_id":1,"to_id":2,"type":"met"}],"cats":["news"],"Comments":["…"],"document_id":"news/1"}

Read: that; "label" or "labels" with [start, end, label], or with categories of the document; "annotations" of the oldest version
(what their label numbers mean is read from label_config.json beside the file); CSV with the columns text and label (several
categories joined by #); fastText (__label__x text). Other tables and texts are refused, and counted where they lie beside
records. --text-key and --label-key name other keys or columns. Every other key is metadata, comments are notes on the
document. doccano skips records without a text, and so does this, but it counts them.

What offsets count is not written in the file: doccano's server means code points, its browser counts UTF-16 units, or grapheme
clusters if the project says so. The texts that only postil's own export repeats decide; else the way of counting under which no
span begins or ends in a blank or inside a word; else say --offsets.

Written: a file for each annotator, and label_config.json and its like for the settings of the project. Allow overlapping spans
there: doccano drops them silently where the project does not. --browser writes offsets as the browser counts them, for texts with
emoji that people will look at in doccano. doccano has no layers, attributes, remarks or discontinuous spans."""
FORMAT = Format(
    "doccano", "doccano", _MANUAL,
    frozenset((
        ANNOTATORS, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, DOCUMENT_NOTES, METADATA, NESTED, OVER_SENTENCES, RELATIONS,
        STACKED, TEXT,
    )),
    read, write,
    read_options=(
        Option("text-key", "The key, or column, of the text.", "KEY", default="text"),
        Option("label-key", "The key, or column, of labels, where it is neither label nor labels.", "KEY"),
    ),
    write_options=(Option("browser", "Count offsets as doccano's browser does: in UTF-16 code units.", is_flag=True),),
    signs=(
        r'"start_offset"\s*:',
        r'\{\s*(?:"id"\s*:\s*\d+\s*,\s*)?"(?:text|data)"\s*:\s*"[^"]*"\s*,\s*"(?:labels?|entities)"\s*:\s*\[\s*(?:"|\[\s*\d)',
        r"\A__label__|\A[^\n]*\btext,label\b",
    ),
)  # fmt: skip
