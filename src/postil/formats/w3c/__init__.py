"""The W3C Web Annotation Data Model in its JSON-LD, with the texts beside it."""

from __future__ import annotations

from postil.exchange.features import EVERYTHING, IGNORES, STATE, UNKNOWN
from postil.exchange.format import Format, Option
from postil.formats.w3c._reading import read
from postil.formats.w3c._writing import write

_MANUAL = """\
A directory. Beside each text <id>.txt lies <id>.jsonld, an AnnotationPage:

{"@context": "http://www.w3.org/ns/anno.jsonld", "id": "", "type": "AnnotationPage", "startIndex": 0, "items": [
 {"id": "#gold/e1", "type": "Annotation", "motivation": "tagging", "creator": {"nickname": "gold"},
  "body": [{"type": "TextualBody", "purpose": "tagging", "label": "entity", "value": "PERSON"},
           {"type": "TextualBody", "purpose": "describing", "label": "wikidata", "value": "Q1393441"}],
  "target": {"source": "1.txt", "selector": [
     {"type": "TextPositionSelector", "start": 308, "end": 321},
     {"type": "TextQuoteSelector", "exact": "Rajnath Singh", "prefix": "…", "suffix": "…"}]}},
 {"id": "#gold/r1", "type": "Annotation", "motivation": "linking", "creator": {"nickname": "gold"},
  "body": [{"type": "TextualBody", "purpose": "tagging", "label": "argument", "value": "supports"}],
  "target": [{"id": "#gold/e1"}, {"id": "#gold/e2"}]}]}

Written: the label is a body for tagging, whose "label" names the layer; an attribute is one for describing, whose "label" is
its name (a value that is no string is JSON, and its format says so; a list of strings is several bodies); a remark is one for
commenting; a confidence is one for assessing. A span of several fragments has several targets. A relation is for linking and
has annotations as its targets: two for from and to, else specific resources whose "label" is the role, in Independents where
one role has several. A note comments on an annotation, or on the text; a label tags the text; metadata describe the text.
Offsets count code points. --base IRI goes before ids and sources, which else are relative.

Read: annotations, pages, collections, lists and graphs of them, one in a file or many, JSON or JSON Lines; and what Hypothesis
exports (search results, files of its client, a row on each line), whose tags and text are bodies, or Recogito. The text of a
source lies beside the file under the source's name, or under it with .txt; or it is what --text names, a file or a directory.
Positions hold where quotations agree with them (in code points, else in the one unit in which all agree). Where they do not,
the quotation decides, with its prefix and suffix, and the position only between several places; blanks in a quotation may be
any. Several selectors are alternatives, refinedBy narrows, RangeSelector, #char= fragments and bytes are understood; XPath,
CSS and other selectors are not, and an annotation that has nothing else is counted. The first body for tagging or classifying is
the label, else the motivation; comments become the remark; other bodies and properties become attributes.
Annotations of one file, which may be about each other, are held together, in some six times its size.

Not kept: status, method and sources of sets, reasons to ignore a rule, unknown keys."""

FORMAT = Format(
    "w3c", "W3C Web Annotation (JSON-LD)", _MANUAL, EVERYTHING - {STATE, IGNORES, UNKNOWN}, read, write,
    read_options=(
        Option("text", "The text that is annotated, or a directory or zip of texts, where none lies beside.", "PATH"),
    ),
    write_options=(Option("base", "What ids and sources begin with, instead of being relative.", "IRI"),),
    signs=(r"http://www\.w3\.org/ns/anno\b",),
)  # fmt: skip
