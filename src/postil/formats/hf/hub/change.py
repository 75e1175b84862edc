"""What a push would change: the files of an export beside those of a repository, each by its hash."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from postil.formats.hf.checksums import digest

Kind = Literal["added", "changed", "removed", "unchanged"]


class RemoteFile(msgspec.Struct, frozen=True):
    """A file of a repository. ``blob``: its git object. ``sha256``: of a file in large file storage, empty for any other."""

    path: str
    size: int
    blob: str
    sha256: str = ""


class Change(msgspec.Struct, frozen=True):
    """What becomes of a file. ``size``, ``before``: its bytes then and now. ``is_foreign``: no export wrote what is there."""

    path: str
    kind: Kind
    size: int = 0
    before: int = 0
    is_foreign: bool = False


class Changes(msgspec.Struct, frozen=True):
    """What becomes of a repository. ``kept``: what an export wrote that the new one has not, and somebody changed since."""

    files: tuple[Change, ...]
    kept: tuple[str, ...]

    def of_kind(self, *kinds: Kind) -> list[Change]:
        """The files of these kinds."""
        return [change for change in self.files if change.kind in kinds]

    @property
    def foreign(self) -> list[str]:
        """The files that would be overwritten although no export wrote them."""
        return [change.path for change in self.files if change.is_foreign]

    def lines(self) -> Iterator[str]:
        """A table for people, without what stays."""
        shown = self.of_kind("added", "changed", "removed")
        width = max((len(change.path) for change in shown), default=0)
        for change in shown:
            before = f" (was {bytes_in_words(change.before)})" if change.kind == "changed" else ""
            size = bytes_in_words(change.before if change.kind == "removed" else change.size)
            yield f"  {change.kind:<8} {change.path:<{width}}  {size}{before}{', not by postil' if change.is_foreign else ''}"
        if same := self.of_kind("unchanged"):
            total = bytes_in_words(sum(change.size for change in same))
            yield f"  unchanged: {len(same):,} file{'s' * (len(same) != 1)}, {total}"
        for path in self.kept:
            yield f"  kept: {path}, which an export wrote and somebody changed since"


def changes(
    root: Path, remote: Iterable[RemoteFile], written: Mapping[str, str], read: Callable[[str], bytes], receipt: str
) -> Changes:
    """Compare the export in ``root`` with a repository.

    ``written``: what the last export wrote there, with hashes, as its ``receipt`` says, a file that is always an export's own.
    ``read``: gives the bytes of a small file of the repository.
    """
    there = {file.path: file for file in remote}
    new = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*")) if path.is_file()}

    def is_own(file: RemoteFile) -> bool:
        if file.path == receipt:
            return True
        wanted = written.get(file.path)
        return wanted is not None and wanted == (file.sha256 or hashlib.sha256(read(file.path)).hexdigest())

    found = [_change(path, full, there.get(path), is_own) for path, full in new.items()]
    stale = [there[path] for path in sorted(written) if path in there and path not in new]
    gone = [file for file in stale if is_own(file)]
    found += [Change(file.path, "removed", before=file.size) for file in gone]
    kept = tuple(file.path for file in stale if file not in gone)
    return Changes(tuple(sorted(found, key=lambda change: change.path)), kept)


def _change(path: str, full: Path, old: RemoteFile | None, is_own: Callable[[RemoteFile], bool]) -> Change:
    size = full.stat().st_size
    if old is None:
        return Change(path, "added", size)
    same = digest(full) == old.sha256 if old.sha256 else _blob(full) == old.blob
    if same:
        return Change(path, "unchanged", size, old.size)
    return Change(path, "changed", size, old.size, is_foreign=not is_own(old))


def _blob(path: Path) -> str:
    """The name of a file's content as a git object."""
    made = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            made.update(chunk)
    return made.hexdigest()


def bytes_in_words(size: int) -> str:
    """``812 B``, ``12.3 kB``, ``4.0 MB``, ``1.2 GB``."""
    if size < 1000:
        return f"{size} B"
    amount, unit = next((size / step, unit) for step, unit in ((1e9, "GB"), (1e6, "MB"), (1e3, "kB")) if size >= step)
    return f"{amount:,.1f} {unit}"
