"""Which files of a source are whose annotations of which document.

INCEpTION puts them into ``annotation/<document>/<annotator>.<suffix>`` and ``curation/<document>/CURATION_USER.<suffix>``, and
so do exports of ours; a file that needs others beside it (XMI) may be a zip there. Elsewhere a file is a document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec
from msgspec.structs import replace

from postil.errors import UnreadableFile
from postil.exchange.drafts import Draft, DraftSet
from postil.exchange.incoming import Incoming
from postil.exchange.sources import File, Source, files_in
from postil.formats._uima.cas import Cas
from postil.formats._uima.to_draft import Said, said
from postil.text import Unit

CURATOR, INITIAL = "CURATION_USER", "INITIAL_CAS"
GOLD = "gold"
_NOBODY = (INITIAL,)
_OTHERS = {CURATOR: GOLD, "CORRECTION_USER": "correction"}


class Place(msgspec.Struct):
    """A file with one annotator's annotations. ``path``: its own among those ``beside`` it, in a directory or a zip.

    What is in a zip that is a file itself is only there while it is read: ``archive`` is that zip. ``status``: of the set,
    where something beside the file says it.
    """

    path: str
    beside: Mapping[str, File]
    archive: File | None = None
    annotator: str = ""
    status: str = ""

    @property
    def file(self) -> File:
        """The file, which must not be in a zip that is not opened."""
        return self.beside[self.path]

    @property
    def shown(self) -> str:
        """What messages call it."""
        return f"{self.archive.shown}/{self.path}" if self.archive else self.file.shown

    def opened(self) -> Place:
        """The same with the files beside it at hand."""
        return replace(self, beside=files_in(self.archive), archive=None) if self.archive else self


class Parsed(msgspec.Struct):
    """What was read from a file: the CAS, and what its offsets count."""

    cas: Cas
    unit: Unit


Parser = Callable[[Place], Parsed]


def places(source: Source, *suffixes: str) -> dict[str, list[Place]]:
    """The files with annotations by the document that they are of. Raises :class:`~postil.errors.PostilError` where none is."""
    if not source.is_directory:
        (file,) = source.files()
        return {file.name: [Place(file.path, _Neighbours(source))]}
    found = places_among(source.all_files, suffixes)
    if not found:
        raise source.without(suffixes)
    return found


def places_among(files: Mapping[str, File], suffixes: tuple[str, ...]) -> dict[str, list[Place]]:
    """The same for these files."""
    found: dict[str, list[Place]] = {}
    for path, file in files.items():
        for place in _of_file(path, file, files, suffixes):
            document, annotator = _whose(path, place)
            place.annotator = annotator
            found.setdefault(document, []).append(place)
    return found


def _of_file(path: str, file: File, beside: Mapping[str, File], suffixes: tuple[str, ...]) -> Iterator[Place]:
    if _has(path, suffixes):
        yield Place(path, beside)
    elif path.lower().endswith(".zip"):
        places = [Place(inside, {}, file) for inside in files_in(file) if _has(inside, suffixes)]
        file.is_accounted_for = bool(places)
        yield from places


def _has(path: str, suffixes: tuple[str, ...]) -> bool:
    name = PurePosixPath(path).name.lower()
    return name.removesuffix(".gz").endswith(suffixes) and not name.startswith("exportedproject") and "typesystem" not in name


def _whose(path: str, place: Place) -> tuple[str, str]:
    """The document and the annotator of a file, as its path says."""
    parts = PurePosixPath(path.removesuffix(".gz")).parts
    for root in ("annotation", "curation"):
        if root in parts[:-2]:
            at = parts.index(root)
            return "/".join(parts[at + 1 : -1]), PurePosixPath(parts[-1]).stem
    name = PurePosixPath(place.path.removesuffix(".gz")).with_suffix("").as_posix()
    return (f"{PurePosixPath(path).with_suffix('').as_posix()}/{name}" if place.archive else name), ""


class _Neighbours(Mapping[str, File]):
    """The files beside a source that is one file: found when they are asked for, never listed."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def __getitem__(self, path: str) -> File:
        found = self._source.get(path)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._source.all_files)

    def __len__(self) -> int:
        return len(self._source.all_files)


def drafts(incoming: Incoming, found: Mapping[str, list[Place]], parse: Parser) -> Iterator[Draft]:
    """A draft for each text of each document, with the sets of all who annotated it."""
    for document, where in found.items():
        by_view: dict[str, Draft] = {}
        for place in _wanted(incoming, document, where):
            with incoming.noting_unreadable():
                parsed = parse(place.opened())
                heard = False
                for one in said(parsed.cas, incoming, place.shown):
                    heard = True
                    one.annotations = _headed(one.annotations, place, where)
                    _join(by_view, document, one, parsed.unit, incoming)
                if not heard:
                    incoming.losses.add("files without a text", place.shown)
        yield from by_view.values()


def _wanted(incoming: Incoming, document: str, where: list[Place]) -> list[Place]:
    """Without what INCEpTION keeps of a document before anybody annotated it, unless that is all there is."""
    people = [place for place in where if place.annotator not in _NOBODY]
    if people and len(people) < len(where):
        incoming.losses.add("documents as they were before anybody annotated them", document, stops=False)
        for place in where:
            if (file := place.archive or place.beside.get(place.path)) and place.annotator in _NOBODY:
                file.is_accounted_for = True  # counted here
    return people or where


def _headed(annotations: DraftSet, place: Place, where: list[Place]) -> DraftSet:
    """A set with what its place says of it."""
    changes: dict[str, Any] = {"annotator": "" if place.annotator in _NOBODY else _OTHERS.get(place.annotator, place.annotator)}
    if place.status:
        changes["status"] = place.status
    if place.annotator == CURATOR:
        changes["method"] = "adjudicated"
        changes["sources"] = tuple(one.annotator for one in where if one.annotator not in (CURATOR, *_NOBODY))
    return replace(annotations, **changes)


def _join(by_view: dict[str, Draft], document: str, one: Said, unit: Unit, incoming: Incoming) -> None:
    """Add what was said of a text to the draft of it."""
    annotations = one.annotations
    draft = by_view.get(one.view)
    if draft is None:
        name = f"{document}-{one.view}" if one.view else document
        by_view[one.view] = Draft(name, one.text, [annotations], one.metadata, unit, one.annotations.file)
        return
    mine, theirs = one.text.rstrip(), draft.text.rstrip()  # a TSV ends with the end of a line, whatever the text ends with
    if mine != theirs:
        if len(mine) != len(theirs) or mine.split() != theirs.split():
            raise UnreadableFile(
                one.annotations.file, f"the text is not that of {draft.file}, the same document: import them apart"
            )
        incoming.repaired.add("texts that differ from another annotator's in blanks", one.annotations.file)
    draft.text = max(draft.text, one.text, key=len)
    draft.sets.append(annotations)
    draft.metadata = {**one.metadata, **draft.metadata}
