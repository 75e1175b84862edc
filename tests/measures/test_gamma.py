"""Gamma and what it is made of: published disorders, a search through all alignments, and what must not matter."""

from __future__ import annotations

import json
import math
import random
import tracemalloc
from functools import cache
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from postil.measures import (
    Continuum,
    Totals,
    Unit,
    _blocks,
    _matching,
    _packing,
    _units,
    add,
    disorder as disorders,
    gamma as gammas,
    gamma_cat as gammas_cat,
)
from postil.measures._chance import Shuffler, generator
from postil.measures._units import Columns, TooManyBlocks, Weights, columns, distances, near_pairs
from postil.measures.alignment import align, align_columns
from postil.measures.disorder import FEWEST, Chance, disorder
from postil.measures.gamma import gamma
from postil.measures.gamma_cat import gamma_cat

EXAMPLES = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
GAMMA = [example for example in EXAMPLES if example["kind"] == "gamma"]
WEIGHTS = {"a1b1": Weights(1, 1), "a3b1": Weights(3, 1), "a3b2": Weights(3, 2), "a1b0": Weights(1, 0)}
BRIEF = Chance(precision=10)  # as few samples as there may be


def _continuum(*annotators, length=None, name=""):
    length = length or max(end for units in annotators for _, end, *_ in units)
    return Continuum(length, {f"{at}": tuple(Unit(*unit) for unit in units) for at, units in enumerate(annotators)}, name)


# --- Published figures ---


@pytest.mark.parametrize("example", GAMMA, ids=lambda example: example["id"])
def test_disorder_as_published(example):
    continuum = _continuum(*example["annotators"])
    for key, expected in example["expect"]["disorder"].items():
        assert align(continuum, WEIGHTS[key]).disorder == pytest.approx(expected, abs=example.get("tol", 1e-9))


def test_every_example_has_a_disorder():
    assert len(GAMMA) > 8
    assert all(example["expect"]["disorder"] for example in GAMMA)


def test_gamma_of_alex_paul_and_suzan_is_what_the_peer_finds():
    example = next(example for example in GAMMA if example["id"] == "AlexPaulSuzan")
    found = gamma(_continuum(*example["annotators"]), Weights(3, 1), Chance(precision=0.005))
    assert 0.44 < found.value < 0.47
    assert found.observed == pytest.approx(0.960625)
    assert found.value == pytest.approx(1 - found.observed / found.expected)
    assert 0 < found.error < 0.005


# --- The best alignment, against a search through all of them ---


def _cost(block, annotators, weights):
    """The definition: the mean over all pairs of annotators, where a pair that lacks a unit costs 1."""
    total = 0.0
    for one, other in combinations(range(annotators), 2):
        mine, yours = (next((unit for who, unit in block if who == name), None) for name in (one, other))
        if mine is None or yours is None:
            total += 1
            continue
        apart = (abs(mine[0] - yours[0]) + abs(mine[1] - yours[1])) / (mine[1] - mine[0] + yours[1] - yours[0])
        total += weights.alpha * apart**2 + weights.beta * (mine[2] != yours[2])
    return total / math.comb(annotators, 2)


def _least_cost(continuum, weights):
    everything = [(who, unit) for who, units in enumerate(continuum.units.values()) for unit in units]
    annotators = len(continuum.units)

    @cache
    def of_block(members):
        return _cost([everything[member] for member in members], annotators, weights)

    @cache
    def of_rest(rest):
        if not rest:
            return 0.0
        first = rest[0]
        choices = [
            [None, *(member for member in rest if everything[member][0] == who)]
            for who in range(annotators)
            if who != everything[first][0]
        ]
        found = math.inf
        for choice in product(*choices):
            block = tuple(sorted({first, *choice} - {None}))
            found = min(found, of_block(block) + of_rest(tuple(member for member in rest if member not in block)))
        return found

    return of_rest(tuple(range(len(everything))))


MANY_WEIGHTS = [
    Weights(),
    Weights(3, 1),
    Weights(3, 2),
    Weights(1, 0),
    Weights(0, 1),
    Weights(0, 0),
    Weights(0.1, 1.5),
    Weights(9, 4),
]


def _random_case(seed):
    """Nested, overlapping, touching, repeated and missing units, and sometimes nobody's."""
    draw = random.Random(seed)
    annotators = draw.choice([2, 2, 3, 3, 4])
    length = draw.choice([3, 8, 20, 60])
    places = [0, length, *(draw.randrange(length + 1) for _ in range(draw.choice([2, 4, 8])))]
    common = [_random_unit(draw, places) for _ in range(3)]
    everybody = []
    for _ in range(annotators):
        most = {2: 5, 3: 3, 4: 2}[annotators]
        units = [draw.choice(common) if draw.random() < 0.4 else _random_unit(draw, places) for _ in range(draw.randint(0, most))]
        everybody.append([unit for unit in units if unit])
    return _continuum(*everybody, length=length), draw.choice(MANY_WEIGHTS)


def _random_unit(draw, places):
    start, end = sorted(draw.sample(places, 2))
    return (start, end, draw.choice("abc")) if start < end else None


CASES = [(seed, *_random_case(seed)) for seed in range(1_000)]


@pytest.fixture(scope="module")
def least():
    return {seed: _least_cost(continuum, weights) for seed, continuum, weights in CASES}


def _assert_least(least, *, of_two_only=False):
    for seed, continuum, weights in CASES:
        if of_two_only and len(continuum.units) != 2:
            continue
        found = align(continuum, weights)
        assert found.cost == pytest.approx(least[seed], abs=1e-6), seed
        members = [unit for block in found.blocks for unit in block]
        assert len(members) == len(set(members))
        assert all(len({found.units.who[unit] for unit in block}) == len(block) for block in found.blocks)
        blocks = [*found.blocks, *((unit,) for unit in range(found.units.size) if unit not in members)]
        everything = [(who, unit) for who, units in enumerate(continuum.units.values()) for unit in units]
        costs = [_cost([everything[unit] for unit in block], len(continuum.units), weights) for block in blocks]
        assert sum(costs) == pytest.approx(found.cost)


def test_no_alignment_is_better(least):
    _assert_least(least)


def test_no_alignment_of_two_is_better_where_only_near_pairs_are_looked_at(least, monkeypatch):
    monkeypatch.setattr(_matching, "DENSE", -1)
    _assert_least(least, of_two_only=True)


def test_no_alignment_of_two_is_better_where_only_filled_cells_are_kept(least, monkeypatch):
    monkeypatch.setattr(_matching, "DENSE", -1)
    monkeypatch.setattr(_matching, "_SMALL", 0)
    monkeypatch.setattr(_matching, "_SPARSE", 0)
    _assert_least(least, of_two_only=True)


def test_no_alignment_is_better_where_work_is_divided_into_portions(least, monkeypatch):
    for module in (_units, _blocks):
        monkeypatch.setattr(module, "_PORTION", 2)
    _assert_least(least)


def test_a_block_that_gains_nothing_is_not_joined():
    touching = _continuum([(0, 5, "a")], [(5, 10, "b")])  # 1 for the place, 1 for the label: as much as two alone
    assert align(touching).blocks == []
    assert align(_continuum([(0, 5, "a")], [(10, 15, "a")], [])).blocks == []  # 4 for the place, where a pair of three counts 1/3
    assert align(_continuum([(0, 5, "a")], [(9, 14, "a")], [])).blocks == [(0, 1)]
    assert align(_continuum([(0, 5, "a")], [(5, 10, "a")])).blocks == [(0, 1)]


# --- Packings that a linear program would divide ---

TRIANGLE = _continuum([(13, 20, "b")], [(10, 13, "a")], [(7, 10, "b")])
"""All three together are little better than any two of them: half of each pair would be better still."""


def _shares(monkeypatch):
    """What the linear programs that are solved from now on find."""
    seen = []
    solve = _packing._relaxed

    def observed(table, gains):
        shares, prices = solve(table, gains)
        seen.append((shares, float(gains @ shares)))
        return shares, prices

    monkeypatch.setattr(_packing, "_relaxed", observed)
    return seen


@pytest.mark.parametrize("little", [1e-6, 0.05, 100], ids=["in two steps", "mostly in one step", "all blocks at once"])
def test_a_triangle_of_pairs_is_not_divided(monkeypatch, little):
    monkeypatch.setattr(_packing, "_LITTLE", little)
    seen = _shares(monkeypatch)
    found = align(TRIANGLE)
    shares, bound = seen[0]
    assert shares.tolist() == pytest.approx([0.5, 0.5, 0.5, 0])
    assert len(found.blocks) == 1
    assert found.units.size - found.cost < bound - 0.05
    assert found.cost == pytest.approx(_least_cost(TRIANGLE, Weights()))


@pytest.mark.parametrize("little", [1e-6, 0.05, 100], ids=["in two steps", "mostly in one step", "all blocks at once"])
def test_of_many_divided_packings_each_is_best(monkeypatch, little):
    """Far from each other, with weights at which the integer program has to look past the blocks that cost their price."""
    monkeypatch.setattr(_packing, "_LITTLE", little)
    parts, expected = [], 0.0
    for seed in range(40):
        draw = random.Random(seed)
        part = [[_random_unit(draw, range(14)) for _ in range(2)] for _ in range(3)]
        parts.append(part)
        expected += _least_cost(_continuum(*part), Weights(2, 0.7))
    together = [[(s + at * 1000, e + at * 1000, c) for at, part in enumerate(parts) for s, e, c in part[who]] for who in range(3)]
    seen = _shares(monkeypatch)
    found = align(_continuum(*together), Weights(2, 0.7))
    assert ((seen[0][0] > 0.01) & (seen[0][0] < 0.99)).any()
    assert found.cost == pytest.approx(expected, abs=1e-6)


def test_a_solver_that_fails_is_not_believed(monkeypatch):
    class Failed:
        x = None
        message = "out of time"

    monkeypatch.setattr(_packing, "milp", lambda *_, **__: Failed)
    with pytest.raises(ArithmeticError, match="out of time"):
        align(TRIANGLE)
    monkeypatch.setattr(_packing, "linprog", lambda *_, **__: Failed)
    with pytest.raises(ArithmeticError, match="out of time"):
        align(TRIANGLE)


# --- Near pairs ---


@pytest.mark.parametrize("weights", [*MANY_WEIGHTS, Weights(1e-300, 1), Weights(1e9, 1), Weights(1, 1e9)])
@pytest.mark.parametrize("farthest", [2.0, 5.0, 9.0])
def test_near_pairs_are_all_found(weights, farthest):
    draw = np.random.default_rng(3)
    for _ in range(20):
        size = int(draw.integers(1, 30))
        starts = draw.integers(0, 40, size).astype(float)
        who, sample = np.sort(draw.integers(0, 3, size)), draw.integers(0, 2, size)
        units = Columns(starts, starts + draw.choice([1, 2, 5, 40], size), draw.integers(0, 2, size), who, sample)
        one, other = np.triu_indices(size, 1)
        far = distances(units, one, other, weights)
        wanted = (who[one] != who[other]) & (sample[one] == sample[other]) & (far < farthest)
        found = near_pairs(units, farthest, weights)
        assert sorted(zip(*map(np.ndarray.tolist, found), strict=True)) == sorted(
            zip(one[wanted].tolist(), other[wanted].tolist(), far[wanted].tolist(), strict=True)
        )


# --- What must not matter ---

UNITS = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from("abc")).map(
        lambda unit: (unit[0], unit[0] + unit[1], unit[2])
    ),
    max_size=5,
    unique=True,
)
EVERYBODY = st.lists(UNITS, min_size=2, max_size=4).filter(any)
LENGTH = 50


@settings(max_examples=60, deadline=None)
@given(EVERYBODY, st.randoms(use_true_random=False))
def test_the_order_of_annotators_and_units_and_the_names_of_labels_do_not_matter(everybody, draw):
    names = dict(zip("abc", draw.sample(["x", "y", "z"], 3), strict=True))
    other = [[(start, end, names[label]) for start, end, label in draw.sample(units, len(units))] for units in everybody]
    draw.shuffle(other)
    one, two = (disorder(_continuum(*units, length=LENGTH), chance=BRIEF) for units in (everybody, other))
    assert one.observed.disorder == pytest.approx(two.observed.disorder, abs=1e-6)
    places = {tuple(sorted((start, end) for start, end, _ in units)) for units in everybody}
    if len(places) == len(everybody) or len(everybody) == 2:  # more in the same places may be alike but for their relations
        assert one.sampled == pytest.approx(two.sampled, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(EVERYBODY, st.integers(0, 15))
def test_where_in_the_text_the_units_stand_does_not_matter(everybody, offset):
    first = min(start for units in everybody for start, *_ in units)
    moved = [[(start - first + offset, end - first + offset, label) for start, end, label in units] for units in everybody]
    one, two = (gamma(_continuum(*units, length=LENGTH + 15), chance=BRIEF) for units in (everybody, moved))
    assert one == two


@settings(max_examples=40, deadline=None)
@given(EVERYBODY, EVERYBODY)
def test_units_that_are_far_away_add_their_cost(one, two):
    annotators = max(len(one), len(two))
    one, two = ([*units, *([] for _ in range(annotators - len(units)))] for units in (one, two))
    both = [
        [*mine, *((start + 10_000, end + 10_000, label) for start, end, label in more)]
        for mine, more in zip(one, two, strict=True)
    ]
    found = [align(_continuum(*units, length=20_000)).cost for units in (one, two, both)]
    assert found[2] == pytest.approx(found[0] + found[1], abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(EVERYBODY, st.integers(2, 1000))
def test_the_scale_of_the_text_does_not_matter_for_the_alignment(everybody, scale):
    larger = [[(start * scale, end * scale, label) for start, end, label in units] for units in everybody]
    one, two = (align(_continuum(*units)) for units in (everybody, larger))
    assert one.disorder == pytest.approx(two.disorder, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(EVERYBODY)
def test_the_alignment_costs_no_more_than_leaving_all_alone_and_no_less_than_nothing(everybody):
    found = align(_continuum(*everybody))
    assert -1e-9 <= found.cost <= found.units.size + 1e-9
    assert 0 <= found.disorder <= len(everybody) + 1e-9


def _coded(one, two, labels):
    """Two annotators with the same places."""
    return [[(at * 3, at * 3 + 2, labels[code]) for at, code in enumerate(codes)] for codes in (one, two)]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1, max_size=8), st.permutations("abc"))
def test_annotators_with_the_same_places_are_told_apart_by_what_they_call_them(codes, names):
    one, two = zip(*codes, strict=True)
    same = _continuum(*_coded(one, two, dict(zip("abc", "abc", strict=True))))
    other = _continuum(*_coded(two, one, dict(zip("abc", names, strict=True))))
    assert disorder(same, chance=BRIEF).sampled == pytest.approx(disorder(other, chance=BRIEF).sampled)


# --- Samples ---

NOISY = _continuum(
    [(3, 10, "a"), (12, 20, "b"), (14, 16, "c"), (30, 44, "a"), (61, 66, "b")],
    [(2, 9, "a"), (12, 22, "a"), (31, 44, "a"), (60, 66, "b"), (80, 81, "c")],
    [(3, 10, "b"), (12, 21, "b"), (33, 40, "a")],
    length=120,
)


def _drawn(continuum, count, seed=0):
    annotators = len(continuum.units)
    shuffler = Shuffler(columns(continuum), annotators, continuum.length, seed, continuum.name)
    return shuffler, shuffler.draw(count)


def _of(units, sample, who):
    chosen = (units.sample == sample) & (units.who == who)
    return sorted(zip(*(column[chosen].tolist() for column in (units.starts, units.ends, units.labels)), strict=True))


def _samples(continuum, count, seed=0):
    shuffler, draws = _drawn(continuum, count, seed)
    (units,) = shuffler.samples(draws, 10**9)
    return draws, units


def test_a_sample_consists_of_what_annotators_marked_moved_around_the_text():
    draws, units = _samples(NOISY, 200)
    real = columns(NOISY)
    kept = {
        tuple(sorted(zip((real.ends - real.starts)[of], real.labels[of], strict=True)))
        for of in (real.who == n for n in range(3))
    }
    for sample, who in product(range(200), range(3)):
        found = _of(units, sample, who)
        assert tuple(sorted((end - start, label) for start, end, label in found)) in kept
        assert all(0 <= start < NOISY.length for start, *_ in found)
    distances_kept = {
        tuple(sorted((b - a) % 120 for a in starts for b in starts)) for starts in ([3, 12, 33], [2, 12, 31, 60, 80])
    }
    shapes = {
        tuple(sorted((b - a) % 120 for a, *_ in found for b, *_ in found)) for found in (_of(units, s, 0) for s in range(200))
    }
    assert distances_kept < shapes
    assert draws.sources.shape == draws.shifts.shape == (200, 3)


@pytest.mark.parametrize("length", [120, 121, 200, 1003])
def test_distances_of_a_sample_are_the_mean_length_of_a_unit_apart(length):
    continuum = Continuum(length, NOISY.units)
    real = columns(continuum)
    mean = (real.ends - real.starts).mean()
    _, draws = _drawn(continuum, 2_000)
    for one, other in combinations(range(3), 2):
        apart = np.abs(draws.shifts[:, one] - draws.shifts[:, other]) % length
        assert np.minimum(apart, length - apart).min() >= mean


@pytest.mark.parametrize("annotators", [2, 3, 5])
def test_sources_and_distances_are_drawn_evenly(annotators):
    length, count = 100, 40_000
    shuffler, draws = _drawn(_continuum(*[[(0, 2, "a")]] * annotators, length=length), count)
    used = np.bincount(draws.sources.ravel(), minlength=annotators) / draws.sources.size
    assert used == pytest.approx(np.full(annotators, 1 / annotators), abs=0.01)
    assert (draws.sources[:, 0] == draws.sources[:, 1]).mean() == pytest.approx(1 / annotators, abs=0.01)
    for who in range(annotators):
        where = np.bincount(draws.shifts[:, who] % length, minlength=length) / count
        assert where == pytest.approx(np.full(length, 1 / length), abs=0.003)
    apart = (draws.shifts[:, 0] - draws.shifts[:, -1]) % length
    assert apart.mean() == pytest.approx(length / 2, abs=0.6)
    assert apart.min() >= 2
    assert apart.max() <= length - 2
    around = np.sort(draws.shifts % length, axis=1)
    gaps = np.diff(np.column_stack([around, around[:, 0] + length]), axis=1).mean(axis=0)
    assert gaps[1:-1] == pytest.approx(np.full(annotators - 2, gaps[1] if annotators > 2 else 0), rel=0.03)
    assert shuffler.draw(3).sources.shape == (3, annotators)


def test_a_sample_always_has_units_though_most_annotators_have_none():
    sparse = _continuum([(2, 5, "a")], *[[]] * 9, length=20)
    _, units = _samples(sparse, 500)
    assert (np.bincount(units.sample, minlength=500) > 0).all()
    assert gamma(sparse, chance=BRIEF).value <= 0


def test_the_same_seed_and_name_draw_the_same_in_any_order():
    continua = [Continuum(120, NOISY.units, name) for name in ("one", "two", "three")]
    forwards = [disorder(continuum).sampled for continuum in continua]
    backwards = [disorder(continuum).sampled for continuum in reversed(continua)][::-1]
    for one, other in zip(forwards, backwards, strict=True):
        assert one.tolist() == other.tolist()
    assert len({tuple(sampled) for sampled in forwards}) == 3
    assert disorder(continua[0], chance=Chance(seed=1)).sampled.tolist() != forwards[0].tolist()
    assert generator(5, "\ud800").random() == generator(5, "\ud800").random()


def test_seeds_differ_within_the_standard_error():
    found = [gamma(NOISY, chance=Chance(seed)) for seed in range(12)]
    values = np.array([each.value for each in found])
    assert values.std() < 2 * np.mean([each.error for each in found])


@pytest.mark.parametrize("annotators", [2, 3])
def test_samples_aligned_together_are_aligned_as_each_alone(annotators, monkeypatch):
    continuum = Continuum(120, dict(list(NOISY.units.items())[:annotators]))
    _, units = _samples(continuum, 60)
    apart = []
    for sample in range(60):
        own = units.take(np.flatnonzero(units.sample == sample))
        own = own._replace(sample=np.zeros(own.size, dtype=np.int64))
        gained = sum(float(blocks.gains.sum()) for blocks in align_columns(own, annotators, Weights(3, 1)))
        apart.append((own.size - gained) * annotators / own.size)
    for together in (1, 40, 10**6):
        monkeypatch.setattr(disorders, "_TOGETHER", together)
        for dense in (120 * 120, -1):
            monkeypatch.setattr(_matching, "DENSE", dense)
            sampling = disorders._Sampling(_drawn(continuum, 0)[0], annotators, Weights(3, 1), 3)
            assert sampling.of(60)[0] == pytest.approx(np.array(apart), abs=1e-6)


def test_more_samples_are_drawn_where_the_mean_is_not_sure():
    few = disorder(NOISY, chance=BRIEF).sampled
    many = disorder(NOISY, chance=Chance(precision=0.01)).sampled
    assert len(few) == FEWEST
    assert many[:FEWEST].tolist() == few.tolist()
    assert len(many) == math.ceil((1.96 * few.std(ddof=1) / (0.01 * few.mean())) ** 2)


@pytest.mark.parametrize(
    ("values", "precision", "samples"),
    [
        ([1.0] * 30, 0.01, 30),
        ([0.0] * 30, 0.01, 30),
        ([0.0, 1.0] * 15, 1e-300, 3_000),
        ([0.0, 1.0] * 15, 0.0, 3_000),
        ([1.0] * 30, 0, 30),
    ],
)
def test_how_many_samples_are_enough(values, precision, samples):
    assert Chance(precision=precision).enough(np.array(values)) == samples


# --- Gamma ---


@pytest.mark.parametrize("annotators", [2, 3, 5])
def test_full_agreement_is_one(annotators):
    found = gamma(_continuum(*[[(0, 5, "a"), (3, 9, "b"), (3, 9, "b"), (20, 25, "a")]] * annotators, length=50), chance=BRIEF)
    assert found.value == pytest.approx(1)
    assert found.observed == pytest.approx(0, abs=1e-9)


def test_where_one_marked_nothing_there_is_no_agreement():
    found = gamma(_continuum([(0, 5, "a"), (9, 12, "b")], [], length=30))
    assert found.observed == 2
    assert found.value <= 0


def test_where_nobody_marked_anything_gamma_is_undefined():
    for of in (gamma, gamma_cat):
        assert of(Continuum(30, {"a": (), "b": ()})).value is None
    with pytest.raises(ValueError, match="no units"):
        disorder(Continuum(30, {"a": (), "b": ()}))


def test_where_chance_leaves_no_disorder_gamma_is_undefined():
    found = gamma(_continuum([(0, 1, "a")], [(0, 1, "a")], length=1))
    assert found.value is None
    assert "short" in found.reason


@pytest.mark.parametrize(
    "everybody", [[[(0, 1, "a")], [(0, 1, "b")]], [[(0, 1, "a")], []], [[(0, 1, "a")], [(0, 1, "a")], [(0, 1, "b")]]]
)
def test_a_text_of_one_code_point(everybody):
    found = gamma(_continuum(*everybody, length=1), chance=BRIEF)
    assert found.value <= 0.5


def test_units_over_the_whole_text():
    assert gamma(_continuum([(0, 40, "a")], [(0, 40, "a")])).value == pytest.approx(1)
    assert gamma(_continuum([(0, 40, "a")], [(0, 40, "b")])).value < 0.5


@pytest.mark.parametrize("units", [[(3, 3, "a")], [(5, 3, "a")], [(-1, 3, "a")], [(0, 11, "a")]])
def test_units_that_cannot_be_are_refused(units):
    with pytest.raises(ValueError, match="covers nothing, or is not in"):
        gamma(_continuum(units, [(0, 4, "a")], length=10))


@pytest.mark.parametrize("weights", [Weights(-1, 1), Weights(1, -1), Weights(math.nan, 1), Weights(1, math.inf)])
def test_weights_that_cannot_be_are_refused(weights):
    with pytest.raises(ValueError, match="weights"):
        gamma(NOISY, weights)


def test_one_annotator_is_too_few():
    with pytest.raises(ValueError, match="two annotators"):
        align(_continuum([(0, 4, "a")]))


def test_a_discontinuous_unit_counts_from_first_to_last():
    whole = Unit(2, 20, "a")
    parts = Unit(2, 20, "a", "", ((2, 5), (15, 20)))
    assert gamma(Continuum(50, {"a": (whole,), "b": (parts,)})).value == 1


def test_documents_are_added_up_by_their_cost_and_not_by_their_value():
    continua = [Continuum(120, NOISY.units, "one"), _continuum([(0, 5, "a")], [(3, 9, "a")], [], length=30)]
    totals, costs = {}, []
    for continuum in continua:
        found = disorder(continuum, chance=BRIEF)
        add(totals, gammas.quantities(found))
        costs.append((found.observed.cost, found.sampled.mean() * found.observed.units.size / 3))
    value = gammas.GAMMA.value(Totals.of(totals), "")[0][0]
    assert value == pytest.approx(1 - sum(cost for cost, _ in costs) / sum(cost for _, cost in costs))
    assert gammas.standard_error(Totals.of(totals))[0] > 0


# --- Gamma-cat and gamma-k ---


def test_where_all_agree_on_labels_gamma_cat_is_one_whatever_was_missed():
    """Example 27: pygamma-agreement counts the missed unit and finds -0.886."""
    missed = _continuum([(0, 5, "x"), (10, 15, "y")], [(0, 5, "x")], length=20)
    found = gamma_cat(missed)
    assert found.observed == 0
    assert found.value == 1


def test_of_units_given_beforehand_what_is_observed_is_the_disagreement_of_alpha():
    """Example 26, on the data of Krippendorff 2004, p. 230: D_o = 0.2."""
    example = next(example for example in EXAMPLES if example["id"] == "K2004_p230")
    codes = example["rows"]
    everybody = [[(20 * at, 20 * at + 10, str(code)) for at, code in enumerate(row) if code is not None] for row in codes]
    found = gamma_cat(_continuum(*everybody, length=20 * len(codes[0])), chance=BRIEF)
    assert found.observed == pytest.approx(0.2)


def test_one_label_leaves_gamma_cat_undefined():
    found = gamma_cat(_continuum([(0, 5, "x"), (10, 15, "x")], [(0, 5, "x")], length=20))
    assert found.value is None
    assert found.reason == "only one label is used"


def test_nothing_aligned_leaves_gamma_cat_undefined():
    found = gamma_cat(_continuum([(0, 1, "x")], [(50, 51, "y")], length=100))
    assert (found.value, found.reason) == (None, "no two spans are aligned")
    assert gamma_cat(NOISY, label="never used").value is None


def test_different_labels_that_chance_never_aligns_leave_gamma_cat_undefined():
    totals = Totals.of({("observed", "weight"): 2.0, ("observed", "differ"): 1.0, ("expected", "weight"): 1.0})
    values, reason = gammas_cat.GAMMA_CAT.value(totals, "")
    assert math.isnan(values[0])
    assert reason == "chance never aligns different labels"


def test_gamma_k_looks_at_the_pairs_with_a_label():
    """a with a, a with a, a with b, c with c: all of equal places."""
    pairs = _continuum(
        [(0, 5, "a"), (10, 15, "a"), (20, 25, "a"), (30, 35, "c")], [(0, 5, "a"), (10, 15, "a"), (20, 25, "b"), (30, 35, "c")]
    )
    found = disorder(Continuum(60, pairs.units))
    assert found.labels == ["a", "b", "c"]
    assert found.categorial.weight.tolist() == [4, 3, 1, 1]
    assert found.categorial.differ.tolist() == [1, 1, 1, 0]
    of = {label: gamma_cat(Continuum(60, pairs.units), label=label) for label in ("a", "b", "c")}
    assert [of[label].observed for label in "abc"] == [pytest.approx(1 / 3), 1, 0]
    assert of["c"].value == 1
    assert of["b"].value <= 0


def test_a_pair_weighs_by_its_place_and_by_the_size_of_its_block():
    two = disorder(_continuum([(0, 10, "a")], [(5, 15, "a")], length=60), chance=BRIEF)
    assert two.categorial.weight.tolist() == [pytest.approx(1 - 0.25)] * 2
    three = disorder(_continuum([(0, 10, "a")], [(5, 15, "b")], [(0, 10, "a")], length=60), chance=BRIEF)
    assert three.categorial.weight.tolist() == pytest.approx([(1 + 0.75 + 0.75) / 2, (1 + 0.75 + 0.75) / 2, 0.75])
    assert three.categorial.differ.tolist() == pytest.approx([0.75] * 3)


def test_units_without_a_label_have_no_gamma_k_and_count_for_all():
    mixed = _continuum([(0, 5, ""), (10, 15, "a")], [(0, 5, ""), (10, 15, "")], length=40)
    found = dict(gammas_cat.quantities(disorder(mixed, chance=BRIEF)))
    assert set(found) == {"", "a"}
    assert found[""]["observed", "weight"] == 2
    assert gamma_cat(mixed, chance=BRIEF).observed == pytest.approx(0.5)


# --- Sizes ---


def _noisy(annotators, units, seed, length):
    draw = random.Random(seed)
    everybody = []
    for _ in range(annotators):
        starts = [int(at * length / units) + draw.randrange(5) for at in range(units)]
        everybody.append(
            [(start, min(start + draw.randint(2, 12), length), draw.choice("abcd")) for start in starts if start < length - 1]
        )
    return _continuum(*everybody, length=length)


def test_twenty_thousand_units_of_two_annotators_are_aligned():
    continuum = _noisy(2, 20_000, 1, 240_000)
    found = align(continuum)
    assert len(found.blocks) > 10_000


def test_a_text_that_two_divide_without_a_gap_is_aligned():
    draw = random.Random(2)
    everybody = []
    for _ in range(2):
        edges = sorted({0, 30_000, *(draw.randrange(30_000) for _ in range(3_000))})
        everybody.append([(start, end, draw.choice("abc")) for start, end in pairwise(edges)])
    found = align(_continuum(*everybody))
    assert 0 < found.disorder < 2


@pytest.mark.parametrize(
    ("annotators", "units", "weights"),
    [
        (2, 10_000, Weights()),
        (2, 20_000, Weights(0, 1)),
        (3, 3_000, Weights()),
        (3, 600, Weights()),
        (5, 150, Weights(0, 0)),
        (8, 30, Weights()),
    ],
)
def test_too_much_overlap_is_refused_before_memory_runs_out(annotators, units, weights):
    everybody = [[(at % 7, 1_000_000 - at % 11, "abc"[at % 3]) for at in range(units)]] * annotators
    continuum = _continuum(*everybody)
    tracemalloc.start()
    with pytest.raises(TooManyBlocks, match="more than"):
        align(continuum, weights)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 800_000_000


def test_many_units_over_the_whole_text_are_matched():
    whole = [(0, 1_000, "a")] * 700
    assert align(_continuum(whole, whole)).cost == pytest.approx(0, abs=1e-6)
