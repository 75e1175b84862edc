"""BioC: collections of documents made of passages, whatever they are written in; what both syntaxes share.

``collection`` is what a file says, ``layout`` the text that its passages make, ``counting`` finds out what its offsets count.
``reading`` makes drafts of that, and ``writing`` passages of documents; ``infons`` knows what infons say, either way.
"""

from __future__ import annotations

from postil.exchange.features import (
    ATTRIBUTES,
    CONFIDENCE,
    CROSSING,
    CUT,
    DISCONTINUITY,
    DOCUMENT_IDS,
    DOCUMENT_LABELS,
    IDS,
    LABEL_ATTRIBUTES,
    LAYERS,
    N_ARY,
    NESTED,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    ROLE_NAMES,
    STACKED,
    TEXT,
)
from postil.exchange.format import Option

KEEPS = frozenset(
    {
        ATTRIBUTES, CONFIDENCE, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, DOCUMENT_LABELS, IDS, LABEL_ATTRIBUTES, LAYERS,
        NESTED, N_ARY, ON_RELATIONS, OVER_SENTENCES, RELATIONS, RELATION_ATTRIBUTES, REMARKS, ROLE_NAMES, STACKED, TEXT,
    }
)  # fmt: skip

MANUAL = """\
READING. An annotation is a span of the layer "span", its infon "type" the label; other infons are attributes ("confidence"
from 0 to 1, "note" and "layer" are what they say). Relations have the roles of their nodes; two nodes without roles are "from"
and "to". An annotation without a location, and a relation without nodes, is a label of the document. Passages are put together
at their offsets; one with infons is a span of the layer "passage" too. Whether offsets count characters or bytes, from the
document, the passage or the sentence, is found out by the texts that annotations repeat. With --by-annotator the infon
"annotator" (TeamTat, ezTag) makes sets of several annotators.

WRITING. One passage for each document, or those that are spans of the layer "passage" where nothing but line ends lies between
them; offsets in characters. A layer other than "span", "relation" or "label" is an infon "layer". An attribute called like one
of these infons has a dot before its name. A discontinuous annotation has several locations, and the text from the first to the
last. Labels of the document are relations without nodes."""

BY_ANNOTATOR = Option("by-annotator", 'the infon "annotator" of an annotation says whose set it belongs to', is_flag=True)
