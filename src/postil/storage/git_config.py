"""Making git merge and compare annotation sets by annotation: two lines of ``.gitattributes`` and a few of its configuration."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

from postil.errors import PostilError
from postil.storage.safe_files import write_atomically

ATTRIBUTES = ".gitattributes"
CONFLICTS = 99
"""The exit status by which git's driver tells conflicts from whatever else may go wrong."""

_SETS = "annotations/**/*.jsonl"
_LINE = f"{_SETS} text eol=lf merge=postil diff=postil"


def write_attributes(root: Path) -> bool:
    """Say in ``.gitattributes`` at the root of the corpus whose driver sets have; returns whether the file changed."""
    path = root / ATTRIBUTES
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    lines = text.splitlines()
    if any(line.split()[:1] == [_SETS] and {"merge=postil", "diff=postil"} <= set(line.split()) for line in lines):
        return False
    kept = [line for line in lines if line.split() != [_SETS, "text", "eol=lf"]]
    return write_atomically(root, path, ("\n".join([*kept, _LINE]) + "\n").encode())


def configure(root: Path) -> list[tuple[str, str]]:
    """Set what git has to call in the repository around ``root``; returns each setting with its value.

    Git is told this very Python, because what is on the path when it runs is not known. Should that be gone one day, git merges
    and shows lines as it always does: a driver that only failed would leave one side's version, and look like a conflict.
    Raises :class:`~postil.errors.PostilError` where there is no git or no repository.
    """
    postil = f"{shlex.quote(Path(sys.executable).as_posix())} -m postil"
    lines = "git merge-file -L ours -L base -L theirs %A %O %B"
    settings = [
        ("merge.postil.name", "annotation sets, merged by annotation"),
        (
            "merge.postil.driver",
            f"{postil} merge-file %O %A %B --path %P --git; case $? in 0) ;; {CONFLICTS}) exit 1 ;; *) {lines} ;; esac",
        ),
        ("diff.postil.command", f'f() {{ {postil} diff --git "$@" || diff -u "$2" "$5" || true; }}; f'),
        ("diff.postil.textconv", f'f() {{ {postil} diff --textconv "$1" || cat "$1"; }}; f'),
    ]
    for name, value in settings:
        command = ["git", "-C", str(root), "config", "--local", name, value]
        try:
            done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
        except FileNotFoundError as error:
            raise PostilError("git is not installed") from error
        if done.returncode:
            said = " ".join(done.stderr.decode("utf-8", "replace").split())
            raise PostilError(f"git could not be configured: {said}")
    return settings
