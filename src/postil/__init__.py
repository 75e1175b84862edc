"""Postil: annotated text, kept like code.

The names here are the public interface::

    from postil import Corpus

    for document in Corpus.open("."):
        for span in document.sets["gold"].spans:
            assert span.covered(document.text) == span.text
"""

from postil.corpus import Corpus, Document
from postil.errors import PostilError
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span

__version__ = "0.1.0"

__all__ = [
    "AnnotationSet",
    "Corpus",
    "Document",
    "Header",
    "Label",
    "Note",
    "PostilError",
    "Relation",
    "Span",
    "__version__",
]
