"""Agreement over a corpus: which documents count, what is measured, how sure it is, where annotators differ."""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
import pytest

from postil.agreement.bootstrap import Resampler
from postil.agreement.contribution import contribution
from postil.agreement.minima import failures, parse_minimum
from postil.agreement.report import LayerReport, Measured, Report
from postil.agreement.request import Request, known_measures
from postil.agreement.tally import Tally
from postil.corpus import Document
from postil.errors import PostilError, UnreadableCorpus
from postil.manifest import Metadata
from postil.measures import Totals, Unit, all_measures
from postil.measures.comparison import ComparedDocument, Settings
from postil.measures.relation_f1 import matched_relations
from postil.measures.span_f1 import span_f1
from postil.model import AnnotationSet, Header, Label, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Scheme

TEXT = "Rajnath Singh met Hamada in Tokyo, and Hayashi met Jaishankar there; both sides agreed on much.\n"
SHA = hashlib.sha256(TEXT.encode()).hexdigest()

SCHEME = Scheme(
    "test",
    1,
    layers={
        "entity": Layer("span", labels={"PERSON": LabelDefinition(), "GPE": LabelDefinition()}, attributes={
            "sure": Attribute("boolean", default=True),
            "rank": Attribute("integer"),
            "roles": Attribute("string", multiple=True),
            "of": Attribute("reference", only_on=("GPE",)),
        }),
        "argument": Layer("relation", labels={"supports": LabelDefinition(), "restates": LabelDefinition(symmetric=True)}),
        "genre": Layer("label", labels={"op-ed": LabelDefinition(), "report": LabelDefinition()}),
        "topic": Layer("label", multiple=True, labels={"defence": LabelDefinition(), "trade": LabelDefinition()}),
    },
)  # fmt: skip

RAJNATH, HAMADA, TOKYO, HAYASHI = ("PERSON", 0, 13), ("PERSON", 18, 24), ("GPE", 28, 33), ("PERSON", 39, 46)


def spans(*said: tuple[Any, ...], layer: str = "entity") -> tuple[Span, ...]:
    """Spans ``(label, start, end, attributes)`` with ids e0, e1, …"""
    return tuple(
        Span(f"e{number}", layer, label, start, end, TEXT[start:end], attributes=dict(*more))
        for number, (label, start, end, *more) in enumerate(said)
    )


def made(annotator: str, marked: Sequence[Span] = (), document: str = "d", **more: Any) -> AnnotationSet:
    status, method = more.pop("status", "complete"), more.pop("method", "manual")
    header = Header(document, annotator, "test/1", more.pop("sha", SHA), status, method)
    return AnnotationSet(header, tuple(marked), **more)


def document(*sets: AnnotationSet, id: str = "d", group: str = "") -> Document:
    return Document(id, TEXT, Metadata(group=group), {each.annotator: each for each in sets}, SHA)


def report(documents: Iterable[Document], *measures: str, **more: Any) -> Report:
    request = Request(measures=measures, **more)
    tally = Tally(request, SCHEME)
    for each in documents:
        tally.add(contribution(each, SCHEME, request))
    return tally.report()


def layer(found: Report, name: str = "entity") -> LayerReport:
    return next(each for each in found.layers if each.name == name)


def measured(found: Report, measure: str, name: str = "entity") -> Measured:
    return next(each for each in layer(found, name).measures if each.name == measure)


def value(found: Report, measure: str, name: str = "entity", part: str = "") -> float | None:
    one = measured(found, measure, name)
    estimate = one.parts[part] if part else one.whole
    assert estimate
    assert (estimate.value is None) == bool(estimate.reason)
    return estimate.value


# --- which documents count -------------------------------------------------------------------------------------------


def test_annotators_who_say_the_same_agree_fully() -> None:
    found = report([document(*(made(name, spans(RAJNATH, TOKYO)) for name in ("a", "b")))])

    assert (found.annotators, found.documents, found.characters) == (["a", "b"], 1, len(TEXT))
    for measure in ("f1", "f1-partial", "gamma", "gamma-cat"):
        assert value(found, measure) == 1
    assert layer(found).annotations == {"a": 2, "b": 2}
    assert layer(found).disagreements == []


def test_only_finished_sets_are_compared() -> None:
    both, unfinished = (made("a"), made("b")), made("b", status="in-progress")
    found = report([document(*both), document(made("a"), unfinished, id="e"), document(made("a"), id="f")])

    assert (found.documents, found.of_documents) == (1, 3)
    assert found.left_out == {"fewer than two sets": ["f"], "sets not finished": ["e"]}


def test_nothing_marked_is_an_answer_and_has_no_agreement_of_spans() -> None:
    found = report([document(made("a"), made("b"))])

    assert found.documents == 1
    for measure in ("f1", "gamma", "gamma-cat"):
        assert value(found, measure) is None


def test_one_who_marks_nothing_does_not_agree() -> None:
    found = report([document(made("a", spans(RAJNATH, TOKYO)), made("b"))])

    assert value(found, "f1") == 0
    assert value(found, "gamma") == pytest.approx(0, abs=0.1)
    assert value(found, "gamma-cat") is None


def test_sets_that_were_made_from_others_are_left_out_unless_they_are_named() -> None:
    gold = made("gold", spans(RAJNATH), method="adjudicated")
    docs = [document(made("a", spans(RAJNATH)), made("b"), gold)]

    assert report(docs).annotators == ["a", "b"]
    assert report(docs).adjudicated == ["gold"]
    assert report(docs, annotators=("a", "gold")).annotators == ["a", "gold"]


def test_a_set_about_another_text_stops_it() -> None:
    with pytest.raises(UnreadableCorpus, match="d by b is about another version of the text"):
        report([document(made("a"), made("b", sha="0" * 64))])


@pytest.mark.parametrize("extent", [(5, 5), (9, 3), (-1, 4), (0, 1000)])
def test_a_span_without_an_extent_in_the_text_stops_it(extent: tuple[int, int]) -> None:
    with pytest.raises(UnreadableCorpus, match="span e0 of d by a has no extent"):
        report([document(made("a", spans(("GPE", *extent))), made("b"))])


def test_what_is_said_twice_counts_once_and_is_counted() -> None:
    found = report([document(made("a", spans(RAJNATH, RAJNATH)), made("b", spans(RAJNATH)))])

    assert found.repeated == 1
    assert value(found, "f1") == 1
    assert value(found, "gamma") == 1


# --- intervals -------------------------------------------------------------------------------------------------------


def noisy(number: int, seed: int = 1, group: str = "") -> list[Document]:
    chance = random.Random(seed)

    def heard(name: str, at: int) -> AnnotationSet:
        return made(name, spans(*(one for one in said if chance.random() < 0.7)), f"d{at}")

    said = (RAJNATH, HAMADA, TOKYO, HAYASHI)
    return [document(heard("a", at), heard("b", at), id=f"d{at}", group=group) for at in range(number)]


def test_an_interval_needs_documents_that_are_independent() -> None:
    few, alike, enough = report(noisy(9)), report(noisy(30, group="one")), report(noisy(30))
    for found in (few, alike):
        whole = measured(found, "f1").whole
        assert whole
        assert whole.low is None
        assert "too few documents" in whole.no_interval
    whole = measured(enough, "f1").whole
    assert whole
    assert whole.value
    assert whole.low
    assert whole.high
    assert 0.3 < whole.low < whole.value < whole.high < 0.95
    assert report(noisy(30)) == enough


def test_documents_that_have_nothing_of_a_label_are_no_evidence_of_it() -> None:
    docs = noisy(30)
    for at in range(3):
        marked = spans(("GPE", 51, 61)), spans(("GPE", 51, 60) if at else ("GPE", 51, 61))
        docs[at] = document(*(made(name, some, f"d{at}") for name, some in zip("ab", marked, strict=True)), id=f"d{at}")
    scarce = [document(*(made(name, spans(HAMADA), f"d{at}") for name in "ab"), id=f"d{at}") for at in range(27)]
    found = report([*docs[:3], *scarce])

    assert "too few documents" in measured(found, "f1").parts["GPE"].no_interval


def test_documents_that_all_say_the_same_have_no_interval() -> None:
    docs = [document(*(made(name, spans(RAJNATH, TOKYO), f"d{at}") for name in ("a", "b")), id=f"d{at}") for at in range(12)]
    whole = measured(report(docs), "f1").whole

    assert whole
    assert (whole.value, whole.low) == (1.0, None)
    assert "same value" in whole.no_interval


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """Shares of documents of different size: 95 % intervals of 25 documents, 300 times."""
    chance = np.random.default_rng(5)
    held = 0
    for seed in range(300):
        sizes = chance.integers(5, 60, 25)
        hits = chance.binomial(sizes, chance.beta(8, 2, 25))
        columns = {("hits",): hits.astype(float), ("of",): sizes.astype(float)}
        low, high, _ = Resampler(25, seed).interval(columns, lambda totals: totals["hits",] / totals["of",])
        assert low is not None
        assert high is not None
        held += low <= 0.8 <= high
    assert 0.90 <= held / 300 <= 0.98


def test_the_order_of_documents_does_not_matter() -> None:
    docs = noisy(15)
    one, other = report(docs), report(docs[::-1])

    for measure in ("f1", "gamma", "gamma-cat"):
        assert value(one, measure) == pytest.approx(value(other, measure))


# --- where they differ -----------------------------------------------------------------------------------------------


def test_labels_that_met_are_counted() -> None:
    a = spans(RAJNATH, ("GPE", 18, 24), TOKYO, HAYASHI)
    b = spans(RAJNATH, HAMADA, ("GPE", 28, 32))
    found = layer(report([document(made("a", a), made("b", b))]))

    assert {(cell.one, cell.other): (cell.count, cell.same_extent) for cell in found.confusion} == {
        ("PERSON", "PERSON"): (1, 1),
        ("GPE", "PERSON"): (1, 1),
        ("GPE", "GPE"): (1, 0),
        ("PERSON", ""): (1, 0),
    }
    assert [(one.kind, one.one.text, one.other.text if one.other else one.missing) for one in found.disagreements] == [
        ("label", "Hamada", "Hamada"),
        ("boundary", "Tokyo", "Toky"),
        ("missing", "Hayashi", "b"),
    ]
    assert {one.line for one in found.disagreements} == {1}


def test_chance_has_no_say_in_which_labels_are_compared() -> None:
    """Labels drawn at random on places that nearly agree: nothing but chance, for every coefficient."""
    chance = random.Random(4)
    docs = []
    for at in range(60):
        text = "x" * 400
        sha = hashlib.sha256(text.encode()).hexdigest()

        def marked(name: str, at: int = at, text: str = text, sha: str = sha) -> AnnotationSet:
            found = []
            for number in range(30):
                start = number * 12 + chance.randint(0, 4)
                label = chance.choice(("PERSON", "GPE"))
                found.append(Span(f"e{number}", "entity", label, start, start + 9, text[start : start + 9]))
            return made(name, found, f"d{at}", sha=sha)

        docs.append(Document(f"d{at}", text, Metadata(), {name: marked(name) for name in "ab"}, sha))
    found = report(docs, "alpha", "cohen-kappa", "scott-pi", "fleiss-kappa", "bennett-s")

    for measure in ("alpha", "cohen-kappa", "scott-pi", "fleiss-kappa", "bennett-s"):
        assert value(found, measure) == pytest.approx(0, abs=0.05)


def test_what_does_not_overlap_is_not_compared() -> None:
    found = layer(report([document(made("a", spans(("PERSON", 0, 7))), made("b", spans(("PERSON", 8, 13))))]))

    assert [(cell.one, cell.other) for cell in found.confusion] == [("", "PERSON"), ("PERSON", "")]


def test_the_worst_documents_come_first() -> None:
    good = document(*(made(name, spans(RAJNATH), "good") for name in ("a", "b")), id="good")
    bad = document(made("a", spans(RAJNATH), "bad"), made("b", spans(HAMADA), "bad"), id="bad")
    empty = document(made("a", (), "empty"), made("b", (), "empty"), id="empty")

    shown = measured(report([empty, good, bad]), "f1").documents
    assert [(one.document, one.value) for one in shown] == [("bad", 0.0), ("good", 1.0), ("empty", None)]


def test_three_annotators_have_the_mean_of_their_pairs() -> None:
    sets = {"a": (RAJNATH, TOKYO), "b": (RAJNATH,), "c": (RAJNATH, TOKYO)}
    found = report([document(*(made(name, spans(*said)) for name, said in sets.items()))], with_pairs=True)

    pairs = {(pair.one, pair.other): pair.estimate.value for pair in measured(found, "f1").pairs}
    assert pairs == {("a", "b"): pytest.approx(2 / 3), ("a", "c"): 1.0, ("b", "c"): pytest.approx(2 / 3)}
    assert value(found, "f1") == pytest.approx((2 / 3 + 1 + 2 / 3) / 3)
    assert {(cell.one, cell.other): cell.count for cell in layer(found).confusion} == {
        ("PERSON", "PERSON"): 3, ("GPE", "GPE"): 1, ("GPE", ""): 1, ("", "GPE"): 1,
    }  # fmt: skip


def test_against_a_reference_there_is_precision_and_recall() -> None:
    gold, model = made("gold", spans(RAJNATH, TOKYO, HAMADA)), made("a-model", spans(RAJNATH, ("GPE", 39, 46)))
    found = report([document(gold, model)], annotators=("a-model", "gold"), settings=Settings(reference="gold"))

    assert value(found, "precision") == 1 / 2
    assert value(found, "recall") == pytest.approx(1 / 3)
    assert value(found, "f1") == pytest.approx(2 / 5)
    assert value(found, "precision", part="GPE") == 0
    assert value(found, "recall", part="PERSON") == 1 / 2
    assert measured(found, "precision").parts["PERSON"].value == 1


def test_a_document_without_the_reference_is_left_out() -> None:
    settings = Settings(reference="gold")
    found = report([document(made("a"), made("b"))], settings=settings)

    assert found.left_out == {"no complete set by gold": ["d"]}


# --- relations, attributes, labels of documents ----------------------------------------------------------------------


def related(*said: tuple[str, str, str]) -> tuple[Relation, ...]:
    return tuple(Relation(f"r{at}", "argument", label, {"from": one, "to": other}) for at, (label, one, other) in enumerate(said))


def test_relations_are_the_same_between_spans_that_are_aligned() -> None:
    a = made("a", spans(RAJNATH, HAMADA, TOKYO), relations=related(("supports", "e0", "e1"), ("supports", "e1", "e2")))
    b = made("b", spans(("GPE", 0, 12), HAMADA), relations=related(("supports", "e0", "e1"), ("supports", "e1", "e0")))
    found = report([document(a, b)])

    assert value(found, "relation-f1", "argument") == 1 / 2
    assert layer(found, "argument").annotations == {"a": 2, "b": 2}


def test_only_a_symmetric_relation_may_be_turned_round() -> None:
    one, other = related(("restates", "x", "y")), related(("restates", "Y", "X"))
    pairing = {"x": "X", "y": "Y"}

    assert matched_relations(one, other, pairing, SCHEME.layers) == {"r0": "r0"}
    assert matched_relations(related(("supports", "x", "y")), related(("supports", "Y", "X")), pairing, SCHEME.layers) == {}


def test_relations_of_relations_are_the_same_where_those_are() -> None:
    def chain(prefix: str, *spans_: str) -> tuple[Relation, ...]:
        return (
            Relation(f"{prefix}3", "argument", "supports", {"from": f"{prefix}2", "to": spans_[0]}),
            Relation(f"{prefix}2", "argument", "supports", {"from": (f"{prefix}1", spans_[0]), "to": spans_[1]}),
            Relation(f"{prefix}1", "argument", "supports", {"from": spans_[0], "to": spans_[1]}),
        )

    pairing = {"x": "X", "y": "Y"}
    assert matched_relations(chain("r", "x", "y"), chain("s", "X", "Y"), pairing, {}) == {"r1": "s1", "r2": "s2", "r3": "s3"}
    assert matched_relations(chain("r", "x", "y"), chain("s", "X", "Z"), pairing, {}) == {}


def test_a_relation_that_turns_in_a_circle_ends() -> None:
    circle = (
        Relation("r1", "argument", "supports", {"from": "r2", "to": "r2"}),
        Relation("r2", "argument", "supports", {"from": "r1"}),
    )

    assert matched_relations(circle, circle, {}, {}) == {}


def attributes(*said: Mapping[str, Any] | None) -> tuple[Span, ...]:
    places = (RAJNATH, HAMADA, HAYASHI, ("PERSON", 51, 61))
    return spans(*((*place, one) for place, one in zip(places, said, strict=False) if one is not None))


def alpha_of(name: str, one: Sequence[Mapping[str, Any] | None], other: Sequence[Mapping[str, Any] | None]) -> float | None:
    found = report([document(made("a", attributes(*one)), made("b", attributes(*other)))])
    return value(found, "attribute-alpha", part=name)


def test_what_is_left_out_has_the_default_value() -> None:
    said = [{"sure": False}, {}, {}, {"sure": True}]

    assert alpha_of("sure", said, [{"sure": False}, {"sure": True}, {}, {}]) == 1


def test_numbers_that_are_nearer_agree_more() -> None:
    one = [{"rank": 1}, {"rank": 2}, {"rank": 9}]
    near, far = (
        alpha_of("rank", one, [{"rank": 1}, {"rank": 3}, {"rank": 9}]),
        alpha_of("rank", one, [{"rank": 9}, {"rank": 2}, {"rank": 1}]),
    )

    assert near is not None
    assert far is not None
    assert far < 0
    assert 0.9 < near < 1


def test_several_values_are_compared_as_sets() -> None:
    one = [{"roles": ["x", "y"]}, {"roles": ["z"]}, {}]

    assert alpha_of("roles", one, [{"roles": ["y", "x"]}, {"roles": ["z"]}, {}]) == 1
    partly = alpha_of("roles", one, [{"roles": ["x"]}, {"roles": ["z"]}, {}])
    assert partly is not None
    assert 0 < partly < 1


def test_references_agree_when_they_name_spans_that_are_aligned() -> None:
    def by(name: str, to: str, *first: tuple[Any, ...]) -> AnnotationSet:
        return made(name, spans(*first, (*TOKYO, {"of": to}), ("GPE", 51, 61, {"of": "e0"})))

    same = report([document(by("a", "e1", RAJNATH, HAMADA), by("b", "e2", RAJNATH, HAYASHI, ("PERSON", 18, 23)))])
    other = report([document(by("a", "e1", RAJNATH, HAMADA), by("b", "e1", RAJNATH, HAYASHI, ("PERSON", 18, 23)))])

    assert value(same, "attribute-alpha", part="of") == 1
    assert (value(other, "attribute-alpha", part="of") or 0) < 1


def test_documents_are_items_of_layers_of_labels() -> None:
    def by(name: str, at: int, genre: str, *topics: str) -> AnnotationSet:
        labels = [Label("g", "genre", genre)] + [Label(f"t{topic}", "topic", topic) for topic in topics]
        return made(name, (), f"d{at}", labels=tuple(labels))

    said = [("op-ed", "op-ed"), ("report", "report"), ("report", "op-ed"), ("op-ed", "op-ed")]
    docs = [
        document(by("a", at, one, "defence"), by("b", at, other, "defence", "trade"), id=f"d{at}")
        for at, (one, other) in enumerate(said)
    ]
    found = report(docs)

    assert value(found, "alpha", "genre") == pytest.approx(1 - 7 * 2 / (8**2 - 5**2 - 3**2))
    assert value(found, "alpha", "genre", "report") == value(found, "alpha", "genre")
    masi = value(found, "masi-alpha", "topic")
    assert masi is not None
    assert masi < 0.2
    assert {(cell.one, cell.other): cell.count for cell in layer(found, "genre").confusion} == {
        ("op-ed", "op-ed"): 2, ("report", "report"): 1, ("report", "op-ed"): 1,
    }  # fmt: skip


# --- every measure ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", all_measures(), ids=lambda measure: measure.name)
def test_every_measure_is_one_for_full_agreement_or_says_why_not(measure: Any) -> None:
    labels = (Label("g", "genre", "op-ed"), Label("t", "topic", "trade"))
    relations = related(("supports", "e0", "e1"))
    docs = [
        document(*(made(name, spans(RAJNATH, TOKYO, HAYASHI), labels=labels, relations=relations) for name in ("a", "b", "c")))
    ]
    found = report(docs, measure.name, settings=Settings(reference="a"))
    estimates = [one for each in found.layers for one in each.measures for one in [one.whole, *one.parts.values()] if one]

    assert estimates
    for estimate in estimates:
        assert estimate.value == pytest.approx(1) if estimate.value is not None else estimate.reason


@pytest.mark.parametrize("measure", all_measures(), ids=lambda measure: measure.name)
def test_every_measure_says_why_it_has_no_value_of_nothing(measure: Any) -> None:
    values, reason = measure.value(Totals.of({}), "")

    assert np.isnan(values).all()
    assert reason


def test_every_measure_explains_itself() -> None:
    for measure in all_measures():
        assert measure.title
        assert measure.reading.endswith(".")
        assert measure.kinds


def test_nested_overlapping_and_discontinuous_spans_are_compared() -> None:
    whole = Span("e9", "entity", "GPE", 0, 33, "Rajnath Singh Tokyo", fragments=((0, 13), (28, 33)))
    found = report([document(made("a", (*spans(RAJNATH, TOKYO), whole)), made("b", (*spans(RAJNATH, TOKYO), whole)))], "all")
    assert found.layers[0].measures == []  # "all" is a word of the command line

    found = report([document(made("a", (*spans(RAJNATH, TOKYO), whole)), made("b", (*spans(RAJNATH), whole)))])
    assert value(found, "f1") == pytest.approx(4 / 5)
    assert value(found, "f1-partial") == pytest.approx(4 / 5)


@pytest.mark.parametrize("match", ["exact", "partial", "half", "relaxed"])
def test_the_best_matching_of_spans_is_the_best_of_all(match: Any) -> None:
    chance = random.Random(6)
    for _ in range(150):
        mine, yours = (_some_units(chance) for _ in range(2))
        best = max(
            sum(_worth(one, other, match) for one, other in zip(mine, chosen, strict=False) if other)
            for chosen in permutations([*yours, *[None] * len(mine)], len(mine))
        )
        found = span_f1(mine, yours, match)
        assert found.value == (pytest.approx(2 * best / (len(mine) + len(yours))) if mine or yours else None)


def _some_units(chance: random.Random) -> list[Unit]:
    found = set()
    for _ in range(chance.randint(0, 4)):
        start = chance.randrange(12)
        end = start + chance.randint(1, 8)
        cut = ((start, start + 1), (end - 1, end)) if end - start > 3 and chance.random() < 0.3 else ()
        found.add(Unit(start, end, chance.choice("ab"), "", cut))
    return sorted(found)


def _worth(one: Unit, other: Unit, match: str) -> float:
    mine, yours = ({at for start, end in unit.extents for at in range(start, end)} for unit in (one, other))
    if one.label != other.label or not mine & yours:
        return 0
    share = {"exact": 0.0, "partial": len(mine & yours) / len(mine | yours), "half": 0.5, "relaxed": 1.0}[match]
    return 1 if one.extents == other.extents else share


def test_many_spans_are_matched_at_once() -> None:
    mine = [Unit(at * 3, at * 3 + 5 + at % 7, "x") for at in range(20_000)]
    yours = [Unit(at * 3 + 1, at * 3 + 6 + at % 5, "x") for at in range(20_000)]

    assert span_f1(mine, yours, "partial").value == pytest.approx(0.7, abs=0.15)


def test_by_label_alpha_does_not_depend_on_the_scheme() -> None:
    """With two labels, one against the other is the whole; and a document without a label agrees about it."""
    said = [((RAJNATH, TOKYO), (RAJNATH, TOKYO)), ((HAMADA,), (("GPE", 18, 24),)), ((HAYASHI,), (HAYASHI,)), ((TOKYO,), (TOKYO,))]
    docs = [
        document(made("a", spans(*one), f"d{at}"), made("b", spans(*other), f"d{at}"), id=f"d{at}")
        for at, (one, other) in enumerate(said)
    ]
    for scheme in (SCHEME, None):
        request = Request(measures=("alpha",))
        tally = Tally(request, scheme)
        for each in docs:
            tally.add(contribution(each, scheme, request))
        found = tally.report()
        whole = value(found, "alpha")
        assert whole is not None
        for label in ("PERSON", "GPE"):
            assert value(found, "alpha", part=label) == pytest.approx(whole)


def test_so_many_overlapping_spans_leave_a_measure_undefined(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("postil.measures._blocks.MOST", 50)
    crowd = [(("GPE", "PERSON")[at % 2], at, 40 + at) for at in range(12)]
    found = report([document(*(made(name, spans(*crowd)) for name in "abcd"))], "gamma", "f1")

    assert value(found, "f1") == 1
    whole = measured(found, "gamma").whole
    assert whole
    assert "too many spans overlap" in whole.reason


def test_gamma_cat_says_how_sure_chance_is() -> None:
    def spread(found: Report) -> float:
        whole = measured(found, "gamma-cat").whole
        assert whole
        assert whole.error is not None
        return whole.error

    docs = []
    for at in range(40):
        other = ("GPE" if at % 3 else "PERSON", *HAMADA[1:])
        docs.append(
            document(
                made("a", spans(RAJNATH, HAMADA, TOKYO), f"d{at}"), made("b", spans(RAJNATH, other, TOKYO), f"d{at}"), id=f"d{at}"
            )
        )
    many = [spread(report(docs[:number])) for number in (5, 40)]
    assert 0 < many[1] < many[0] < 1


def test_relaxed_matching_matches_as_many_as_can_be() -> None:
    """The first of a could be matched with its like; but then the two that overlap nothing else would both be alone."""
    a, b = spans(("GPE", 0, 10), ("GPE", 5, 20)), spans(("GPE", 5, 20), ("GPE", 19, 30))
    found = report([document(made("a", a), made("b", b))], "f1-relaxed")

    assert value(found, "f1-relaxed") == 1


def test_a_comparison_of_a_layer_that_the_scheme_does_not_know() -> None:
    compared = ComparedDocument("d", TEXT, {"a": made("a", spans(RAJNATH, layer="odd")), "b": made("b")}, SCHEME)

    assert compared.layer("odd").kind == "span"
    assert compared.layer("odd").annotators == ["a", "b"]


# --- thresholds ------------------------------------------------------------------------------------------------------


def test_what_is_less_than_its_minimum_fails() -> None:
    found = report([document(made("a", spans(RAJNATH, TOKYO)), made("b", spans(RAJNATH)))])

    def said(*minima: str) -> list[str]:
        return list(failures(found, [parse_minimum(one, SCHEME.layers) for one in minima]))

    assert said("f1=0.6", "entity.f1=0.66") == []
    assert said("f1=0.7") == ["entity: f1 is 0.667, less than 0.7"]
    assert said("argument.f1=0.7") == []  # nobody related anything
    assert said("entity.relation-f1=0.7") == ["entity.relation-f1 was not measured, so it cannot be 0.7 or more"]
    assert said("entity.f1.GPE=0.1", "f1.PERSON=1") == ["entity: f1 of GPE is 0.000, less than 0.1"]
    assert said("f1=0.6667") == ["entity: f1 is 0.666667, less than 0.6667"]


def test_what_is_undefined_reaches_no_minimum_but_an_unused_layer_is_not_asked() -> None:
    found = report([document(*(made(name, spans(RAJNATH)) for name in ("a", "b")))])

    assert list(
        failures(found, [parse_minimum(one, SCHEME.layers) for one in ("gamma-cat=0.5", "argument.relation-f1=0.5")])
    ) == [
        "entity: gamma-cat is undefined (only one label is used), where 0.5 or more is asked for",
    ]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        *((said, "is no threshold") for said in ("f1", "f1=", "=0.5", "f1=x", "f1=nan", "f1=inf", "", "f1=2")),
        ("f2=0.5", "there is no measure f2"),
        ("all=0.5", "there is no measure all"),
        ("f1,gamma=0.5", "there is no measure f1,gamma"),
        ("entities.f1=0.5", "there is no layer entities; did you mean entity?"),
        ("precision=0.5", "precision needs --reference"),
    ],
)
def test_a_threshold_that_is_none_is_refused(said: str, why: str) -> None:
    with pytest.raises(PostilError, match=re.escape(why)):
        parse_minimum(said, SCHEME.layers)


def test_measures_are_called_by_their_names() -> None:
    assert known_measures(["f1,gamma", "f1"], "") == ("f1", "gamma")
    assert "precision" not in known_measures(["all"], "")
    assert "precision" in known_measures(["all"], "gold")
    with pytest.raises(PostilError, match="there is no measure gama; did you mean gamma"):
        known_measures(["gama"], "")
    with pytest.raises(PostilError, match="recall needs --reference"):
        known_measures(["recall"], "")
