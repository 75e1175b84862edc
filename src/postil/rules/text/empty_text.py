from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.views import DocumentView


@document_rule(
    "TXT008",
    Example(text="Tokyo.\n"),
    Example(text="", finds=("0:0",)),
    Example(text=" \n\n", finds=("0:0",)),
    severity=Severity.WARNING,
    proof=lambda batch: all(map(str.strip, batch.texts)),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A document should have something in it.

    An empty text is nearly always a failed download or conversion, and it distorts every count and average.

    Put the text in, or remove the document.
    """
    if view.text is not None and not view.text.strip():
        yield view.problem("the text is empty")
