"""The receipt of an export: which files it wrote, with their hashes, so that the next may take their place and no others'."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec

from postil.formats.hf.checksums import digests

NAME = "postil-export.json"

_SHARD = re.compile(r"[^/]+/(.+)-\d{5}-of-\d{5}\.parquet")


def parsed(data: bytes) -> dict[str, str]:
    """The files that a receipt names, with their hashes; none where it is none."""
    try:
        return msgspec.json.decode(data, type=dict[str, str])
    except (msgspec.MsgspecError, UnicodeError):
        return {}


def read_receipt(directory: Path) -> dict[str, str]:
    """The files of the export that lies there, with their hashes; none where no export left a receipt."""
    try:
        return parsed((directory / NAME).read_bytes())
    except OSError:
        return {}


def write_receipt(directory: Path) -> None:
    """Write the receipt of all that lies there."""
    (directory / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(digests(directory), order="sorted")) + b"\n")


def no_longer_there(before: Iterable[str], after: Iterable[str]) -> list[str]:
    """What one export had and the next has not, by the paths of their files: configs, other directories and files, splits."""
    there = set(_held(after))
    gone = [what for what in dict.fromkeys(_held(before)) if what not in there]
    return [what for what in gone if what.rpartition("/")[0] not in gone]


def _held(paths: Iterable[str]) -> Iterator[str]:
    """What files make up: the directories that each is in, a file that is in none, and the split of a table."""
    for path in paths:
        directories = path.split("/")[:-1] or [path]
        yield from ("/".join(directories[:depth]) for depth in range(1, len(directories) + 1))
        if found := _SHARD.fullmatch(path):
            yield f"the split {found[1]}"
