"""Directories for work on its way. Each is called after the process that holds it, so that the next finds those of the dead."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from postil.signals import held_back
from postil.storage.holder import Holder


@contextmanager
def held_directory(place: Path, purpose: str, clear: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """An empty directory in ``place``, which is made where there is none; gone afterwards.

    One that a process could not take away, as it was ended, the next for this ``purpose`` does. ``clear``: does what is
    to be done with it before that.
    """
    made = [path for path in (place, *place.parents) if not path.exists()]
    work = place / f"{purpose}-{Holder.this_process().name}"
    try:
        work.mkdir(0o700, parents=True)
        for left in _left_over(place, f"{purpose}-"):
            with held_back():
                if clear:
                    clear(left)
                shutil.rmtree(left, ignore_errors=True)
        yield work
    finally:
        with held_back():
            shutil.rmtree(work, ignore_errors=True)
            with suppress(OSError):  # something is in it
                for path in made:
                    path.rmdir()


def temporary() -> Path:
    """Where the system has what is soon gone."""
    return Path(tempfile.gettempdir())


def _left_over(place: Path, prefix: str) -> list[Path]:
    """Directories of this user that no process which may still run holds."""
    with os.scandir(place) as entries:
        found = [
            entry
            for entry in entries
            if entry.name.startswith(prefix)
            and (holder := Holder.named(entry.name.removeprefix(prefix)))
            and not holder.may_be_alive
        ]
    return [Path(entry.path) for entry in found if entry.is_dir(follow_symlinks=False) and _is_own(entry)]


def _is_own(entry: os.DirEntry[str]) -> bool:
    """Whether it is this user's: in a directory that is everybody's, others may have put anything."""
    return not hasattr(os, "geteuid") or entry.stat(follow_symlinks=False).st_uid == os.geteuid()
