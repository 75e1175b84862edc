"""Reading and writing that never leaves the corpus and never leaves half a file."""

from __future__ import annotations

import contextlib
import os
import re
from functools import cache
from pathlib import Path

from postil.errors import UnsafePath
from postil.storage.holder import Holder
from postil.text import quote

_PART = re.compile(r"[A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)  # files that Windows cannot have
_LONGEST_PART = 120
_LONGEST_ID = 400
_PREFIX, _SUFFIX = ".postil-", ".tmp"


def portable_name_fault(name: str) -> str:
    """Why a document id (or an annotator) is not one that every system can have as a path; empty when it is."""
    if not name:
        return "it is empty"
    if len(name) > _LONGEST_ID:
        return f"it has {len(name)} characters, more than {_LONGEST_ID}"
    for part in name.split("/"):
        if not part or part in (".", ".."):
            return f"a part of it is {quote(part)}"
        if not _PART.fullmatch(part):
            return f"{quote(part)} has characters other than A-Z, a-z, 0-9, “.”, “_” and “-”"
        if len(part) > _LONGEST_PART:
            return f"a part of it has more than {_LONGEST_PART} characters"
        if part.endswith(".") or part.startswith("."):
            return f"{quote(part)} begins or ends with a full stop"
        if _RESERVED.fullmatch(part):
            return f"{quote(part)} is a device on Windows"
    return ""


def document_id_fault(document: str) -> str:
    """Why a document id cannot be one; empty when it can."""
    if document.casefold() == "corpus":
        return "corpus/corpus.toml is the manifest"
    return portable_name_fault(document)


def is_inside(root: Path, path: Path) -> bool:
    """Whether ``path``, with every link followed, lies in ``root``."""
    real_root = os.path.realpath(root)
    try:
        return os.path.commonpath((real_root, os.path.realpath(path))) == real_root
    except ValueError:  # on Windows: another drive
        return False


def write_atomically(root: Path, path: Path, data: bytes) -> bool:
    """Make ``path`` hold ``data``: wholly, or not at all. Returns whether anything had to change.

    Raises :class:`~postil.errors.UnsafePath` when links lead the path out of ``root``.
    """
    if not is_inside(root, path):
        raise UnsafePath(f"{path} leads out of {root}: nothing was written")
    with contextlib.suppress(OSError):
        if path.stat().st_size == len(data) and path.read_bytes() == data:
            return False
    path.parent.mkdir(parents=True, exist_ok=True)
    target = Path(os.path.realpath(path))  # a link inside the corpus stays a link
    _take_away_left_over(target.parent)
    temporary = target.with_name(f"{_PREFIX}{Holder.this_process().name}{_SUFFIX}")
    try:
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            temporary.chmod(target.stat().st_mode & 0o7777)
        temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    return True


@cache
def _take_away_left_over(directory: Path) -> None:
    """Take away, once, the half files of processes that were ended by force."""
    for path in directory.glob(f"{_PREFIX}*{_SUFFIX}"):
        holder = Holder.named(path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX))
        if holder and not holder.may_be_alive:
            with contextlib.suppress(OSError):
                path.unlink()
