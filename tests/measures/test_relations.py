"""F1 of relations: what is the same, what is counted once, and that large sets are no trouble."""

from __future__ import annotations

import pytest

from postil.agreement.contribution import contribution
from postil.agreement.request import Request
from postil.agreement.tally import Tally
from postil.corpus import Document
from postil.manifest import Metadata
from postil.measures.relation_f1 import matched_relations, relation_f1
from postil.model import AnnotationSet, Header, Relation, Span
from postil.scheme import LabelDefinition, Layer, Scheme

TEXT = "Rajnath Singh met Hamada in Tokyo"
SCHEME = Scheme(
    "test", 1, layers={"tie": Layer("relation", labels={"a": LabelDefinition(), "b": LabelDefinition(symmetric=True)})}
)


def ties(*said, prefix="r", label="a"):
    return [Relation(f"{prefix}{at}", "tie", label, {"from": one, "to": other}) for at, (one, other) in enumerate(said)]


def measured(*sets):
    sets = {each.annotator: each for each in sets}
    request = Request(measures=("relation-f1",))
    tally = Tally(request, SCHEME)
    tally.add(contribution(Document("d", TEXT, Metadata(), sets, "0"), SCHEME, request))
    return next(one for layer in tally.report().layers for one in layer.measures if one.name == "relation-f1")


def made(annotator, spans, relations):
    marked = tuple(Span(id, "entity", "X", start, end, TEXT[start:end]) for id, start, end in spans)
    return AnnotationSet(Header("d", annotator, "test/1", "0", "complete", "manual"), marked, tuple(relations))


def test_f1_without_a_corpus():
    one, other = ties(("x", "y"), ("y", "z"), ("z", "z")), ties(("X", "Y"), ("Y", "X"), prefix="s")
    found = relation_f1(one, other, {"x": "X", "y": "Y"})
    assert (found.value, found.observed) == (2 * 1 / 5, 1)
    symmetric = relation_f1(ties(("x", "y"), label="b"), ties(("Y", "X"), label="b"), {"x": "X", "y": "Y"}, SCHEME.layers)
    assert symmetric.value == 1
    assert relation_f1([], [], {}).value is None
    assert relation_f1([], [], {}).reason == "neither related anything"
    assert relation_f1(one, [], {}).value == 0


def test_relations_of_spans_that_are_repeated():
    """One relation on each copy of a span."""
    spans = [("e1", 0, 13), ("e2", 0, 13), ("e3", 18, 24)]
    found = measured(*(made(name, spans, ties(("e1", "e3"), ("e2", "e3"))) for name in ("a", "b", "c")))
    assert found.whole.value == 1
    assert found.parts["a"].value == 1
    crossed = measured(made("a", spans, ties(("e1", "e3"))), made("b", spans, ties(("e2", "e3"))))
    assert crossed.whole.value == 1


def test_each_relation_is_matched_once():
    one, other = ties(("x", "y"), ("x", "y"), ("x", "y")), ties(("x", "y"), ("x", "y"), prefix="s")
    assert matched_relations(one, other, {"x": "x", "y": "y"}, {}) == {"r0": "s0", "r1": "s1"}
    same_id = [*ties(("x", "y")), *ties(("x", "y"))]
    assert relation_f1(same_id, ties(("x", "y")), {"x": "x", "y": "y"}).value == pytest.approx(2 / 3)


def test_relations_beside_a_circle():
    circle = [Relation("c1", "tie", "a", {"of": "c2"}), Relation("c2", "tie", "a", {"of": "c1"})]
    above = [Relation("c3", "tie", "a", {"of": ("c1", "r0")}), Relation("c4", "tie", "a", {"of": "r0"})]
    every = [*circle, *above, *ties(("x", "y"))]
    assert matched_relations(every, every, {"x": "x", "y": "y"}, {}) == {"r0": "r0", "c4": "c4"}


def test_relations_of_relations_of_relations():
    """Each of the one before, twice: written out, the last would have 2^300 spans."""
    chain = [Relation(f"r{at}", "tie", "a", {"of": (f"r{at - 1}", f"r{at - 1}") if at else ("x",)}) for at in range(300)]
    assert relation_f1(chain, chain[::-1], {"x": "x"}).value == 1


def test_many_relations():
    one = ties(*((f"x{at}", f"x{at + 1}") for at in range(10_000)), *((f"r{at}", f"x{at}") for at in range(10_000)))
    assert relation_f1(one, one[::-1], {f"x{at}": f"x{at}" for at in range(10_001)}).value == 1
