"""Undoing and doing again, whatever was done."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from annotating.corpora import hostile_corpus
from annotating.random_actions import act
from postil import Corpus
from postil.annotating import History, Session
from postil.annotating.disk import refuse_unwritable
from postil.errors import PostilError
from postil.model import Span
from postil.storage.set_file import encode_set, parse_set


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return hostile_corpus(tmp_path)


def test_a_thousand_random_sequences(corpus: Corpus) -> None:
    """Undoing all gives the bytes at the beginning, redoing all those at the end, and every state can be written and read."""
    with Session.open(corpus, "example", "gold", suggestions="model", seed="test") as session:
        beginning = session.history
    first = encode_set(beginning.state.marks.annotations)
    steps = 0
    for seed in range(1000):
        chance = random.Random(seed)
        history = beginning
        for _ in range(60):
            before = history
            history = act(history, chance)
            if history.state.marks is not before.state.marks:
                assert_sound(history)
        while history.undone:
            history = history.redo()
        last, rejected = encode_set(history.state.marks.annotations), history.state.rejected
        steps += len(history.done)
        while history.done:
            history = history.undo()
        assert encode_set(history.state.marks.annotations) == first
        assert history.state.rejected == frozenset()
        while history.undone:
            history = history.redo()
        assert encode_set(history.state.marks.annotations) == last
        assert history.state.rejected == rejected
    assert steps > 4500


def assert_sound(history: History) -> None:
    annotations = history.state.marks.annotations
    data = encode_set(annotations)
    file = parse_set("", "", data)
    assert not file.faults
    assert annotations == annotations.canonical()
    assert len({record.id for record in annotations.records}) == len(annotations.records)
    for one in annotations.spans:
        assert one.covered(history.state.text) == one.text
        assert 0 <= one.start < one.end <= len(history.state.text)


def test_what_cannot_be_written_is_refused(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        before = session.history
        session.do("go", "e1")
        with pytest.raises(PostilError, match="cannot be written"):
            session.do("note", "half a pair: \ud800")
        assert session.history.done == before.done
        session.do("note", "\u202e\x00 \u2028 👩\u200d👧")
    assert Corpus.open(corpus.directory.root)["example"].sets["gold"].spans[1].note == "\u202e\x00 \u2028 👩\u200d👧"
    with pytest.raises(PostilError, match="cannot be written"):
        refuse_unwritable(session.state.marks.header, [Span("x", "a", "b", 0, 1, "", attributes={"n": float("nan")})])


def test_redo_ends_with_a_new_step(corpus: Corpus) -> None:
    with Session.open(corpus, "example", "gold") as session:
        session.do("go", "e1")
        session.do("delete")
        session.do("undo")
        assert session.state.marks.by_id["e1"]
        session.do("go", "e2")
        session.do("delete")
        assert not session.history.undone
