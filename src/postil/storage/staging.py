"""Putting files and directories somewhere: made beside the place first, and put there when they are whole.

Whoever is ended on the way leaves the place as it was, or with all that was to be there. Only what is ended by force between
two steps of putting in place leaves something in between: the next one beside it finds that, and restores what was there.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec

from postil.errors import ExportRefused, PostilError
from postil.signals import held_back
from postil.storage.held_directory import held_directory

_PURPOSE = ".postil-export"
_NEW, _OLD, _PLAN = "new", "old", "plan.json"

_Stamps = dict[str, tuple[int, int, int]]  # of each file: inode, nanoseconds of its last change, bytes


class _Plan(msgspec.Struct, frozen=True):
    """What is about to be put in place.

    ``destination``: its name, ``""`` where the staging lies in it; ``parts``: paths in it, ``""`` for all of it, with what goes
    there; ``directories``: those that are made for that.
    """

    destination: str
    parts: dict[str, _Stamps]
    directories: list[str]


class Staging:
    """What is to be at a destination, on its way there.

    ``new``: the file or the directory as it is made, which is not there at first. ``restored``: lines about destinations here
    that somebody who was ended had left half in place.
    """

    def __init__(self, destination: Path, work: Path, restored: Sequence[str]) -> None:
        self.destination, self.restored = destination, restored
        self.new = work / _NEW
        self._work = work

    def put_in_place(self, check: Callable[[], None], parts: Sequence[str] = ("",)) -> None:
        """Put parts of what is new, or all of it, in the place of what is there, unless ``check`` raises: all of them or none.

        Raises :class:`~postil.errors.ExportRefused` where somebody else changes the same at this moment.
        """
        with _alone(self._work.parent):
            finals = [self.destination / part for part in parts]
            before = [_stamps(path) for path in finals]
            check()
            new = {part: _stamps(self.new / part) for part in parts}
            directories = sorted({path for final in finals for path in _missing(final.parent)})
            made = [path.relative_to(self.destination).as_posix() for path in directories]
            plan = _Plan("" if self._work.parent == self.destination else self.destination.name, new, made)
            (self._work / _PLAN).write_bytes(msgspec.json.encode(plan))
            with held_back():
                try:
                    for path in directories:
                        path.mkdir()
                    for part, stamps in zip(parts, before, strict=True):
                        self._put(part, stamps)
                except BaseException:
                    _undo(self._work, plan)
                    raise

    def _put(self, part: str, before: _Stamps) -> None:
        final, old = self.destination / part, self._work / _OLD / part
        old.parent.mkdir(parents=True, exist_ok=True)
        try:
            if os.path.lexists(final):
                _keep(final, old)
            if _stamps(old) != before:
                raise ExportRefused(f"{final} was changed at this very moment: nothing was written. Export again")
            (self.new / part).replace(final)
        except OSError as error:
            why = f"{final} cannot be put in place ({error.strerror})"
            if error.errno in (errno.EBUSY, errno.EXDEV):
                raise ExportRefused(f"{why}: is it mounted, or in use? Nothing was written. Choose a directory in it") from error
            raise ExportRefused(f"{why}: does another export write there? Export again") from error


@contextmanager
def staging(destination: Path, *, is_in_parts: bool = False) -> Iterator[Staging]:
    """A staging for a destination, beside it, gone afterwards.

    ``is_in_parts``: only parts of it will be put in place; then, where nothing can be put into it from beside, it lies in it.
    Restores what was there before somebody was ended in putting things in place. That a disk is full is said with the
    destination.
    """
    restored: list[str] = []

    def restore(left: Path) -> None:
        with _alone(left.parent):
            try:
                plan = msgspec.json.decode((left / _PLAN).read_bytes(), type=_Plan)
            except (OSError, msgspec.MsgspecError):  # it was ended before
                return
            if any(os.path.lexists(left / _NEW / part) for part in plan.parts) and _undo(left, plan):
                restored.append(
                    f"put back {(left.parent / plan.destination).name}, which an interrupted export had left half in place"
                )

    try:
        place = destination if is_in_parts and _is_apart(destination) else destination.parent
        with held_directory(place, _PURPOSE, restore) as work:
            yield Staging(destination, work, restored)
    except OSError as error:
        is_inner = any(part.startswith(_PURPOSE) for part in destination.parts)  # in another's, whose destination says more
        if is_inner or (error.filename and _PURPOSE not in str(error.filename)):
            raise
        raise PostilError(f"{destination}: {error.strerror or error}: nothing was put in place") from error


def _is_apart(directory: Path) -> bool:
    """Whether nothing can be made beside it, or moved from there into it."""
    return directory.is_dir() and (directory.is_mount() or not os.access(directory.parent, os.W_OK))


def _undo(work: Path, plan: _Plan) -> bool:
    """Put back what was there, but where somebody has changed what was put in its place. Returns whether there was any."""
    destination, is_any = work.parent / plan.destination, False
    for part, stamps in plan.parts.items():
        new, final, old = (place / part for place in (work / _NEW, destination, work / _OLD))
        is_placed = not os.path.lexists(new)
        if (is_placed and _stamps(final) == stamps) or (not is_placed and not os.path.lexists(final)):
            if os.path.lexists(old):
                old.replace(final)
                is_any = True
            elif is_placed:
                final.unlink()
                is_any = True
    for name in reversed(plan.directories):
        with suppress(OSError):  # it was not made yet, or something is in it
            (destination / name).rmdir()
    return is_any


def _keep(path: Path, old: Path) -> None:
    """Have what is there at ``old``: a file at both places, as one step then puts another in its place."""
    try:
        if path.is_dir() and not path.is_symlink():
            raise IsADirectoryError
        os.link(path, old, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a directory, or a file system without links
        path.replace(old)


def _stamps(path: Path) -> _Stamps:
    """What tells whether files are the same and unchanged; of one file under the name ``""``, of no file nothing."""
    if path.is_symlink() or not path.is_dir():
        found = [path] if os.path.lexists(path) else []
    else:
        found = [one for one in path.rglob("*") if one.is_symlink() or not one.is_dir()]
    stats = {"" if one == path else one.relative_to(path).as_posix(): one.lstat() for one in found}
    return {name: (stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in stats.items()}


def _missing(directory: Path) -> Iterator[Path]:
    """Directories that would have to be made for this one."""
    while not directory.exists():
        yield directory
        directory = directory.parent


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Only one process at a time puts things in place in a directory; where the system cannot see to that, nobody does.

    The system takes the lock from whoever is ended.
    """
    try:
        import fcntl
    except ImportError:
        yield
        return
    handle = os.open(directory, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
