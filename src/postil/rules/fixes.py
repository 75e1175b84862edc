"""What a rule offers to do about a fault: changes that can be looked at before they are made.

``safe``: nothing that an annotator said is lost or changed in meaning, so ``postil check --fix`` does it. ``unsafe``: probably
right, and for a person to approve. :mod:`postil.checking.fixing` makes the changes, and takes back what does harm.
"""

from __future__ import annotations

import msgspec

from postil.model import Header, Record


class RecordChange(msgspec.Struct, frozen=True):
    """Line ``line`` of the set at ``path`` becomes ``record``, or goes (``None``). Other lines stay, byte for byte."""

    path: str
    line: int
    record: Header | Record | None


class Rewrite(msgspec.Struct, frozen=True):
    """The whole file at ``path`` becomes ``data``."""

    path: str
    data: bytes


class Fix(msgspec.Struct, frozen=True):
    """Changes that belong together, and in a few words what they do."""

    title: str
    is_safe: bool
    changes: tuple[RecordChange | Rewrite, ...]
