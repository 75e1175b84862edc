from __future__ import annotations

import re
from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.views import DocumentView

_OPENING = re.compile(r"^<<<<<<< .*$", re.MULTILINE)
_CLOSING = re.compile(r"^>>>>>>> .*$", re.MULTILINE)


@document_rule(
    "TXT010",
    Example(text="Tokyo.\n=======\nA heading in some markup.\n"),
    Example(text="One.\n<<<<<<< HEAD\nTwo.\n=======\nZwei.\n>>>>>>> branch\n", has_set=False, finds=("2:1",)),
    proof=lambda batch: b"<" not in batch.data or b"<<<<<<< " not in batch.data,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text must not hold the markers of an unfinished merge.

    Both versions of the passage are in the text, and every offset after it is wrong for both sides' annotations.

    Decide the merge and take the markers out.
    """
    text = view.text or ""
    opening = _OPENING.search(text) if "<<<<<<< " in text else None
    if opening and _CLOSING.search(text, opening.end()):
        yield view.text_problem(opening.start(), opening.end(), "a marker of an unfinished merge")
