"""Texts as they were, found in the history of a repository by what they hash to. Nothing here writes or needs a network."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import IO

_GIT = ("git", "-c", "core.quotePath=false")
_TEXTS = ":(glob)**/*.txt"


def texts_by_sha256(root: Path, wanted: Collection[str], likely: Sequence[str] = ()) -> dict[str, bytes]:
    """The contents among all versions of all ``.txt`` files, of any commit, under any name, that have one of these SHA-256.

    Versions of the ``likely`` paths (from ``root``) are looked at first, the newest first. Empty where there is no git, no
    repository or no such version: that is no error.
    """
    found: dict[str, bytes] = {}
    missing = set(wanted)
    for pathspecs in ([*dict.fromkeys(f":(literal){path}" for path in likely)], [_TEXTS]):
        if not missing or not pathspecs:
            continue
        blobs = _blobs(root, pathspecs)
        for data in _contents(root, blobs):
            digest = hashlib.sha256(data).hexdigest()
            if digest in missing:
                found[digest] = data
                missing.remove(digest)
                if not missing:
                    break
    return found


def _blobs(root: Path, pathspecs: Sequence[str]) -> list[bytes]:
    """The names of all versions of files: of the index first, then of all commits, the newest first."""
    found = [line.split()[1] for line in _lines(root, "ls-files", "-s", "--", *pathspecs)]
    log = ("log", "--all", "--reflog", "--format=", "--raw", "--no-abbrev", "--no-renames", "-m", "--root")
    for line in _lines(root, *log, "--", *pathspecs):  # ":100644 100644 OLD NEW M<tab>path"
        fields = line.split(b" ", 4)
        if line.startswith(b":") and len(fields) == 5:
            found += [name for name in (fields[3], fields[2]) if name.strip(b"0")]
    return list(dict.fromkeys(found))


def _lines(root: Path, *arguments: str) -> list[bytes]:
    try:
        done = subprocess.run([*_GIT, "-C", str(root), *arguments], capture_output=True, check=False)  # noqa: S603
    except OSError:
        return []
    return done.stdout.split(b"\n")[:-1] if done.returncode == 0 else []


def _contents(root: Path, blobs: Sequence[bytes]) -> Iterator[bytes]:
    """The content of each blob, one after the other: trees, which a listing names as well, are passed over."""
    if not blobs:
        return
    with tempfile.TemporaryFile() as names:
        names.write(b"".join(blob + b"\n" for blob in blobs))
        names.seek(0)
        command = [*_GIT, "-C", str(root), "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=names, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:  # noqa: S603
            assert process.stdout is not None
            try:
                yield from _batch(process.stdout)
            finally:
                process.stdout.close()
                process.terminate()


def _batch(stream: IO[bytes]) -> Iterator[bytes]:
    for header in iter(stream.readline, b""):
        parts = header.split()
        if len(parts) != 3:
            continue  # "… missing"
        data = stream.read(int(parts[2]))
        stream.read(1)
        if parts[1] == b"blob":
            yield data
