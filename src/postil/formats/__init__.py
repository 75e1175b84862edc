"""Other people's formats: one module or package each, which announces a :class:`~postil.exchange.format.Format`.

What a format can keep is declared once, in ``keeps``. From it come the table of ``postil formats``, the refusal to lose
anything, and the test that everything it keeps comes back.
"""

from __future__ import annotations

from postil.exchange.format import Format
from postil.registry import names, part


def all_formats() -> dict[str, Format]:
    """Every format by its name."""
    found = (part("postil.formats", name, Format) for name in names("postil.formats"))
    return {format_.name: format_ for format_ in found}
