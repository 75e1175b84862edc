"""SpaCy's DocBin: what ``spacy train`` reads."""

from __future__ import annotations

from postil.exchange.features import ANNOTATORS, CUT, DISCONTINUITY, EVERYTHING
from postil.exchange.format import Format, Option
from postil.formats.spacy.read import read
from postil.formats.spacy.write import write

_MANUAL = """\
One file, a DocBin, which spaCy trains on and reads with DocBin().from_disk(path).get_docs(nlp.vocab):

postil export spacy train.spacy --ents entity

Written: the exact text; doc.spans has the spans of every layer under its name, with label, id and, from an attribute "kb_id",
link. doc.ents repeats one layer, of spans that overlap the longer (--ents LAYER; else the only layer, or one called entity or
span).
doc.cats has every label of the scheme, 1.0 or 0.0; with "layer/label" where there are several layers of them. Sentences and
parts of speech come from layers "sentence" and "token" of the corpus. All else (attributes, relations, notes, metadata) lies in
doc.user_data["postil"]. Spans that cut a token of spaCy's, and discontinuous ones, have no place.

Read: any DocBin of spaCy 3, without a pipeline. doc.ents is the layer "span", each group of doc.spans a layer of its name;
cats of 0.5 and more are document labels; extension attributes of spans are attributes, plain values in user_data metadata.
Nothing in a file is run: there are no pickles in it that could be.

A DocBin is one packed message, which spaCy itself holds whole. Here it is unpacked to the disk and read, and written, a document
at a time; in memory are only its strings (words, labels, ids, each once) and a number for each document."""

_ENTS = Option("ents", "The layer whose spans are doc.ents too.", "LAYER")

FORMAT = Format(
    "spacy",
    "spaCy DocBin (.spacy)",
    _MANUAL,
    EVERYTHING - {ANNOTATORS, DISCONTINUITY, CUT},
    read,
    write,
    write_options=(_ENTS,),
    writes="file",
    signs=(r"\Ax[\x01\x5e\ufffd]",),
)
