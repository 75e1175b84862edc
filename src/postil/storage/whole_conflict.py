"""Merging what cannot be merged by annotation: as git does it, with markers, or both versions whole between markers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from postil.errors import PostilError

_HASH = re.compile(rb'"text_sha256"\s*:\s*"([0-9a-fA-F]*)"')


def conflict_in_lines(files: Sequence[Path]) -> bytes:
    """Base, ours and theirs, of which one is no readable set, merged by line as far as that cannot do harm.

    Lines of sets about different texts are never mixed: those of one side would have offsets into the text of the other.
    Raises :class:`~postil.errors.PostilError` where a version is no text at all.
    """
    base, ours, theirs = (file.read_bytes() for file in files)
    if b"\0" in base + ours + theirs:
        raise PostilError("a version is no text: it has NUL bytes")
    if len({tuple(_HASH.findall(data.split(b"\n", 1)[0])) for data in (base, ours, theirs) if data.strip()}) > 1:
        return both_whole(ours, theirs)
    names = ["-L", "ours", "-L", "base", "-L", "theirs"]
    command = ["git", "merge-file", "-p", *names, *(str(files[number]) for number in (1, 0, 2))]
    try:
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except OSError:
        return both_whole(ours, theirs)
    return done.stdout if 0 <= done.returncode < 128 else both_whole(ours, theirs)


def both_whole(ours: bytes, theirs: bytes) -> bytes:
    """Both versions, one after the other, between markers."""
    ours, theirs = (data if data.endswith(b"\n") or not data else data + b"\n" for data in (ours, theirs))
    return b"<<<<<<< ours\n" + ours + b"=======\n" + theirs + b">>>>>>> theirs\n"
