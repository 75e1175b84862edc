"""Names that a format keeps for itself, and how others stay apart from them."""

from __future__ import annotations

from collections.abc import Collection


def escaped(name: str, reserved: Collection[str]) -> str:
    """A name that is none of the reserved ones: ``_`` before one that would be."""
    return f"_{name}" if name.lstrip("_") in reserved else name


def unescaped(name: str, reserved: Collection[str]) -> str:
    """The name that was escaped so."""
    return name[1:] if name.startswith("_") and name.lstrip("_") in reserved else name
