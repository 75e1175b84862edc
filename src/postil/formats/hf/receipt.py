"""The receipt of an export: which files it wrote, with their hashes, so that the next may take their place and no others'."""

from __future__ import annotations

from pathlib import Path

import msgspec

from postil.formats.hf.checksums import digests

NAME = "postil-export.json"


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
