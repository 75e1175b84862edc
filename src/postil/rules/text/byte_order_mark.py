from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.text._carrying import carrying_fix, why_not
from postil.rules.views import DocumentView
from postil.storage.carrying import removing


@document_rule(
    "TXT002",
    Example(),
    Example(text="\ufeffTokyo.\n", finds=("1:1",)),
    proof=lambda batch: "\ufeff" not in batch.unusual,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text file must not begin with a byte-order mark.

    The mark is a character: it shifts every offset by one for a reader that keeps it, and by none for one that removes it.

    Remove it and move the annotations with it: ``--fix`` does, and ``postil add`` for new files.
    """
    if view.text and view.text[0] == "\ufeff":
        fix = carrying_fix(view, "remove the byte-order mark", view.text[1:], removing([0]))
        yield view.text_problem(0, 1, "the file begins with a byte-order mark (U+FEFF)", help=why_not(view, fix), fix=fix)
