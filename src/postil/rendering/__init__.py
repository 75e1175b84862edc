"""A document with its highlights: :mod:`~postil.rendering.terminal` for a terminal, :mod:`~postil.rendering.html` for a page."""
