"""A document with all that is said about it: the unit that is validated, measured and exported.

Nothing here says that the bytes came from files: ``path`` is the name that a finding shows.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

from postil.lazy import lazy
from postil.manifest import Manifest, Metadata
from postil.scheme import Scheme
from postil.storage.set_file import SetFile
from postil.storage.splits_file import SplitsFile
from postil.storage.text_file import TextFile
from postil.storage.toml_file import TomlFile


class Stray(msgspec.Struct, frozen=True):
    """A file under ``corpus/``, ``annotations/`` or ``adjudication/`` that is none of a corpus's files."""

    path: str
    reason: Literal["link out", "not a file", "unknown", "no document"]


class Project(msgspec.Struct, frozen=True, dict=True):
    """What all documents of a corpus share. A file that could not be read at all has the value ``None``."""

    manifest_file: TomlFile[Manifest]
    scheme_file: TomlFile[Scheme]
    splits_file: SplitsFile = SplitsFile()

    @property
    def manifest(self) -> Manifest:
        """The manifest as far as it could be read."""
        return self.manifest_file.value or Manifest(format=1, name="")

    @property
    def has_faults(self) -> bool:
        """Whether manifest or scheme could not be read as they are, so that rules did not see all that is declared."""
        return bool(self.manifest_file.faults or self.scheme_file.faults)

    @property
    def scheme(self) -> Scheme | None:
        """The scheme as far as it could be read, or ``None``."""
        return self.scheme_file.value

    @lazy
    def judged(self) -> dict[Any, dict[Any, Any]]:
        """What pure functions of the scheme came to, by function and arguments: worked out once for all documents."""
        return {}


class DecisionsData(msgspec.Struct, frozen=True):
    """The bytes of what was decided for the set ``into``, and the size of the file: no bytes where it is larger than is read."""

    path: str
    into: str
    data: bytes
    size: int


class Bundle(msgspec.Struct, frozen=True, dict=True):
    """One document: its text, its metadata, its sets, each as its file holds it (``None``: there is no file)."""

    document: str
    text_file: TextFile | None
    metadata_file: TomlFile[Metadata] | None
    set_files: tuple[SetFile, ...]
    project: Project
    decisions: tuple[DecisionsData, ...] = ()

    @property
    def text(self) -> str | None:
        """The text, where it could be read."""
        return self.text_file.text if self.text_file else None

    @lazy
    def metadata(self) -> Metadata:
        """The metadata as far as it could be read, over the manifest's defaults."""
        own = self.metadata_file.value if self.metadata_file and self.metadata_file.value else Metadata()
        return own.with_defaults(self.project.manifest.defaults)

    @lazy
    def text_sha256(self) -> str:
        """Of the text file's bytes, in hexadecimal; empty without a text."""
        return hashlib.sha256(self.text_file.data).hexdigest() if self.text_file else ""
