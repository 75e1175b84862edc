"""Column files: a token on each line, its tags beside it."""

from __future__ import annotations

from postil.exchange.features import DOCUMENT_IDS, LAYERS
from postil.exchange.format import Format, Option
from postil.formats._tags import SCHEMES
from postil.formats.conll.read import read
from postil.formats.conll.write import LIMITS, lane_of, write

_MANUAL = """\
A token on each line, columns of tags after it, an empty line after each sentence. That is CoNLL-2000, 2002 and 2003,
WNUT, GermEval, HIPE, Masakha, BTC and many more:

Rajnath<TAB>B-PERSON
Singh<TAB>I-PERSON
met<TAB>O

Written: a file for each document, with a column for each layer (--columns label: one for each label; --columns one: one for
all; --apart: a file for each column). Of spans that overlap in one column one is kept, as --overlap says. Where there are several
columns, a comment "# global.columns = FORM entity …" names them (--header row: a first row; --header none: nothing). Tokens
are those of the layer "token" where the corpus has it, else spaCy's for the language. The text is not kept: what comes back
has a blank between two tokens and a line for each sentence. A span with an edge inside a token, or over the end of a
sentence, has no place.

Read: separator, columns and scheme are found by looking (IOB1, IOB2, IOE, BIOES, BILOU, BMES, bare labels) and said;
--fields says what the columns are, in order: token, index, misc (NoSpaceAfter, EndOfLine), - (left out), @name (an
attribute of tokens, kept with --tokens), a layer (a column of tags), layer.name (an attribute of the spans of that layer):

postil import conll eng.train --fields token,@pos,chunk,entity
postil import conll HIPE.tsv --fields token,coarse,-,fine,-,-,nested,coarse.wikidata,-,misc

Documents begin at -DOCSTART- lines and at comments like "# newdoc id = …" or "# document_id = …". A line beginning with "#"
is a token where it has the columns of one. Lines "token|POS|NER token|POS|NER", a sentence on each, are read too."""

_FIELDS = Option("fields", "What the columns are, in order: token,index,misc,-,@attribute,layer,layer.attribute.", "COLUMNS")
_WRONG_STARTS = Option(
    "wrong-starts", "What to do with an I- that follows nothing it could go on: begin a span, drop it, or stop.",
    choices=("start", "drop", "error"), default="start",
)  # fmt: skip
_ODD_ROWS = Option(
    "odd-rows", "What to do with a row of more or fewer columns than the others: stop, or take missing ones for outside.",
    choices=("error", "mend"), default="error",
)  # fmt: skip
_UNSPACED = Option("unspaced", "Tokens follow one another without a blank (Chinese, Japanese).", is_flag=True)
_SPLIT = Option("split-sentences", "Each sentence is a document (collections of short messages).", is_flag=True)
_COLUMNS = Option(
    "columns", "A column for each layer, for each label, or one for all.", choices=("layer", "label", "one"), default="layer"
)
_SCHEME = Option("scheme", "How tags say where a span begins and ends.", choices=SCHEMES, default="IOB2")
_SEPARATOR = Option("separator", "What stands between columns.", choices=("tab", "blank"), default="tab")
_HEADER = Option(
    "header", "How several columns are named: a comment, a first row, or not at all.",
    choices=("comment", "row", "none"), default="comment",
)  # fmt: skip
_DOCUMENTS = Option(
    "documents", "A file for each document, or one for all with -DOCSTART- lines or comments between them.",
    choices=("files", "docstart", "comment"), default="files",
)  # fmt: skip
_APART = Option("apart", "A file for each column, in a directory named after it.", is_flag=True)

FORMAT = Format(
    "conll",
    "Column files with tags (CoNLL-2003 and the like)",
    _MANUAL,
    frozenset({LAYERS, DOCUMENT_IDS}),
    read,
    write,
    read_options=(_FIELDS, _WRONG_STARTS, _ODD_ROWS, _UNSPACED, _SPLIT),
    write_options=(_COLUMNS, _SCHEME, _SEPARATOR, _HEADER, _DOCUMENTS, _APART),
    limits=LIMITS,
    lane=lane_of,
    signs=(r"^\S+[ \t](?:[^\n]*[ \t])?(?:O|[BILUES]-\S+)[ \t]*$",),
)
