"""What validation says: findings, where they are, and how bad."""

from __future__ import annotations

import enum
import hashlib
from collections import Counter
from collections.abc import Sequence

import msgspec

from postil.text import LineIndex

_WINDOW = 100  # characters of a line that an excerpt shows


class Severity(enum.StrEnum):
    """``error``: the data is wrong. ``warning``: probably. ``info``: worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Excerpt(msgspec.Struct, frozen=True):
    """Part of one line, and what to point at in it: ``width`` code points from ``caret`` (zero-based)."""

    line: str
    caret: int
    width: int


class Place(msgspec.Struct, frozen=True):
    """A place in a file: ``path`` relative to the corpus root with ``/``, line and column from one (0: the whole file)."""

    path: str
    line: int = 0
    column: int = 0
    excerpt: Excerpt | None = None

    def __str__(self) -> str:
        """``path:line:column``, as editors and terminals understand it."""
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


class Related(msgspec.Struct, frozen=True):
    """Another place that the finding is about."""

    message: str
    place: Place
    text_place: Place | None = None


class FixOffer(msgspec.Struct, frozen=True):
    """What ``postil check --fix`` would do about a finding (``--unsafe-fixes``, where it is not safe)."""

    title: str
    is_safe: bool


class Finding(msgspec.Struct, frozen=True):
    """One fault. ``place`` is where to mend it, ``text_place`` the passage of the document that it is about.

    ``subject`` is the id of the annotation, where it is about one. ``key`` tells it from others of its kind where that, or the
    line, does not.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    text_place: Place | None = None
    related: tuple[Related, ...] = ()
    subject: str = ""
    help: str = ""
    fix: FixOffer | None = None
    key: str = ""

    @property
    def identity(self) -> str:
        """What tells it from others with its code in its file: the key, the annotation's id, or the text of the line."""
        return self.key or self.subject or (self.place.excerpt.line.strip() if self.place.excerpt else "")

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Findings are reported by file, line, column, code, message, whoever found them first."""
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)


class Tally(msgspec.Struct):
    """How much was looked at."""

    documents: int = 0
    sets: int = 0
    annotations: int = 0
    in_baseline: int = 0


def fingerprints(findings: Sequence[Finding]) -> list[str]:
    """For each finding a name that stays the same while other lines of its file are edited.

    It is made of the code, the file and the finding's identity; findings that are alike in all of these are numbered.
    """
    seen: Counter[str] = Counter()
    names = []
    for finding in findings:
        base = f"{finding.code}\x1f{finding.place.path}\x1f{finding.identity}"
        names.append(hashlib.sha256(f"{base}\x1f{seen[base]}".encode("utf-8", "surrogatepass")).hexdigest()[:32])
        seen[base] += 1
    return names


def place_in(path: str, index: LineIndex, start: int, end: int) -> Place:
    """The place of the code points ``start`` to ``end`` of the file at ``path``, with an excerpt of its first line."""
    line, column = index.place(start)
    text = index.line(line)
    width = max(min(end - start, len(text) - column + 1), 1)
    return Place(path, line, column, excerpt(text, column - 1, width))


def excerpt(line: str, caret: int, width: int) -> Excerpt:
    """The part of ``line`` around ``caret`` that fits a terminal."""
    if len(line) <= _WINDOW:
        return Excerpt(line, caret, width)
    start = max(0, min(caret - _WINDOW // 4, len(line) - _WINDOW))
    part = line[start : start + _WINDOW]
    before, after = ("…" if start else ""), ("…" if start + _WINDOW < len(line) else "")
    return Excerpt(f"{before}{part}{after}", caret - start + len(before), min(width, len(part) - (caret - start)))
