"""Short spans by the words that they cover: what two rules compare between documents."""

from __future__ import annotations

import re
from collections.abc import Container
from typing import NamedTuple

from postil.model import Span
from postil.rules.set_view import SetView

_LONGEST = 40  # characters: longer strings hardly ever come twice
_WORD = re.compile(r"\w+")
_CONTEXT = 40  # characters to either side in which the next word is looked for


class Mention(NamedTuple):
    """A string that is annotated in a layer with a label."""

    layer: str
    text: str
    label: str


def mentions_of(view: SetView, layers: Container[str] | None = None) -> str:
    """The short spans of a set (in some layers), one a line: few bytes for each, as those of all documents are kept together."""
    found = [
        f"{span.layer}\t{text}\t{span.label}"
        for span in view.spans
        if len(text := span.text) <= _LONGEST and (layers is None or span.layer in layers)
    ]
    lines = "\n".join(found)
    is_readable = lines.count("\t") == 2 * len(found) and lines.count("\n") == max(len(found) - 1, 0)
    return lines if is_readable else "\n".join([line for line in found if line.count("\t") == 2 and "\n" not in line])


def read_mention(line: str) -> Mention:
    """The mention that a line is."""
    return Mention(*line.split("\t"))


def spans_of(view: SetView, layer: str, text: str) -> list[Span]:
    """The spans of a layer that cover ``text``, in the order of the text."""
    return view.spans_by_text.get((layer, text), [])


def words_beside(text: str, span: Span) -> tuple[str, str]:
    """The words before and after a span, lower-case; empty where a sentence or the text ends."""
    before = _WORD.findall(text[max(0, span.start - _CONTEXT) : span.start].rpartition("\n")[2].rpartition(". ")[2])
    after = _WORD.findall(text[span.end : span.end + _CONTEXT].partition("\n")[0].partition(". ")[0])
    return (before[-1].casefold() if before else ""), (after[0].casefold() if after else "")
