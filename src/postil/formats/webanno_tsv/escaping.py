"""How WebAnno TSV escapes: values in one way, text in another, and text of versions before 3.2 in Java's."""

from __future__ import annotations

import re

_VALUE = {
    "\\": "\\\\",
    "[": "\\[",
    "]": "\\]",
    "|": "\\|",
    "_": "\\_",
    "->": "\\->",
    ";": "\\;",
    "\t": "\\t",
    "\n": "\\n",
    "*": "\\*",
}
_PLAIN_VALUE = {escaped: plain for plain, escaped in _VALUE.items()}
_TO_ESCAPE = re.compile(r"->|[\\\[\]|_;\t\n*]")
_ESCAPED_VALUE = re.compile(r"\\(?:->|[\\\[\]|_;tn*])")

_LETTERS = {"\t": "t", "\n": "n", "\f": "f", "\r": "r", "\b": "b", "\\": "\\"}
_CONTROLS = {chr(code): chr(code) for code in (*range(8), *range(14, 32))}
_TEXT = {plain: f"\\{escaped}" for plain, escaped in (_LETTERS | _CONTROLS).items()}
_PLAIN_TEXT = {escaped: plain for plain, escaped in _TEXT.items()}
_ESCAPED_TEXT = re.compile(r"\\[tnfrb\\\x00-\x07\x0e-\x1f]")
_TEXT_TABLE = str.maketrans(_TEXT)

_JAVA = re.compile(r"\\(?:u+([0-9a-fA-F]{4})|([0-3]?[0-7]{1,2})|(.))", re.DOTALL)


def escaped_value(value: str) -> str:
    """The value of a feature as it is written."""
    return _TO_ESCAPE.sub(lambda found: _VALUE[found[0]], value)


def plain_value(written: str) -> str:
    """The value that is written so; what is no escape stays, since some tools escape nothing."""
    return _ESCAPED_VALUE.sub(lambda found: _PLAIN_VALUE[found[0]], written) if "\\" in written else written


def escaped_text(text: str) -> str:
    """A line of text as it is written."""
    return text.translate(_TEXT_TABLE)


def plain_text(written: str, version: tuple[int, int]) -> str:
    """The text that is written so in this version of the format."""
    if "\\" not in written:
        return written
    if version >= (3, 2):
        return _ESCAPED_TEXT.sub(lambda found: _PLAIN_TEXT[found[0]], written)
    return _JAVA.sub(_java, written).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _java(found: re.Match[str]) -> str:
    if found[1]:
        return chr(int(found[1], 16))
    if found[2]:
        return chr(int(found[2], 8))
    letters = {letter: plain for plain, letter in _LETTERS.items()}
    return letters.get(found[3], found[3])


def pieces(cell: str, separator: str) -> list[str]:
    """What a cell holds between separators that are not escaped."""
    if "\\" not in cell:
        return cell.split(separator)
    found, piece = [], []
    for part in re.findall(r"\\.|\\$|[^\\]+", cell, re.DOTALL):
        first, *others = [part] if part.startswith("\\") else part.split(separator)
        piece.append(first)
        for other in others:
            found.append("".join(piece))
            piece = [other]
    return [*found, "".join(piece)]
