"""How much of a continuum annotators tile alike: the quantities of the uα family.

Krippendorff, Mathet, Bouvry & Widlöcher 2016; ℓ, q and q* as in the paper, φ is the gap.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate, permutations
from typing import Literal, NamedTuple, get_args

from postil.measures import Continuum, Floats, Quantities, Totals
from postil.measures._coding import ordered_pairs
from postil.measures._tiling import Stretch, has_overlap, merged, stretches

Rule = Literal["pair", "union"]
"""Whether what a unit shares with others is squared for each other annotator, or once for all of them together."""


def quantities(continuum: Continuum, rule: Rule = "pair") -> Quantities:
    """Lengths and squared lengths, of labels c and k.

    ``("units", c, k)``: ℓ_ck. ``("edge", c)``: ℓ_cφ and also ℓ_φc. ``("gaps",)``: ℓ_φφ. ``("q",)``: the sum of all q_c and q_φ.
    ``("q*", c)``: q*_c. ``("overlaps",)``: one where units of different labels overlap, and then there is nothing else. There is
    nothing at all for fewer than two annotators. Raises :class:`ValueError` for an unknown rule, and for a unit that is empty
    or not inside the continuum.
    """
    if rule not in get_args(Rule):
        raise ValueError(f"no rule {rule!r}: there are {', '.join(get_args(Rule))}")
    tilings = [merged(stretches(units, continuum.length)) for units in continuum.units.values()]
    if any(map(has_overlap, tilings)):
        return {("overlaps",): 1.0}
    if len(tilings) < 2:
        return {}
    lengths = [end - start for tiling in tilings for start, end, _ in tiling]
    gaps = len(tilings) * continuum.length - sum(lengths)
    return {
        ("q",): float(gaps + sum(length**2 for length in lengths)),
        **_coincidences(tilings, continuum.length),
        **(_squares_by_pair(tilings) if rule == "pair" else _squares_by_union(tilings)),
    }


class Lengths(NamedTuple):
    """What the values are made of: of each label ℓ_c, ℓ*_c and q*_c; ℓ_φ; and nothing (an array of zeros)."""

    units: dict[str, Floats]
    common: dict[str, Floats]
    squares: dict[str, Floats]
    gaps: Floats
    nothing: Floats

    @property
    def whole(self) -> Floats:
        """ℓ."""
        return self.gaps + sum(self.units.values(), self.nothing)

    @property
    def whole_common(self) -> Floats:
        """ℓ*: as much as is in units of two annotators."""
        return sum(self.common.values(), self.nothing)

    @property
    def chance(self) -> Floats:
        """What ε* is divided by, times ℓ*: ℓ*² - Σ q*_c."""
        return self.whole_common**2 - sum(self.squares.values(), self.nothing)


def lengths(totals: Totals) -> Lengths:
    """The sums of quantities that the values need."""
    nothing = totals[()]
    common: dict[str, Floats] = {}
    for key in totals.keys("units"):
        common[key[1]] = common.get(key[1], 0.0) + totals[key]
    edges = {key[1]: totals[key] for key in totals.keys("edge")}
    units = {label: common.get(label, nothing) + edges.get(label, nothing) for label in {**common, **edges}}
    squares = {key[1]: totals[key] for key in totals.keys("q*")}
    return Lengths(units, common, squares, totals["gaps",] + sum(edges.values(), nothing), nothing)


def _coincidences(tilings: Sequence[Sequence[Stretch]], length: int) -> Quantities:
    found: Quantities = {}
    for values, shared in _states(tilings, length).items():
        for (c, k), pairs in ordered_pairs(values).items():
            if c or not k:  # ℓ_φc is ℓ_cφ
                key = ("units", *c, *k) if k else ("edge", *c) if c else ("gaps",)
                found[key] = found.get(key, 0.0) + shared * pairs / (len(tilings) - 1)
    return found


def _states(tilings: Sequence[Sequence[Stretch]], length: int) -> Counter[tuple[tuple[str, ...], ...]]:
    """Over how much of the continuum the annotators have which labels. A gap is an empty tuple."""
    # At the same place one unit ends before another begins.
    events = [
        (at, at == start, who, label) for who, tiling in enumerate(tilings) for start, end, label in tiling for at in (start, end)
    ]
    state: list[tuple[str, ...]] = [()] * len(tilings)
    found: Counter[tuple[tuple[str, ...], ...]] = Counter()
    before = 0
    for at, begins, who, label in sorted(events):
        if at > before:
            found[tuple(state)] += at - before
            before = at
        state[who] = (label,) if begins else ()
    found[tuple(state)] += length - before
    return found


def _squares_by_pair(tilings: Sequence[Sequence[Stretch]]) -> Quantities:
    found: Quantities = {}
    for one, other in permutations(tilings, 2):
        _add_squares(found, one, other, 1 / (len(tilings) - 1))
    return found


def _squares_by_union(tilings: Sequence[Sequence[Stretch]]) -> Quantities:
    found: Quantities = {}
    for number, one in enumerate(tilings):
        others = (stretch._replace(label="") for at, tiling in enumerate(tilings) if at != number for stretch in tiling)
        _add_squares(found, one, merged(sorted(others)), 1.0)
    return found


def _add_squares(found: Quantities, one: Sequence[Stretch], other: Sequence[Stretch], weight: float) -> None:
    """Add up, by label, the squares of what the stretches of ``one`` share with those of ``other``."""
    covered = _covered(other)
    for start, end, label in one:
        key = ("q*", label)
        found[key] = found.get(key, 0.0) + (covered(end) - covered(start)) ** 2 * weight


def _covered(tiling: Sequence[Stretch]) -> Callable[[int], int]:
    """How much of the continuum before a place is in units."""
    starts = [stretch.start for stretch in tiling]
    sums = list(accumulate((end - start for start, end, _ in tiling), initial=0))

    def before(place: int) -> int:
        at = bisect_right(starts, place)
        return sums[at] - max(0, tiling[at - 1].end - place) if at else 0

    return before
