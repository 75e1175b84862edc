"""What a rule looks at, and the places of what it finds: the project, a document. Sets are in :mod:`postil.rules.set_view`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import msgspec

from postil.findings import Place, Related, excerpt, place_in
from postil.lazy import lazy
from postil.manifest import Metadata
from postil.model import Record
from postil.rules.fixes import Fix, Rewrite
from postil.scheme import Scheme
from postil.segmentation import Extent, paragraphs, sentences
from postil.storage.bundle import Bundle, Project, Stray
from postil.storage.faults import Fault, FaultKind
from postil.storage.toml_file import TomlFile, line_index
from postil.storage.toml_positions import KeyPath
from postil.text import LineIndex, Units

_met = ""  # characters of the last texts: those of a corpus mostly have the same few, and looking for others is fast
_MOST_MET = 64

_PLAIN = bytes([*b"\t\n", *range(0x20, 0x7F)])


class Problem(msgspec.Struct, frozen=True):
    """What a rule yields: a message and its place. ``record`` is the annotation, where it is about one; ``subject`` is its id."""

    message: str
    place: Place
    text_place: Place | None = None
    related: tuple[Related, ...] = ()
    subject: str = ""
    help: str = ""
    record: Record | None = None
    fix: Fix | None = None
    key: str = ""


def toml_problem(file: TomlFile[Any], path: KeyPath, message: str, help: str = "") -> Problem:
    """A problem at a key of a TOML file."""
    line, column = file.position(path)
    return Problem(message, Place(file.path, line, column, excerpt(line_index(file.source).line(line), column - 1, 1)), help=help)


def toml_faults(file: TomlFile[Any], *kinds: FaultKind) -> Iterator[Problem]:
    """The faults of these kinds that reading the file found."""
    for fault in file.faults:
        if fault.kind in kinds:
            yield Problem(fault.message, fault_place(file.path, fault))


def fault_place(path: str, fault: Fault) -> Place:
    """Where a fault of a file is."""
    shown = excerpt(fault.line_text, fault.column - 1, 1) if fault.line_text else None
    return Place(path, fault.line, fault.column, shown)


def unusual_in(data: bytes) -> str:
    """Each character of these bytes once, but for printable ASCII, tab and line feed."""
    global _met  # noqa: PLW0603 - for speed alone: what is returned does not depend on it
    left = data.translate(None, _PLAIN).decode()
    if _only(_met).fullmatch(left):
        return "".join([character for character in _met if character in left])
    found = "".join(set(left))
    if len(met := "".join({*found, *_met})) <= _MOST_MET:
        _met = met
    return found


@lru_cache(maxsize=1)
def _only(characters: str) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(characters)}]*+" if characters else "")


class ProjectView(msgspec.Struct, frozen=True):
    """Manifest, scheme, and the files that are none of a corpus's."""

    project: Project
    strays: tuple[Stray, ...] = ()

    @property
    def scheme(self) -> Scheme | None:
        """The scheme as far as it could be read."""
        return self.project.scheme

    def problem(self, path: KeyPath, message: str, help: str = "") -> Problem:
        """A problem at a key of the scheme."""
        return toml_problem(self.project.scheme_file, path, message, help)


class Unused(msgspec.Struct, frozen=True):
    """A suppression that suppressed nothing: where it stands, and what would be left of its file without it and its like."""

    place: Place
    message: str
    without: Rewrite


class RunView(msgspec.Struct, frozen=True):
    """What a run over the whole corpus says of its own settings."""

    unused_path_ignores: tuple[Unused, ...] = ()
    gone_from_baseline: tuple[Unused, ...] = ()


class DocumentView:
    """A document's text and metadata."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.document = bundle.document
        self.text = bundle.text

    @property
    def metadata(self) -> Metadata:
        """The metadata over the manifest's defaults."""
        return self.bundle.metadata

    @lazy
    def lines(self) -> LineIndex:
        """The lines of the text (of no text, where there is none)."""
        return LineIndex(self.text or "")

    @lazy
    def unusual(self) -> str:
        """Each character of the text once, but for printable ASCII, tab and line feed: rules about characters look here first."""
        file = self.bundle.text_file
        return unusual_in(file.data) if file and file.text is not None else ""

    @lazy
    def utf16(self) -> Units:
        """Conversion of the text's offsets from and to UTF-16."""
        return Units(self.text or "", "utf-16")

    @lazy
    def sentences(self) -> list[Extent]:
        """The sentences of the text."""
        return sentences(self.text or "")

    @lazy
    def paragraphs(self) -> list[Extent]:
        """The paragraphs of the text."""
        return paragraphs(self.text or "")

    @property
    def path(self) -> str:
        """The file that stands for the document: its text, else its metadata, else its first set."""
        files = (self.bundle.text_file, self.bundle.metadata_file, *self.bundle.set_files)
        return next(file.path for file in files if file)

    def problem(self, message: str, help: str = "") -> Problem:
        """A problem of the document as a whole."""
        return Problem(message, Place(self.path), help=help)

    def text_problem(self, start: int, end: int, message: str, help: str = "", fix: Fix | None = None) -> Problem:
        """A problem of the passage ``start`` to ``end`` of the text."""
        return Problem(message, self.place(start, end), help=help, fix=fix)

    def metadata_problem(self, path: KeyPath, message: str, help: str = "") -> Problem:
        """A problem at a key of the metadata (of the document, where it has none)."""
        file = self.bundle.metadata_file
        return toml_problem(file, path, message, help) if file else self.problem(message, help)

    def place(self, start: int, end: int) -> Place:
        """The place of a passage of the text."""
        file = self.bundle.text_file
        return place_in(file.path if file else "", self.lines, start, end)
