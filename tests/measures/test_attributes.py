"""Alpha of attributes: references, values that are repeated or odd, and that documents add up as their items would."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, strategies as st

from postil.agreement.contribution import contribution
from postil.agreement.request import Request
from postil.agreement.tally import Tally
from postil.corpus import Document
from postil.manifest import Metadata
from postil.measures import Totals, add
from postil.measures._local_values import Local, name_alpha, name_quantities, set_alpha_of, set_quantities
from postil.measures.krippendorff_alpha import krippendorff_alpha
from postil.measures.set_valued_alpha import set_valued_alpha
from postil.model import AnnotationSet, Header, Label, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Scheme

TEXT = "Rajnath Singh met Hamada in Tokyo, and Hayashi met Jaishankar there."
PLACES = [(0, 13), (18, 24), (28, 33), (39, 46), (51, 61)]
SCHEME = Scheme("test", 1, layers={
    "entity": Layer("span", labels={"X": LabelDefinition()}, attributes={
        "of": Attribute("reference", values=("AUTHOR",)),
        "to": Attribute("reference", values=("AUTHOR",), multiple=True),
        "rank": Attribute("integer"),
        "size": Attribute("number"),
        "tags": Attribute("string", multiple=True),
        "note": Attribute("string"),
        "sure": Attribute("boolean"),
    }),
    "tie": Layer("relation", labels={"t": LabelDefinition()}),
})  # fmt: skip


def marked(annotator, *said, ids="e", extra=(), places=PLACES, **more):
    spans = [
        Span(f"{ids}{at}", "entity", "X", *place, TEXT[slice(*place)], attributes=attributes)
        for at, (place, attributes) in enumerate(zip(places, said, strict=False))
    ]
    return AnnotationSet(Header("d", annotator, "test/1", "0", "complete", "manual"), (*spans, *extra), **more)


def alpha(part, *documents):
    request = Request(measures=("attribute-alpha",))
    tally = Tally(request, SCHEME)
    for at, sets in enumerate(documents):
        each = Document(f"d{at}", TEXT, Metadata(), {one.annotator: one for one in sets}, "0")
        tally.add(contribution(each, SCHEME, request))
    [found] = [one for layer in tally.report().layers for one in layer.measures]
    return found.parts[part]


def both(part, one, other):
    return alpha(part, (marked("a", *one), marked("b", *other)))


# Documents add up


def _names(draw, number):
    value = draw(st.sampled_from([None, '"x"', '"y"', 1, 2]))
    return Local(f"{number} {value}") if isinstance(value, int) else value


@st.composite
def names(draw):
    annotators = draw(st.integers(2, 4))
    return [
        [[_names(draw, number) for _ in range(items)] for _ in range(annotators)]
        for number in range(draw(st.integers(1, 4)))
        for items in [draw(st.integers(0, 5))]
    ]


def _added(documents, quantities):
    total = {}
    for rows in documents:
        add(total, quantities(rows))
    return Totals.of(total)


def _together(documents):
    return [[value for rows in documents for value in rows[who]] for who in range(len(documents[0]))]


@given(names())
def test_names_add_up_as_their_items_would(documents):
    value, reason = name_alpha(_added(documents, name_quantities))
    found = krippendorff_alpha(_together(documents))
    assert value[0] == pytest.approx(found.value if found.value is not None else float("nan"), nan_ok=True)
    assert found.value is not None or found.reason == reason


@given(st.data(), names())
def test_sets_add_up_as_their_items_would(data, documents):
    def several(value):
        return value and frozenset([value, *data.draw(st.sets(st.sampled_from(['"x"', '"z"', Local("0 1"), Local("0 2")])))])

    def own(value, number):
        return value and frozenset(Local(f"{number} {one.name}") if isinstance(one, Local) else one for one in value)

    documents = [
        [[frozenset() if value == '"y"' else own(several(value), number) for value in row] for row in rows]
        for number, rows in enumerate(documents)
    ]
    value, reason = set_alpha_of(_added(documents, set_quantities))
    written = [[one and frozenset(json.dumps(member) for member in one) for one in row] for row in _together(documents)]
    found = set_valued_alpha(written)
    assert value[0] == pytest.approx(found.value if found.value is not None else float("nan"), nan_ok=True)
    assert found.value is not None or found.reason == reason


def test_keys_are_as_many_as_values():
    rows = [[f'"{at}"' for at in range(300)], [f'"{at + 1}"' for at in range(300)]]
    assert len(name_quantities(rows)) == 301 + 3
    assert len(name_quantities([[Local(one) for one in row] for row in rows])) == 3


# References


def by(annotator, *targets, **more):
    return marked(annotator, *({"of": target} if target else {} for target in targets), **more)


def test_references_of_different_documents_are_different():
    """In each of two documents all refer to the first span, but once: by chance nobody of the other document would."""
    one, other = ["e0", "e0", "e0", "e0", "e0"], ["e0", "e0", "e0", "e0", "e1"]
    found = alpha("of", *[(by("a", *one), by("b", *other))] * 2)
    expected = 1 - (4 / 20) / ((20**2 - 2 * 9**2 - 2 * 1) / (20 * 19))
    assert found.value == pytest.approx(expected)
    several = [tuple(marked(name, *({"to": [target]} for target in said)) for name, said in (("a", one), ("b", other)))] * 2
    assert alpha("to", *several).value == pytest.approx(expected)


def test_words_beside_references_are_the_same_everywhere():
    found = alpha("of", *[(by("a", "AUTHOR", "AUTHOR"), by("b", "AUTHOR", "AUTHOR"))] * 2)
    assert found.value is None
    assert "same value" in found.reason
    assert alpha("of", *[(by("a", "AUTHOR", "e0"), by("b", "AUTHOR", "e0"))] * 2).value == 1


def test_a_reference_to_a_span_that_is_repeated():
    again = [PLACES[0], PLACES[0], *PLACES[1:]]
    one, other = by("a", "", "", "e0", "e1", places=again), by("b", "", "", "e1", "e0", places=again)
    assert alpha("of", (one, other)).value == 1
    assert alpha("of", (one, by("b", "", "", "e0", "e2", places=again))).value < 1


def test_a_reference_to_what_is_no_span():
    relations = (Relation("r1", "tie", "t", {"from": "e0", "to": "e1"}), Relation("r2", "tie", "t", {"from": "r1", "to": "e1"}))
    others = (
        Relation("r1", "tie", "t", {"from": "r9", "to": "f1"}),
        Relation("r9", "tie", "t", {"from": "f0", "to": "f1"}),
        Relation("r3", "tie", "t", {"from": "f1", "to": "f1"}),
    )
    one = by("a", "r1", "r2", "l1", relations=relations, labels=(Label("l1", "genre", "op-ed"),))
    labels = (Label("l7", "genre", "op-ed"),)
    assert alpha("of", (one, by("b", "r9", "r1", "l7", ids="f", relations=others, labels=labels))).value == 1
    assert alpha("of", (one, by("b", "r1", "r3", "l7", ids="f", relations=others))).value < 0.01
    assert alpha("of", (by("a", "gone", "e1"), by("b", "gone", "e1"))).value == 1


# Odd values

HUGE = int("9" * 401)
ODD = [
    ["a"], {"a": [1]}, None, True, 1, 1.0, "1", 1e308, -1e308, 5e-324, HUGE, -HUGE, [None], [["a"]], [{"b": None}], [[], None, 2],
    float("nan"),
]  # fmt: skip


@pytest.mark.parametrize("part", list(SCHEME.layers["entity"].attributes))
@pytest.mark.parametrize("one", ODD, ids=lambda value: repr(value)[:20])
def test_no_value_is_too_odd(part, one):
    for other in ODD:
        said = [{part: one}, {part: other}, {part: one}]
        same = both(part, said, said)
        assert same.value == pytest.approx(1) if same.value is not None else same.reason
        differing = both(part, said, [*said[::-1], {part: 1}])
        assert differing.value is not None or differing.reason
        both(part, [{part: one}, {part: 2}], [{part: other}, {part: 3}])


def test_what_is_no_number_is_missing():
    numbers = [{"rank": 1}, {"rank": 2}, {"rank": 5}]
    whole = both("rank", numbers, [{"rank": 1}, {"rank": 3}, {"rank": 5}])
    for odd in ({}, {"rank": None}, {"rank": "2"}, {"rank": True}, {"rank": HUGE}, {"rank": [2]}, {"rank": 1e308}):
        assert both("rank", [*numbers, {"rank": 9}], [{"rank": 1}, {"rank": 3}, {"rank": 5}, odd]) == whole
    assert both("size", [{"size": 1e308}, {"size": 1}], [{"size": -1e308}, {"size": 1}]).reason.startswith("everybody")


def test_what_is_no_name_is_another_name():
    for part, right, odd in (
        ("note", "a", ["a"]),
        ("note", "1", 1),
        ("sure", True, 1),
        ("sure", True, "true"),
        ("note", "null", None),
    ):
        assert both(part, [{part: right}, {part: odd}], [{part: right}, {part: odd}]).value == 1
        assert both(part, [{part: right}, {part: right}], [{part: right}, {part: odd}]).value == 0


def test_members_of_sets():
    assert both("tags", [{"tags": ["a", None]}, {}], [{"tags": "a"}, {"tags": [None]}]).value == 1
    assert both("tags", [{"tags": [["a"]]}, {}], [{"tags": ["a"]}, {}]).value < 1
