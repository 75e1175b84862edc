"""What a collection says, passage by passage, before anything of it is understood."""

from __future__ import annotations

import codecs
from typing import Any

import msgspec

from postil.exchange.sources import File

PASSAGE_LAYER, SENTENCE_LAYER = "passage", "sentence"


class Annotation(msgspec.Struct):
    """An annotation, as its file says. ``text``: what it is said to cover."""

    id: str
    infons: dict[str, Any]
    locations: list[tuple[int, int]]  # offset and length
    text: str = ""
    line: int = 0


class Tie(msgspec.Struct):
    """A relation. ``nodes``: ids and roles."""

    id: str
    infons: dict[str, Any]
    nodes: list[tuple[str, str]]
    line: int = 0


class Part(msgspec.Struct):
    """A passage or a sentence; a document too, which has no text of its own."""

    offset: int = 0
    text: str = ""
    infons: dict[str, Any] = {}
    parts: list[Part] = []
    annotations: list[Annotation] = []
    relations: list[Tie] = []


def first_character(file: File) -> bytes:
    """The first character of a file that is no blank: whether it is XML or JSON."""
    return next(file.chunks(200), b"").removeprefix(codecs.BOM_UTF8).lstrip()[:1]
