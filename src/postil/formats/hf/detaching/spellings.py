"""How a file spells what it quotes: with escapes, or over several lines, told so shortly that it can be spelt so again.

``3.14u`` is three characters as they are and fourteen as ``\\u0435``; ``[1n2s]`` the end of a line and two blanks in the place of
one character, ``{1n2s}`` the same behind a backslash, which ends a line of TOML that goes on, in the place of none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import msgspec

_SHORT = dict(zip('\b\t\n\f\r"\\/', 'btnfr"\\/', strict=True))
_MEANT = {escape: character for character, escape in _SHORT.items()}
_BLANKS = {"\n": "n", " ": "s", "\t": "t", "\r": "r", ">": "g", "#": "h"}  # the last two begin quoted and commented lines
_OF_BLANKS = {code: blank for blank, code in _BLANKS.items()}
_SPELLINGS: dict[str, Callable[[str], str]] = {
    ".": lambda one: one,
    "e": lambda one: f"\\{_SHORT.get(one, '')}",
    "u": lambda one: "".join(f"\\u{unit:04x}" for unit in _units(one)),
    "U": lambda one: "".join(f"\\u{unit:04X}" for unit in _units(one)),
    "l": lambda one: f"\\U{ord(one):08x}",
    "L": lambda one: f"\\U{ord(one):08X}",
    "x": lambda one: f"\\x{ord(one):02x}",
    "X": lambda one: f"\\x{ord(one):02X}",
}
_ATOM = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}|\\x[0-9a-fA-F]{2}"
    r"|\\[btnfr\"\\/]|\\\s*\n\s*|[ \t]*\r?\n[ \t\r\n]*(?:[>#]+[ \t]+)?|.",
    re.DOTALL,
)
_CODE = re.compile(r"(\d{1,9})([.euUlLxX])|([\[{])((?:\d{1,9}[nstrgh])+)[\]}]")
_COUNTED = re.compile(r"(\d+)(\w)")
_SPACES = str.maketrans(dict.fromkeys("\t\n\v\f\r\x85\u2028\u2029", " "))


def level(text: str) -> str:
    """A text as long as it was, in which every blank and end of a line is a space."""
    return text.translate(_SPACES)


class Read(msgspec.Struct):
    """A file as whoever parses it reads it, level. ``atoms``: what spells it; ``at``: for each character, its atom."""

    meant: str
    atoms: list[str]
    at: list[int]


def read(said: str) -> Read:
    """Read a file. Characters of it that are not escaped are atoms, too; the backslash that ends a line means nothing."""
    atoms = _ATOM.findall(said)
    found = [meant(atom) for atom in atoms]
    return Read(level("".join(found)), atoms, [number for number, one in enumerate(found) for _ in one])


def unread(said: str) -> Read:
    """A string in which a backslash is one."""
    return Read(level(said), list(said), list(range(len(said))))


def meant(atom: str) -> str:
    """What an atom stands for: a character, or nothing."""
    if len(atom) == 1:
        return atom
    if atom[0] != "\\":
        return " "
    if atom[1] in "uUx":
        units = [int(part, 16) for part in re.split(r"\\[uUx]", atom)[1:]]
        if len(units) == 1:
            return chr(units[0]) if units[0] < 0x110000 and not 0xD800 <= units[0] < 0xE000 else "\ufffd"
        return chr(0x10000 + (units[0] - 0xD800) * 0x400 + units[1] - 0xDC00)
    return _MEANT.get(atom[1], "")


def _units(character: str) -> Iterator[int]:
    """The code units of UTF-16."""
    data = character.encode("utf-16-be")
    return (int.from_bytes(data[at : at + 2]) for at in range(0, len(data), 2))


def spelling(atoms: Sequence[str], text: str) -> list[str]:
    """The code of each atom, which together spell ``text``; empty for one that none spells."""
    codes: list[str] = []
    characters = iter(text)
    for atom in atoms:
        if atom[0] == "\\" and not meant(atom):
            codes.append(_blanks(atom[1:], "{}"))
            continue
        one = next(characters)
        before = codes[-1] if codes and codes[-1] in _SPELLINGS else "."
        fitting = (code for code in (".", before, *_SPELLINGS) if _SPELLINGS[code](one) == atom)
        codes.append(next(fitting, "") or (_blanks(atom, "[]") if level(one) == " " else ""))
    return codes


def _blanks(said: str, edges: str) -> str:
    if not said or not set(said) <= _BLANKS.keys():
        return ""
    return edges[0] + "".join(f"{len(list(group))}{_BLANKS[one]}" for one, group in groupby(said)) + edges[1]


def shortened(codes: Sequence[str]) -> str:
    """Codes as one; empty where the text is spelt as it is."""
    if set(codes) <= {"."}:
        return ""
    found = ((code, len(list(group))) for code, group in groupby(codes))
    return "".join(f"{count}{code}" if code in _SPELLINGS else code * count for code, count in found)


def spelt(text: str, code: str) -> str:
    """A text as a file spelt it. Raises :class:`ValueError` where the code is none, or of another text."""
    made: list[str] = []
    at = end = 0
    for found in _CODE.finditer(code):
        if found.start() != end:
            break
        end = found.end()
        if found[2]:
            count = int(found[1])
            made += map(_SPELLINGS[found[2]], text[at : at + count])
            at += count
            continue
        blanks = "".join(_OF_BLANKS[one] * int(count) for count, one in _COUNTED.findall(found[4]))
        made.append(blanks if found[3] == "[" else f"\\{blanks}")
        at += found[3] == "["
    if end != len(code) or at != len(text):
        raise ValueError(f"{code!r:.80} says of {len(text):,} characters how they are spelt, and does not")
    return "".join(made)
