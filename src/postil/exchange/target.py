"""Where an export is written: beside its destination first, and put in place when it is whole."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Literal

from postil.errors import ExportRefused, PostilError

Kind = Literal["file", "directory"]


class Target:
    """A destination. Files of a directory have paths inside it with ``/``; the one file of a file format has the path ``""``.

    Nothing is at the destination before :meth:`finish`; :meth:`discard` takes away what was written on the way.
    """

    def __init__(self, destination: Path, kind: Kind) -> None:
        self.destination = destination.absolute()
        self.kind = kind
        self.written: list[str] = []
        self.destination.parent.mkdir(parents=True, exist_ok=True)
        self._work = Path(tempfile.mkdtemp(dir=self.destination.parent, prefix=f".{destination.name[:40]}-"))

    @contextlib.contextmanager
    def open(self, path: str = "") -> Iterator[BinaryIO]:
        """A new file to write bytes into. Raises :class:`~postil.errors.PostilError` for a path that leads out or comes again."""
        parts = PurePosixPath(path or "file").parts
        if ".." in parts or path.startswith("/") or (self.kind == "file") != (path == ""):
            raise PostilError(f"{path!r} cannot be a file of {self.destination.name}: nothing was written")
        full = self._work.joinpath(*parts)
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
        pairs = [(self._work.joinpath(*PurePosixPath(path or "file").parts), self._final(path)) for path in self.written]
        for new, final in pairs:
            if final.is_dir() or (self.kind == "directory" and self.destination.is_file()):
                raise ExportRefused(
                    f"{final} cannot be written: there is a {'directory' if final.is_dir() else 'file'} in its place"
                )
            if final.exists() and not replace and not _same(new, final):
                raise ExportRefused(f"{final} is there already and differs: nothing was written. --replace overwrites it")
        for new, final in pairs:
            final.parent.mkdir(parents=True, exist_ok=True)
            new.chmod(0o644)
            os.replace(new, final)  # noqa: PTH105 - over whatever is there
        self.discard()

    def discard(self) -> None:
        """Take away what was written on the way."""
        shutil.rmtree(self._work, ignore_errors=True)

    def _final(self, path: str) -> Path:
        return self.destination.joinpath(*PurePosixPath(path).parts) if path else self.destination


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
