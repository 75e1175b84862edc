"""One annotator's units as stretches of the continuum: in order, each once, and the gaps between them.

A discontinuous unit is as many stretches as it has fragments.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from postil.measures import Continuum, Unit

OVERLAP = "an annotator's units overlap"
ONE_ANNOTATOR = "fewer than two annotators"


class Stretch(NamedTuple):
    """Some of the continuum, from ``start`` to ``end`` (half-open)."""

    start: int
    end: int
    label: str = ""


def stretches(units: Iterable[Unit], length: int) -> list[Stretch]:
    """What the units cover, sorted; the same stretch with the same label only once.

    Raises :class:`ValueError` for a unit that is empty or not inside the continuum.
    """
    found = sorted({Stretch(start, end, unit.label) for unit in units for start, end in unit.extents})
    for start, end, _ in found:
        if not 0 <= start < end <= length:
            raise ValueError(f"no stretch of a continuum of {length}: from {start} to {end}")
    return found


def merged(sorted_stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same without overlaps of one label: those are one stretch. What merely touches stays two."""
    last: dict[str, Stretch] = {}
    found = []
    for stretch in sorted_stretches:
        before = last.get(stretch.label)
        if before and stretch.start < before.end:
            last[stretch.label] = before._replace(end=max(before.end, stretch.end))
        else:
            found.extend([before] if before else [])
            last[stretch.label] = stretch
    return sorted((*found, *last.values()))


def has_overlap(sorted_stretches: Sequence[Stretch]) -> bool:
    """Whether two of them share a place."""
    return any(one.end > other.start for one, other in pairwise(sorted_stretches))


def gaps(tiling: Iterable[Stretch], length: int) -> list[Stretch]:
    """The stretches between those of ``tiling``, which do not overlap, and at both ends."""
    edges = [0, *(edge for stretch in tiling for edge in stretch[:2]), length]
    return [Stretch(start, end) for start, end in zip(edges[::2], edges[1::2], strict=True) if start < end]


def labels(continuum: Continuum) -> list[str]:
    """The labels that occur, sorted."""
    return sorted({unit.label for units in continuum.units.values() for unit in units})


def restricted(continuum: Continuum, label: str) -> Continuum:
    """The continuum with the units of one label alone. Every annotator stays, with or without units."""
    units = {annotator: tuple(unit for unit in units if unit.label == label) for annotator, units in continuum.units.items()}
    return continuum._replace(units=units)
