"""What a session finds after each action is what a check of the whole set would find."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from annotating.corpora import ARTICLE, copy_of_our_corpus, do, hostile_corpus
from annotating.random_actions import act
from postil import Corpus
from postil.annotating import History, Session
from postil.annotating.live_check import LiveCheck
from postil.checking.checker import Checker
from postil.storage.set_file import encode_set, parse_set

Found = Counter[tuple[str, str, str]]


def checked_whole(corpus: Corpus, document: str, history: History) -> Found:
    """What check finds in the set as a file."""
    bundle = corpus.directory.bundle(document)
    annotations = history.state.marks.annotations
    path = corpus.directory.set_path(annotations.annotator, document)
    bundle = msgspec.structs.replace(bundle, set_files=(parse_set(path, annotations.annotator, encode_set(annotations)),))
    found = Checker(corpus.manifest.check).check_bundle(bundle).findings
    return Counter((one.code, one.subject, one.message) for one in found if one.place.path == path)


@pytest.mark.parametrize("seed", range(12))
def test_after_random_actions(seed: int, tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    with Session.open(corpus, "example", "gold", suggestions="model", seed="test") as session:
        history = session.history
    chance = random.Random(seed)
    live = LiveCheck(corpus.directory.bundle("example"), Checker(corpus.manifest.check), "annotations/gold/example.jsonl")
    kinds = set()
    for _ in range(80):
        history = act(history, chance)
        found = live.of(history.state.marks)
        assert Counter((one.code, one.subject, one.message) for one in found) == checked_whole(corpus, "example", history)
        kinds |= {one.code for one in found}
    assert kinds


def test_only_a_part_of_a_large_set_is_looked_at(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    with Session.open(corpus, ARTICLE, "gold") as session:
        assert session.findings == []
        chance = random.Random(5)
        for _ in range(25):
            span = chance.choice(session.state.marks.spans)
            session.do("go", span.id)
            do(
                session,
                chance.choice(("delete", "stretch end", "layer entity\nlabel p", "layer statement\nlabel o", "undo"))
                if session.history.done
                else "delete",
            )
            found = Counter((one.code, one.subject, one.message) for one in session.findings)
            assert found == checked_whole(corpus, ARTICLE, session.history)


def test_each_finding_names_its_record_in_the_words_of_check(tmp_path: Path) -> None:
    with Session.open(copy_of_our_corpus(tmp_path), ARTICLE, "me") as session:
        do(session, "layer statement\nfind Talks\nlabel CLAIM")
        (finding,) = session.findings
        assert (finding.code, finding.subject) == ("LAB005", session.state.place.focus)
        assert finding.message == "CLAIM must have the attribute claim_type"
        assert str(finding.place) == f"annotations/me/{ARTICLE}.jsonl"
        do(session, "set claim_type other")
        assert session.findings == []
