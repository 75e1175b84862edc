"""How findings are shown: one module each, which announces a :class:`Report`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from postil.findings import Finding, Tally


class Style(msgspec.Struct, frozen=True):
    """``colour``: whether to use it. ``prefix``: the path from the repository's root to the corpus's, with ``/``, or nothing.

    Reports for people name files from the corpus root, reports for forges and editors from the repository's.
    """

    colour: bool = False
    prefix: str = ""


class Report(msgspec.Struct, frozen=True):
    """A way to show findings. ``lines`` yields the report's lines without their ends."""

    name: str
    summary: str
    lines: Callable[[Sequence[Finding], Tally, Style], Iterator[str]]
