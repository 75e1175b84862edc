"""What git knows of the repository around a corpus. Nothing here needs a network, and nothing writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

from postil.errors import PostilError


def changed_since(root: Path, revision: str) -> list[str]:
    """The paths under ``root``, from it, that were committed, edited, made or removed since this branch left ``revision``.

    Raises :class:`~postil.errors.PostilError` where there is no git, no repository or no such revision.
    """
    if revision.startswith("-"):
        raise PostilError(f"{revision} is no revision")
    base = _git(root, "merge-base", "--", revision, "HEAD", failure=f"git knows no {revision} that this branch comes from")
    changed = _git(root, "diff", "--name-only", "--no-renames", "--relative", "-z", base.strip(), "--", ".")
    new = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    return sorted({path for path in (changed + new).split("\0") if path})


def _git(root: Path, *arguments: str, failure: str = "") -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except FileNotFoundError as error:
        raise PostilError("git is not installed: --changed-since needs it") from error
    if done.returncode:
        said = " ".join(done.stderr.decode("utf-8", "replace").split())
        raise PostilError(": ".join(filter(None, (failure, said))) or f"git {arguments[0]} failed")
    return done.stdout.decode("utf-8", "surrogateescape")
