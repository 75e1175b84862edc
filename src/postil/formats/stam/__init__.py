"""STAM, the Stand-off Text Annotation Model, in its JSON."""

from __future__ import annotations

from postil.exchange.features import EVERYTHING
from postil.exchange.format import Format
from postil.formats.stam._reading import read
from postil.formats.stam._writing import write

_MANUAL = """\
A directory. For each document an annotation store <id>.store.stam.json, which includes its text <id>.txt:

{"@type": "AnnotationStore", "@id": "news/1",
 "resources": [{"@type": "TextResource", "@id": "news/1", "@include": "1.txt"}],
 "annotationsets": [{"@type": "AnnotationDataSet", "@id": "entity", "keys": [{"@type": "DataKey", "@id": "label"}],
   "data": [{"@type": "AnnotationData", "@id": "D1", "key": "label", "value": {"@type": "String", "value": "PERSON"}}]}],
 "annotations": [{"@type": "Annotation", "@id": "gold/e1",
   "target": {"@type": "TextSelector", "resource": "news/1", "offset": {"@type": "Offset",
      "begin": {"@type": "BeginAlignedCursor", "value": 308}, "end": {"@type": "BeginAlignedCursor", "value": 321}}},
   "data": [{"@type": "AnnotationData", "@id": "D1", "set": "entity"}]}]}

Written: a layer is a data set, with the key label and a key for each attribute, whose types stay. A discontinuous span is a
CompositeSelector; a relation is a DirectionalSelector of annotations; a label is on the resource, and so are metadata (set
metadata). What is the corpus's own is in the set postil: annotator, confidence, note, roles (in the order of the selectors,
where they are not from and to), status and the like. The text that a span covers is repeated as the extension
stam-textvalidation has it, so that stam validate finds drift. Nothing is lost.

Read: stores, and the texts, data sets, annotations and stores that they include, never from outside the directory.
Offsets count code points; end-aligned cursors and offsets relative to another annotation are understood, texts and checksums
for validation are verified. The key label, type, class, category or tag gives an annotation its label and its set the
layer's name; without one the first key is the label. All other data are attributes. Annotations on a resource are labels
where they have a label, metadata where not. MultiSelectors make a span of each stretch of text. What is about data sets or
keys, or a relation between stretches that no annotation covers, is counted.

A store, whose annotations may be about each other, is held whole, in some eight times its size; of several, one at a time."""

FORMAT = Format(
    "stam",
    "STAM JSON",
    _MANUAL,
    EVERYTHING,
    read,
    write,
    signs=(r'"@type"\s*:\s*"(?:AnnotationStore|TextResource|AnnotationDataSet)"',),
)
