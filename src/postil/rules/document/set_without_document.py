from __future__ import annotations

from collections.abc import Iterator

from postil.findings import Place
from postil.rules import Example, Problem, document_rule, is_implied
from postil.rules.views import DocumentView


@document_rule("DOC003", Example(), Example(text=None, metadata=None, finds=("0:0",)), proof=is_implied)
def check(view: DocumentView) -> Iterator[Problem]:
    """An annotation set must be about a document of the corpus.

    A set's path names its document. When the document is renamed or removed and the set is not, the work in it is lost to every
    count, check and export.

    Move the set to the document's new id, in its path and in its header, or remove it with the document.
    """
    if view.bundle.text_file or view.bundle.metadata_file:
        return
    for file in view.bundle.set_files:
        yield Problem(f"there is no document {view.document} in corpus/", Place(file.path))
