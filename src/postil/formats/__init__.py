"""Other people's formats: one module or package each, which announces a :class:`~postil.exchange.format.Format`.

What a format can keep is declared once, in ``keeps``. From it come the table of ``postil formats``, the refusal to lose
anything, and the test that everything it keeps comes back.
"""

from __future__ import annotations

from postil.exchange.format import Format
from postil.registry import names, part


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
