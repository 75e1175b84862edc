"""Texts as they were, found in a repository, or beside it, by what they hash to. Nothing here writes or needs a network."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

_GIT = ("git", "-c", "core.quotePath=false")
_TEXTS = ":(top,glob)**/*.txt"
_LARGEST = 100_000_000  # bytes of a blob that is looked at though nothing says that it is a text
_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def texts_by_sha256(root: Path, wanted: Collection[str], likely: Sequence[str] = ()) -> dict[str, bytes]:
    """The contents among all versions of all files, of any commit, under any name, that have one of these SHA-256.

    Versions of the ``likely`` paths (from ``root``) are looked at first, the newest first; then all ``.txt`` files of the
    repository, those that stand beside the likely ones now, and at last whatever the repository holds, fetched or about to be
    merged. Empty where there is no git, no repository or no such version: that is no error.
    """
    found: dict[str, bytes] = {}
    missing = set(wanted)
    for contents in _sources(root, likely):
        if not missing:
            break
        for data in contents:
            digest = hashlib.sha256(data).hexdigest()
            if digest in missing:
                found[digest] = data
                missing.remove(digest)
                if not missing:
                    break
    return found


def why_no_history(root: Path) -> str:
    """Why git tells nothing about this directory, in its own words where there is a repository; empty where it does."""
    try:
        done = _run(root, "rev-parse", "--git-dir")
    except OSError as error:
        return f"git cannot be run: {error.strerror}"
    if done.returncode == 0:
        return ""
    said = done.stderr.decode(errors="replace").strip().split("\n")[0]
    return "there is no git repository" if "not a git repository" in said else f"git says: {said}"


def _sources(root: Path, likely: Sequence[str]) -> Iterator[Iterable[bytes]]:
    for pathspecs in ([f":(literal){path}" for path in dict.fromkeys(likely)], [_TEXTS]):
        if pathspecs:
            yield _contents(root, _blobs(root, pathspecs))
    yield _standing(root, likely)
    yield _contents(root, _all_blobs(root))


def _standing(root: Path, likely: Sequence[str]) -> Iterator[bytes]:
    """The texts that stand now in the directories, from the root, that the likely ones are in."""
    for top in dict.fromkeys(Path(path).parts[0] for path in likely if len(Path(path).parts) > 1):
        for path in sorted((root / top).rglob("*.txt")):
            try:
                yield path.read_bytes()
            except OSError:
                continue


def _blobs(root: Path, pathspecs: Sequence[str]) -> list[bytes]:
    """The names of all versions of files: of the index first, then of all commits, the newest first."""
    found = [line.split()[1] for line in _lines(root, "ls-files", "-s", "--", *pathspecs)]
    log = ("log", "--all", "--reflog", "--format=", "--raw", "--no-abbrev", "--no-renames", "-m", "--root")
    for line in _lines(root, *log, "--", *pathspecs):  # ":100644 100644 OLD NEW M<tab>path"
        fields = line.split(b" ", 4)
        if line.startswith(b":") and len(fields) == 5:
            found += [name for name in (fields[3], fields[2]) if name.strip(b"0")]
    return list(dict.fromkeys(found))


def _all_blobs(root: Path) -> list[bytes]:
    """The names of all blobs that there are, whatever names them."""
    listing = ("cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectname) %(objectsize)")
    parts = (line.split() for line in _lines(root, *listing))
    return [name for kind, name, size in parts if kind == b"blob" and int(size) <= _LARGEST]


def _environment(root: Path) -> dict[str, str]:
    """The environment without what a hook says of the repository: relative, it is wrong from ``root``.

    Where there is no repository to be found from ``root``, one that is named is.
    """
    own = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    own |= {"LC_ALL": "C", "GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0"}
    is_found = any((each / ".git").exists() for each in (root.resolve(), *root.resolve().parents))
    if not is_found:
        named = ("GIT_DIR", "GIT_WORK_TREE")
        own |= {name: str(Path(os.environ[name]).absolute()) for name in named if os.environ.get(name)}
    return own


def _command(root: Path, *arguments: str) -> list[str]:
    return [*_GIT, "-C", str(root), *arguments]


def _run(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(_command(root, *arguments), capture_output=True, check=False, env=_environment(root))  # noqa: S603


def _lines(root: Path, *arguments: str) -> list[bytes]:
    try:
        done = _run(root, *arguments)
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
        command, pipe = _command(root, "cat-file", "--batch"), subprocess.PIPE
        with subprocess.Popen(  # noqa: S603
            command, stdin=names, stdout=pipe, stderr=subprocess.DEVNULL, env=_environment(root)
        ) as process:
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
