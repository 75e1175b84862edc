"""Suggestions in several layers: the current layer is always that of what is looked at, and one that is chosen wins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotating.corpora import do, hostile_corpus, spans_of
from postil.annotating import Session
from postil.annotating.state import GHOST
from postil.errors import ActionRefused
from postil.tui.keys import Keys
from postil.tui.label_keys import label_keys


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.open(hostile_corpus(tmp_path), "example", "me", suggestions="model", seed="test") as one:
        one.do("layer", "entity")
        yield one


def test_the_layer_becomes_that_of_the_suggestion(session: Session) -> None:
    seen = []
    for _ in range(3):
        session.do("next", "ghost")
        seen.append((session.state.place.layer, session.state.place.focus))

    assert seen == [("statement", f"{GHOST}m3"), ("entity", f"{GHOST}m2"), ("entity", f"{GHOST}m1")]


def test_a_layer_that_is_chosen_wins_over_the_suggestion(session: Session) -> None:
    do(session, "next ghost\nlayer entity")

    assert session.state.place.focus == ""
    assert session.state.ghost is None
    assert label_keys(session.state, Keys())["p"] == ("label", "PERSON")
    do(session, "layer genre\nlabel op-ed")
    assert [one.label for one in session.state.marks.annotations.labels] == ["op-ed"]
    assert spans_of(session) == []


def test_its_own_layer_keeps_the_suggestion(session: Session) -> None:
    do(session, "next ghost\nlayer statement")

    assert session.state.place.focus == f"{GHOST}m3"


def test_hidden_layers_have_no_suggestions(session: Session) -> None:
    do(session, "narrow\nnext ghost")
    assert session.state.place.focus == f"{GHOST}m2"
    assert [one.id for one in session.state.ghosts] == ["m2", "m1"]
    do(session, "accept\naccept")
    with pytest.raises(ActionRefused, match="in the layers that are shown"):
        session.do("next", "ghost")
    do(session, "narrow\nnext ghost")
    assert session.state.place.focus == f"{GHOST}m3"


def test_a_suggestion_can_be_gone_to_by_its_sign(session: Session) -> None:
    session.do("go", f"{GHOST}m3")

    assert (session.state.place.layer, session.state.ghost and session.state.ghost.id) == ("statement", "m3")


def test_what_is_left_in_other_layers_is_said(session: Session) -> None:
    session.do("accept-label", "PERSON")
    session.do("layer", "entity")
    with pytest.raises(ActionRefused, match="no suggestion of PERSON is left in entity; 2 suggestions of other"):
        session.do("accept-label", "PERSON")
