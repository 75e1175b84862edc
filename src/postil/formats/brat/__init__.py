"""brat's standoff format: a directory of texts (.txt) and annotations (.ann), with the configuration that brat shows them by."""

from __future__ import annotations

from postil.exchange.features import (
    ANNOTATORS,
    ATTRIBUTES,
    CROSSING,
    CUT,
    DISCONTINUITY,
    DOCUMENT_IDS,
    LAYERS,
    LISTS,
    N_ARY,
    NESTED,
    NOTES,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    ROLE_NAMES,
    STACKED,
    TEXT,
    TYPES,
)
from postil.exchange.format import Format, Option
from postil.formats.brat._limits import LIMITS
from postil.formats.brat._reading import read
from postil.formats.brat._writing import write

_MANUAL = """\
A directory (or a zip, or one pair of files): for each document NAME.txt and NAME.ann, and annotation.conf for all.

T1\tPerson 0 5\tMaria                    a span; 0 5;9 12 where it has a gap
T2\tMove 6 11\tmoved
E1\tMove:T2 Who:T1 Place:T3 Place2:T4   an event: a relation with a role "trigger" and others
R1\tFamily Arg1:T1 Arg2:T5              a relation; Arg1 and Arg2 are the roles "from" and "to"
*\tEquiv T1 T5                          an equivalence: a relation with a role "member"
A1\tNegation E1                         an attribute (yes); with a value: A2 Certainty E1 low
N1\tReference T1 Wikidata:Q1\tMaria      the attribute Reference, and Reference_text
#1\tAnnotatorNotes T1\tnot sure         the remark on T1

READING. Offsets are verified by the text that each line repeats, whatever they count. Spans of types in [events] are the
layer "trigger", others the layer "span", events the layer "event". A second AnnotatorNotes on the same annotation, and #
lines of type Note, are notes; # lines of other types are attributes. A span that brat cut at line ends is put together again
(not with --keep-line-fragments). annotation.conf gives labels, roles and attributes to the scheme, visual.conf colours,
kb_shortcuts.conf keys; the nearest one above a file counts. With --layers roots the outermost !types are layers.
BioNLP's .a1, .a2, .rel and .co are read where there is no .ann. With --annotators outermost (or innermost) a/d.ann and b/d.ann
are two sets about one document, by a and by b.

WRITING. Ids that are brat's own (T1, E1, R1) stay. Each layer is a !type at the margin of annotation.conf with its labels
below it; a label that two layers have is called layer-label. With the layers "span", "event", "trigger" and "relation" only,
there are no such types. A span over several lines is cut at their ends, as brat does it. Several annotators have a directory
each.

NOT KEPT: document labels, confidence, metadata, notes on the document as a whole, numbers as such,
relations on relations that are no events, other relations of more than two without a trigger."""

_KEEPS = frozenset(
    {
        ANNOTATORS, ATTRIBUTES, CROSSING, CUT, DISCONTINUITY, DOCUMENT_IDS, LAYERS, LISTS, N_ARY, NESTED, NOTES, ON_RELATIONS,
        OVER_SENTENCES, RELATIONS, RELATION_ATTRIBUTES, REMARKS, ROLE_NAMES, STACKED, TEXT, TYPES,
    }
)  # fmt: skip

_READ_OPTIONS = (
    Option(
        "layers",
        "which types are layers: the outermost !types of annotation.conf where it says so (marked), always (roots), never (one)",
        metavar="WHICH", choices=("marked", "roots", "one"), default="marked",
    ),
    Option(
        "annotators",
        "which directories are annotators: those beside an annotation.conf that says so (marked), outermost, innermost, none",
        metavar="WHICH", choices=("marked", "outermost", "innermost", "none"), default="marked",
    ),
    Option("keep-line-fragments", "leave spans over several lines in pieces, as brat has them", is_flag=True),
)  # fmt: skip

FORMAT = Format(
    "brat",
    "brat standoff",
    _MANUAL,
    _KEEPS,
    read,
    write,
    read_options=_READ_OPTIONS,
    limits=LIMITS,
    signs=(r"^T\d+\t\S+ \d+ \d+(?:;\d+ \d+)*\t",),
)
