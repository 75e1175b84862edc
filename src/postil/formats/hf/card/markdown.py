"""Markdown that shows what a corpus says, whatever characters that has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from postil.text import printable

_MEANING = re.compile(r"([\\`*_\[\]~$#])")
_TAG = re.compile(r"<(?!https?://[^\s<>]+>)")
_BLOCK = re.compile(r"^([ >*+-]*)(#{1,6}(?=\s|$)|[-=_*]{2,}[ ]*$|`{3,}|~{3,})", re.MULTILINE)
# Where nothing has a meaning: a fence that is closed, and code in one line.
_CODE = re.compile(r"^(`{3,})[^\n`]*\n(?:.*?\n)??\1[ ]*$|(?<!`)(`+)(?!`)[^\n]+?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE)
_OF_ADDRESSES = "!#$%&'()*+,/:;=?@[]~"


def words(text: str) -> str:
    """Words that mean nothing to Markdown, in one line."""
    shown = _MEANING.sub(r"\\\1", _one_line(text))
    return shown.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def code(text: str) -> str:
    """A name as it is, in one line."""
    shown = _one_line(text)
    longest = max((len(run) for run in re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    blank = " " if shown.startswith("`") or shown.endswith("`") or not shown.strip() else ""
    return f"{fence}{blank}{shown}{blank}{fence}"


def link(address: str) -> str:
    """An address of the web or of mail, to be followed."""
    return f"<{quote(_one_line(address), safe=_OF_ADDRESSES)}>"


def prose(markdown: str) -> str:
    """Markdown of the corpus's makers, without what would break the card around it: HTML, headings, rules, a fence left open."""
    lines = "\n".join(printable(line) for line in markdown.strip().splitlines())
    shown, at = "", 0
    for code_there in _CODE.finditer(lines):
        shown += _tamed(lines[at : code_there.start()]) + code_there[0]
        at = code_there.end()
    return shown + _tamed(lines[at:])


def _tamed(prose: str) -> str:
    return _BLOCK.sub(r"\1\\\2", _TAG.sub("&lt;", prose))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ("---",) * len(head), *rows]
    cells = ([cell.replace("|", r"\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def bullets(items: Iterable[str]) -> str:
    """A list of the items that say something."""
    return "\n".join(f"* {item}" for item in items if item)


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
