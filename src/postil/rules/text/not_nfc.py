from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.fixes import Fix
from postil.rules.text._carrying import carrying_fix, why_not
from postil.rules.views import DocumentView
from postil.storage.carrying import composing, stands_alone
from postil.text import quote


@document_rule(
    "TXT004",
    Example(text="Zoë in İstanbul\n"),
    Example(text="Zoe\u0308 in Tokyo\n", finds=("1:3",)),
    proof=lambda batch: all(map(stands_alone, batch.unusual)),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text must be in Unicode normalization form C.

    The same word can be spelled with one code point or two. Readers that normalise count other offsets than readers
    that do not, and a search for the word finds half of its occurrences.

    Normalise the text and move the annotations with it: ``--fix`` does, and ``postil add`` for new files.
    """
    text = view.text
    if text is None or unicodedata.is_normalized("NFC", text):
        return
    start, found = 0, []
    for line in text.split("\n"):
        if not unicodedata.is_normalized("NFC", line):
            found.append((start, line))
        start += len(line) + 1
    if not found:
        return
    start, line = found[0]
    composed = unicodedata.normalize("NFC", line)
    at = next(index for index, (one, other) in enumerate(zip(line, f"{composed}\0", strict=False)) if one != other)
    more = f", the first of {len(found)} lines" if len(found) > 1 else ""
    message = f"not NFC: {quote(line[at : at + 2])} has another form{more}"
    fix = _fix(view, text)
    yield view.text_problem(start + at, start + at + 1, message, help=why_not(view, fix), fix=fix)


def _fix(view: DocumentView, text: str) -> Fix | None:
    found = composing(text)
    return carrying_fix(view, "compose characters (NFC)", *found) if found else None
