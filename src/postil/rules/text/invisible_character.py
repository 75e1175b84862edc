from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.views import DocumentView

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_JOINERS = "\u200c\u200d"
_MARKS_AND_ISOLATES = "\u061c\u200e\u200f\u2066\u2067\u2068\u2069"
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


@document_rule(
    "TXT006",
    Example(text="Emoji family 👩\u200d👩\u200d👧, Persian می\u200cخواهم.\n", note="joiners that join something"),
    Example(text="שלום \u200eABC\u200f!\n", note="direction marks where text runs right to left"),
    Example(text="A flag 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.\n", note="tags belong to the flag"),
    Example(text="zero\u200bwidth and soft\u00adhyphen\n", finds=("1:5", "1:20")),
    Example(text="if admin\u202e then\n", finds=("1:9",), note="what comes after is shown in reverse"),
    severity=Severity.WARNING,
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text should hold no invisible characters that do nothing for it.

    Zero-width spaces, soft hyphens, direction overrides and the like are not seen by annotators but counted by offsets, split
    words for every tokenizer and hide what a text says. Joiners between letters or emoji, and direction marks in text that has
    right-to-left letters, do their work and are left alone.

    Remove them, or list those that the corpus means in ``allow-characters`` under ``[check]`` of the manifest.
    """
    text = view.text or ""
    if text.isascii():
        return
    allowed = view.bundle.project.manifest.check.allow_characters
    for found in _INVISIBLE.finditer(text):
        at, character = found.start(), found.group()
        if character not in allowed and at and not _does_something(text, at):
            name = unicodedata.name(character, "unnamed")
            yield view.text_problem(at, at + 1, f"invisible character U+{ord(character):04X} {name}")


def _does_something(text: str, at: int) -> bool:
    character = text[at]
    if character in _JOINERS:
        around = text[at - 1 : at] + text[at + 1 : at + 2]
        return len(around) == 2 and all(one > "\x7f" and not one.isspace() for one in around)
    if character >= "\U000e0000":
        return text[at - 1] == "\U0001f3f4" or text[at - 1] >= "\U000e0000"
    return character in _MARKS_AND_ISOLATES and bool(_RIGHT_TO_LEFT.search(text))
