"""Other people's formats: one module or package each, which announces a :class:`~postil.exchange.format.Format`.

What a format can keep is declared once, in ``keeps``. From it come the table of ``postil formats``, the refusal to lose
anything, and the test that everything it keeps comes back.
"""

from __future__ import annotations

import re
from itertools import islice

from postil.errors import UnreadableFile
from postil.exchange.format import Format
from postil.exchange.sources import Source
from postil.registry import names, part

_LOOKED_AT = 20  # files of a source
_BEGINNING = 1 << 16  # bytes


def format_named(name: str) -> Format | None:
    """The format of this name. Its module is called like it, and no other is imported; ``None`` where there is none."""
    called = name.replace("-", "_")
    if not name or called not in names("postil.formats"):
        return None
    format_ = part("postil.formats", called, Format)
    return format_ if format_.name == name else None


def all_formats() -> dict[str, Format]:
    """Every format by its name."""
    found = (part("postil.formats", name, Format) for name in names("postil.formats"))
    return {format_.name: format_ for format_ in found}


def likely_formats(source: Source) -> list[str]:
    """The names of the formats whose signs the beginnings of a source's files bear, those that bear most first."""
    found: dict[str, int] = {}
    known = all_formats()
    for file in islice(source.all_files.values(), _LOOKED_AT):
        try:
            beginning = next(file.chunks(_BEGINNING), b"").decode("utf-8-sig", "replace")
        except UnreadableFile:
            continue
        for name, format_ in known.items():
            if any(re.search(sign, beginning, re.MULTILINE) for sign in format_.signs):
                found[name] = found.get(name, 0) + 1
    return sorted(found, key=lambda name: -found[name])
