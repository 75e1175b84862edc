from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.text._repeated import once_each, shown
from postil.rules.views import DocumentView
from postil.text import quote


def _bytes() -> dict[str, int]:
    """The byte that each character is in Windows-1252 or, where that has none or it was not asked, in Latin-1."""
    both = {chr(number): number for number in range(0x80, 0x100)}
    return both | {bytes([number]).decode("cp1252"): number for number in both.values() if number not in b"\x81\x8d\x8f\x90\x9d"}


_BYTES = _bytes()


def _class(first: int, last: int) -> str:
    return f"[{''.join(character for character, number in _BYTES.items() if first <= number <= last)}]"


_LEAD = re.compile("[Â-ô]")
_NEXT = _class(0x80, 0xBF)
_FOLLOWING = re.compile(_NEXT)
_TWO = f"{_class(0xC2, 0xDF)}{_NEXT}"
_THREE = f"(?:à{_class(0xA0, 0xBF)}|í{_class(0x80, 0x9F)}|[á-ìîï]{_NEXT}){_NEXT}"
_FOUR = f"(?:ð{_class(0x90, 0xBF)}|[ñ-ó]{_NEXT}|ô{_class(0x80, 0x8F)}){_NEXT}{_NEXT}"
_RUN = re.compile(f"(?:{_TWO}|{_THREE}|{_FOUR})++")

# Typography and letters that may stand after a letter by right: “passé…”, “voilà »”, “Ä–Ö–Ü”, “Tomáš”, “José†‡”.
_PUNCTUATION = frozenset("\xa0\xad´·«»…–—‘’‚“”„‹›")
_LETTERS = "ŠšŽžŒœŸ"
_POWERS = "¹²³°±"
_NEVER_AFTER_LETTER = f"[{''.join(sorted(set('ƒˆ‰˜¡¢£¤¥¦¨¬¯±µ¸¼½¾') | set(map(chr, range(0x80, 0xA0)))))}]"
_CERTAIN = re.compile(f"[âã]€|â†{_NEXT}|ðŸ|ï»¿|[à-ô]{_NEXT}*?{_NEVER_AFTER_LETTER}")
_LONGER = re.compile("[à-ô]")
_ALONE = re.compile(f"Â[\xa0-\xbf]|[ÃÄÅ]{_NEXT}")


@document_rule(
    "TXT011",
    Example(text="Zoë in Málaga, Ünal à Paris: “naïve” £5 §3 ©2010 50 m² 20 °C\n"),
    Example(text="SÃO PAULO, «MAÇû, CRÈME Â®, «Ô», «Â », „Spaß“, „Ä“, Ä–Ö–Ü, Ä…hm, É…et, OMÄ´s, ABBÄ’s\n", note="capitals"),
    Example(text="« passé\xa0», voilà\xa0», passé…», cité¹², „Tomáš“, „kříž“, José†‡, así…»\n", note="no Chinese"),
    Example(text="0.3 eÅ–3, 100 Å², kÅ, mÅ…, 3×½, a×²b, ψÂ²ψ, við\xa0–\xa0\n"),
    Example(text="cafÃ© crÃ¨me\n", finds=("1:4", "1:9")),
    Example(text="donâ€™t â€œsayâ€\x9d 5â‚¬ â„¢ ðŸ˜€\n", finds=("1:4", "1:9", "1:15", "1:20", "1:24", "1:28")),
    Example(
        text="Ã‰TAT et cafÃ© de 50Â£, Â£5, 10Â\xa0km\n",
        finds=("1:1", "1:13", "1:21", "1:32"),
        note="one is certain: all count",
    ),
    Example(text="ÐŸÑ€Ð¸Ð²ÐµÑ‚ æ—¥æœ¬èªž ÃƒÂ©tÃƒÂ©\n", finds=("1:1", "1:14", "1:24")),
    Example(text="cafÃ© cafÃ© cafÃ©\n", finds=("1:4",), note="each once"),
    Example(text="«Ã©», Ã« and Â» alone\n", note="may be meant"),
    severity=Severity.WARNING,
    proof=lambda batch: not (_may_be_in(batch.unusual) and any(map(_RUN.search, batch.texts))),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A text should not be UTF-8 that was read as Windows-1252 or Latin-1.

    “Ã©” for “é” and “â€™” for “’”: the bytes were decoded with the wrong table. Words with an accent are lost to every search
    and lexicon, and offsets count two or three characters for one.

    Decode the source again as UTF-8, or encode the text as Windows-1252 and decode it as UTF-8, and move the annotations with it.
    """
    text = view.text or ""
    if not (_may_be_in(view.unusual) and _RUN.search(text)):
        return
    found = [run.span() for run in _RUN.finditer(text)]
    judged = [_certainty(text, start, end) for start, end in found]
    if 2 not in judged:
        return
    faults = (span for span, certainty in zip(found, judged, strict=True) if certainty)
    yield from once_each(view, faults, lambda run: f"{quote(run)} should be {shown(_meant(run))}: UTF-8 read as Windows-1252")


def _may_be_in(unusual: str) -> bool:
    return bool(_LEAD.search(unusual) and _FOLLOWING.search(unusual))


def _decoded(run: str) -> str:
    """What the run was; empty where that is nothing that people write."""
    decoded = bytes(map(_BYTES.__getitem__, run)).decode()
    return "" if any(unicodedata.category(character) in ("Cc", "Cn", "Co") for character in decoded) else decoded


def _meant(run: str) -> str:
    """What it was at first, however often it was read wrongly."""
    while _RUN.fullmatch(run) and _decoded(run):
        run = _decoded(run)
    return run


def _certainty(text: str, start: int, end: int) -> int:
    """2: certainly wrong. 1: wrong where another is. 0: right."""
    run = text[start:end]
    if not _decoded(run):
        return 0
    if _CERTAIN.search(run):
        return 2
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if len(run) == 2:
        return _certainty_alone(run, before, after) if _ALONE.match(run) else 0
    is_long = len(run) > 4 or _is_small(before) or _is_small(after)
    return 2 if is_long and not _LONGER.search(run) and not _PUNCTUATION.issuperset(run[1::2]) else 0


def _certainty_alone(run: str, before: str, after: str) -> int:
    first, second = run[0], run[1]
    is_plain = second not in _PUNCTUATION and (first == "Ã" or second not in _LETTERS) and (first != "Å" or second not in _POWERS)
    beside = _is_small(before) + _is_small(after)
    if beside == 2 or (beside and is_plain) or (first == "Â" and (before.isdecimal() or (second == "£" and after.isdecimal()))):
        return 2
    return 1 if beside or (first in "ÂÃ" and (is_plain or second == "\xa0")) else 0


def _is_small(letter: str) -> bool:
    return "a" <= letter <= "z"
