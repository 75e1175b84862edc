"""In a layer of relations, or of document labels, what is gone through and worked on is what that layer holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotating.corpora import do
from conftest import write_example
from postil import Corpus
from postil.annotating import Session, focused
from postil.errors import ActionRefused
from postil.rules.examples import Example, label, relation, span

TEXT = "It rains. It is bad. It snows. It is worse. It ends."

RECORDS = (
    span("f1", "FACT", 0, 8),
    span("o1", "OPINION", 10, 19, attributes={"polarity": "negative"}),
    span("f2", "FACT", 21, 29),
    span("o2", "OPINION", 31, 42, attributes={"polarity": "negative"}),
    relation("a9", "supports", {"from": "f1", "to": "o1"}),
    relation("a1", "supports", {"from": "f2", "to": "o2"}),
    relation("a5", "supports", {"from": "f1", "to": "o2"}),
    label("g1", "op-ed"),
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    corpus = Corpus.open(write_example(tmp_path, Example(text=TEXT, records=RECORDS)))
    with Session.open(corpus, "example", "gold", seed="test") as one:
        one.do("layer", "argument")
        yield one


def ids(session: Session) -> list[str]:
    return sorted(session.state.marks.by_id)


def refused(session: Session, line: str) -> str:
    before = session.state
    with pytest.raises(ActionRefused) as caught:
        do(session, line)
    assert session.state is before
    return str(caught.value)


def walked(session: Session, way: str, times: int) -> list[str]:
    seen = []
    for _ in range(times):
        session.do(way, "span")
        seen.append(session.state.place.focus)
    return seen


def test_relations_are_gone_through_by_the_places_of_their_ends(session: Session) -> None:
    assert walked(session, "next", 4) == ["a9", "a5", "a1", "a9"]
    assert walked(session, "previous", 3) == ["a1", "a5", "a9"]
    assert session.state.said == "FACT “It rains” supports OPINION “It is bad”"
    assert (session.state.place.anchor, session.state.place.cursor) == (0, 8)
    session.do("to", 12)
    assert walked(session, "next", 1) == ["a1"]
    session.do("to", 12)
    assert walked(session, "previous", 1) == ["a5"]


def test_what_is_done_at_a_relation_is_done_to_it(session: Session) -> None:
    do(session, "next span\nnext span\nrelabel restates\nnote why")
    there = session.state.marks.by_id["a5"]
    assert (there.label, there.note) == ("restates", "why")  # type: ignore[union-attr]
    assert do(session, "delete") == "FACT “It rains” restates OPINION “It is worse” is taken out"
    assert ids(session) == ["a1", "a9", "f1", "f2", "g1", "o1", "o2"]


def test_the_only_relation_of_what_is_under_the_cursor_is_meant(session: Session) -> None:
    session.do("to", 12)
    assert getattr(focused(session.state), "id", "") == "a9"
    assert do(session, "go o1\ndelete") == "FACT “It rains” supports OPINION “It is bad” is taken out"
    assert "o1" in ids(session)


@pytest.mark.parametrize("action", ["delete", "relabel restates", "note why", "set sure true"])
def test_never_the_span_in_a_layer_of_relations(session: Session, action: str) -> None:
    way = "go to the one that is meant first, as next span does, or choose another layer"
    session.do("to", 3)
    assert refused(session, action) == f"2 relations of argument are here: {way}"
    session.do("go", "f1")
    assert refused(session, action) == f"2 relations of argument are here: {way}"
    session.do("to", len(TEXT))
    assert refused(session, action) == f"no relation of argument is here: {way}"


def test_spans_are_tied_in_a_layer_of_relations_as_before(session: Session) -> None:
    do(session, "to 22\nhead")
    assert session.state.head == "f2"
    assert do(session, "to 12\nlabel supports") == "FACT “It snows” supports OPINION “It is bad”"


def test_in_a_layer_of_spans_a_relation_that_was_gone_to_is_worked_on(session: Session) -> None:
    do(session, "layer statement\ngo a9\ndelete")
    assert "a9" not in ids(session)
    assert do(session, "to 3\ndelete").startswith("FACT “It rains” is taken out, with 1 relation")


def test_labels_of_the_document(session: Session) -> None:
    do(session, "layer genre\nto 3")
    assert walked(session, "next", 2) == ["g1", "g1"]
    assert session.state.place.cursor == 3
    assert do(session, "delete") == "op-ed is taken out"
    assert "f1" in ids(session)
    assert refused(session, "next span") == "this layer has no label"
    assert refused(session, "delete").startswith("no label of genre is here")
    do(session, "label report\nnote sure")
    assert session.state.marks.annotations.labels[0].note == "sure"


def test_a_layer_without_relations(session: Session) -> None:
    do(session, "next span\ndelete\nnext span\ndelete\nnext span\ndelete")
    assert refused(session, "next span") == "this layer has no relation"


def test_a_relation_is_not_repeated(session: Session) -> None:
    do(session, "next span\ndelete")
    assert refused(session, "repeat").startswith(
        "FACT “It rains” supports OPINION “It is bad” is taken out: that has no next match"
    )
