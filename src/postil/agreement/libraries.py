"""The libraries that measuring needs. This module needs none, so that it can say so."""

from __future__ import annotations

from importlib.util import find_spec

from postil.errors import MissingExtra


def require_libraries(purpose: str) -> None:
    """Raise :class:`~postil.errors.MissingExtra` where one is not installed."""
    for library in ("numpy", "scipy"):
        if not find_spec(library):
            raise MissingExtra(purpose, library, "agree")
