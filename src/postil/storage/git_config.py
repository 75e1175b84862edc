"""Making git merge and compare annotation sets by annotation: lines of ``.gitattributes`` and a few of its configuration."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from postil.errors import PostilError
from postil.storage.safe_files import write_atomically

ATTRIBUTES = ".gitattributes"
CONFLICTS = 99
"""The exit status by which git's driver tells conflicts from whatever else may go wrong."""

_LINES = (  # of .gitattributes: which files, and what must be said of them
    ("annotations/**/*.jsonl", ("text", "eol=lf", "merge=postil", "diff=postil")),
    # Two people's decisions both stay, a line each: the later counts, and what they decided in different ways is named.
    ("adjudication/**/*.jsonl", ("text", "eol=lf", "merge=union")),
    # Documents that two branches add are both placed; one that they place differently has two lines, which is found.
    ("corpus/splits.jsonl", ("text", "eol=lf", "merge=union")),
)
_OURS = "-m postil "


class Setting(NamedTuple):
    """A setting of git's configuration as it is now. ``is_kept``: somebody else's value was there, and still is."""

    name: str
    value: str
    is_kept: bool = False


def has_attributes(root: Path) -> bool:
    """Whether ``.gitattributes`` at the root of the corpus says all that git has to know."""
    path = root / ATTRIBUTES
    return path.is_file() and not _missing(path.read_bytes().splitlines())


def write_attributes(root: Path) -> bool:
    """Say in ``.gitattributes`` at the root of the corpus whose driver sets have; returns whether the file changed.

    What else is in it stays byte for byte, whatever its encoding and its line ends are.
    """
    path = root / ATTRIBUTES
    data = path.read_bytes() if path.is_file() else b""
    lines = data.splitlines(keepends=True)
    missing = _missing(lines)
    if not missing:
        return False
    end = b"\r\n" if lines and lines[0].endswith(b"\r\n") else b"\n"
    if lines and not lines[-1].endswith((b"\n", b"\r")):
        lines[-1] += end
    lesser = [[pattern, b"text", b"eol=lf"] for pattern, _ in missing]
    kept = [line for line in lines if line.split() not in lesser]
    return write_atomically(root, path, b"".join([*kept, *(b" ".join([pattern, *said]) + end for pattern, said in missing)]))


def _missing(lines: Sequence[bytes]) -> list[tuple[bytes, list[bytes]]]:
    """What the lines do not say yet."""
    said = [line.split() for line in lines]
    wanted = [(pattern.encode(), [each.encode() for each in attributes]) for pattern, attributes in _LINES]
    return [
        (pattern, attributes)
        for pattern, attributes in wanted
        if not any(words[:1] == [pattern] and set(attributes[2:] or attributes) <= set(words) for words in said)
    ]


def configure(root: Path) -> list[Setting]:
    """Set what git has to call in the repository around ``root``; returns each setting as it is now.

    Git is told this very Python, because what is on the path when it runs is not known. Should that be gone one day, the merge
    fails and says what to do. To git a status over 128 is an error, and nothing is written; older ones take it for a conflict
    like any other: there the file holds both versions between markers, and never only one that looks like the result. A driver
    that somebody else set is left alone.

    Raises :class:`~postil.errors.PostilError` where there is no git or no repository.
    """
    settings = []
    for name, value in _wanted().items():
        found = _git(root, "config", "--get", name)
        current = found.stdout.decode("utf-8", "surrogateescape").rstrip("\n") if found.returncode == 0 else ""
        if current and not name.endswith(".name") and _OURS not in current:
            settings.append(Setting(name, current, is_kept=True))
            continue
        done = _git(root, "config", "--local", name, value)
        if done.returncode:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())
            if _git(root, "rev-parse", "--git-dir").returncode:
                raise PostilError(f"{root} is in no git repository: git init, then postil install-git")
            raise PostilError(f"git could not be configured: {said}")
        settings.append(Setting(name, value))
    return settings


def _wanted() -> dict[str, str]:
    postil = f"{shlex.quote(Path(sys.executable).as_posix())} -P -m postil"  # -P: no module that lies in the repository is run
    both = '{ echo "<<<<<<< ours"; cat %A; echo "======="; cat %B; echo ">>>>>>> theirs"; } > %A.both && mv -f %A.both %A'
    help_ = 'echo "postil could not run: postil install-git, then git checkout -m -- FILE for what is in conflict" >&2'
    return {
        "merge.postil.name": "annotation sets, merged by annotation",
        "merge.postil.driver": (
            f"{postil} merge-file %O %A %B --path %P --git; "
            f"case $? in 0) ;; {CONFLICTS}) exit 1 ;; *) {both}; {help_}; exit 129 ;; esac"
        ),
        "diff.postil.command": f'f() {{ {postil} diff --git "$@" || diff -u "$2" "$5" || true; }}; f',
        "diff.postil.textconv": f'f() {{ {postil} diff --textconv "$1" || cat "$1"; }}; f',
    }


def _git(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=False)  # noqa: S603, S607
    except OSError as error:
        raise PostilError("git is not installed, or not on the path") from error
