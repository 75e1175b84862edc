"""Postil: annotated text, kept like code.

The names here are the public interface::

    from postil import Corpus

    for document in Corpus.open("."):
        for span in document.sets["gold"].spans:
            assert span.covered(document.text) == span.text
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from postil.corpus import Corpus, Document
    from postil.editing.diff import diff
    from postil.editing.merge import merge
    from postil.editing.realign import realign
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
    "diff",
    "merge",
    "realign",
]

_HOMES = {
    "Corpus": "corpus",
    "Document": "corpus",
    "PostilError": "errors",
    "diff": "editing.diff",
    "merge": "editing.merge",
    "realign": "editing.realign",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``postil --help`` needs none of them."""
    if name not in __all__:
        raise AttributeError(f"module 'postil' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"postil.{_HOMES.get(name, 'model')}"), name)
