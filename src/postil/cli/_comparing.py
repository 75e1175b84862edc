"""Two versions of a set, what is different between them, and printing that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from postil.cli._command import open_directory, use_colour

if TYPE_CHECKING:
    from postil.rendering.differences import Sides

_COLOURS = {"added": "green", "removed": "red", "changed": "yellow"}


class Versions(NamedTuple):
    """A set as it was and as it is, under one title; ``None`` where there is none."""

    title: str
    before: bytes | None
    after: bytes | None


def compared(version: Versions) -> Sides | None:
    """Two versions with what is different between them; ``None`` where one cannot be read."""
    import msgspec

    from postil.editing.diff import diff
    from postil.model import AnnotationSet
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
    texts = [_text(each) for each in (first, second)]
    return Sides(version.title, first, second, diff(first.canonical(), second.canonical()), *texts)


_PARTS = ("spans", "relations", "labels", "notes")


def _text(annotations: object) -> str | None:
    """The text that a set is about, where the corpus around has it as it was."""
    from postil.errors import PostilError
    from postil.model import AnnotationSet

    assert isinstance(annotations, AnnotationSet)
    try:
        directory = open_directory()
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
