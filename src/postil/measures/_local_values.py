"""Alpha of values some of which no other document can have, such as what a span refers to.

Such values meet each other in their own document alone, and what they add to the agreement by chance is known there: it adds up
over documents as a number, and the values need not be kept. So a corpus has the alpha of all its items together (nominal, or of
sets by MASI 2006), and no more quantities than there are values that documents share.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import permutations
from math import fsum
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_array

from postil.measures import Quantities, Totals, Valued, ratio
from postil.measures._coding import SAME_VALUE, UNPAIRED
from postil.measures.set_valued_alpha import set_distance


class Local(NamedTuple):
    """A value that no other document can have."""

    name: str


Name = str | Local
"""A value as JSON, or one that is of its document alone."""


def _items(rows: Sequence[Sequence[Any]]) -> Iterator[Counter[Any]]:
    """The values of each item that has two or more, and how often each was given."""
    for column in zip(*rows, strict=True):
        values = Counter(value for value in column if value is not None)
        if values.total() > 1:
            yield values


def name_quantities(rows: Sequence[Sequence[Name | None]]) -> Quantities:
    """What nominal alpha is made of, given m annotators x N items; the same as coincidences come to, but for their pairs.

    ``("n", c)``: how often the value c is given, if other documents may have it; ``("n-local-squares",)``: the sum of the
    squares of this for values that they may not have. ``("total",)``: all n. ``("agreed",)``: the sum of all o_cc.
    """
    counts: Counter[Name] = Counter()
    agreed = 0.0
    for values in _items(rows):
        counts.update(values)
        agreed += sum(times * (times - 1) for times in values.values()) / (values.total() - 1)
    if not counts:
        return {}
    local = sum(times**2 for value, times in counts.items() if isinstance(value, Local))
    found: Quantities = {("total",): float(counts.total()), ("agreed",): agreed, ("n-local-squares",): float(local)}
    return found | {("n", value): float(times) for value, times in counts.items() if isinstance(value, str)}


def name_alpha(totals: Totals) -> Valued:
    """Nominal alpha from added quantities."""
    n = totals["total",]
    squares = sum((totals[key] ** 2 for key in totals.keys("n")), totals["n-local-squares",])
    return 1 - ratio(ratio(n - totals["agreed",], n), ratio(n**2 - squares, n * (n - 1))), _reason(totals)


def set_quantities(rows: Sequence[Sequence[frozenset[Name] | None]]) -> Quantities:
    """What alpha of sets (MASI 2006) is made of, given m annotators x N items.

    ``("n-sets", c, l)``: how often a set of c (a JSON list), which other documents may have, and l others is given.
    ``("total",)``: all n. ``("differing",)``: the sum of o_ck·δ_ck. ``("shared",)``: by how much the sum of n_c·n_k·(1-δ_ck)
    over the sets of this document is larger than if those others were always different.
    """
    counts: Counter[frozenset[Name]] = Counter()
    differing = 0.0
    for values in _items(rows):
        counts.update(values)
        between = sum(one[1] * other[1] * set_distance(one[0], other[0]) for one, other in permutations(values.items(), 2))
        differing += between / (values.total() - 1)
    if not counts:
        return {}
    found: Quantities = {("total",): float(counts.total()), ("differing",): differing, ("shared",): _shared(counts)}
    for value, times in counts.items():
        key = ("n-sets", *_shape(value))
        found[key] = found.get(key, 0.0) + times
    return found


def _shape(value: frozenset[Name]) -> tuple[str, str]:
    everywhere = sorted(member for member in value if isinstance(member, str))
    return json.dumps(everywhere, ensure_ascii=False), str(len(value) - len(everywhere))


def _shared(counts: Counter[frozenset[Name]]) -> float:
    """What sets have in common because of members that are of this document alone."""
    having: dict[Local, list[frozenset[Name]]] = {}
    for value in counts:
        for member in value:
            if isinstance(member, Local):
                having.setdefault(member, []).append(value)
    pairs = {(one, other) for each in having.values() for one in each for other in each}
    # Exact, since the order of what is in sets is not always the same.
    return fsum(
        counts[one] * counts[other] * (_nearness(one, other) - _nearness(_apart(one, 0), _apart(other, 1)))
        for one, other in pairs
    )


def _nearness(one: frozenset[Any], other: frozenset[Any]) -> float:
    return 1 - set_distance(one, other)


def _apart(value: frozenset[Name], side: int) -> frozenset[Any]:
    """The same with members that are of a document alone made those of another."""
    return frozenset((side, member) if isinstance(member, Local) else member for member in value)


def set_alpha_of(totals: Totals) -> Valued:
    """Alpha of sets (MASI 2006) from added quantities."""
    n = totals["total",]
    keys = totals.keys("n-sets")
    counts = np.array([totals[key] for key in keys]).reshape(len(keys), len(n))
    expected = n**2 - totals["shared",] - (counts * (_nearnesses(keys) @ counts)).sum(axis=0)
    # Two different sets differ by 1/3 or more: what is less than one such pair was rounded.
    expected = np.where(expected > 1 / 3, expected, 0)
    return 1 - ratio(ratio(totals["differing",], n), ratio(expected, n * (n - 1))), _reason(totals)


def _nearnesses(keys: Sequence[tuple[str, ...]]) -> csr_array:
    """1-δ between sets of different documents, K x K: most have nothing in common, and are not stored."""
    members = [json.loads(key[1]) for key in keys]
    others = np.array([int(key[2]) for key in keys], dtype=np.intp)
    # An empty set is like itself alone, as if it had a member that no other has; no JSON is empty.
    named = [each or ([] if alone else [""]) for each, alone in zip(members, others.tolist(), strict=True)]
    columns = {member: at for at, member in enumerate(sorted({member for each in named for member in each}))}
    places = [(row, columns[member]) for row, each in enumerate(named) for member in each]
    rows, of = np.array(places, dtype=np.intp).reshape(-1, 2).T
    having = csr_array((np.ones(len(places)), (rows, of)), shape=(len(keys), len(columns)))
    met = (having @ having.T).tocoo()
    sizes = others + [len(each) for each in named]
    one, other, common = sizes[met.row], sizes[met.col], met.data
    monotonicity = np.where(common == np.maximum(one, other), 1, np.where(common == np.minimum(one, other), 2 / 3, 1 / 3))
    return csr_array((common / (one + other - common) * monotonicity, (met.row, met.col)), shape=met.shape)


def _reason(totals: Totals) -> str:
    return SAME_VALUE if totals["total",].any() else UNPAIRED
