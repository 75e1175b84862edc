"""Prodigy: JSON Lines with spans, relations, choices and what was answered."""

from __future__ import annotations

from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CONFIDENCE,
    CROSSING,
    CUT,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    IDS,
    LABEL_ATTRIBUTES,
    LAYERS,
    LISTS,
    METADATA,
    NESTED,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    STACKED,
    TEXT,
    TYPES,
)
from postil.exchange.format import Format, Option
from postil.formats.prodigy._reading import read
from postil.formats.prodigy._writing import write

_MANUAL = """\
Prodigy's JSON Lines, as db-out writes and db-in reads them: a record for what each annotator says of each text.

{"text":"Anna met Ben.","meta":{"document_id":"news/1"},"tokens":[{"text":"Anna","start":0,"end":4,"id":0,"ws":true},…],
 "spans":[{"start":0,"end":4,"token_start":0,"token_end":0,"label":"PER","id":"e1","layer":"entity"},…],
 "relations":[{"head":0,"child":2,"label":"met","head_span":{…},"child_span":{…}}],
 "options":[{"id":"news","text":"news"}],"accept":["news"],"answer":"accept","_annotator_id":"gold"}

Read: spans, relations (head becomes from, child becomes to; an end that is only a token becomes a span of layer token), choices
and categories as labels of the document, meta as metadata. Sets are called after _annotator_id or _session_id; records about the
same text come together. Only what was accepted is an annotation: rejected and skipped records, and rejected spans, are counted;
--rejected brings rejected spans along, with the attribute answer = reject. Other keys of spans become attributes.

Read as well: spaCy's old training data, [["text", {"entities": [[0, 4, "PER"]]}]], alone or under "annotations".

Written: tokens are cut wherever a span begins or ends, so that every span fits (token_end is that of the last token, end is after
the last character). What Prodigy has no key for (id, layer, attributes, note) stands beside its own, as any key may. Where spans
overlap, open them in spans_manual. Discontinuous spans, and relations of more than two or of relations, are not written."""

FORMAT = Format(
    "prodigy", "Prodigy", _MANUAL,
    frozenset((
        ANNOTATORS, ATTRIBUTES, CONFIDENCE, CROSSING, CUT, DOCUMENT_IDS, DOCUMENT_LABELS, IDS, LABEL_ATTRIBUTES, LAYERS, LISTS,
        METADATA, NESTED, OVER_SENTENCES, RELATION_ATTRIBUTES, RELATIONS, REMARKS, STACKED, TEXT, TYPES,
    )),
    read, write,
    read_options=(Option("rejected", "Read rejected spans too, with the attribute answer = reject.", is_flag=True),),
    writes="file",
    signs=(r'"_(?:(?:input|task)_hash|(?:annotator|session)_id)"\s*:|"token_start"\s*:|"tokens"\s*:\s*\[\s*\{[^{}]*"ws"\s*:',),
)  # fmt: skip
