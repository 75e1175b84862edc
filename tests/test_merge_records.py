"""What becomes of single records when two sides are merged: references, additions made twice, members, headers."""

from __future__ import annotations

import time
from typing import Any

import pytest
from msgspec.structs import replace

from postil import AnnotationSet, Note, PostilError, Relation, Span, merge, realign
from postil.editing.matching import match
from postil.editing.merge import Merge
from postil.editing.realign import sha256_of
from postil.editing.resolving import resolve
from postil.scheme import Attribute, Layer, Scheme
from postil.unplaced import placed
from test_realign import OLD, annotated, span

SCHEME = Scheme(
    "s",
    1,
    layers={
        "entity": Layer("span", attributes={"stage": Attribute("string"), "of": Attribute("reference", multiple=True)}),
        "l": Layer("relation"),
    },
)
TOKYO = span(OLD, "Tokyo")
HAMADA = span(OLD, "Hamada", "e2")


def with_spans(*spans: Span, **more: Any) -> AnnotationSet:
    return annotated(OLD, *spans, **more)


def test_a_string_that_looks_like_an_id_is_data() -> None:
    tumour = replace(TOKYO, attributes={"stage": "T2"})
    base = with_spans(tumour)
    ours = with_spans(tumour, replace(HAMADA, id="T1"), span(OLD, "sea", "T3"))
    theirs = with_spans(tumour, replace(HAMADA, id="T2"))

    for scheme in (SCHEME, None):
        for sides in ((ours, theirs), (theirs, ours)):
            merged = merge(base, *sides, scheme=scheme).annotations
            assert next(one for one in merged.spans if one.id == "e1").attributes == {"stage": "T2"}
            assert sum(one.text == "Hamada" for one in merged.spans) == 1


def test_a_reference_follows_an_id_and_keeps_what_it_names() -> None:
    base = with_spans(TOKYO)
    ours = with_spans(replace(TOKYO, attributes={"of": ["e9"]}), replace(HAMADA, id="e9"))
    theirs = with_spans(TOKYO, replace(HAMADA, id="e5"))
    assert merge(base, ours, theirs, scheme=SCHEME).annotations.spans[-1].attributes == {"of": ["e5"]}

    base = with_spans(TOKYO, HAMADA)
    gone, named = with_spans(TOKYO), with_spans(replace(TOKYO, attributes={"of": ["e2"]}), HAMADA)
    for sides in ((gone, named), (named, gone)):
        result = merge(base, *sides, scheme=SCHEME)
        assert [conflict.id for conflict in result.conflicts] == ["e2"]
        assert HAMADA in result.annotations.spans
        assert "took it out" in result.annotations.notes[0].text
        assert "names it anew" in result.annotations.notes[0].text


@pytest.mark.parametrize("ids", [("e3", "e4"), ("e4", "e3"), ("e3", "e3")])
def test_an_addition_made_twice_is_one_and_its_fields_combine(ids: tuple[str, str]) -> None:
    one, other = (replace(HAMADA, id=id) for id in ids)
    result = merge(
        with_spans(TOKYO),
        with_spans(TOKYO, replace(one, confidence=0.5)),
        with_spans(TOKYO, replace(other, note="sure", attributes={"stage": "x"})),
    )
    assert not result.conflicts
    assert replace(HAMADA, id="e3", confidence=0.5, note="sure", attributes={"stage": "x"}) in result.annotations.spans

    result = merge(with_spans(), with_spans(replace(one, confidence=0.5)), with_spans(replace(other, confidence=0.9)))
    assert [conflict.contested for conflict in result.conflicts] == [("confidence",)]
    assert len(result.annotations.spans) == 1


def test_two_labels_for_the_same_words_are_a_conflict() -> None:
    result = merge(with_spans(), with_spans(HAMADA), with_spans(replace(HAMADA, id="e3", label="Y")))

    assert result.annotations.spans == (HAMADA,)
    assert result.annotations.notes[0].text == "merge: each side added it: label: ours “X”, theirs “Y”"
    assert result.annotations.notes[0].decide["theirs"]["label"] == "Y"


def test_two_quotations_of_one_place_are_a_conflict() -> None:
    result = merge(with_spans(), with_spans(HAMADA), with_spans(replace(HAMADA, id="e3", text="Hamadas")))

    assert [conflict.contested for conflict in result.conflicts] == [("id",)]
    assert result.annotations.notes[0].decide["theirs"]["text"] == "Hamadas"


def test_relations_on_relations_added_twice_are_one_whatever_their_ids_are() -> None:
    base = with_spans(TOKYO, HAMADA)
    sides = [
        with_spans(
            TOKYO,
            HAMADA,
            relations=(
                Relation(f"a{name}", "l", "R", {"x": f"b{name}"}),
                Relation(f"b{name}", "l", "R", {"x": f"c{name}"}),
                Relation(f"c{name}", "l", "R", {"x": "e1", "y": "e2"}),
            ),
        )
        for name in "12"
    ]
    result = merge(base, *sides)
    assert result.annotations.relations == sides[0].relations
    assert not result.conflicts


def test_members_appended_to_one_class_combine() -> None:
    spans = [replace(TOKYO, id=f"e{number}", label=f"L{number}") for number in range(5)]

    def of(*members: int) -> AnnotationSet:
        return with_spans(*spans, relations=(Relation("r", "l", "SAME", {"members": tuple(f"e{number}" for number in members)}),))

    assert merge(of(0, 1), of(0, 1, 3), of(0, 1, 2)).annotations == of(0, 1, 2, 3).canonical()
    assert merge(of(0, 1), of(1), of(0, 1, 2)).annotations == of(1, 2).canonical()
    assert [one.contested for one in merge(of(0, 1), of(1, 0, 2), of(0, 1, 3)).conflicts] == [("args.members",)]


def test_the_order_of_sources_stays() -> None:
    base, side, other = (
        replace(with_spans(), header=replace(with_spans().header, sources=sources))
        for sources in (("b", "a"), ("c", "b", "a"), ("b", "a", "d"))
    )
    for start in (base, None, other):
        assert merge(start, side, side).annotations == side
    assert merge(base, side, base).annotations == side
    assert merge(base, side, other).annotations.header.sources == ("b", "a", "c", "d")


def test_a_note_says_who_took_out_and_what_was_changed() -> None:
    changed = with_spans(replace(TOKYO, label="Y"))
    for sides, said in (((with_spans(), changed), ("ours", "theirs")), ((changed, with_spans()), ("theirs", "ours"))):
        (note,) = merge(with_spans(TOKYO), *sides).annotations.notes
        assert note.text == f"merge: {said[0]} took it out, {said[1]} changed it: label: “X” → “Y”"


def test_sets_about_different_documents_are_refused_and_a_new_name_is_not() -> None:
    base = with_spans(TOKYO)
    named = replace(base, header=replace(base.header, document="e"))
    assert merge(base, named, base).annotations == named
    other = replace(named, header=replace(named.header, text_sha256="0" * 64))
    for sides in ((other, base), (base, other)):
        with pytest.raises(PostilError, match="different documents: d and e"):
            merge(base, *sides)


def test_many_conflicts_of_ids_that_begin_alike() -> None:
    spans = [replace(TOKYO, id=f"{'x' * 58}{number:05}") for number in range(3000)]
    ours, theirs = (with_spans(*(replace(one, label=label) for one in spans)) for label in "YZ")

    result = merge(with_spans(*spans), ours, theirs)

    assert len(result.conflicts) == 3000
    assert len({note.id for note in result.annotations.notes}) == 3000
    assert max(len(note.id) for note in result.annotations.notes) <= 64


def test_ten_thousand_additions_on_both_sides_take_seconds() -> None:
    words = " ".join(f"w{number}" for number in range(10_000)) + "\n"
    sides = []
    for name in "xy":
        spans, at = [], 0
        for number in range(10_000):
            word = f"w{number}"
            start = at if name == "x" else at + 1
            spans.append(Span(f"{name}{number}", "entity", "X", start, at + len(word), words[start : at + len(word)]))
            at += len(word) + 1
        sides.append(annotated(words, *spans))
    start = time.perf_counter()
    assert len(merge(None, *sides).annotations.spans) == 20_000
    assert len(match(*sides, by_id=False)) == 10_000
    assert time.perf_counter() - start < 10


def test_a_note_that_only_one_side_decided_goes() -> None:
    note = Note("n", "e1", "?", {"what": "merge"})
    base = with_spans(TOKYO, notes=(note,))
    assert merge(base, base, with_spans(replace(TOKYO, label="Y"))).annotations == with_spans(replace(TOKYO, label="Y"))


def test_what_one_side_took_out_with_its_text_has_no_place_again() -> None:
    old, new = "Bob paid 12.\nBob paid 13 to Ann.\n", "Bob paid 13 to Ann.\n"
    base = annotated(old, span(old, "Bob"))
    gone = realign(old, new, base, accept=["orphan"]).annotations
    changed = annotated(old, replace(base.spans[0], label="Y"))
    texts = {sha256_of(text): text for text in (old, new)}

    for sides in ((gone, changed), (changed, gone)):
        merged = merge(base, *sides, texts=texts)

        assert [(note.about, note.decide["what"]) for note in merged.left_open] == [("e1", "realign")]
        assert not placed(merged.annotations).annotations.spans
        taken = "theirs" if sides[0] is gone else "ours"
        assert not placed(resolve(merged.annotations, "merge.e1", taken)).annotations.spans
        assert not resolve(merged.annotations, "merge.e1", "ours" if sides[0] is gone else "theirs").records


def test_what_a_realignment_left_open_is_no_conflict_of_its_own() -> None:
    old = "Bob paid 12.\nBob paid 13 to Ann.\nThe end.\n"
    here, there = "Bob paid 13 to Ann.\nThe end.\n", old.replace("The end", "This is the end")
    base = annotated(old, span(old, "Bob"))
    gone = realign(old, here, base, accept=["orphan"]).annotations
    changed = realign(old, there, annotated(old, replace(base.spans[0], label="Y"))).annotations

    merged = merge(base, gone, changed, texts={sha256_of(text): text for text in (old, here, there)})

    assert [conflict.id for conflict in merged.conflicts] == ["e1"]
    assert [note.about for note in merged.left_open] == ["e1"]
    assert not placed(resolve(merged.annotations, "merge.e1", "theirs")).annotations.spans


def three_texts(old: str, here: str, there: str, words: str, **how: Any) -> Merge:
    """The merge where both sides edited the text, and only ours looked at what that left open."""
    base = annotated(old, span(old, words))
    sides = realign(old, here, base, **how).annotations, realign(old, there, base).annotations
    return merge(base, *sides, texts={sha256_of(text): text for text in (old, here, there)})


def test_what_ours_decided_is_no_conflict_where_theirs_edited_the_text_elsewhere() -> None:
    merged = three_texts(
        "Bob met Ann.\nThe end.\n", "Rob met Ann.\nThe end.\n", "Well.\nBob met Ann.\nThe end.\n", "Bob", accept=["edited"]
    )

    assert not merged.conflicts
    assert [(one.start, one.text) for one in merged.annotations.spans] == [(0, "Rob")]
    assert not merged.annotations.notes


def test_what_the_base_leaves_open_is_not_placed_by_a_line_that_looks_like_it() -> None:
    first, twin, last, gone = (f"{name} Bob paid {sum_} in Rome.\n" for name, sum_ in (("a", 1), ("f", 5), ("g", 15), ("j", 5)))
    old, here, there = f"{first}{twin}{last}{gone}", f"{first}{last}{twin}", f"{first}{last}{gone}"
    base = annotated(old, replace(TOKYO, text="Rome", start=old.rindex("Rome"), end=old.rindex("Rome") + 4))
    assert realign(there, here, realign(old, there, base).annotations).outcomes[0].fate.is_certain

    sides = realign(old, here, base).annotations, realign(old, there, base).annotations
    merged = merge(base, *sides, texts={sha256_of(text): text for text in (old, here, there)})

    assert [note.about for note in merged.annotations.notes] == ["e1"]
    assert not placed(merged.annotations).annotations.spans
