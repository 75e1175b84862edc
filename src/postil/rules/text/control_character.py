from __future__ import annotations

import re
from collections.abc import Iterator

from postil.rules import Example, Problem, document_rule
from postil.rules.views import DocumentView

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd\ufffe\uffff]")


@document_rule(
    "TXT005",
    Example(text="Tab\tand newline.\n"),
    Example(text="Form\x0cfeed.\n", finds=("1:5",)),
    Example(text="Lost \ufffd letter.\n", finds=("1:6",), note="what a decoder writes for bytes that it could not read"),
    Example(text="Form\x0cfeed.\n", manifest='format = 1\nname = "x"\n[check]\nallow-characters = "\\f"\n'),
    proof=lambda batch: not _CONTROL.search(batch.unusual),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text should hold no control characters, and no replacement character.

    They are left over from a conversion, tools drop or choke on them, and U+FFFD says that a letter was lost. Tab and
    line feed are text; carriage returns are TXT003's.

    Mend the text, or list characters that the corpus means in ``allow-characters`` under ``[check]`` of the manifest.
    """
    allowed = view.bundle.project.manifest.check.allow_characters
    for found in _CONTROL.finditer(view.text or "") if _CONTROL.search(view.unusual) else ():
        character = found.group()
        if character not in allowed and character != "\r":
            yield view.text_problem(found.start(), found.end(), f"control character U+{ord(character):04X}")
