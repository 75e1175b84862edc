"""The texts that the sets of a merge are about: in the working tree, in the history, or in what is being merged.

What was fetched from a fork is in no branch yet when git asks for the merge, but git says what it merges.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from postil.errors import PostilError
from postil.storage.git_history import texts_by_sha256
from postil.storage.git_versions import files_at
from postil.storage.merge_commits import commits_being_merged

_FETCHED = "FETCH_HEAD"  # what was fetched last, which may be what comes in


def texts_for_merge(root: Path, wanted: Collection[str], documents: Sequence[str]) -> dict[str, str]:
    """Those of the wanted texts that are found, by their SHA-256. ``documents``: whose texts they are most likely."""
    paths = [f"corpus/{document}.txt" for document in dict.fromkeys(documents)]
    found: dict[str, bytes] = {}
    missing = set(wanted)
    for data in _near(root, paths):
        digest = hashlib.sha256(data).hexdigest()
        if digest in missing:
            found[digest] = data
            missing.remove(digest)
    if missing:
        found |= texts_by_sha256(root, missing, paths)
    return {digest: text for digest, data in found.items() if (text := _decoded(data)) is not None}


def _decoded(data: bytes) -> str | None:
    """The text; ``None`` for what is none, because offsets into it mean nothing."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _near(root: Path, paths: Sequence[str]) -> Iterator[bytes]:
    """The texts of these paths in the working tree, then in each commit that is being merged."""
    for path in paths:
        try:
            yield (root / path).read_bytes()
        except OSError:
            continue
    for revision in (*commits_being_merged(root), _FETCHED):
        try:
            yield from files_at(root, revision, paths).values()
        except (PostilError, ValueError):
            continue
