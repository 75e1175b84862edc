"""Files as a revision has them. Nothing here writes."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from subprocess import run

from postil.errors import PostilError

Renamed = tuple[str, str]
"""A path from the root as it was and as it is; the same for most, empty where there was, or is, no such file."""


def commits(root: Path, given: Sequence[str]) -> list[str]:
    """The one or two commits that revisions name: ``A``, ``A B``, ``A..B``, or ``A...B`` (what B has since it left A).

    Raises :class:`~postil.errors.PostilError`, in git's words, where there is no such revision.
    """
    if len(given) == 1 and "..." in given[0]:
        one, _, other = given[0].partition("...")
        ends = [_commit(root, one or "HEAD"), _commit(root, other or "HEAD")]
        return [_git(root, "merge-base", *ends).decode().strip(), ends[1]]
    if len(given) == 1 and ".." in given[0]:
        one, _, other = given[0].partition("..")
        given = (one or "HEAD", other or "HEAD")
    return [_commit(root, revision) for revision in given]


def _commit(root: Path, revision: str) -> str:
    if revision.startswith("-"):
        raise PostilError(f"{revision} is no revision")
    try:
        return _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    except PostilError as error:
        if "this is not a git repository" in str(error):
            raise
        raise PostilError(f"{revision} is no revision: git says: {error}") from error


def changed_files(root: Path, revisions: Sequence[str], under: str) -> list[Renamed]:
    """The files under a directory that differ between two revisions, or between one and the working tree.

    ``revisions``: as :func:`commits` has them. Raises :class:`~postil.errors.PostilError` where there is no git or repository.
    """
    named = _git(root, "diff", "--name-status", "-z", "--find-renames", "--relative", "--no-ext-diff", *revisions, "--", under)
    fields = iter(named.decode("utf-8", "surrogateescape").split("\0")[:-1])
    found = []
    for status in fields:
        path = next(fields)
        if status[0] in "RC":
            found.append((path if status[0] == "R" else "", next(fields)))
        else:
            found.append(("" if status == "A" else path, "" if status == "D" else path))
    if len(revisions) == 1:
        new = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", under).decode("utf-8", "surrogateescape")
        found += [("", path) for path in new.split("\0") if path]
    return sorted(found, key=lambda pair: pair[1] or pair[0])


def files_at(root: Path, revision: str, paths: Sequence[str]) -> dict[str, bytes]:
    """The content of each of these paths, from ``root``, in a revision; those that it has not are left out."""
    wanted = [path for path in paths if path and "\n" not in path]
    found = _contents(root, [f"{revision}:./{path}" for path in wanted])
    return {path: data for path, data in zip(wanted, found, strict=True) if data is not None}


def file_in(root: Path, revisions: Sequence[str], path: str) -> list[bytes]:
    """The content of a path, from ``root``, in each of these revisions; such as are none, or have no such file, are left out."""
    return [data for data in _contents(root, [f"{revision}:./{path}" for revision in revisions]) if data is not None]


def _contents(root: Path, names: Sequence[str]) -> list[bytes | None]:
    """The content of each blob; ``None`` for what is none."""
    if not names:
        return []
    given = "".join(f"{name}\n" for name in names).encode("utf-8", "surrogateescape")
    out = memoryview(_git(root, "cat-file", "--batch", stdin=given))
    found: list[bytes | None] = []
    at = 0
    for _ in names:
        end = out.obj.index(b"\n", at)  # type: ignore[attr-defined]
        header = bytes(out[at:end]).split()
        at = end + 1
        if len(header) != 3 or not header[2].isdigit():  # "… missing", and a name may have blanks
            found.append(None)
            continue
        size = int(header[2])
        found.append(bytes(out[at : at + size]) if header[1] == b"blob" else None)
        at += size + 1
    return found


def path_in_git(root: Path, name: str) -> Path:
    """Where git keeps a file of its own. Raises :class:`~postil.errors.PostilError` where there is no git or repository."""
    return root / _git(root, "rev-parse", "--git-path", name).decode("utf-8", "surrogateescape").rstrip("\n")


def _git(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    with tempfile.TemporaryFile() as given:
        given.write(stdin)
        given.seek(0)
        try:
            done = run(["git", "-C", str(root), *arguments], stdin=given, capture_output=True, check=False)  # noqa: S603, S607
        except FileNotFoundError as error:
            raise PostilError("git is not installed: comparing revisions needs it") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        if "not a git repository" in said:
            raise PostilError(
                "this is not a git repository, and revisions cannot be compared: name two sets or two files, or git init first"
            )
        raise PostilError(said or f"git {arguments[0]} failed")
    return done.stdout
