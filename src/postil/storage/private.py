"""What commands keep in a corpus for themselves: in ``.postil``, which git ignores."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from postil.errors import UnsafePath
from postil.storage.holder import Holder, read_holder
from postil.storage.safe_files import is_inside, write_atomically

DIRECTORY = ".postil"
_IGNORE = ".gitignore"
_TOKEN = re.compile(r"[0-9a-f]{16}(?=(\.json)?$)")


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

    One that a process could not take away, as it was ended, the next for this ``purpose`` does. Beside each lies a file that
    says whose it is: it is there before the directory, and goes after it.
    """
    top = root / DIRECTORY
    is_new = not top.exists()
    place = top / purpose
    make_private(root, place)
    _clear_left_over(place)
    holder = Holder.this_process()
    said, work = place / f"{holder.token}.json", place / holder.token
    write_atomically(root, said, msgspec.json.encode(holder))
    work.mkdir()
    try:
        yield work
    finally:
        _remove(work, said)
        with contextlib.suppress(OSError):
            place.rmdir()
        if is_new and [path.name for path in top.iterdir()] == [_IGNORE]:
            shutil.rmtree(top, ignore_errors=True)


def _clear_left_over(place: Path) -> None:
    """Take away what no process that may still run holds."""
    for name in {found[0] for path in place.iterdir() if (found := _TOKEN.match(path.name))}:
        work, said = place / name, place / f"{name}.json"
        holder = read_holder(said)
        if holder is None or not holder.may_be_alive:
            _remove(work, said)


def _remove(work: Path, said: Path) -> None:
    shutil.rmtree(work, ignore_errors=True)
    said.unlink(missing_ok=True)
