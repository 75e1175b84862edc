from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import permutations

from postil.rules import Example, Problem, Severity, document_rule
from postil.rules.text._repeated import once_each
from postil.rules.views import DocumentView
from postil.text import quote

# Letters that look the same, one below the other; a dot where a script has none. Greek letters that sciences put beside Latin
# ones (α, κ, ρ, υ, χ) are not among them, nor Latin letters that languages written in Cyrillic borrow (æ, ă, q, w).
_LETTERS = {
    "Latin": "ABCEHIJKMNOPSTXYZaceiojpsxyvËÏëïó",
    "Cyrillic": "АВСЕНІЈКМ.ОРЅТХУ.асеіојрѕху.ЁЇёї.",
    "Greek": "ΑΒ.ΕΗΙͿΚΜΝΟΡ.ΤΧΥΖ.ϲ..οϳ....ν.Ϊ..ό",
}
_ALIKE = {
    (odd, script): {letter for letter, other in zip(_LETTERS[odd], _LETTERS[script], strict=True) if "." not in (letter, other)}
    for odd, script in permutations(_LETTERS, 2)
}
_BLOCKS = {
    "Latin": "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f\u1e00-\u1eff",
    "Cyrillic": "\u0400-\u0482\u048a-\u052f",
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
}
_MARKS = "\u0300-\u036f"
_FOREIGN = re.compile(f"[{_BLOCKS['Cyrillic']}{_BLOCKS['Greek']}]")
_GREEK = re.compile(f"[{_BLOCKS['Greek']}]")
_MEETING = re.compile("|".join(f"[{_BLOCKS[one]}](?=[{_MARKS}]*+[{_BLOCKS[other]}])" for one, other in permutations(_BLOCKS, 2)))
_WORD = re.compile(f"[{''.join(_BLOCKS.values())}{_MARKS}]++")
_RANGE = re.compile("[A-Za-z]-[A-Za-z](?![A-Za-z])")
# For a proof on UTF-8: the script that the first byte of a letter tells, one bit each. The others say nothing.
_KINDS = bytes(
    1 if (chr(byte).isascii() and chr(byte).isalpha()) or 0xC3 <= byte <= 0xC9
    else 2 if 0xCD <= byte <= 0xCF
    else 4 if 0xD0 <= byte <= 0xD4
    else 0
    for byte in range(256)
)  # fmt: skip
_CONTINUATION = bytes(range(0x80, 0xC0))
_ELSEWHERE = re.compile(f"[{_MARKS}\u1e00-\u1fff]")  # such letters take three bytes, and a mark may stand between two
_MARK = re.compile(f"[{_MARKS}]++")


@document_rule(
    "TXT012",
    Example(text="Москва and Αθήνα and Tokyo, IP-адрес, SMSка, PDFе, Wi-Fi-сеть, Facebookе\n"),
    Example(
        text="µm, Ωm, kΩ, α-helix, ΔT, ΔΔH, γδT, αβT, TNFα, NFκB, hν, dνdt, νIν, β2-микроглобулин, ΔHΔS\n",
        note="signs of sciences",
    ),
    Example(text="Xбокс, XXвек, кIант, КуZбасс, Чăваш, Ирæттæ, сло\u0301во\n", note="meant so, or no look-alikes"),
    Example(text="[-,А-ЯЁA-Z0-9]+, [а-яёa-z]\n", note="a regular expression's ranges"),
    Example(text="𝐀𝛂𝑥, x с c, А. B, Т-shirt, т3a, СО2\n", note="too short to tell"),
    Example(text="The Mosсow news from Аpple\n", finds=("1:5", "1:22"), note="Cyrillic с and А"),
    Example(text="Hовости, Украiна, тeст, МОCКВА\n", finds=("1:1", "1:10", "1:19", "1:25"), note="Latin H, i, e, C"),
    Example(text="The hοuse, ΑTHENS, Aθήνα, vόμος\n", finds=("1:5", "1:12", "1:20", "1:27")),
    Example(text="Mosсow\nMosсow Mosсow\n", finds=("1:1",), note="each word once"),
    Example(text="Mosсow\n", manifest='format = 1\nname = "x"\n[check]\nallow-characters = "с"\n'),
    severity=Severity.WARNING,
    proof=lambda batch: _are_kept_apart(batch.data, batch.unusual),
)
def check(view: DocumentView) -> Iterator[Problem]:
    """A word should not have letters of another script that only look like its own.

    A Cyrillic ``о`` in a Latin word is seen by nobody, and no search, lexicon or model knows the word. It comes from a
    keyboard that was not switched, from character recognition, or from somebody who hides from a filter.

    Put the letter of the word's own script, or list letters that the corpus means in ``allow-characters`` under ``[check]`` of
    the manifest.
    """
    text, file = view.text or "", view.bundle.text_file
    if file is None or _are_kept_apart(file.data, view.unusual):
        return
    allowed = view.bundle.project.manifest.check.allow_characters
    found = ((start, end) for start, end in _mixed(text) if (odd := _odd(text[start:end])) and odd[1] not in allowed)
    yield from once_each(view, found, _message)


def _are_kept_apart(data: bytes, unusual: str) -> bool:
    """Proof that no letter of these bytes stands beside one of another script: all at once, as the bits of one long number."""
    if not _FOREIGN.search(unusual):
        return True
    if _ELSEWHERE.search(unusual):
        return False
    kinds = int.from_bytes(data.translate(_KINDS, _CONTINUATION))
    beside = kinds >> 8
    apart = (1, 2) if _GREEK.search(unusual) else (2,)  # how many bits two scripts are apart
    return not any(kinds << bits & beside or kinds >> bits & beside for bits in apart)


def _mixed(text: str) -> Iterator[tuple[int, int]]:
    """The words in which a letter of one script stands beside one of another."""
    end = 0
    for meeting in _MEETING.finditer(text):
        start = meeting.start()
        if start < end:
            continue
        while start > end and _WORD.match(text[start - 1]):
            start -= 1
        word = _WORD.match(text, start)
        end = word.end() if word else meeting.end()
        if not _RANGE.match(text, end - 1):
            yield start, end


def _message(word: str) -> str:
    script, letter, count = _odd(word) or ("", "", 0)
    more = f" and {count - 1} more" if count > 1 else ""
    return f"{quote(word)} has {letter} U+{ord(letter):04X} {unicodedata.name(letter)}{more} among {script} letters"


def _odd(word: str) -> tuple[str, str, int] | None:
    """The script of the word, the first letter that only looks like it, and how many there are; nothing where it may be meant."""
    letters = _MARK.sub("", word)
    scripts = [_script(letter) for letter in letters]
    names = sorted(set(scripts), key=scripts.count)
    if len(names) != 2 or scripts.count(names[0]) == scripts.count(names[1]):
        return None
    odd, script = names
    places = [at for at, name in enumerate(scripts) if name == odd]
    if not _ALIKE[odd, script].issuperset(letters[at] for at in places) or _may_be_meant(letters, places, odd, script):
        return None
    own = {at: letter for at, letter in enumerate(letters) if scripts[at] == script}
    fits = all(_fits(letters[at], at, own.get(at - 1, "") + own.get(at + 1, "")) for at in places)
    return (script, letters[places[0]], len(places)) if fits else None


def _script(letter: str) -> str:
    if "\u0370" <= letter <= "\u03ff" or "\u1f00" <= letter <= "\u1fff":
        return "Greek"
    return "Cyrillic" if "\u0400" <= letter <= "\u052f" else "Latin"


def _fits(letter: str, at: int, beside: str) -> bool:
    """Whether the letter stands as one of the word's own would: beside one of them, and in its case."""
    if letter.islower():
        return any(map(str.islower, beside))
    return bool(beside) and (at == 0 or any(map(str.isupper, beside)))


def _may_be_meant(letters: str, places: list[int], odd: str, script: str) -> bool:
    own = len(letters) - len(places)
    if script == "Latin" and odd == "Cyrillic":
        return letters[places[0] :].islower() and len(letters) - places[0] == len(places)  # a Russian ending: Facebookе
    if script == "Latin":
        between = all(letters[at - 1 : at].islower() and letters[at + 1 : at + 2].islower() for at in places)
        return "ν" in letters and (own < 4 or not between)  # a frequency: dνdt
    if script == "Cyrillic":
        return letters[0] == "X"  # a sign by itself: Xбокс
    kinds = len(set(letters)) - len({letters[at] for at in places})
    return kinds < 3 or (own < 4 and not letters.isupper())  # a formula: ΔΔH, γδT
