"""Coefficients of values given to items: published figures, the definitions written out at length, and what must not matter."""

from __future__ import annotations

import json
from collections import Counter
from fractions import Fraction
from itertools import combinations, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st

from postil.measures import Coefficient, Totals, add
from postil.measures.bennett_s import bennett_s, value as s_value
from postil.measures.cohen_kappa import cohen_kappa, contingencies, rows_of, value as kappa_value
from postil.measures.fleiss_kappa import fleiss_kappa, quantities as fleiss_quantities, value as fleiss_value
from postil.measures.krippendorff_alpha import alpha, alpha_by_category, category_alpha, coincidences, krippendorff_alpha
from postil.measures.scott_pi import scott_pi, value as pi_value
from postil.measures.set_valued_alpha import set_alpha, set_coincidences, set_distance, set_valued_alpha

EXAMPLES = json.loads((Path(__file__).parent / "examples.json").read_text(encoding="utf-8"))
BY_ID = {example["id"]: example for example in EXAMPLES}
NUMBERS = st.integers(0, 4)
METRICS = ("nominal", "ordinal", "interval", "ratio")

COMPUTED = {
    **{f"alpha_{metric}": lambda rows, metric=metric: krippendorff_alpha(rows, metric).value for metric in METRICS},
    "Do_nominal": lambda rows: krippendorff_alpha(rows).observed,
    "Ao": lambda rows: fleiss_kappa(rows).observed,
    "Ae": lambda rows: fleiss_kappa(rows).expected,
    "S": lambda rows: bennett_s(rows).value,
    "pi": lambda rows: scott_pi(rows).value,
    "kappa": lambda rows: cohen_kappa(rows).value,
    "fleiss_kappa": lambda rows: fleiss_kappa(rows).value,
    "alpha_per_category": lambda rows: [each.value for _, each in alpha_by_category(rows)],
}

# Printed with four digits, of shares that were rounded before: exactly it is .21994, and with that kappa is .430245.
ROUNDED = {("Fleiss1971", "Ae"): 2e-4}

# Krippendorff 1995, Sociological Methodology 25, p. 57, the panels cut into 24 items; in the tests of DKPro Statistics.
PANEL_B = [[1] * 18 + [0] * 6, [1] * 10 + [0] * 14]
PANEL_C = [[int(c) for c in "001111110011001111001100"], [int(c) for c in "110011110011110011001100"]]

# dkpro/dkpro-statistics, SetAnnotationsTest.java (Apache-2.0), createExample.
SETS = [
    [frozenset(labels) for labels in ("", "A", "A", "A", "AB", "AB", "ABC", "C", "C")],
    [frozenset(labels) for labels in ("", "", "A", "B", "A", "AC", "ABC", "AC", "AC")],
]


def _rows(example):
    return example["rows"] if example["kind"] == "coding" else rows_of(example["table"])


@pytest.mark.parametrize("example", [e for e in EXAMPLES if e["kind"] in {"coding", "contingency"}], ids=lambda e: e["id"])
def test_published_figures(example):
    rows = _rows(example)
    for name, expected in example["expect"].items():
        tolerance = ROUNDED.get((example["id"], name), example.get("tol", 1e-7))
        assert COMPUTED[name](rows) == pytest.approx(expected, abs=tolerance), name


@pytest.mark.parametrize(
    ("example", "digits", "figures"),
    [
        ("K2011A", 3, {"alpha_nominal": 0.095}),
        ("K2011B", 3, {"alpha_nominal": 0.692}),
        ("K2004_p227", 3, {"alpha_nominal": 0.734}),
        ("K2004_p230", 3, {"alpha_nominal": 0.743, "alpha_ordinal": 0.815, "alpha_interval": 0.849, "alpha_ratio": 0.797}),
        ("K1980_p139", 3, {"alpha_nominal": 0.642, "alpha_interval": 0.547, "alpha_ratio": 0.483}),
        ("Wikipedia_3x15", 3, {"alpha_nominal": 0.691, "alpha_interval": 0.811}),
        ("HK2007", 4, {"alpha_ordinal": 0.7598}),
        ("Fleiss1971", 3, {"fleiss_kappa": 0.430}),
        ("AP2008_1", 3, {"S": 0.4, "pi": 0.341, "kappa": 0.348}),
        ("Cohen1960_2", 3, {"kappa": 0.492}),
        ("K2004_p246b", 3, {"pi": 0.186, "kappa": 0.258}),
        ("K1995_A_digitised", 3, {"kappa": 0.385, "pi": 0.314, "alpha_nominal": 0.329}),
    ],
)
def test_figures_as_printed(example, digits, figures):
    assert figures == {name: round(COMPUTED[name](_rows(BY_ID[example])), digits) for name in figures}


def test_alpha_as_a_fraction():
    assert krippendorff_alpha(BY_ID["K2004_p230"]["rows"]).value == pytest.approx(904 / 1216, abs=1e-12)
    assert krippendorff_alpha(BY_ID["K2004_p230"]["rows"]).expected == pytest.approx(0.779, abs=5e-4)
    assert krippendorff_alpha(BY_ID["K2011A"]["rows"]).value == pytest.approx(2 / 21, abs=1e-12)


def test_alpha_by_category_keeps_the_values():
    by_category = alpha_by_category(BY_ID["K1980_p139"]["rows"])
    assert [(value, round(each.value, 3)) for value, each in by_category] == [(1, 0.381), (2, 0.711), (3, 0.717), (4, 0.764)]


def test_the_panels_of_krippendorff_1995():
    assert round(cohen_kappa(PANEL_B).value, 3) == 0.385
    assert round(scott_pi(PANEL_B).value, 3) == 0.314
    assert round(cohen_kappa(PANEL_C).value, 3) == round(scott_pi(PANEL_C).value, 3) == 0.314
    assert cohen_kappa([[1] * 24] * 2).value is None


def test_fleiss_on_wikipedia():
    """Wikipedia, Fleiss' kappa: 10 items, 14 ratings each, 5 categories."""
    table = [
        [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
    ]  # fmt: skip
    items = [[category for category, times in enumerate(counts) for _ in range(times)] for counts in table]
    assert fleiss_kappa(list(zip(*items, strict=True))).value == pytest.approx(0.209931, abs=1e-6)


@pytest.mark.parametrize(
    ("distance", "value", "tolerance"),
    [
        ("passonneau-2004", 0.186, 1e-3),
        ("masi-dkpro", 0.2529, 5e-5),
        ("masi-2006", 0.2731, 5e-5),
        ("jaccard", 0.3156, 5e-5),
        ("nominal", 0.2388, 5e-5),
    ],
)
def test_set_valued_alpha(distance, value, tolerance):
    assert set_valued_alpha(SETS, distance).value == pytest.approx(value, abs=tolerance)


def test_set_valued_disagreements():
    """As DKPro Statistics has them: .333 and .409, .253 and .338."""
    plain, masi = set_valued_alpha(SETS, "passonneau-2004"), set_valued_alpha(SETS, "masi-dkpro")
    assert (plain.observed, plain.expected) == pytest.approx((0.333, 0.409), abs=1e-3)
    assert (masi.observed, masi.expected) == pytest.approx((0.253, 0.338), abs=1e-3)


def test_set_distances():
    """The last three: DKPro Statistics, MASISetAnnotationDistanceFunctionTest."""
    assert set_distance(set(), set()) == set_distance(set(), set(), "masi-dkpro") == 0
    assert set_distance({"A"}, set()) == set_distance({"A"}, {"B"}) == set_distance({"A"}, {"B"}, "masi-dkpro") == 1
    assert set_distance({"A"}, {"A", "B"}) == pytest.approx(1 - 1 / 3)
    assert set_distance({"A"}, {"A", "B"}, "masi-dkpro") == pytest.approx(1 / 6)
    assert set_distance({"A", "B"}, {"B", "C"}, "masi-dkpro") == pytest.approx(4 / 9)
    with pytest.raises(ValueError, match="masi-2006"):
        set_distance({"A"}, {"B"}, "masi")


def test_nominal_sets_are_names():
    names = [[json.dumps(sorted(labels)) for labels in row] for row in SETS]
    assert set_valued_alpha(SETS, "nominal").value == pytest.approx(krippendorff_alpha(names).value)


# The definitions at length


def _difference(metric, c, k, values):
    if metric == "nominal":
        return Fraction(c != k)
    if metric == "interval":
        return Fraction(c - k) ** 2
    if metric == "ratio":
        return Fraction(c - k, c + k) ** 2 if c + k else Fraction(0)
    low, high = min(c, k), max(c, k)
    between = sum(1 for value in values if low <= value <= high)
    ends = Fraction(sum(1 for value in values if value == low) + sum(1 for value in values if value == high), 2)
    return (between - ends) ** 2 if c != k else Fraction(0)


def _alpha(rows, metric):
    items = [[value for value in item if value is not None] for item in zip(*rows, strict=True)]
    items = [item for item in items if len(item) > 1]
    values = [value for item in items for value in item]
    if len(set(values)) < 2:
        return None
    n = len(values)
    observed = sum(_difference(metric, *pair, values) / (len(item) - 1) for item in items for pair in permutations(item, 2)) / n
    expected = sum(_difference(metric, *pair, values) for pair in permutations(values, 2)) / (n * (n - 1))
    return 1 - observed / expected


def _kappa(one, other, pooled):
    both = [(c, k) for c, k in zip(one, other, strict=True) if c is not None and k is not None]
    if not both:
        return None
    n = len(both)
    first, second = Counter(c for c, _ in both), Counter(k for _, k in both)
    if pooled:
        chance = sum(Fraction(first[c] + second[c], 2 * n) ** 2 for c in {*first, *second})
    else:
        chance = sum(Fraction(first[c] * second[c], n * n) for c in first)
    agreed = Fraction(sum(c == k for c, k in both), n)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


def _fleiss(rows):
    items = [[value for value in item if value is not None] for item in zip(*rows, strict=True)]
    items = [item for item in items if len(item) > 1]
    if not items:
        return None
    agreed = sum(Fraction(sum(a == b for a, b in combinations(i, 2)), len(list(combinations(i, 2)))) for i in items) / len(items)
    values = {value for item in items for value in item}
    chance = sum((sum(Fraction(i.count(c), len(i)) for i in items) / len(items)) ** 2 for c in values)
    return None if chance == 1 else (agreed - chance) / (1 - chance)


@st.composite
def codings(draw, values=NUMBERS, least=2, most=4, *, missing=True):
    annotators = draw(st.integers(least, most))
    value = st.none() | values if missing else values
    items = draw(st.lists(st.tuples(*[value] * annotators), max_size=8))
    return [list(row) for row in zip(*items, strict=True)] if items else [[] for _ in range(annotators)]


def _same(coefficient: Coefficient, expected) -> bool:
    if expected is None:
        return coefficient.value is None and bool(coefficient.reason)
    return coefficient.value == pytest.approx(float(expected), abs=1e-9) and not coefficient.reason


@given(codings(), st.sampled_from(METRICS))
def test_alpha_is_as_defined(rows, metric):
    assert _same(krippendorff_alpha(rows, metric), _alpha(rows, metric))


@given(codings(most=2))
def test_kappa_and_pi_are_as_defined(rows):
    assert _same(cohen_kappa(rows), _kappa(*rows, pooled=False))
    assert _same(scott_pi(rows), _kappa(*rows, pooled=True))


@given(codings())
def test_fleiss_is_as_defined(rows):
    value, reason = fleiss_value(Totals.of(fleiss_quantities(rows)))
    assert _same(Coefficient(None if np.isnan(value[0]) else value[0], reason if np.isnan(value[0]) else ""), _fleiss(rows))


@given(codings(missing=False))
def test_fleiss_of_complete_rows(rows):
    assert _same(fleiss_kappa(rows), _fleiss(rows))


@given(codings())
def test_alpha_by_category_is_alpha_of_two_values(rows):
    totals = Totals.of(coincidences(rows))
    for category, coefficient in alpha_by_category(rows):
        two = [[None if value is None else value == category for value in row] for row in rows]
        expected = krippendorff_alpha(two)
        assert coefficient.value == (None if expected.value is None else pytest.approx(expected.value, abs=1e-9))
        assert category_alpha(totals, category)[0][0] == pytest.approx(
            float("nan") if expected.value is None else expected.value, nan_ok=True
        )


# What must not matter, and what must


@given(codings(), st.randoms(use_true_random=False), st.sampled_from(METRICS))
def test_order_does_not_matter(rows, random, metric):
    items = list(zip(*rows, strict=True))
    random.shuffle(items)
    shuffled = [list(row) for row in zip(*items, strict=True)] or rows
    random.shuffle(shuffled)
    one, other = krippendorff_alpha(rows, metric), krippendorff_alpha(shuffled, metric)
    assert (one.value, one.reason) == (other.value and pytest.approx(other.value), other.reason)


@given(codings())
def test_names_do_not_matter(rows):
    names = {None: None, 0: "ü", 1: "1", 2: "true", 3: "null", 4: '"'}
    named = [[names[value] for value in row] for row in rows]
    assert krippendorff_alpha(named).value == pytest.approx(krippendorff_alpha(rows).value)
    for measure in (cohen_kappa, scott_pi, bennett_s):
        assert measure(named[:2]).value == pytest.approx(measure(rows[:2]).value)


@given(codings(), st.integers(-(10**9), 10**9))
def test_interval_alpha_may_be_shifted(rows, by):
    shifted = [[None if value is None else value + by for value in row] for row in rows]
    assert krippendorff_alpha(shifted, "interval").value == pytest.approx(krippendorff_alpha(rows, "interval").value)


@given(codings(least=3, most=3), codings(least=3, most=3))
def test_documents_add_up(one, other):
    both = [[*a, *b] for a, b in zip(one, other, strict=True)]
    for quantities in (coincidences, fleiss_quantities, contingencies):
        total = quantities(one)
        add(total, quantities(other))
        assert total == {key: pytest.approx(value) for key, value in quantities(both).items()}


@given(st.lists(st.integers(0, 3) | st.none(), max_size=8), st.integers(2, 4))
def test_identical_rows_agree(row, annotators):
    rows = [row] * annotators
    for metric in METRICS:
        assert krippendorff_alpha(rows, metric).value == (1 if len({*row} - {None}) > 1 else None)
    assert cohen_kappa(rows[:2]).value == (1 if len({*row} - {None}) > 1 else None)


@given(codings(values=st.frozensets(st.sampled_from("ABC"))), st.sampled_from(["masi-2006", "masi-dkpro", "jaccard", "nominal"]))
def test_set_valued_alpha_is_as_defined(rows, distance):
    items = [[value for value in item if value is not None] for item in zip(*rows, strict=True)]
    items = [item for item in items if len(item) > 1]
    values = [value for item in items for value in item]
    expected = None
    if len(set(values)) > 1:
        between = [set_distance(*pair, distance) for pair in permutations(values, 2)]
        within = sum(set_distance(*pair, distance) / (len(item) - 1) for item in items for pair in permutations(item, 2))
        expected = 1 - within / len(values) / (sum(between) / len(between))
    assert _same(set_valued_alpha(rows, distance), expected)


def test_many_samples_at_once():
    """Each column has the value that it would have alone, or none."""
    rows = [[1, 1, 2, 3], [1, 2, 2, 3], [1, 2, None, 3]]
    documents = [[row[at : at + 1] for row in rows] for at in range(4)]
    weights = np.array([[1, 1, 1, 1], [0, 2, 1, 1], [4, 0, 0, 0], [0, 0, 0, 0]], dtype=float)

    def totals(quantities):
        columns = {key: np.zeros(4) for document in documents for key in quantities(document)}
        for document, weight in zip(documents, weights.T, strict=True):
            for key, value in quantities(document).items():
                columns[key] += value * weight
        return Totals(columns, 4)

    for metric in METRICS:
        whole, resampled, single, nothing = alpha(totals(coincidences), metric)[0]
        assert whole == pytest.approx(krippendorff_alpha(rows, metric).value)
        assert resampled == pytest.approx(krippendorff_alpha([[row[at] for at in (1, 1, 2, 3)] for row in rows], metric).value)
        assert np.isnan([single, nothing]).all()
    for value, quantities in ((kappa_value, contingencies), (pi_value, contingencies), (fleiss_value, fleiss_quantities)):
        assert np.isnan(value(totals(quantities))[0]).tolist() == [False, False, True, True]


def test_the_mean_over_pairs():
    """The third annotator used one value only, with whom the second is undefined where he did so too."""
    rows = [[1, 2, 1, 2], [1, 2, 2, 2], [1, 1, 1, 1]]
    expected = [_kappa(one, other, pooled=False) for one, other in combinations(rows, 2)]
    assert kappa_value(Totals.of(contingencies(rows)))[0][0] == pytest.approx(float(sum(expected) / 3))
    rows[1] = [1, None, None, None]
    assert kappa_value(Totals.of(contingencies(rows)))[0][0] == 0


def test_pairs_go_by_name():
    assert contingencies([["x"], ["y"]], ["b", "a"]) == {("both", "a", "b", '"y"', '"x"'): 1}


@pytest.mark.parametrize("rows", [[], [[]], [[], []], [[1, 2]], [[None, None], [None, None]], [[1, None], [None, 2]]])
def test_nothing_to_compare(rows):
    for metric in METRICS:
        assert krippendorff_alpha(rows, metric) == Coefficient.undefined("no item has values of two annotators")
    assert fleiss_value(Totals.of(fleiss_quantities(rows)))[1] == "no item has values of two annotators"
    assert np.isnan(kappa_value(Totals.of(contingencies(rows)))[0]).all()
    assert np.isnan(s_value(Totals.of(contingencies(rows)))[0]).all()


def test_one_value_is_no_agreement():
    rows = [["x"] * 5] * 2
    for coefficient in (krippendorff_alpha(rows), cohen_kappa(rows), scott_pi(rows), fleiss_kappa(rows)):
        assert coefficient.value is None
        assert "same value" in coefficient.reason
    assert bennett_s(rows).value is None
    assert bennett_s(rows, 2).value == 1
    assert set_valued_alpha([[frozenset()] * 3] * 2).value is None


def test_values_of_other_types_are_other_values():
    assert krippendorff_alpha([[1, 0], ["1", 0]]) == krippendorff_alpha([["a", "c"], ["b", "c"]])
    assert krippendorff_alpha([[1, 0], [True, 0]]) == krippendorff_alpha([["a", "c"], ["b", "c"]])
    assert krippendorff_alpha([[1, 0], [1.0, 0]]).value == 1
    assert krippendorff_alpha([[["x"], {"a": 1}], [["x"], {"a": 1}]]).value == 1
    assert [value for value, _ in alpha_by_category([["1", 1, True], ["1", 1, True]])] == ["1", 1, True]


def test_large_numbers_keep_their_differences():
    """DKPro Statistics got these wrong (its issue 52)."""
    rows = BY_ID["K2004_p230"]["rows"]
    large = [[None if value is None else 1e9 + value for value in row] for row in rows]
    assert krippendorff_alpha(large, "interval").value == pytest.approx(krippendorff_alpha(rows, "interval").value)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: krippendorff_alpha([[1, 2], [1]]), "each item"),
        (lambda: krippendorff_alpha([[1], [2]], "cardinal"), "nominal, ordinal"),
        (lambda: krippendorff_alpha([["a"], ["b"]], "interval"), "no number"),
        (lambda: krippendorff_alpha([[True], [False]], "ordinal"), "no number"),
        (lambda: krippendorff_alpha([[-1], [2]], "ratio"), "natural zero"),
        (lambda: krippendorff_alpha([[float("nan")], [2.0]], "interval"), "None stands for"),
        (lambda: cohen_kappa([[1], [1], [2]]), "not 3"),
        (lambda: scott_pi([[1]]), "not 1"),
        (lambda: bennett_s([[1, 2], [1, 2]], 1), "2 categories occur"),
        (lambda: fleiss_kappa([[1, 2], [1, None]]), "fewer ratings"),
    ],
)
def test_what_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_set_quantities_add_up():
    total = set_coincidences([row[:4] for row in SETS])
    add(total, set_coincidences([row[4:] for row in SETS]))
    assert set_alpha(Totals.of(total))[0][0] == pytest.approx(set_valued_alpha(SETS).value)
