"""The section on splits: how documents were divided, and what leaks."""

from __future__ import annotations

from postil.formats.hf.about import About


def splits_section(about: About) -> str:
    """How documents were divided."""
    return " ".join(f"{line[0].upper()}{line[1:]}." for line in about.written.about_splits())
