from __future__ import annotations

from collections.abc import Iterator

from postil.rules import Example, Problem, set_rule
from postil.rules.set_view import SetView


@set_rule(
    "ANN008",
    Example(),
    Example(header={"text_sha256": "0" * 64}, finds=("1:73",)),
)
def check(view: SetView) -> Iterator[Problem]:
    """A set must be about the text as it is now.

    ``text_sha256`` records which bytes the annotator saw. Once the text has changed, an offset may point somewhere
    else, even where the words there happen to be the same.

    Undo the change of the text, or go through the annotations and record the new hash.
    """
    header, actual = view.header, view.document.bundle.text_sha256
    if header and actual and header.text_sha256 != actual:
        said = header.text_sha256[:12]
        message = f"made for another text: text_sha256 is {said}…, the text file's is {actual[:12]}…"
        yield view.header_problem(
            message,
            "text_sha256",
            help=f"if the text is meant to be as it is, and each annotation still fits, record its hash: {actual}",
        )
