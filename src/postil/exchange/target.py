"""Where an export is written: beside its destination first, and put in place when it is whole."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from postil.errors import ExportRefused, PostilError
from postil.storage.staging import Staging, staging

Kind = Literal["file", "directory"]


class Target:
    """A destination. Files of a directory have paths inside it with ``/``; the one file of a file format has the path ``""``.

    Nothing is at the destination before :meth:`finish`. ``restored``: lines about what was left half in place before.
    """

    def __init__(self, stage: Staging, kind: Kind) -> None:
        self.destination, self.restored = stage.destination, stage.restored
        self.kind = kind
        self.written: list[str] = []
        self._stage = stage
        self._is_new = kind == "directory" and not os.path.lexists(self.destination)

    @contextlib.contextmanager
    def open(self, path: str = "") -> Iterator[BinaryIO]:
        """A new file to write bytes into. Raises :class:`~postil.errors.PostilError` for a path that leads out or comes again."""
        if ".." in PurePosixPath(path).parts or path.startswith("/") or (self.kind == "file") != (path == ""):
            raise PostilError(f"{path!r} cannot be a file of {self.destination.name}: nothing was written")
        full = self._stage.new / path
        full.parent.mkdir(parents=True, exist_ok=True)
        try:
            file = full.open("xb")
        except FileExistsError as error:
            raise PostilError(f"two documents would both be {path}: export them apart. Nothing was written") from error
        with file:
            yield file
        self.written.append(path)

    def write(self, path: str, data: bytes | str) -> None:
        """Write a whole file; text as UTF-8, its line ends as they are."""
        with self.open(path) as file:
            file.write(data.encode() if isinstance(data, str) else data)

    def finish(self, *, replace: bool) -> None:
        """Put everything in place. A file that is there and differs is overwritten only with ``replace``; no other is touched."""
        parts = [""] if self._is_new and self.written else self.written

        def check() -> None:
            if self._is_new and os.path.lexists(self.destination):
                raise ExportRefused(f"{self.destination} was made by somebody else meanwhile: nothing was written. Export again")
            for path in self.written:
                self._refuse(self._stage.new / path, self.destination / path, replace=replace)

        self._stage.put_in_place(check, parts)

    def _refuse(self, new: Path, final: Path, *, replace: bool) -> None:
        """Refuse to write over something else."""
        if final.is_dir() or (self.kind == "directory" and self.destination.is_file()):
            raise ExportRefused(f"{final} cannot be written: there is a {'directory' if final.is_dir() else 'file'} in its place")
        if final.exists() and not replace and not _same(new, final):
            raise ExportRefused(f"{final} is there already and differs: nothing was written. --replace overwrites it")


@contextlib.contextmanager
def target_at(destination: Path, kind: Kind) -> Iterator[Target]:
    """A target for this destination; what was written beside it on the way is gone afterwards."""
    place = destination.absolute()
    is_there = place.is_dir()
    with staging(place.resolve() if is_there else place, is_in_parts=is_there) as stage:
        yield Target(stage, kind)


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
