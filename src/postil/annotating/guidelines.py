"""The written guidelines of a corpus, and where they speak of a label."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from postil.corpus import Corpus
from postil.text import printable

GUIDELINES = "annotations/GUIDELINES.md"

_HEADING = re.compile(r" {0,3}#{1,6}[ \t]+(?P<title>.*)")
_FENCE = re.compile(r" {0,3}(```|~~~)")


class Section(msgspec.Struct, frozen=True):
    """A heading of Markdown (empty before the first) with what stands under it. ``line`` is counted from 0."""

    line: int
    title: str
    body: str


def guidelines(corpus: Corpus) -> str:
    """The guidelines as Markdown, what a terminal would obey shown instead; empty where the corpus has none."""
    data = corpus.directory.read(GUIDELINES)
    lines = (data or b"").decode("utf-8", "replace").splitlines()
    return "\n".join(printable(line.expandtabs(4)) for line in lines)


def sections(source: str) -> list[Section]:
    """The sections of a text in Markdown, in order."""
    lines = source.split("\n")
    starts = [0, *_headings(lines)]
    found = []
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        heading = _HEADING.match(lines[start])
        body = lines[start + 1 : end] if heading else lines[start:end]
        found.append(Section(start, heading["title"] if heading else "", "\n".join(body)))
    return found


def _headings(lines: list[str]) -> Iterator[int]:
    fence = ""
    for number, line in enumerate(lines):
        if found := _FENCE.match(line):
            fence = "" if fence == found[1] else fence or found[1]
        elif number and not fence and _HEADING.match(line):
            yield number


def about(source: str, layer: str, label: str = "") -> list[Section]:
    """The sections that speak of a label, the likeliest first: the one called so, those from its layer's on, any others.

    Where none does, those whose heading has the layer.
    """
    found = sections(source)
    of_layer = _word(f"{layer}s?" if layer.isalpha() else re.escape(layer), re.IGNORECASE)
    titled = [one for one in found if of_layer.search(one.title)]
    word = _word(re.escape(label))
    naming = [one for one in found if label and (word.search(one.title) or word.search(one.body))]
    first = titled[0].line if titled else 0
    called = re.compile(rf"[\d.\s`*_]*{re.escape(label)}[\s`*_:]*", re.IGNORECASE)
    return sorted(naming, key=lambda one: (not called.fullmatch(one.title), one.line < first, one.line)) or titled


def _word(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", flags)
