from __future__ import annotations

import re
from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.fixes import Fix
from postil.rules.text._carrying import carrying_fix, why_not
from postil.rules.views import DocumentView
from postil.storage.carrying import removing


@document_rule(
    "TXT003",
    Example(text="One.\nTwo.\n"),
    Example(text="One.\r\nTwo.\r\n", finds=("1:5",)),
    proof=lambda batch: "\r" not in batch.unusual,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """Lines must end with a line feed alone.

    Git, editors and libraries turn CR LF into LF and back without asking, and every offset after the first line end
    is then wrong.

    Convert the file once, moving the annotations with it (``--fix`` does), and keep ``*.txt text eol=lf`` in ``.gitattributes``.
    """
    if view.text and "\r" in view.text:
        at, count = view.text.index("\r"), view.text.count("\r")
        what = "CR LF" if view.text.startswith("\r\n", at) else "CR"
        message = f"{what} line end, the first of {count} carriage return{'s' * (count > 1)}"
        fix = _fix(view, view.text)
        yield view.text_problem(at, at + 1, message, help=why_not(view, fix), fix=fix)


def _fix(view: DocumentView, text: str) -> Fix | None:
    pairs = [found.start() for found in re.finditer("\r\n", text)]
    return carrying_fix(view, "end lines with a line feed", text.replace("\r\n", "\n").replace("\r", "\n"), removing(pairs))
