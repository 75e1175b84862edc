"""What a realignment left open, and what somebody did about it before the next one."""

from __future__ import annotations

import msgspec

from postil import realign
from postil.editing.realign import sha256_of
from postil.model import AnnotationSet, Header, Relation, Span

OLD = "Rajnath Singh met Yasukazu Hamada in Tokyo on Thursday. They spoke of ships and of the sea between them.\n"


def annotated(*spans: Span, **more: object) -> AnnotationSet:
    return AnnotationSet(Header("d", "a", "s/1", sha256_of(OLD), "complete", "manual"), spans, **more)  # type: ignore[arg-type]


def span(quoted: str, id: str = "e1") -> Span:
    return Span(id, "entity", "X", OLD.index(quoted), OLD.index(quoted) + len(quoted), quoted)


def test_a_span_that_a_person_mended_is_not_moved_though_its_note_was_left() -> None:
    new = f"In May, {OLD.replace('Tokyo', 'Kyoto city')}"
    once = realign(OLD, new, annotated(span("Tokyo"), span("Hamada", "e2"))).annotations
    at = new.index("Kyoto city")
    mended = msgspec.structs.replace(span("Tokyo"), start=at, end=at + 10, text="Kyoto city")
    by_hand = msgspec.structs.replace(once, spans=tuple(mended if one.id == "e1" else one for one in once.spans))

    again = realign(None, new, by_hand)
    later = realign(new, f"Late {new}", by_hand)

    assert once.notes
    assert mended in again.annotations.spans
    assert again.annotations.notes == ()
    assert [each.note.about for each in again.settled] == ["e1"]
    assert {one.text for one in later.annotations.spans} == {"Kyoto city", "Hamada"}
    assert all(one.covered(f"Late {new}") == one.text for one in later.annotations.spans)


def test_an_edit_that_was_undone_leaves_nothing_open() -> None:
    new = OLD.replace("Tokyo", "Kyoto city")
    once = realign(OLD, new, annotated(span("Tokyo"), span("Hamada", "e2"))).annotations

    back = realign(new, OLD, once)

    assert back.annotations == annotated(span("Tokyo"), span("Hamada", "e2")).canonical()
    assert [each.is_returned for each in back.settled] == [True]


def test_halves_that_changed_places_are_accepted_in_order() -> None:
    first, second = (
        "Rajnath Singh and Yasukazu Hamada spoke of ships and seas. ",
        "Nobody but Kofi Annan heard them in Tokyo on Thursday. ",
    )
    rest = "That is all that there is to say about it, though much was said.\n"
    old, new = first + second + rest, second + rest + first
    start = old.index("ships")
    one = Span("e1", "l", "X", start, start + 30, old[start : start + 30])
    set_ = msgspec.structs.replace(annotated(one), header=Header("d", "a", "s/1", sha256_of(old), "complete", "manual"))

    (outcome,) = realign(old, new, set_, accept=["split"]).outcomes

    assert outcome.fate == "split"
    assert outcome.after is not None
    assert list(outcome.after.extents) == sorted(outcome.after.extents)
    assert all(begin < end for begin, end in outcome.after.extents)


def test_a_span_that_lost_a_fragment_is_edited() -> None:
    start, end = OLD.index("Rajnath"), OLD.index("Hamada")
    one = Span("e1", "l", "X", start, end + 6, "Rajnath Hamada", ((start, start + 7), (end, end + 6)))

    (outcome,) = realign(OLD, OLD.replace("Rajnath Singh met ", ""), annotated(one)).outcomes

    assert outcome.fate == "edited"


def test_what_names_an_orphan_is_said() -> None:
    relation = Relation("r1", "argument", "near", {"from": "e1", "to": "e1"})

    (outcome,) = realign(
        OLD, OLD.replace(" in Tokyo", ""), annotated(span("Tokyo"), relations=(relation,)), accept=["orphan"]
    ).outcomes

    assert outcome.is_open
    assert outcome.kept_by == "relation r1"
