from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule, is_implied
from postil.rules.views import DocumentView


@document_rule("DOC002", Example(), Example(text=None, has_set=False, finds=("0:0",)), proof=is_implied)
def check(view: DocumentView) -> Iterator[Problem]:
    """Metadata must have a text beside it.

    A document is its text; metadata alone is what a rename or a deletion left behind.

    Bring the text back (``git log --follow`` shows where it went), rename the metadata with it, or remove the metadata.
    """
    if view.bundle.metadata_file and not view.bundle.text_file:
        yield view.problem(f"there is no corpus/{view.document}.txt for this metadata")
