"""CoNLL-U: the ten columns of Universal Dependencies, with mentions as CorefUD and GUM write them."""

from __future__ import annotations

from postil.exchange.features import (
    ATTRIBUTES,
    CROSSING,
    DISCONTINUITY,
    DOCUMENT_IDS,
    LAYERS,
    METADATA,
    N_ARY,
    NESTED,
    RELATIONS,
    STACKED,
    TEXT,
)
from postil.exchange.format import Format, Option
from postil.formats.conllu.read import read
from postil.formats.conllu.write import CLASSES, ROW_LABELS, write

_MANUAL = """\
Ten columns with a TAB between two, a row for each word, an empty line after each sentence:

# newdoc id = news/1
# global.Entity = eid-etype-other
# text = Rajnath Singh met him
1<TAB>Rajnath<TAB>_<TAB>…<TAB>Entity=(e1-PERSON-layer:entity
2<TAB>Singh<TAB>_<TAB>…<TAB>Entity=e1)
3<TAB>met<TAB>_<TAB>…<TAB>_
4<TAB>him<TAB>_<TAB>…<TAB>Entity=(e1-PERSON-layer:entity)|SpacesAfter=\\n

Written: a file for each document, or one for all (--documents one). Spans are mentions in the brackets of CorefUD, nested,
crossing or in parts (e1[1/2]); layer and attributes are "name:value" in their last field, with percents for what means
something there; in a file of one document whose every mention has the attribute "head", a number, that has a field of its
own. Every document says its paragraphs (newpar), and tokens before a line end have SpacesAfter. A relation with the one role
"member" gives its spans one entity. SpaceAfter and SpacesAfter keep the exact text, "# meta::" comments the metadata. The
corpus's own tokens bring their attributes lemma, upos, xpos, feats, head, deprel, deps along, others in MISC. Relations of
the layer "bridging" (from, to) are Bridge=. Other relations, notes, document labels and confidences have no place; a span
with an edge inside a token or over the end of a sentence neither.

Read: CoNLL-U, and CoNLL-U Plus by its "# global.columns". Mentions with their fields as "# global.Entity" names them; those
of one entity are a relation "coreference"; Bridge is "bridging", SplitAnte "split-antecedent". --tags NAME reads tags (B-…,
I-…) in a column or a key of MISC; PARSEME:MWE (.cupt) is the layer "mwe". --tokens keeps tokens with
their columns, and sentences with their comments. A row over several words (3-4) is one token. Empty nodes have no place in a
text, comments between rows none in a sentence: they are counted. Without SpacesAfter, sentences stand on lines of their own,
or, where the file marks paragraphs, after a blank."""

_TAGS = Option("tags", "A column, or a key of MISC, that holds tags (B-PER, I-PER, O) to make spans of.", "NAME", multiple=True)

_DOCUMENTS = Option("documents", "A file for each document, or one for all.", choices=("files", "one"), default="files")

FORMAT = Format(
    "conllu",
    "CoNLL-U with entities (CorefUD, GUM)",
    _MANUAL,
    frozenset({ATTRIBUTES, CROSSING, DISCONTINUITY, DOCUMENT_IDS, LAYERS, METADATA, N_ARY, NESTED, RELATIONS, STACKED, TEXT}),
    read,
    write,
    read_options=(_TAGS,),
    write_options=(_DOCUMENTS,),
    limits=(CLASSES, ROW_LABELS),
    signs=(r"^1(?:-\d+)?\t(?:[^\t\n]*\t){8}[^\t\n]*$", r"^# ?global\.columns = ID\b"),
)
