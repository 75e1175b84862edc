"""Coefficients of units in a text: published figures, the definitions written out at length, and what must not matter."""

from __future__ import annotations

import json
import math
from itertools import accumulate, combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from postil.measures import Continuum, Totals, Unit, add, alpha_u as au, boundary_similarity as bs, u_alpha as ua
from postil.measures._items import token_extents
from postil.measures._tiling import Stretch, gaps
from postil.measures.comparison import ComparedDocument
from postil.model import AnnotationSet, Header, Span
from postil.scheme import LabelDefinition, Layer, Scheme

EXAMPLES = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
UNITIZING = [example for example in EXAMPLES if example["kind"] == "unitizing"]
BY_ID = {example["id"]: example for example in EXAMPLES}


def _continuum(length, *annotators, begin=0):
    units = {f"{at}": tuple(Unit(s - begin, e - begin, c) for s, e, c in of) for at, of in enumerate(annotators)}
    return Continuum(length, units)


def _of(example):
    return _continuum(example["length"], *example["annotators"], begin=example["begin"])


# Krippendorff 1995, Sociological Methodology 25, p. 57; lengths and beginnings as in the tests of DKPro Statistics.
PANELS = {
    "A": ([(2, 10), (14, 20)], [(4, 8), (15, 17)]),
    "B": ([(0, 18)], [(0, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 9), (9, 10)]),
    "C": ([(2, 8), (10, 12), (14, 18), (20, 22)], [(0, 2), (4, 8), (10, 14), (16, 18), (20, 22)]),
    "D": ([(0, 2), (2, 10), (10, 14), (14, 20), (20, 24)], [(0, 4), (4, 8), (8, 15), (15, 17), (17, 24)]),
}


def _panels(length, *names):
    stretch = length / 24
    annotators = [[(int(s * stretch), int(e * stretch), name) for name in names for s, e in PANELS[name][who]] for who in (0, 1)]
    return _continuum(length, *annotators)


@pytest.mark.parametrize("example", UNITIZING, ids=lambda example: example["id"])
def test_alpha_u_as_published(example):
    continuum, expect, tolerance = _of(example), example["expect"], example.get("tol", 1e-7)
    for name, part in (("alphaU", "value"), ("Do", "observed"), ("De", "expected")):
        for label, value in expect.get(name, {}).items():
            assert getattr(au.alpha_u(continuum, label), part) == pytest.approx(value, abs=tolerance)
    if "alphaU_overall" in expect:
        assert au.alpha_u(continuum).value == pytest.approx(expect["alphaU_overall"], abs=1e-5)


@pytest.mark.parametrize(
    ("name", "observed", "alpha", "expected_in_the_limit", "in_the_limit"),
    [
        ("A", 0.03125, 0.5153, 0.06990, 0.5529),
        ("B", 2.26736, -1.0811, 1.17731, -0.9284),
        ("C", 0.02777, 0.6033, 0.08642, 0.6931),  # .679 in print: a sign in D_e
        ("D", 0.38715, -0.2068, 0.41445, 0.0659),
    ],
)
def test_the_panels_of_krippendorff_1995(name, observed, alpha, expected_in_the_limit, in_the_limit):
    coarse, fine = au.alpha_u(_panels(24, name)), au.alpha_u(_panels(1_200_000, name))
    assert coarse.observed == pytest.approx(observed, abs=1e-5)
    assert coarse.value == pytest.approx(alpha, abs=5e-5)
    assert fine.observed == pytest.approx(observed, abs=1e-5)
    assert fine.expected == pytest.approx(expected_in_the_limit, abs=5e-3)
    assert fine.value == pytest.approx(in_the_limit, abs=5e-5)


def test_panel_c_on_a_grid_of_twelve():
    coefficient = au.alpha_u(_panels(12, "C"))
    assert coefficient.expected == pytest.approx(0.05494, abs=1e-5)
    assert coefficient.value == pytest.approx(0.494, abs=1e-3)


def test_panels_together():
    """One less the sum of D_o by the sum of D_e."""
    parts = [au.alpha_u(_panels(24, name)) for name in "ABCD"]
    overall = au.alpha_u(_panels(24, *"ABCD"))
    assert overall.value == pytest.approx(1 - sum(part.observed for part in parts) / sum(part.expected for part in parts))


@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((225, 295), (220, 300), 50),  # Krippendorff 2004, p. 254
        ((370, 400), (355, 375), 850),
        ((5, 11), (2, 4), 40),  # p. 252
        ((5, 11), (3, 5), 40),
        ((5, 11), (4, 6), 26),
        ((5, 11), (5, 7), 16),
        ((5, 11), (6, 8), 10),
        ((5, 11), (7, 9), 8),
        ((5, 11), (6, 10), 2),
        ((5, 11), (5, 11), 0),
    ],
)
def test_squared_differences(one, other, difference):
    assert sum(au.differences([Stretch(*one)], [Stretch(*other)])) == 2 * difference
    assert sum(au.differences([Stretch(*other)], [Stretch(*one)])) == 2 * difference


def test_a_unit_in_a_gap():
    assert sum(au.differences([], [Stretch(400, 420)])) == 2 * 400


def test_a_single_unit_is_chance():
    """DKPro Statistics, testSingleAnnotationUnit."""
    assert au.alpha_u(_continuum(20, [(0, 1, "X")], [], [])).value == pytest.approx(0)


@pytest.mark.parametrize("example", UNITIZING, ids=lambda example: example["id"])
def test_u_alpha_as_published(example):
    continuum, expect = _of(example), example["expect"]
    totals = Totals.of(ua.quantities(continuum))
    for label in ("1", "2"):
        if f"({label})u" in expect:
            assert ua.label_u_alpha(continuum, label).value == pytest.approx(expect[f"({label})u"], abs=1e-12)
            assert ua.label_coverage(totals, label)[0] == pytest.approx(expect[f"({label})u_cov"], abs=1e-12)
    for name, function in (("u", ua.u_alpha), ("|u", ua.binary_u_alpha), ("cu", ua.coding_u_alpha)):
        if name in expect:
            assert function(continuum).value == pytest.approx(expect[name], abs=example.get("tol", 1e-9) if name == "u" else 1e-9)
    if "cu_cov" in expect:
        assert ua.coding_coverage(totals)[0] == pytest.approx(expect["cu_cov"], abs=1e-12)


def test_two_rules_of_coding():
    """The unions of others as in quallmer, an R package."""
    continuum = _of(BY_ID["u_family_3ann"])
    assert (
        ua.coding_u_alpha(continuum).value == ua.coding_u_alpha(continuum, "pair").value == pytest.approx(0.7788819876, abs=1e-9)
    )
    assert ua.coding_u_alpha(continuum, "union").value == pytest.approx(0.7873291926, abs=1e-9)
    with pytest.raises(ValueError, match="pair, union"):
        ua.coding_u_alpha(continuum, "sum")


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e["kind"] == "segmentation"], ids=lambda e: e["id"])
def test_boundary_similarity_as_published(example):
    assert bs.boundary_similarity(*example["masses"]).value == pytest.approx(example["expect"]["boundary_similarity"])


def test_boundary_pi_and_kappa_as_published():
    """Tests of segeval 2.0.11."""
    near, far = ((2, 8, 2, 1), (2, 1, 7, 2, 1)), ((2, 8, 2, 1), (11, 2))
    assert [bs.boundary_pi(*each).value for each in (near, far)] == pytest.approx([0.726755, 0.142857], abs=1e-6)
    assert [bs.boundary_kappa(*each).value for each in (near, far)] == pytest.approx([0.727273, 0.148936], abs=1e-6)


def test_stargazers():
    """Hearst 1997, Computational Linguistics 23(1): the Stargazers text, seven annotators; figures by segeval 2.0.11."""
    masses = [
        [2, 3, 3, 1, 3, 6, 3], [2, 8, 2, 4, 2, 3], [2, 1, 2, 3, 1, 3, 1, 3, 2, 2, 1], [2, 1, 4, 1, 1, 3, 1, 4, 3, 1],
        [3, 2, 4, 3, 5, 4], [2, 3, 4, 2, 2, 5, 3], [2, 3, 2, 2, 3, 1, 3, 2, 3],
    ]  # fmt: skip
    assert bs.boundary_similarity(*masses[:2]).value == 0.5
    found = bs.quantities_of({f"{at}": list(accumulate(each))[:-1] for at, each in enumerate(masses)}, 20)
    # segeval takes all pairs together; the mean over pairs gives each the same weight.
    pooled = {first: sum(amount for key, amount in found.items() if key[0] == first) for first in ("cost", "boundaries")}
    assert 1 - pooled["cost"] / pooled["boundaries"] == pytest.approx(0.530055, abs=1e-6)
    assert bs.value(Totals.of(found))[0][0] == pytest.approx(
        sum(bs.boundary_similarity(*pair).value for pair in combinations(masses, 2)) / 21
    )
    assert bs.pi_value(Totals.of(found))[0][0] == pytest.approx(0.464450, abs=1e-6)
    assert bs.kappa_value(Totals.of(found))[0][0] == pytest.approx(0.465320, abs=1e-6)


# The definitions at length


@st.composite
def continua(draw, labels="AB", least=2, most=4, length=14, *, partition=True):
    """Units of an annotator do not overlap; if not ``partition``, those of one label do not."""
    size = draw(st.integers(1, length))
    annotators = []
    for _ in range(draw(st.integers(least, most))):
        units = []
        for choice in [labels] if partition else labels:
            edges = sorted(draw(st.sets(st.integers(0, size), max_size=8)))
            marked = [draw(st.sampled_from(["", *choice])) for _ in edges[1:]]
            units += [(s, e, c) for s, e, c in zip(edges, edges[1:], marked, strict=False) if c]
        annotators.append(units)
    return _continuum(size, *annotators)


def _point_by_point(tilings, length):
    """What each annotator has at each code point, if only a gap; and ℓ_ck."""
    at = [[next((u.label for u in tiling if u.start <= place < u.end), "φ") for place in range(length)] for tiling in tilings]
    labels = sorted({label for row in at for label in row})
    coincidences = {(c, k): 0.0 for c in labels for k in labels}
    for one, other in permutations(at, 2):
        for c, k in zip(one, other, strict=True):
            coincidences[c, k] += 1 / (len(tilings) - 1)
    return at, labels, coincidences


def _squares(tilings, at, labels):
    """q_c and q*_c by the pair rule."""
    q, common = {c: sum(row.count("φ") for row in at) if c == "φ" else 0 for c in labels}, dict.fromkeys(labels, 0.0)
    for i, tiling in enumerate(tilings):
        for start, end, label, *_ in tiling:
            q[label] += (end - start) ** 2
            for j in set(range(len(tilings))) - {i}:
                common[label] += sum(at[j][place] != "φ" for place in range(start, end)) ** 2 / (len(tilings) - 1)
    return q, common


def _squares_by_union(tilings, at, labels):
    """q*_c by the union rule."""
    common = dict.fromkeys(labels, 0.0)
    for i, tiling in enumerate(tilings):
        for start, end, label, *_ in tiling:
            met = [any(row[place] != "φ" for j, row in enumerate(at) if j != i) for place in range(start, end)]
            common[label] += sum(met) ** 2
    return common


def _by_chance(lengths, squares, divisor):
    """ε_ck."""
    return {(c, k): (lengths[c] * lengths[k] - (c == k) * squares[c]) / divisor for c in lengths for k in lengths}


def _where_units_meet(labels, o, squares):
    names = [c for c in labels if c != "φ"]
    lengths = {c: sum(o[c, k] for k in names) for c in names}
    whole = sum(lengths.values())
    divisor = whole - sum(squares.values()) / whole if whole else 0
    if sum(length > 0 for length in lengths.values()) < 2 or divisor < 1e-9:
        return {}
    e = _by_chance(lengths, squares, divisor)
    found = {"cu": 1 - (whole - sum(o[c, c] for c in names)) / (whole - sum(e[c, c] for c in names))}
    for k in names:
        of_k = sum(e[k, c] for c in names)
        if lengths[k] and of_k > 1e-9:
            found[k] = 1 - (of_k / lengths[k]) * (lengths[k] - o[k, k]) / (of_k - e[k, k])
    return found


def _u_family(continuum):
    tilings = list(continuum.units.values())
    at, labels, o = _point_by_point(tilings, continuum.length)
    q, common = _squares(tilings, at, labels)
    lengths = {c: sum(o[c, k] for k in labels) for c in labels}
    whole = sum(lengths.values())
    e = _by_chance(lengths, q, (whole**2 - sum(q.values())) / whole)
    found = _where_units_meet(labels, o, common)
    if len(labels) > 1:
        found["u"] = 1 - (whole - sum(o[c, c] for c in labels)) / (whole - sum(e[c, c] for c in labels))
    if len(labels) > 1 and "φ" in labels:
        found["|u"] = 1 - (lengths["φ"] - o["φ", "φ"]) / (sum(e["φ", k] for k in labels) - e["φ", "φ"])
    return found


@given(continua())
def test_coding_by_the_union_rule_is_as_defined(continuum):
    tilings = list(continuum.units.values())
    at, labels, o = _point_by_point(tilings, continuum.length)
    found = ua.coding_u_alpha(continuum, "union").value
    expected = _where_units_meet(labels, o, _squares_by_union(tilings, at, labels)).get("cu")
    assert found == (None if expected is None else pytest.approx(expected, abs=1e-9))
    assert len(tilings) > 2 or found == ua.coding_u_alpha(continuum).value


def _squared(one, other):
    """δ² of two sections, each (start, end, whether it is a unit), of Krippendorff 2004, p. 252."""
    (s, e, is_unit), (t, f, is_other) = one, other
    if is_unit and is_other and max(s, t) < min(e, f):
        return (s - t) ** 2 + (e - f) ** 2
    if is_unit and not is_other and t <= s and e <= f:
        return (e - s) ** 2
    return (f - t) ** 2 if is_other and not is_unit and s <= t and f <= e else 0


def _alpha_u(continuum, label):
    length, tilings = continuum.length, []
    for units in continuum.units.values():
        own = [Stretch(u.start, u.end) for u in sorted(units) if u.label == label]
        tilings.append([(s, e, True) for s, e, _ in own] + [(s, e, False) for s, e, _ in gaps(own, length)])
    m = len(tilings)
    pairs = permutations(tilings, 2)
    observed = sum(_squared(g, h) for one, other in pairs for g in one for h in other) / (m * (m - 1) * length**2)
    units = [e - s for tiling in tilings for s, e, is_unit in tiling if is_unit]
    free = [e - s for tiling in tilings for s, e, is_unit in tiling if not is_unit]
    expected = sum(
        (len(units) - 1) / 3 * (2 * size**3 - 3 * size**2 + size) + size**2 * sum(gap - size + 1 for gap in free if gap >= size)
        for size in units
    )
    expected *= 2 / length / (m * length * (m * length - 1) - sum(size * (size - 1) for size in units))
    return observed, expected


@given(continua(partition=False))
def test_alpha_u_is_as_defined(continuum):
    parts = []
    for label in "AB":
        observed, expected = _alpha_u(continuum, label)
        parts.append((observed, expected))
        found = au.alpha_u(continuum, label)
        assert found.value == (pytest.approx(1 - observed / expected, abs=1e-9) if expected else None)
    observed, expected = (sum(part) for part in zip(*parts, strict=True))
    overall = au.alpha_u(continuum)
    assert overall.value == (pytest.approx(1 - observed / expected, abs=1e-9) if expected else None)
    assert (overall.value is None) == bool(overall.reason)


def _edit_cost(one, other, n_t):
    """The least cost over every way to pair what does not match, and the fewest pairs for it."""
    alone, alone_too = sorted(one - other), sorted(other - one)

    def best(at, used):
        if at == len(alone):
            return (len(alone_too) - len(used), 0)
        cost, pairs = best(at + 1, used)
        options = [(cost + 1, pairs)]
        for place in alone_too:
            if place not in used and abs(place - alone[at]) < n_t:
                cost, pairs = best(at + 1, used | {place})
                options.append((cost + abs(place - alone[at]) / n_t, pairs + 1))
        return min(options, key=lambda option: (round(option[0], 9), option[1]))

    return best(0, frozenset())


@given(st.sets(st.integers(1, 12), max_size=6), st.sets(st.integers(1, 12), max_size=6), st.integers(1, 5))
def test_boundary_similarity_is_as_defined(one, other, n_t):
    cost, pairs = _edit_cost(one, other, n_t)
    found = bs.quantities_of({"a": one, "b": other}, 12, n_t)
    assert found["cost", "a", "b"] == pytest.approx(cost)
    assert found["boundaries", "a", "b"] == len(one | other) - pairs
    masses = [[e - s for s, e in zip([0, *sorted(each)], [*sorted(each), 13], strict=True)] for each in (one, other)]
    similarity = bs.boundary_similarity(*masses, n_t)
    assert similarity.value == (pytest.approx(1 - cost / (len(one | other) - pairs)) if one | other else None)
    assert bs.boundary_similarity(*masses[::-1], n_t) == similarity
    if one | other:
        assert 0 <= similarity.value <= 1


# What must not matter, and what must


def _values(continuum):
    """Every value of a continuum, rounded, by name."""
    labels = sorted({unit.label for units in continuum.units.values() for unit in units})
    functions = {
        "u": ua.u_alpha, "|u": ua.binary_u_alpha, "cu": ua.coding_u_alpha, "alpha-u": au.alpha_u,
        "b": lambda each: bs_value(bs.quantities(each)),
    }  # fmt: skip
    found = {name: getattr(function(continuum), "value", function(continuum)) for name, function in functions.items()}
    found |= {f"({label})u": ua.label_u_alpha(continuum, label).value for label in labels}
    return {name: value if value is None else round(value, 9) + 0.0 for name, value in found.items()}


def bs_value(quantities):
    value = float(bs.value(Totals.of(quantities))[0][0])
    return None if math.isnan(value) else value


@given(continua(), st.randoms(use_true_random=False))
def test_order_does_not_matter(continuum, random):
    annotators = [list(units) for units in continuum.units.values()]
    random.shuffle(annotators)
    for units in annotators:
        random.shuffle(units)
    shuffled = _continuum(continuum.length, *([unit[:3] for unit in units] for units in annotators))
    assert _values(continuum) == pytest.approx(_values(shuffled), abs=1e-8)


@given(continua())
def test_the_mirror_image_is_alike(continuum):
    length = continuum.length
    mirrored = {
        who: tuple(Unit(length - u.end, length - u.start, u.label) for u in units) for who, units in continuum.units.items()
    }
    assert _values(continuum) == pytest.approx(_values(continuum._replace(units=mirrored)), abs=1e-8)


@given(continua())
def test_names_do_not_matter(continuum):
    names = {"A": "B", "B": "A"}
    renamed = {who: tuple(u._replace(label=names[u.label]) for u in units) for who, units in continuum.units.items()}
    values, other = _values(continuum), _values(continuum._replace(units=renamed))
    swapped = {f"({c})u": f"({k})u" for c, k in names.items()}
    assert values == pytest.approx({swapped.get(name, name): value for name, value in other.items()}, abs=1e-8)


@given(continua(least=3, most=3), continua(least=3, most=3))
def test_documents_add_up(one, other):
    total = ua.quantities(one)
    add(total, ua.quantities(other))
    moved = {
        who: (*units, *(Unit(u.start + one.length, u.end + one.length, u.label) for u in other.units[who]))
        for who, units in one.units.items()
    }
    together = ua.quantities(Continuum(one.length + other.length, moved))
    assert together == {key: pytest.approx(value) for key, value in total.items()}


@given(continua(), st.integers(2, 5))
def test_identical_annotators_agree(continuum, annotators):
    units = continuum.units["0"]
    same = Continuum(continuum.length, {f"{at}": units for at in range(annotators)})
    assert {round(value, 9) for value in _values(same).values() if value is not None} <= {1.0}
    covered, labels = sum(u.end - u.start for u in units), {u.label for u in units}
    assert (ua.u_alpha(same).value is None) == (len(labels) + (covered < same.length) < 2)
    assert (ua.coding_u_alpha(same).value is None) == (len(labels) < 2)


@given(continua(labels="A"))
def test_one_label_is_where_units_are(continuum):
    assert ua.u_alpha(continuum).value == pytest.approx(ua.binary_u_alpha(continuum).value)
    assert ua.coding_u_alpha(continuum).value is None


@given(continua())
def test_a_label_by_itself(continuum):
    alone = ua.restricted(continuum, "A")
    assert alone.units.keys() == continuum.units.keys()
    renamed = {
        who: tuple(u._replace(label="A" if u.label == "A" else "") for u in units) for who, units in continuum.units.items()
    }
    kept = {who: tuple(u for u in units if u.label) for who, units in renamed.items()}
    assert ua.quantities(alone) == ua.quantities(continuum._replace(units=kept))


@pytest.mark.parametrize("module", [ua, au])
def test_many_samples_at_once(module):
    """Each column has the value that it would have alone, or none."""
    good = _of(BY_ID["u_family_3ann"])
    bad = _continuum(10, [(0, 5, "1"), (3, 8, "2"), (7, 9, "2"), (8, 10, "2")], [], [])
    empty = _continuum(10, [], [], [])
    samples = [[good], [bad, good], [empty], [good, empty, good]]
    sums = []
    for sample in samples:
        sums.append({})
        for continuum in sample:
            add(sums[-1], module.quantities(continuum))
    columns = {key: np.array([each.get(key, 0.0) for each in sums]) for each in sums for key in each}
    values = module.value(Totals(columns, 4))[0]
    assert (~np.isnan(values)).tolist() == [True, False, False, True]
    assert values[[0, 3]].tolist() == [module.value(Totals.of(sums[at]))[0][0] for at in (0, 3)]


def test_overlap_of_one_label():
    """Merged for uα, no value for alpha-U."""
    overlapping = _continuum(20, [(0, 6, "x"), (4, 9, "x"), (4, 9, "x")], [(0, 9, "x")])
    assert ua.u_alpha(overlapping).value == 1
    assert au.alpha_u(overlapping).value is None
    assert au.alpha_u(overlapping).reason == "an annotator's units overlap within a label"
    assert au.alpha_u(_continuum(20, [(0, 6, "x"), (0, 6, "x")], [(0, 6, "x")])).value == 1


def test_overlap_of_different_labels():
    """Krippendorff 2004, p. 254: one annotator's c goes over his k."""
    continuum = _of(BY_ID["K2004_p254"])
    for coefficient in (ua.u_alpha(continuum), ua.binary_u_alpha(continuum), ua.coding_u_alpha(continuum)):
        assert (coefficient.value, coefficient.reason) == (None, "an annotator's units overlap, with different labels")
    assert ua.label_u_alpha(continuum, "k").value is None
    assert ua.u_alpha(ua.restricted(continuum, "k")).value == 1
    assert 0 < ua.u_alpha(ua.restricted(continuum, "c")).value < 1


@pytest.mark.parametrize(
    ("continuum", "reasons"),
    [
        (_continuum(9), ["fewer than two annotators"] * 4),
        (_continuum(9, [(0, 3, "x")]), ["fewer than two annotators"] * 4),
        (_continuum(0, [], []), ["no units, or nowhere else to put them", *["", "", ""]]),
        (
            _continuum(9, [], []),
            [
                "no units, or nowhere else to put them",
                "all of the text is units of one label, or none of it",
                "all of the text is units, or none of it",
                "no two annotators have units in the same place",
            ],
        ),
        (_continuum(9, [(0, 9, "x")], [(0, 4, "x"), (4, 9, "y")]), ["", "", "all of the text is units, or none of it", ""]),
        (_continuum(9, [(0, 4, "x")], [(0, 4, "x")]), ["", "", "", "only one label where two annotators have units"]),
        (
            _continuum(9, [(0, 4, "x")], [(0, 4, "y")], []),
            ["", "", "", "too little where two annotators have units to expect anything by chance"],
        ),
    ],
)
def test_why_there_is_no_value(continuum, reasons):
    functions = (au.alpha_u, ua.u_alpha, ua.binary_u_alpha, ua.coding_u_alpha)
    for function, reason in zip(functions, reasons, strict=True):
        coefficient = function(continuum)
        assert (coefficient.value is None) == bool(coefficient.reason)
        if reason or continuum.length:
            assert coefficient.reason == reason
    assert (ua.label_u_alpha(continuum, "z").value is None) is True


def test_no_boundaries():
    assert bs.boundary_similarity([7], [7]).value is None
    assert "no boundaries" in bs.boundary_similarity([7], [7]).reason
    assert bs.boundary_pi([1, 1, 1], [1, 1, 1]).value is None
    assert bs.boundary_kappa([7], [7]).value is None
    assert bs_value(bs.quantities(_continuum(9, [(0, 3, "x")]))) is None


def test_a_gap_is_a_segment():
    one, other = [(0, 3, ""), (4, 9, "")], [(0, 3, ""), (3, 9, "")]
    found = bs.quantities(_continuum(9, one, other))
    assert (found["cost", "0", "1"], found["boundaries", "0", "1"], found["places", "0", "1"]) == (1, 2, 8)


def test_a_fragment_is_a_unit_of_its_own():
    whole = _continuum(20, [(0, 3, "x"), (5, 9, "x")], [(0, 9, "x")])
    parts = Continuum(20, {"0": (Unit(0, 9, "x", "", ((0, 3), (5, 9))),), "1": (Unit(0, 9, "x"),)})
    assert _values(whole) == _values(parts)


@pytest.mark.parametrize(
    "call",
    [
        lambda: ua.u_alpha(_continuum(9, [(3, 3, "x")], [])),
        lambda: ua.u_alpha(_continuum(9, [(3, 10, "x")], [])),
        lambda: au.alpha_u(_continuum(9, [(-1, 3, "x")], [])),
        lambda: bs.quantities(_continuum(9, [(5, 3, "x")], [])),
        lambda: bs.quantities(_continuum(9, [(5, 6, "x")], []), 0),
        lambda: bs.boundary_similarity([2, 3], [2, 4]),
        lambda: bs.boundary_similarity([2, 0, 3], [2, 3]),
    ],
)
def test_what_is_refused(call):
    with pytest.raises(ValueError, match=r"continuum|segmentations|one place"):
        call()


# Measures of a corpus


def _parts(measure, *documents, labels=()):
    """Totals by part, of documents of two annotators with units (start, end, label)."""
    scheme = Scheme(
        "test", 1, layers={"entity": Layer("span", labels=dict.fromkeys(labels, LabelDefinition()))} if labels else {}
    )
    totals = {}
    for annotators in documents:
        sets = {
            name: AnnotationSet(
                Header("d", name, "test/1", "0", "complete", "manual"),
                tuple(Span(f"e{at}", "entity", label, start, end, "") for at, (start, end, label) in enumerate(units)),
            )
            for name, units in zip("ab", annotators, strict=True)
        }
        for part, found in measure.quantities(ComparedDocument("d", "x" * 20, sets, scheme).layer("entity")):
            add(totals.setdefault(part, {}), found)
    return {part: Totals.of(found) for part, found in totals.items()}


def test_a_label_by_itself_is_of_all_documents_or_of_none():
    """One document has no x: its gaps count as well. A label that is not in the scheme would lack them."""
    documents = [[(0, 3, "x"), (5, 6, "z")], [(0, 4, "x")]], [[(0, 3, "y")], [(0, 3, "y")]]
    found = _parts(ua.U_ALPHA, *documents, labels=("x", "y"))
    assert list(found) == ["", "x", "y"]
    assert ua.value(found["x"])[0][0] == ua.u_alpha(_continuum(40, [(0, 3, "x")], [(0, 4, "x")])).value
    assert list(_parts(ua.U_ALPHA, *documents)) == [""]


def test_each_label_where_units_meet():
    documents = [[(0, 3, "x"), (5, 9, "y")], [(0, 4, "x"), (5, 6, "x"), (6, 9, "y")]], [[(0, 3, "y")], [(1, 3, "y")]]
    [totals] = _parts(ua.CODING_U_ALPHA, *documents).values()
    assert ua.CODING_U_ALPHA.parts_of(totals) == ["x", "y"]
    moved = _continuum(40, *([*one, *((s + 20, e + 20, c) for s, e, c in other)] for one, other in zip(*documents, strict=True)))
    for label in ("x", "y"):
        assert ua.CODING_U_ALPHA.value(totals, label)[0][0] == pytest.approx(ua.label_u_alpha(moved, label).value)
    assert ua.CODING_U_ALPHA.value(totals, "")[0][0] == pytest.approx(ua.coding_u_alpha(moved).value)


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("The U.N.'s co-op: 3.5 a_b", "The U . N . ' s co - op : 3 . 5 a _ b"),
        ("हिन्दी में लिखा", "हिन्दी में लिखा"),
        ("مُحَمَّد كتب שָׁלוֹם", "مُحَمَّد كتب שָׁלוֹם"),
        ("我们去北京。OK吗", "我 们 去 北 京 。 OK 吗"),
        ("น้ำ ไทย", "น้ ำ ไ ท ย"),
        ("한국어를 말한다", "한국어를 말한다"),
        ("e\u0301te\u0301 می\u200cخواهم so\xadft a\u200bb", "e\u0301te\u0301 می\u200cخواهم so\xadft a b"),
        ("👩\u200d👩\u200d👧🇩🇪🇫🇷👍🏽", "👩\u200d👩\u200d👧 🇩🇪 🇫🇷 👍🏽"),
        ("\x00\t\u2028a\ufeff\xa0\udcff", "a\ufeff \udcff"),
        ("", ""),
    ],
)
def test_tokens(text, tokens):
    assert [text[start:end] for start, end in token_extents(text)] == tokens.split()
