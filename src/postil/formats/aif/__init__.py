"""The Argument Interchange Format as JSON (AIFdb, OVA, xAIF): a graph whose nodes are texts and the relations between them."""

from __future__ import annotations

from postil.exchange.features import (
    ATTRIBUTES,
    CONFIDENCE,
    CUT,
    DOCUMENT_IDS,
    LISTS,
    N_ARY,
    NESTED,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATION_ATTRIBUTES,
    RELATIONS,
    REMARKS,
    STACKED,
    TEXT,
    TYPES,
)
from postil.exchange.format import Format
from postil.formats._limits import own_layers
from postil.formats.aif._limits import PLAIN_ENDS, RELATION_TYPES
from postil.formats.aif._reading import read
from postil.formats.aif._vocabulary import ARGUMENT, LOCUTION, PROPOSITION
from postil.formats.aif._writing import write
from postil.model import Relation, Span

_MANUAL = """\
A directory with <id>.json for each document, an argument map of xAIF; AIF as AIFdb has it is read as well:

{"AIF":{"nodes":[{"nodeID":"1","text":"it rains","type":"I"},{"nodeID":"2","text":"Default Inference","type":"RA"}],
  "edges":[{"edgeID":"1","fromID":"1","toID":"2"}],"locutions":[],"participants":[]},
 "text":{"txt":"Since <span class=\\"highlighted\\" id=\\"node1\\">it rains</span>, …<br>"},
 "propositionClassifier":{"nodes":[{"nodeID":"1","propType":"fact"}]}}

I and L nodes are spans of the layers proposition and locution; their label is the type, or what the proposition classifier says.
The participant of a locution is its attribute speaker. Every other node (RA, CA, MA, TA, YA, PA) is a relation of the layer
argument, with its type as label, its text as the attribute scheme (unless it is the default one), the nodes before it in the role
from and those after it in the role to. An edge between two such nodes is an end of the one that has no other there, so that
what attacks an inference is no premise of it. Other keys of nodes are attributes; confidence and note are what they are called.

AIF has no offsets. The text is the map's own (xAIF), whose marks are believed; without one, it is that of the locutions (or
propositions), one on each line. A node whose text occurs in it exactly once is there. A proposition in other words is where the
locution is in which it was said (by its YA), and its own words are its attribute text. Others are counted as not brought along,
with the relations that need them.

Written, spans of other layers than locution are propositions; relations that support, attack or rephrase by their label
("supports") become RA, CA and MA with the label as their scheme, others have their label as type.

Not kept: crossing and discontinuous spans; layers but proposition, locution and argument; roles but from and to; relations on a
relation where edges alone do not say which of both they belong to; notes, labels and metadata of documents, ids."""

FORMAT = Format(
    "aif",
    "Argument Interchange Format (AIF and xAIF JSON)",
    _MANUAL,
    frozenset(
        {
            ATTRIBUTES, CONFIDENCE, CUT, DOCUMENT_IDS, LISTS, NESTED, N_ARY, ON_RELATIONS, OVER_SENTENCES, RELATIONS,
            RELATION_ATTRIBUTES, REMARKS, STACKED, TEXT, TYPES,
        }
    ),
    read,
    write,
    limits=(
        own_layers({Span: (PROPOSITION, LOCUTION), Relation: (ARGUMENT,)}, "layers but proposition, locution and argument"),
        PLAIN_ENDS,
        RELATION_TYPES,
    ),
    signs=(r'"nodeID"\s*:',),
)  # fmt: skip
