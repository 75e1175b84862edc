"""``SHA256SUMS``: the digest of every other file, as ``sha256sum --check`` reads it.

But for the receipt: that has the digest of this list too, and neither can name the other's before it is written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

NAME = "SHA256SUMS"


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digests(directory: Path) -> dict[str, str]:
    """The SHA-256 of every file, by its path, sorted; a link has none, whatever it leads to."""
    found = (path for path in directory.rglob("*") if path.is_symlink() or not path.is_dir())
    paths = {path.relative_to(directory).as_posix(): path for path in found}
    return {name: "" if path.is_symlink() else digest(path) for name, path in sorted(paths.items())}


def write_checksums(directory: Path, made: Mapping[str, bytes]) -> None:
    """Write the list of all files that lie there so far, those that were ``made`` here by what they should hold."""
    listed = digests(directory) | {name: hashlib.sha256(data).hexdigest() for name, data in made.items()}
    lines = [f"{value}  {name}\n" for name, value in sorted(listed.items())]
    (directory / NAME).write_text("".join(lines), encoding="utf-8", newline="\n")


def read_checksums(directory: Path) -> dict[str, str]:
    """The list that lies there."""
    return parsed((directory / NAME).read_bytes())


def parsed(data: bytes) -> dict[str, str]:
    """The files that a list names, with their hashes."""
    lines = data.decode("utf-8", "replace").splitlines()
    return {name: value for value, _, name in (line.partition("  ") for line in lines)}
