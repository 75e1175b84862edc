"""Which commits git merges, as far as it says so: to its drivers, in a merge that stopped, and in a rebase."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from postil.errors import PostilError
from postil.storage.git_versions import path_in_git

_HEADS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD")
_GIT_SAYS = "GITHEAD_"  # a variable for each commit that git merges, in the environment of its drivers
_REBASED = "rebase-merge/orig-head"  # the end of the branch that is rebased: git names none of its commits to a driver


def commits_being_merged(root: Path) -> Iterator[str]:
    """What comes in, by names that git understands; such as there may be none of. The commit that it comes into is ``HEAD``."""
    named = [name.removeprefix(_GIT_SAYS) for name in sorted(os.environ) if name.startswith(_GIT_SAYS)]
    yield from (*named, *_HEADS)
    if named:
        return
    try:
        yield path_in_git(root, _REBASED).read_text(encoding="ascii").strip()
    except (PostilError, OSError, ValueError):
        return
