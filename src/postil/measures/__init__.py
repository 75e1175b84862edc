"""Agreement measures: one module each, pure functions that know no corpus.

What is compared is plain data: a :class:`Continuum` (a stretch of text, and what each annotator marked in it) or *rows* (for each
annotator one value for each item, ``None`` where it has none). A module has functions for use by themselves, which return a
:class:`Coefficient`, and announces a :class:`Measure` for ``postil agree``.

A measure works in two steps, so that a corpus of any size can be measured document by document and resampled afterwards: from
each document some *quantities* that may be added up, and from their totals the value.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from postil.registry import parts
from postil.scheme import LayerKind

if TYPE_CHECKING:
    from postil.measures.comparison import Comparison

Floats = npt.NDArray[np.float64]
Extents = tuple[tuple[int, int], ...]


class Unit(NamedTuple):
    """A labelled stretch from ``start`` to ``end`` (code points, half-open). ``fragments`` only where it is discontinuous."""

    start: int
    end: int
    label: str = ""
    id: str = ""
    fragments: Extents = ()

    @property
    def extents(self) -> Extents:
        """The stretches that it covers."""
        return self.fragments or ((self.start, self.end),)


class Continuum(NamedTuple):
    """A text of ``length`` code points, and what each annotator marked in it. An annotator who marked nothing has no units.

    ``name`` tells it from others: what is drawn at random for it depends on that and on the seed, and on nothing else.
    """

    length: int
    units: Mapping[str, tuple[Unit, ...]]
    name: str = ""


class Coefficient(msgspec.Struct, frozen=True):
    """A value, or ``None`` and the ``reason`` why it is undefined.

    ``observed``, ``expected``: the agreement or disagreement that it is made of, as the measure's module says. ``error``: the
    standard error that comes from drawing samples, where the measure does.
    """

    value: float | None
    reason: str = ""
    observed: float | None = None
    expected: float | None = None
    error: float | None = None

    @classmethod
    def undefined(cls, reason: str) -> Coefficient:
        """No value."""
        return cls(None, reason)


Key = tuple[str, ...]
Quantities = dict[Key, float]
"""What a document adds to the totals of a measure, by names that the measure chooses."""


class Totals:
    """Sums of quantities over documents: one for the corpus, or as many as it was resampled. Unknown keys are zero."""

    def __init__(self, columns: Mapping[Key, Floats], size: int) -> None:
        self._columns = columns
        self._zero = np.zeros(size)

    @classmethod
    def of(cls, quantities: Quantities) -> Totals:
        """The totals of one document, or of quantities that were added up already."""
        return cls({key: np.array([value]) for key, value in quantities.items()}, 1)

    def __getitem__(self, key: Key) -> Floats:
        return self._columns.get(key, self._zero)

    def renamed(self, names: Mapping[Key, Key]) -> Totals:
        """Some of them under other names."""
        return Totals({names[key]: self._columns[key] for key in names}, len(self._zero))

    def keys(self, first: str) -> list[Key]:
        """The keys that begin with ``first``, sorted."""
        return sorted(key for key in self._columns if key[0] == first)


Valued = tuple[Floats, str]
"""A value for each of the totals, ``nan`` where it is undefined, and the reason why it would be."""


class Measure(msgspec.Struct, frozen=True):
    """What ``postil agree`` can compute.

    ``name``: as typed. ``kinds``: of layers that it is about. ``quantities``: of one layer of one document, by part; the part
    with no name is all together. ``value``: from totals, for the part that is named. ``parts``: what the named parts are,
    ``label`` or ``attribute``. ``reading``: how to read the number, for people. ``published``: what others found, with the
    source. ``is_default``: computed where no measure is asked for; ``default_kind``: only for layers of this kind,
    ``for_multiple``: only where a document may have several labels, or only where not. ``grows_with_empty_text``: the value
    rises when text is added in which nobody marks anything, so that corpora of different density must not be compared by it.
    ``needs_reference``: defined only where one annotator is right by definition. ``rank``: those that say most come first.
    ``parts_of``: the parts that can be told from the totals of the whole, where it has any. ``error``: the standard error that
    drawing samples leaves in the value.
    """

    name: str
    title: str
    kinds: tuple[LayerKind, ...]
    quantities: Callable[[Comparison], Iterator[tuple[str, Quantities]]]
    value: Callable[[Totals, str], Valued]
    reading: str
    published: str = ""
    parts: Literal["label", "attribute"] = "label"
    is_default: bool = False
    default_kind: LayerKind | None = None
    for_multiple: bool | None = None
    grows_with_empty_text: bool = False
    needs_reference: bool = False
    rank: int = 9
    parts_of: Callable[[Totals], list[str]] | None = None
    error: Callable[[Totals], Floats] | None = None


def all_measures() -> tuple[Measure, ...]:
    """Every measure, those that say most first."""
    groups = (*((one,) for one in parts("postil.measures", Measure)), *parts("postil.measures", tuple))
    found = {one.name: one for group in groups for one in group if isinstance(one, Measure)}
    return tuple(sorted(found.values(), key=lambda measure: (measure.rank, measure.name)))


def ratio(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> Floats:
    """The quotient, ``nan`` where the denominator is zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Floats = np.where(np.asarray(denominator) == 0, math.nan, np.divide(numerator, denominator))
    return quotient


def coefficient(valued: Valued, observed: Any = None, expected: Any = None) -> Coefficient:
    """The first of several values, as what a function returns."""
    value, reason = float(valued[0][0]), valued[1]
    if math.isnan(value):
        return Coefficient.undefined(reason)
    return Coefficient(value, "", *(None if part is None else float(part) for part in (observed, expected)))


def add(into: Quantities, more: Quantities) -> None:
    """Add quantities up."""
    for key, value in more.items():
        into[key] = into.get(key, 0.0) + value
