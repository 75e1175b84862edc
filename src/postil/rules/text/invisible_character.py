from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.text._carrying import carrying_fix
from postil.rules.views import DocumentView
from postil.storage.carrying import removing
from postil.text import is_unspaced

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\U000e0000-\U000e00ff]"
)
_JOINERS = "\u200c\u200d"
_DIRECTIONS = "\u061c\u200e\u200f\u202a\u202b\u202c\u2066\u2067\u2068\u2069"  # all but the overrides
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]")


@document_rule(
    "TXT006",
    Example(text="Emoji family 👩\u200d👩\u200d👧, Persian می\u200cخواهم.\n", note="joiners that join something"),
    Example(text="שלום \u200eABC\u200f!\n", note="direction marks where text runs right to left"),
    Example(text="A flag 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f.\n", note="tags belong to the flag"),
    Example(text="葛\U000e0100城, ภาษา\u200bไทย, क्\u200d और\n", note="a letter's variant, a Thai word's end"),
    Example(text="\u200bzero\n", finds=("1:1",)),
    Example(text="zero\u200bwidth and soft\u00adhyphen\n", finds=("1:5", "1:20")),
    Example(text="if admin\u202e then\n", finds=("1:9",), note="what comes after is shown in reverse"),
    severity=Severity.WARNING,
    proof=lambda batch: not _INVISIBLE.search(batch.unusual),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text should hold no invisible characters that do nothing for it.

    Zero-width spaces, soft hyphens, direction overrides and the like are not seen by annotators but counted by offsets, split
    words for every tokenizer and hide what a text says. Joiners between letters or emoji, and direction marks in text that has
    right-to-left letters, do their work and are left alone.

    Remove them, or list those that the corpus means in ``allow-characters`` under ``[check]`` of the manifest.
    """
    text = view.text or ""
    if not _INVISIBLE.search(view.unusual):
        return
    allowed = view.bundle.project.manifest.check.allow_characters
    runs_right_to_left = bool(_RIGHT_TO_LEFT.search(text))
    useless = [
        at
        for at in (found.start() for found in _INVISIBLE.finditer(text))
        if text[at] not in allowed and (at or text[at] != "\ufeff") and not _does_something(text, at, runs_right_to_left)
    ]
    if not useless:
        return
    rest = "".join([text[before + 1 : at] for before, at in pairwise([-1, *useless, len(text)])])
    fix = carrying_fix(view, "remove what does nothing", rest, removing(useless), is_safe=False)
    for at in useless:
        name = unicodedata.name(text[at], "unnamed")
        yield view.text_problem(at, at + 1, f"invisible character U+{ord(text[at]):04X} {name}", fix=fix)


def _does_something(text: str, at: int, runs_right_to_left: bool) -> bool:
    character, before, after = text[at], text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if character in _JOINERS:
        return before > "\x7f" and not before.isspace()  # joins on its left at least: so does a final form at a word's end
    if character == "\u180e":
        return "\u1800" <= before <= "\u18af"  # Mongolian: before the last vowel of a word
    if character == "\u200b":
        return is_unspaced(before) or is_unspaced(after)  # where a word ends, in scripts that do not show it
    if character >= "\U000e0000":
        return before == "\U0001f3f4" or before >= "\U000e0000"
    return character in _DIRECTIONS and runs_right_to_left
