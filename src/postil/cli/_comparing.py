"""Two versions of a set, what is different between them, and printing that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from postil.cli._command import scheme_of, use_colour

if TYPE_CHECKING:
    from postil.model import AnnotationSet
    from postil.rendering.differences import Sides
    from postil.storage.directory import CorpusDirectory

_COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}


class Versions(NamedTuple):
    """A set as it was and as it is, under one title; ``None`` where there is none."""

    title: str
    before: bytes | None
    after: bytes | None


def compared(version: Versions, around: CorpusDirectory | None) -> Sides | None:
    """Two versions with what is different between them; ``None`` where one cannot be read.

    ``around``: the corpus whose texts and scheme they may be about.
    """
    import msgspec

    from postil.editing.diff import diff
    from postil.rendering.differences import Sides
    from postil.storage.set_file import has_unreadable_lines, parse_set

    sets: list[AnnotationSet | None] = []
    for data in (version.before, version.after):
        file = parse_set("", "", data) if data else None
        if file is not None and (has_unreadable_lines(file) or file.header is None):
            return None
        sets.append(file.annotation_set() if file else None)
    there = [each for each in sets if each is not None]
    if not there:
        return None
    first, second = (each or msgspec.structs.replace(there[0], **dict.fromkeys(_PARTS, ())) for each in sets)
    texts = [_text(around, each) for each in (first, second)]
    difference = diff(first.canonical(), second.canonical(), scheme=scheme_of(around))
    return Sides(version.title, first, second, difference, *texts)


_PARTS = ("spans", "relations", "labels", "notes")


def _text(directory: CorpusDirectory | None, annotations: AnnotationSet) -> str | None:
    """The text that a set is about, where the corpus around has it as it was."""
    from postil.errors import PostilError

    if directory is None:
        return None
    try:
        files = directory.inventory.documents.get(annotations.document)
        bundle = directory.bundle(annotations.document) if files and files.text else None
    except PostilError:
        return None
    return bundle.text if bundle and bundle.text_sha256 == annotations.header.text_sha256 else None


def echo(lines: Iterator[tuple[str, str]]) -> None:
    """Print lines of a difference, in colour on a terminal."""
    colour = use_colour()
    for kind, line in lines:
        click.echo(click.style(line, fg=_COLOURS.get(kind), bold=kind == "title") if colour else line)
