from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.views import DocumentView


@document_rule(
    "TXT002",
    Example(),
    Example(text="\ufeffTokyo.\n", finds=("1:1",)),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text file must not begin with a byte-order mark.

    The mark is a character: it shifts every offset by one for a reader that keeps it, and by none for one that removes it.

    Remove it and move the annotations with it (``postil add`` does so for new files).
    """
    if view.text and view.text[0] == "\ufeff":
        yield view.text_problem(0, 1, "the file begins with a byte-order mark (U+FEFF)")
