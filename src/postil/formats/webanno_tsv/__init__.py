"""WebAnno TSV 3: a row for each token, a column for each feature."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from postil.corpus import Document
from postil.exchange.drafts import Draft
from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CONFIDENCE,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    LAYERS,
    LISTS,
    N_ARY,
    NESTED,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    ROLE_NAMES,
    STACKED,
    TEXT,
)  # fmt: skip
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.outgoing import Outgoing
from postil.formats._uima.from_document import Builder
from postil.formats._uima.layout import FLAT, path_of
from postil.formats._uima.limits import ENDS, LAYER_NAMES, NAMED, SINGLE, VALUES
from postil.formats._uima.parsing import LABEL
from postil.formats._uima.source import drafts, places
from postil.formats.webanno_tsv.limits import FEATURE_NAMES, LINE_ENDS, ON_TOKENS, START, TOKENS
from postil.formats.webanno_tsv.reading import tsv_parser
from postil.formats.webanno_tsv.writing import tsv

_MANUAL = """\
A directory with annotation/<document>/<annotator>.tsv: what one annotator says of one document.

#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.entity|value
#T_RL=webanno.custom.argument|value|BT_webanno.custom.statement

#Text=Rajnath Singh spoke.
1-1   0-7    Rajnath   PERSON[1]   …

Both ways: a layer is the type webanno.custom.<layer> with its columns, a label the column "value" ("label" where "value" is an
attribute; --label-feature NAME.tag says another), other columns are attributes. Relations from one to another, slots, and
chains are relations; a relation of other roles or more ends is written as slots called "ends". Offsets count UTF-16 code
units; the text comes back as it was.

Reading takes versions 3.0 to 3.3, and what GUM does differently: comments before the first sentence, "_" and "*" that are not
escaped, stacked values left out, single tokens named without their ids. Versions 1 and 2 (no #FORMAT line) are refused.
Tokens and sentences come with --tokens; tokens that are not where they should be are errors, as soon as a span covers them.

Writing takes tokens from the layers "token" and "sentence" where the corpus has them, else cuts them itself. --flat writes
<document>.tsv, to be uploaded into a project of INCEpTION, which wants layers with these names first.

Not kept: discontinuous spans, document labels, notes, metadata, numbers and lists as such (they are words here), blanks at the
edges of spans, names that are no identifiers."""


def _read(incoming: Incoming) -> Iterator[Draft]:
    return drafts(incoming, places(incoming.source, ".tsv"), tsv_parser(incoming))


def _write(documents: Iterable[Document], outgoing: Outgoing) -> None:
    for document in documents:
        tokens = outgoing.tokens.of(document)
        for annotator, one in document.sets.items():
            cas = Builder(outgoing.scheme, "code point").cas(document, one)
            with outgoing.target.open(path_of(document, annotator, ".tsv", outgoing)) as file:
                file.writelines(line.encode() for line in tsv(cas, tokens))


FORMAT = Format(
    "webanno-tsv", "WebAnno TSV 3", _MANUAL,
    frozenset((
        ANNOTATORS, ATTRIBUTES, CONFIDENCE, CROSSING, CUT, DOCUMENT_IDS, LAYERS, LISTS, N_ARY, NESTED, OVER_SENTENCES,
        RELATION_ATTRIBUTES, RELATIONS, REMARKS, ROLE_NAMES, STACKED, TEXT,
    )),
    _read, _write, read_options=(LABEL,), write_options=(FLAT,),
    limits=(START, ON_TOKENS, TOKENS, NAMED, SINGLE, LAYER_NAMES, FEATURE_NAMES, VALUES, ENDS, LINE_ENDS),
    signs=(r"\A#FORMAT=WebAnno TSV",),
)  # fmt: skip
