"""Faults that fill a text when they are there at all: each is told once, where it stands first, with its number."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator

import msgspec

from postil.rules import Problem
from postil.rules.views import DocumentView
from postil.text import quote

_MOST = 20  # different passages: a whole file in the wrong encoding has as many as it has words


def once_each(view: DocumentView, found: Iterable[tuple[int, int]], message: Callable[[str], str]) -> Iterator[Problem]:
    """A problem for each different passage of the text that is ``found``, with the message that it is given."""
    text, firsts, counts = view.text or "", dict[str, tuple[int, int]](), dict[str, int]()
    for start, end in found:
        passage = text[start:end]
        firsts.setdefault(passage, (start, end))
        counts[passage] = counts.get(passage, 0) + 1
    for number, (passage, (start, end)) in enumerate(firsts.items(), 1):
        count = f", the first of {counts[passage]:,}" if counts[passage] > 1 else ""
        if number < _MOST or len(firsts) == _MOST:
            problem = view.text_problem(start, end, message(passage) + count)
            yield msgspec.structs.replace(problem, key=f"{passage} {counts[passage]}")
            continue
        yield view.text_problem(start, end, f"{message(passage)}{count}; {len(firsts) - _MOST:,} others like it are not listed")
        return


def shown(characters: str) -> str:
    """Quoted; one that cannot be seen in quotation marks is named."""
    if len(characters) != 1 or (characters.isprintable() and not characters.isspace()):
        return quote(characters)
    return f"U+{ord(characters):04X} {unicodedata.name(characters, '')}".rstrip()
