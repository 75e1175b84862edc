"""Other people's formats: one module or package each, which announces a :class:`Format`.

What a format can keep is declared once, in ``keeps``. From it come the table of ``postil formats`` and the refusal to
lose anything.
"""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from postil.corpus import Corpus
from postil.registry import names, part


class Feature(enum.StrEnum):
    """What a corpus may have and a format may be unable to hold."""

    NESTING = "nested spans"
    OVERLAP = "crossing spans"
    DISCONTINUITY = "discontinuous spans"
    RELATIONS = "relations"
    N_ARY = "n-ary relations"
    ATTRIBUTES = "attributes"
    DOCUMENT_LABELS = "document labels"
    NOTES = "notes"
    ANNOTATORS = "several annotators"
    METADATA = "metadata"
    TEXT = "the exact text"


class Option(msgspec.Struct, frozen=True):
    """An option of a format, from which the command line makes its own."""

    name: str
    help: str
    metavar: str = "TEXT"
    multiple: bool = False


class Report(msgspec.Struct, frozen=True):
    """What an export did: what was written, and in words what did not fit where."""

    lines: tuple[str, ...]


Writer = Callable[[Corpus, Path, tuple[str, ...], dict[str, Any]], Report]


class Format(msgspec.Struct, frozen=True):
    """A format. ``write`` takes the corpus, the destination, the annotators whose sets are written, and the options."""

    name: str
    title: str
    keeps: frozenset[Feature]
    manual: str
    write: Writer | None = None
    options: tuple[Option, ...] = ()


def all_formats() -> dict[str, Format]:
    """Every format by its name."""
    return {name: part("postil.formats", name, Format) for name in names("postil.formats")}
