from __future__ import annotations

import re
from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.text._repeated import once_each
from postil.rules.views import DocumentView

# U+FFFE and U+FFFF are TXT005's
_UNASSIGNED = "".join(chr((plane << 16) + last) for plane in range(1, 15) for last in (0xFFFE, 0xFFFF))
# compiled when it is used: a set of so many characters takes milliseconds
_FOUND = f"[\ue000-\uf8ff\ufdd0-\ufdef\U000f0000-\U0010ffff{_UNASSIGNED}]"


@document_rule(
    "TXT013",
    Example(text="Tokyo 東京 😀 𝒜 ﷽\n"),
    Example(text="\uf0b7 One\n\uf0b7 Two\n", finds=("1:1",), note="a bullet of the font Symbol"),
    Example(text="One \ue000 two \U00100000\n", finds=("1:5", "1:11")),
    Example(text="One \ufdd0 two \U0001ffff\n", finds=("1:5", "1:11"), note="noncharacters"),
    Example(text="One \ufffe two\n", note="TXT005 has it already"),
    Example(text="\uf8ff Pay\n", manifest='format = 1\nname = "x"\n[check]\nallow-characters = "\\uF8FF"\n'),
    severity=Severity.WARNING,
    proof=lambda batch: not re.search(_FOUND, batch.unusual),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text should hold no private-use characters, and no code points that are never characters.

    What a private-use character means is known to one font only: a bullet, a ligature, a logo. Everybody else sees a box, and a
    model learns nothing from it.

    Put the character that was meant, or list those that the corpus means in ``allow-characters`` under ``[check]`` of the
    manifest.
    """
    text = view.text or ""
    if not re.search(_FOUND, view.unusual):
        return
    allowed = view.bundle.project.manifest.check.allow_characters
    found = (match.span() for match in re.finditer(_FOUND, text) if match.group() not in allowed)
    yield from once_each(view, found, _message)


def _message(character: str) -> str:
    number = ord(character)
    is_private = number & 0xFFFE != 0xFFFE and not 0xFDD0 <= number <= 0xFDEF
    return f"{'private-use character' if is_private else 'noncharacter'} U+{number:04X}"
