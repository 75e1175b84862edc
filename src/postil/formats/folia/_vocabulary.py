"""What elements of FoLiA are, and what they are called in a corpus."""

from __future__ import annotations

from typing import Any

SPACE = "{http://ilk.uvt.nl/folia}"
ID = "{http://www.w3.org/XML/1998/namespace}id"
PRESERVE = "{http://www.w3.org/XML/1998/namespace}space"
HREF = "{http://www.w3.org/1999/xlink}href"

BODIES = ("text", "speech")
WORD, SENTENCE, HIDDEN_WORD, STRING = "w", "s", "hiddenw", "str"

INSIDE_LINES = frozenset((WORD, "part", "term", "def", "ex", "ref", "label", "event", "sign"))
"""Structure after which a blank follows in a text that is put together."""

ON_LINES = frozenset(("item", "row", "entry", "utt", "caption"))
"""Structure that has lines of its own."""

BLOCKS = frozenset(("div", "p", "head", "list", "table", "tablehead", "figure", "note", "quote", *BODIES))
"""Structure between which a text that is put together has an empty line."""

STRUCTURE = frozenset((SENTENCE, "cell")) | INSIDE_LINES | ON_LINES | BLOCKS

BREAKS = {"br": "\n", "whitespace": "\n\n"}
"""Elements that are white space."""

TEXT, CORRECTION, CURRENT = "t", "correction", "current"
VALID = ("new", "current")
"""The parts of a correction that hold what counts now."""

INLINE = frozenset(("pos", "lemma", "sense", "domain", "lang", "subjectivity", "metric", "errordetection"))
"""Annotations of a word or of a span that are said inside of it."""

ROLES = frozenset(("hd", "dep", "source", "target", "cue", "scope", "rel", "coreferencelink", "semrole"))
"""Parts of an annotation that have words of their own."""

RELATIONAL = {
    "dependency": ("dependency", "dependency-word"),
    "coreferencechain": ("coreference", "mention"),
    "predicate": ("semroles", "semrole"),
    "sentiment": ("sentiment", "sentiment-part"),
    "statement": ("statement", "statement-part"),
    "modality": ("modality", "modality-part"),
}
"""Annotations that tie parts together: the layer of the relation, and that of the spans that its parts are."""

ROLE_NAMES = {("dependency", "hd"): "from", ("dependency", "dep"): "to", ("coreferencechain", "coreferencelink"): "member"}
"""What parts of an annotation are called as roles, where it is not what they are called in FoLiA."""

HOLDERS = frozenset(
    (
        "entities", "chunking", "syntax", "dependencies", "coreferences", "semroles", "timing", "observations", "sentiments",
        "statements", "modalities",
    )
)  # fmt: skip
"""Elements that hold annotations of spans."""

DECLARATIONS = {
    "su": "syntax", "coreferencechain": "coreference", "predicate": "semrole", "chunk": "chunking", WORD: "token",
    SENTENCE: "sentence", "p": "paragraph", "div": "division", STRING: "string",
}  # fmt: skip
"""What the declaration of an element is called, before ``-annotation``, where that is not the element's name."""

REMARKS = ("comment", "desc")

ALTERNATIVES = ("alt", "altlayers")

COMMON = frozenset(
    (
        "class", "set", "annotator", "annotatortype", "processor", "confidence", "id", "auth", "space", "offset", "ref",
        "typegroup", "textclass", "t",
    )
)  # fmt: skip
"""Attributes that mean the same everywhere. Any other is a feature of the annotation."""


def kind(element: Any) -> str:
    """The name of an element of FoLiA; empty for one of another language."""
    tag: str = element.tag
    return tag.removeprefix(SPACE) if tag.startswith(SPACE) else "" if tag.startswith("{") else tag
