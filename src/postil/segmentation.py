"""Paragraphs and sentences of a plain text, without a language model.

A paragraph is a block between blank lines. A sentence ends only where that is certain: a terminal mark, a blank and a letter
that can begin a sentence; never after an abbreviation, an initial, a short number, dots (…) or a quoted question. Where the
signs disagree the two sentences stay one, so that a rule about sentences gives no false alarm. Scripts with a full stop of
their own (。 ！ ？ । ؟ ۔) need no blank.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from math import inf

Extent = tuple[int, int]

# Every pattern is possessive and begins at the beginning of a run: linear, whatever the text.
_BLANK_LINES = re.compile(r"\n[^\S\n]*+(?:\n[^\S\n]*+)++")
_CLOSING = "\"'”’)\\]}»」』）】"
_OPENING = "\"'“‘(\\[{«「『（【¿¡"
_SENTENCE_END = re.compile(
    rf"(?:(?<![.!?…])[.!?…]++[{_CLOSING}]*+(?=\s++[{_OPENING}]*+[^\W_])|(?<![。！？｡।॥؟۔])[。！？｡।॥؟۔]++[{_CLOSING}]*+(?=\s*+\S))",
)
_LAST_WORD = re.compile(r"[^\s(\[{“‘\"']*+\Z")
_LONGEST_ABBREVIATION = 24
_BLANKS = re.compile(r"\s*+")
_ORDINAL = re.compile(r"\d{1,3}|[IVXLC]+")  # 3. Oktober, Wilhelm II. regierte
_LETTER = re.compile(r"[^\W_]")

_ENGLISH = "mr mrs ms dr prof rev hon gen col maj lt capt cmdr sgt adm gov sen rep pres st ste mt ft sr jr vs v etc cf al"
_ENGLISH_MORE = "fig figs no nos vol vols pp p art sec ch ed eds dept univ inc ltd co corp bros approx est ca"
_CALENDAR = "jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun"
_TITLES = "brig messrs rt rs smt shri sri cdr retd pvt calif viz esq sec dist govt hr fr sra srta sres ud uds lic sig dott avv on"
_MORE_TITLES = "ave blvd supt insp det pfc tues thurs dra dña gral av avda sto sta tel mag ing проф ул им ดร पं रु मो"
_OTHERS = "mio mrd ggf inkl exkl abs geb sog hl dez"
_GERMAN_AND_ROMANCE = "bzw usw z b d h u a nr str abb bd hg hrsg vgl mme mlle mm mgr m ee uu pág núm art ecc डॉ श्री प्रो"

ABBREVIATIONS = frozenset(
    f"{_ENGLISH} {_ENGLISH_MORE} {_CALENDAR} {_TITLES} {_MORE_TITLES} {_OTHERS} {_GERMAN_AND_ROMANCE}".split()
)
"""Words that end in a full stop in the middle of a sentence, lower-case, without it."""


def paragraphs(text: str) -> list[Extent]:
    """Each block between blank lines, without the blanks around it."""
    found = []
    start = 0
    for gap in _BLANK_LINES.finditer(text):
        found.append((start, gap.start()))
        start = gap.end()
    found.append((start, len(text)))
    return [(start, end) for start, end in (trim(text, *block) for block in found) if start < end]


def sentences(text: str) -> list[Extent]:
    """Each sentence of each paragraph, without the blanks around it. Together they hold every visible character."""
    return [sentence for start, end in paragraphs(text) for sentence in _split(text, start, end)]


def _split(text: str, start: int, end: int) -> Iterator[Extent]:
    for mark in _SENTENCE_END.finditer(text, start, end):
        if _is_certain(text, start, mark):
            yield start, mark.end()
            start = _BLANKS.match(text, mark.end(), end).end()  # type: ignore[union-attr]
    yield start, end


def _is_certain(text: str, start: int, mark: re.Match[str]) -> bool:
    first = mark.group()[0]
    if first not in ".!?…":
        return mark.group()[-1] not in _CLOSING  # 「…。」と言った: a quotation may end inside the sentence that quotes it
    follows = _LETTER.search(text, mark.end())
    if follows and follows.group().islower():
        return False
    stop = mark.group().rstrip(_CLOSING.replace("\\", ""))
    if stop != ".":
        return "…" not in stop and ".." not in stop and (stop == mark.group() or stop[-1] == ".")
    before = text[max(start, mark.start() - _LONGEST_ABBREVIATION) : mark.start()]
    found = _LAST_WORD.search(before)
    word = found.group() if found else ""
    if "." in word or (len(word) == 1 and word.isalpha()) or _ORDINAL.fullmatch(word):
        return False
    return word.lower() not in ABBREVIATIONS


def trim(text: str, start: int, end: int) -> Extent:
    """The extent without the blanks at its edges."""
    covered = text[start:end]
    last = start + len(covered.rstrip())
    return min(end - len(covered.lstrip()), last), last


def containing(extents: Sequence[Extent], offset: int) -> int:
    """The index of the last extent that begins at or before ``offset``, or -1."""
    return bisect_right(extents, (offset, inf)) - 1
