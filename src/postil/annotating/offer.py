"""What another set offers: its spans as suggestions, and which of them are left."""

from __future__ import annotations

from collections.abc import Sequence

from postil.annotating.marks import Marks
from postil.lazy import lazy
from postil.model import Span


class Offer:
    """The spans of another's set. Which are left is worked out anew only where the set, or what was rejected, is another one."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = tuple(spans)
        self._last: tuple[Marks | None, frozenset[str], list[Span]] = (None, frozenset(), [])

    def left(self, marks: Marks, rejected: frozenset[str]) -> list[Span]:
        """The suggestions that are neither taken nor turned down, in canonical order.

        A suggestion is gone when it was rejected, and when the set has a span of its layer just there, whatever its label.
        """
        if self._last[0] is not marks or self._last[1] is not rejected:
            taken = marks.places
            left = [span for span, place, key in self._known if place not in taken and key not in rejected]
            self._last = (marks, rejected, left)
        return self._last[2]

    @lazy
    def _known(self) -> list[tuple[Span, tuple[object, ...], str]]:
        return [(span, (span.layer, span.extents), key_of(span)) for span in self.spans]


def key_of(span: Span) -> str:
    """What a suggestion is known by when it was rejected: what it says of which place, whoever says it."""
    return f"{span.layer}/{span.label}@{','.join(f'{start}-{end}' for start, end in span.extents)}"
