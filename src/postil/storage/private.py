"""What commands keep in a corpus for themselves: in ``.postil``, which git ignores."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from postil.errors import UnsafePath
from postil.storage.held_directory import held_directory
from postil.storage.safe_files import is_inside

DIRECTORY = ".postil"
_IGNORE = ".gitignore"


def make_private(root: Path, path: Path) -> None:
    """Make a directory in ``.postil`` of the corpus at ``root``, and let git ignore it.

    Raises :class:`~postil.errors.UnsafePath` where links lead it out.
    """
    if not is_inside(root, path):
        raise UnsafePath(f"{path} leads out of {root}: nothing was written")
    path.mkdir(parents=True, exist_ok=True)
    ignore = root / DIRECTORY / _IGNORE
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")


@contextmanager
def work_directory(root: Path, purpose: str) -> Iterator[Path]:
    """An empty directory for files on their way into the corpus at ``root``, gone afterwards.

    One that a process could not take away, as it was ended, the next for this ``purpose`` does.
    """
    top = root / DIRECTORY
    is_new = not top.exists()
    place = top / purpose
    make_private(root, place)
    try:
        with held_directory(place, purpose) as work:
            yield work
    finally:
        with contextlib.suppress(OSError):
            place.rmdir()
        if is_new and [path.name for path in top.iterdir()] == [_IGNORE]:
            shutil.rmtree(top, ignore_errors=True)
