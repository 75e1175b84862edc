"""FoLiA, the Format for Linguistic Annotation: structure with its text, annotations inside it, and annotations of words."""

from __future__ import annotations

from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.formats.folia._reading import read

_MANUAL = """\
Read only. A file for each document, of any version:

<FoLiA xmlns="http://ilk.uvt.nl/folia" xml:id="d" version="2.5">
<metadata><annotations><entity-annotation set="ne"><annotator processor="p1"/></entity-annotation></annotations>
<provenance><processor xml:id="p1" name="ada" type="manual"/></provenance><meta id="title">Rain</meta></metadata>
<text xml:id="d.text"><s xml:id="d.s.1"><t>Ada left.</t>
<w xml:id="d.w.1"><t>Ada</t></w><w xml:id="d.w.2" space="no"><t>left</t></w><w xml:id="d.w.3"><t>.</t></w>
<entities><entity class="PERSON"><wref id="d.w.1" t="Ada"/></entity></entities></s></text></FoLiA>

The text is that of the outermost elements that say theirs, with words and strings found in it, by their offsets where they have
some; else it is put together of the words, with a blank between two unless space="no", and an empty line between paragraphs. Only
texts of the class current count (or of the only class that a document has), and what corrections made of them. White space is put
together as FoLiA 2.5 does; before that version it counts.

Entities, chunks, syntactic units, time segments and observations are spans of layers called entity, chunk, su, timesegment,
observation, over the words that they refer to, with fragments where others stand between. Their classes are labels, features
attributes. A dependency is a relation from its head to its dependent; chains of coreference, predicates with their roles,
sentiments, statements and modalities are relations whose roles are their parts, each a span. A layer whose annotations are of
several sets is called after them, entity-frog-ner-nl. Each annotator or processor that is named is a set of its own. Comments
and descriptions are notes, or spans of the layer comment on what is none; metadata is metadata.

With --tokens, words are tokens with pos, lemma and the like as attributes (pos, pos.head), s are sentences, and paragraphs,
heads, lists and other elements spans of the layer structure. Not brought along and counted: alternatives, what was corrected,
other classes of texts, markup in texts, morphology and phonology, words that are not in the text, links that are more than an
address."""

FORMAT = Format("folia", "FoLiA XML", _MANUAL, EVERYTHING, read, signs=(r"<FoLiA\b",))
