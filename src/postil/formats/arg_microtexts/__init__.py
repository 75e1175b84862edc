"""The XML of the argumentative microtexts (Peldszus and Stede 2015): discourse units, argument units, and edges between them."""

from __future__ import annotations

from postil.exchange.features import (
    ATTRIBUTES,
    CROSSING,
    CUT,
    DISCONTINUITY,
    DOCUMENT_IDS,
    NESTED,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    STACKED,
    TEXT,
)
from postil.exchange.format import Format
from postil.formats._limits import own_layers
from postil.formats._xml_text import XML_CHARACTERS
from postil.formats.arg_microtexts._limits import (
    ATTRIBUTE_NAMES,
    GRAPH_LABELS,
    OUTER_BLANKS,
    RELATION_LABELS,
    WHOLE_UNITS,
)
from postil.formats.arg_microtexts._reading import read
from postil.formats.arg_microtexts._vocabulary import ADU, ARGUMENT, EDU
from postil.formats.arg_microtexts._writing import write
from postil.model import Relation, Span

_MANUAL = """\
A directory with <id>.xml for each document, its root an arggraph:

<arggraph id="micro_b001" topic_id="waste_separation" stance="pro">
  <edu id="e1">Yes, it's annoying.</edu>
  <adu id="a1" type="opp"/>
  <edge id="c6" src="e1" trg="a1" type="seg"/>
  <edge id="c1" src="a1" trg="a5" type="reb"/>
</arggraph>

The text is that of the discourse units, joined by a blank. Each is a span of the layer edu; an argument unit is a span of the
layer adu over the discourse units that seg edges lead to it from (through joints or not), with fragments where others stand
between them, and its type is the label. Every other edge is a relation of the layer argument, also one that points to an edge.
Topic and stance are labels of the document, other attributes of an element attributes of the annotation, or metadata.

Written, every span outside of the layer edu is an argument unit, with the text cut into discourse units at the edges of spans,
and units that follow each other joined. What lies between spans is an edu with xml:space="preserve": it is no span when read, its
white space counts, and no blank joins it, so that the text comes back as it was. Relations that support or attack by their
label ("supports", "RA", "attacks") become sup, reb and, where they attack a relation, und; other labels stay.

Not kept: layers but edu, adu, argument, topic and stance; relations of more or fewer than two, roles; lists and types of
attributes, confidences, remarks, notes, metadata, ids of labels; white space at the edges of spans; discourse units that other
spans cut; characters that XML cannot have."""

FORMAT = Format(
    "arg-microtexts",
    "Argumentative microtexts (arggraph XML)",
    _MANUAL,
    frozenset(
        {
            ATTRIBUTES, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, NESTED, ON_RELATIONS, OVER_SENTENCES,
            RELATIONS, RELATION_ATTRIBUTES, STACKED, TEXT,
        }
    ),
    read,
    write,
    limits=(
        XML_CHARACTERS,
        ATTRIBUTE_NAMES,
        GRAPH_LABELS,
        own_layers({Span: (ADU, EDU), Relation: (ARGUMENT,)}, "layers other than edu, adu and argument"),
        OUTER_BLANKS,
        WHOLE_UNITS,
        RELATION_LABELS,
    ),
    signs=(r"<arggraph\b",),
)  # fmt: skip
