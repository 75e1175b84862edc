from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from postil.corpus import Document
from postil.exchange.features import (
    ATTRIBUTES,
    CROSSING,
    CUT,
    DISCONTINUITY,
    FEATURES,
    LABEL_ATTRIBUTES,
    LAYERS,
    LISTS,
    N_ARY,
    NESTED,
    NOTES,
    ON_RELATIONS,
    OVER_SENTENCES,
    RELATIONS,
    ROLE_NAMES,
    STACKED,
    TEXT,
    TYPES,
    Feature,
    Policy,
    Reducing,
    characters,
    names_like,
    reduced,
    to_take_out,
)  # fmt: skip
from postil.exchange.losses import Losses
from postil.exchange.tokens import Tokens
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.scheme import Attribute, Layer, Role, Scheme

TEXT_ = "Ada Lovelace met Charles. He was glad.\n"
SCHEME = Scheme(
    "s", 1,
    layers={
        "entity": Layer("span", attributes={"who": Attribute("reference", multiple=True)}), "claim": Layer("span"),
        "tie": Layer("relation", roles={"head": Role(), "tail": Role()}),
    },
)  # fmt: skip


def _span(id: str, start: int, end: int, layer: str = "entity", **more: Any) -> Span:
    span = Span(id, layer, more.pop("label", "X"), start, end, "", **more)
    return Span(*(span.covered(TEXT_) if name == "text" else getattr(span, name) for name in span.__struct_fields__))


def _without(feature: Feature, *records: Any, **reducing: Any) -> tuple[list[str], dict[str, int], Document]:
    """What is left of a document without the feature, by id, and what was lost, by kind."""
    groups: list[tuple[Any, ...]] = [
        tuple(one for one in records if isinstance(one, kind)) for kind in (Span, Relation, Label, Note)
    ]
    digest = hashlib.sha256(TEXT_.encode()).hexdigest()
    annotations = AnnotationSet(Header("d", "gold", "s/1", digest, "complete", "manual"), *groups).canonical()
    document = Document("d", TEXT_, Metadata(language="en"), {"gold": annotations}, digest)
    losses = Losses()
    left = reduced(document, [feature], Reducing(SCHEME, losses, Tokens(), **reducing))
    return [record.id for record in left.sets["gold"].records], {loss.kind: loss.count for loss in losses}, left


def test_every_feature_has_a_name_of_its_own() -> None:
    assert len({feature.key for feature in FEATURES}) == len({feature.title for feature in FEATURES}) == len(FEATURES)


@pytest.mark.parametrize(
    ("policy", "left"),
    [("longest", ["long"]), ("outermost", ["first", "inner"]), ("innermost", ["long", "inner"])],
)
def test_of_crossing_spans_the_policy_keeps_one(policy: Policy, left: list[str]) -> None:
    spans = (_span("first", 0, 12), _span("inner", 0, 3), _span("long", 4, 24))
    expected = {"longest": ["inner", "long"], "outermost": ["first", "inner"], "innermost": ["first", "inner"]}[policy]

    kept, lost, _ = _without(CROSSING, *spans, policy=policy)

    assert kept == expected
    assert lost == {"crossing spans": 1}


def test_spans_of_different_lanes_do_not_compete() -> None:
    spans = (_span("a", 0, 12), _span("b", 4, 24, "claim"))

    assert _without(CROSSING, *spans, lane="layer")[0] == ["a", "b"]
    assert len(_without(CROSSING, *spans)[0]) == 1


@pytest.mark.parametrize(("policy", "left"), [("longest", ["outer", "next"]), ("innermost", ["one", "two", "next"])])
def test_of_nested_spans_the_outer_or_the_inner_is_kept(policy: Policy, left: list[str]) -> None:
    spans = (_span("outer", 0, 12), _span("one", 0, 3), _span("two", 4, 12), _span("next", 17, 24))

    assert _without(NESTED, *spans, policy=policy)[0] == left


def _cross(one: Span, other: Span) -> bool:
    return one.start < other.start < one.end < other.end or other.start < one.start < other.end < one.end


def _is_in(one: Span, other: Span) -> bool:
    return other.start <= one.start and one.end <= other.end and one.extents != other.extents


_EXTENTS = st.lists(st.tuples(st.integers(0, 20), st.integers(1, 12)), max_size=9)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_EXTENTS, st.sampled_from(["longest", "outermost", "innermost"]))
def test_what_is_beaten_crosses_or_nests_as_its_definition_says(extents: list[tuple[int, int]], policy: Policy) -> None:
    """The definitions, each pair of spans looked at."""
    spans = [_span(f"e{number}", start, start + length) for number, (start, length) in enumerate(extents)]
    first = {
        "longest": lambda span: (span.start - span.end, span.start), "outermost": lambda span: (span.start, -span.end),
        "innermost": lambda span: (span.end - span.start, span.start),
    }[policy]  # fmt: skip
    apart: list[Span] = []
    for span in sorted(spans, key=first):
        if not any(_cross(span, other) for other in apart):
            apart.append(span)
    inner = policy == "innermost"
    flat = [one for one in spans if not any(_is_in(other, one) if inner else _is_in(one, other) for other in spans)]

    assert set(_without(CROSSING, *spans, policy=policy)[0]) == {span.id for span in apart}
    assert set(_without(NESTED, *spans, policy=policy)[0]) == {span.id for span in flat}


def test_of_spans_over_the_same_characters_the_first_is_kept() -> None:
    spans = (_span("b", 0, 3), _span("a", 0, 3), _span("c", 0, 3, label="A"))

    assert _without(STACKED, *spans) == (["c"], {"spans over the same characters": 2}, _without(STACKED, *spans)[2])


def test_what_cannot_be_without_a_span_goes_with_it_and_is_counted() -> None:
    records = (
        _span("d", 0, 24, fragments=((0, 3), (17, 24))), _span("e", 0, 3, attributes={"who": ["d", "f"]}),
        _span("f", 4, 12, attributes={"who": ["d"]}), Relation("r1", "tie", "x", {"head": "d", "tail": "e"}),
        Relation("r2", "tie", "x", {"head": "r1", "tail": "e"}), Relation("r3", "tie", "x", {"member": ("d", "e", "f")}),
        Note("n1", "d", "?"), Note("n2", "e", "?"),
    )  # fmt: skip

    kept, lost, document = _without(DISCONTINUITY, *records)

    assert kept == ["e", "f", "r3", "n2"]
    assert lost == {
        "discontinuous spans": 1, "relations one of whose ends was lost": 2, "notes on what was lost": 1,
        "members of relations": 1, "attributes that name what was lost": 2,
    }  # fmt: skip
    annotations = document.sets["gold"]
    assert annotations.relations[0].args == {"member": ("e", "f")}
    assert [span.attributes for span in annotations.spans] == [{"who": ["f"]}, {}]


def test_spans_that_cut_a_token_or_leave_a_sentence_are_listed_and_never_shifted() -> None:
    spans = (_span("ok", 0, 12), _span("cut", 0, 2), _span("gap", 3, 12), _span("long", 17, 28))

    assert _without(CUT, *spans)[0] == ["ok", "long"]
    assert _without(OVER_SENTENCES, *spans)[0] == ["ok", "cut", "gap"]


def test_the_corpus_s_own_tokens_come_before_any_tokenizer() -> None:
    tokens = (_span("t1", 0, 2, "token"), _span("t2", 2, 12, "token"), _span("t3", 17, 24, "token"))

    assert "cut" in _without(CUT, _span("cut", 0, 2), *tokens)[0]


def test_relations_of_two_of_more_and_on_relations_are_told_apart() -> None:
    records = (
        _span("a", 0, 3), _span("b", 4, 12), Relation("r2", "tie", "x", {"head": "a", "tail": "b"}),
        Relation("r3", "tie", "x", {"trigger": "a", "arg": ("b",)}), Relation("r4", "tie", "x", {"head": "r2", "tail": "b"}),
    )  # fmt: skip

    assert _without(RELATIONS, *records)[0] == ["a", "b", "r3"]
    assert _without(N_ARY, *records)[0] == ["a", "b", "r2", "r4"]
    assert _without(ON_RELATIONS, *records)[0] == ["a", "b", "r2", "r3"]


def test_roles_become_a_direction_in_the_scheme_s_order() -> None:
    relation = Relation("r", "tie", "x", {"tail": "b", "head": "a"})

    _, lost, document = _without(ROLE_NAMES, _span("a", 0, 3), _span("b", 4, 12), relation)

    assert document.sets["gold"].relations[0].args == {"from": "a", "to": "b"}
    assert lost == {"names of roles": 1}


def test_values_become_words_and_lists_their_first() -> None:
    span = _span("a", 0, 3, attributes={"n": 3, "yes": True, "many": ["x", 2], "none": []})

    assert _without(TYPES, span)[2].sets["gold"].spans[0].attributes == {"n": "3", "yes": "true", "many": ["x", "2"], "none": []}
    assert _without(LISTS, span)[2].sets["gold"].spans[0].attributes == {"n": 3, "yes": True, "many": "x"}


def test_a_text_made_of_tokens_carries_every_span() -> None:
    spans = (_span("a", 0, 12), _span("b", 26, 28), _span("c", 24, 25))

    _, lost, document = _without(TEXT, *spans)

    assert document.text == "Ada Lovelace met Charles .\nHe was glad .\n"
    assert [(span.start, span.end, span.text) for span in document.sets["gold"].spans] == [
        (0, 12, "Ada Lovelace"), (25, 26, "."), (27, 29, "He"),
    ]  # fmt: skip
    assert document.text_sha256 == hashlib.sha256(document.text.encode()).hexdigest()
    assert lost == {"the exact text": 1}


def test_names_outside_a_format_s_alphabet_stay_apart() -> None:
    limit = names_like(r"[A-Za-z_]", "names", of=("label", "layer"))
    spans = (
        _span("a", 0, 3, label="a b"),
        _span("b", 4, 12, label="a_c"),
        _span("c", 13, 16, label="a-b"),
        _span("d", 17, 24, label=""),
    )

    _, lost, document = _without(limit, *spans)

    assert [span.label for span in document.sets["gold"].spans] == ["a_b", "a_c", "a_b_2", "_"]
    assert lost == {"names": 3}


def test_names_of_the_scheme_that_may_stay_do() -> None:
    limit = names_like(r"[a-z_]", "names", of=("layer",))
    scheme = Scheme("s", 1, layers={"a b": Layer("span"), "a_b": Layer("span"), "a.b": Layer("span")})
    annotations = AnnotationSet(
        Header("d", "g", "s/1", "", "complete", "manual"),
        (_span("x", 0, 3, "a b"), _span("y", 4, 12, "a_b"), _span("z", 13, 16, "a.b")),
    )

    left = limit.without(Document("d", TEXT_, Metadata(), {"g": annotations}, ""), Reducing(scheme, Losses(), Tokens()))

    assert [span.layer for span in left.sets["g"].spans] == ["a_b_2", "a_b", "a_b_3"]


def test_characters_that_a_format_cannot_hold_move_no_offset() -> None:
    limit = characters("[aeiou]", "vowels")
    _, lost, document = _without(limit, _span("x", 4, 12, attributes={"role": ["one"]}), Note("n", "x", "hello"))

    assert document.text[4:12] == document.sets["gold"].spans[0].text == "L\ufffdv\ufffdl\ufffdc\ufffd"
    assert document.sets["gold"].spans[0].attributes == {"r\ufffdl\ufffd": ["\ufffdn\ufffd"]}
    assert document.sets["gold"].notes[0].text == "h\ufffdll\ufffd"
    assert lost == {"vowels": 3}


def test_one_layer_of_a_kind_may_lose_its_name_without_asking() -> None:
    losses = Losses()
    scheme = Scheme("s", 1, layers={"entity": Layer("span")})
    annotations = AnnotationSet(Header("d", "g", "s/1", "", "complete", "manual"), (_span("a", 0, 3),))
    document = Document("d", TEXT_, Metadata(), {"g": annotations}, "")

    left = LAYERS.without(document, Reducing(scheme, losses, Tokens()))

    assert left.sets["g"].spans[0].layer == "span"
    assert [loss.stops for loss in losses] == [False]


def test_what_has_to_go_comes_in_order_with_the_text_last() -> None:
    limit = names_like("x", "names")
    order = to_take_out(frozenset(FEATURES) - {TEXT, NOTES, CUT}, [limit])

    assert order == [CUT, NOTES, limit, TEXT]


def test_a_limit_that_equals_a_feature_takes_its_place() -> None:
    own = Feature(LAYERS.key, "layers but one", LAYERS.without)
    order = to_take_out(frozenset(FEATURES) - {TEXT, LAYERS}, [own])
    assert [feature.title for feature in order] == ["layers but one", TEXT.title]


def test_a_table_of_losses_has_counts_and_three_examples() -> None:
    losses = Losses()
    for number in range(1200):
        losses.add("nested spans", f"d{number} e1", "text" * 20)

    lines = list(losses.lines())

    assert lines[0] == "1,200 × nested spans"
    assert len(lines) == 5
    assert lines[-1].strip() == "and 1,197 more"


def test_of_annotations_that_only_an_attribute_told_apart_the_first_is_left_and_named_by_what_named_the_others() -> None:
    records = (
        _span("e1", 0, 3, attributes={"key": "1"}),
        _span("e2", 0, 3, attributes={"key": "2"}),
        _span("e3", 8, 11),
        _span("e4", 8, 11),
        Relation("r1", "relation", "KNOWS", {"from": "e1", "to": "e3"}),
        Relation("r2", "relation", "KNOWS", {"from": "e2", "to": "e3"}),
        Label("l1", "topic", "CID", {"of": "1"}),
        Label("l2", "topic", "CID", {"of": "2"}),
        Note("n1", "e2", "why"),
    )
    ids, lost, document = _without(ATTRIBUTES, *records)
    assert ids == ["e1", "e3", "e4", "r1", "l1", "l2", "n1"]  # e4 was a repeat before, which the corpus itself has to answer for
    assert lost == {"attributes of spans": 2, "annotations that then say the same as another": 2}
    (annotations,) = document.sets.values()
    assert annotations.notes[0].about == "e1"
    ids, lost, _ = _without(LABEL_ATTRIBUTES, *records)
    assert ids == ["e1", "e2", "e3", "e4", "r1", "r2", "l1", "n1"]
    assert lost == {"attributes of document labels": 2, "annotations that then say the same as another": 1}
