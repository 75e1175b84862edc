from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.text._carrying import carrying_fix, why_not
from postil.rules.views import DocumentView


@document_rule(
    "TXT007",
    Example(text="Tokyo.\n"),
    Example(text="Tokyo.", finds=("1:7",)),
    proof=lambda batch: all([text.endswith("\n") for text in batch.texts]),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text must end with a newline.

    Editors add it when they save, which changes the text's hash and makes every set of the document stale for no reason.

    Add it: no offset changes. Then record the new hash in the sets (``text_sha256``). ``--fix`` does both.
    """
    if view.text and not view.text.endswith("\n"):
        end = len(view.text)
        fix = carrying_fix(view, "add a newline at the end", f"{view.text}\n", lambda offset: offset)
        yield view.text_problem(end, end, "no newline at the end of the file", help=why_not(view, fix), fix=fix)
