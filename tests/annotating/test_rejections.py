"""What was turned down stays so: through restarts, edits of the text, suggestions made anew, and other branches."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from annotating.corpora import HOSTILE, do, hostile_corpus
from postil import Corpus
from postil.annotating import Session
from postil.annotating.rejections import carried, key_of
from postil.cli import main
from postil.model import Header, Label, Relation, Span
from postil.rules.examples import Example, label, relation, span

MODEL = "annotations/model/example.jsonl"
MINE = "annotations/me/example.jsonl"


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = hostile_corpus(tmp_path)
    git(tmp_path, "init", "-q", "-b", "main")
    commit(tmp_path)
    return corpus


def git(path: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-C", path, "-c", "user.name=x", "-c", "user.email=x@example.org", *words], check=True, capture_output=True
    )


def commit(path: Path) -> None:
    git(path, "add", "-A")
    git(path, "commit", "-qm", "x")


def again(corpus: Corpus) -> Session:
    return Session.open(Corpus.open(corpus.directory.root), "example", "me", suggestions="model", seed="test")


def left(session: Session) -> list[str]:
    return [one.label for _, one in session.state.offered]


def edit(corpus: Corpus, old: str, new: str) -> None:
    """Edit the text, and carry every set to it."""
    root = corpus.directory.root
    path = root / "corpus/example.txt"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    main(["-C", str(root), "realign"])


def test_across_a_restart_and_undone_then(corpus: Corpus) -> None:
    with again(corpus) as session:
        do(session, "next ghost\nreject")
        assert left(session) == ["PERSON", "GPE"]
    with again(corpus) as session:
        assert left(session) == ["PERSON", "GPE"]
        do(session, "undo")
        assert left(session) == ["FACT", "PERSON", "GPE"]
    with again(corpus) as session:
        assert left(session) == ["FACT", "PERSON", "GPE"]
        do(session, "redo")
    with again(corpus) as session:
        assert left(session) == ["PERSON", "GPE"]


def test_through_an_edit_of_the_text(corpus: Corpus) -> None:
    with again(corpus) as session:
        do(session, "go ghost:m1\nreject")
    edit(corpus, "Rajnath Singh", "Mr Rajnath Singh")
    for _ in range(2):  # the journal of the edited text remembers it too
        with again(corpus) as session:
            assert "GPE" not in left(session)
            assert "PERSON" in left(session)
            assert not session.history.done


def test_what_was_edited_itself_is_a_new_question(corpus: Corpus) -> None:
    with again(corpus) as session:
        do(session, "go ghost:m2\nreject\ngo ghost:m1\nreject")
    with again(corpus) as session:
        assert left(session) == ["FACT"]
    key = {"PERSON": "entity/PERSON@18-24", "GPE": next(iter(session.state.rejected - {"entity/PERSON@18-24"}))}
    header = session.state.marks.header
    edited = HOSTILE.replace("Hamada", "Kihara")
    assert carried(corpus.directory.root, header, edited, session.state.rejected) == frozenset([key["GPE"]])
    nowhere = Header(header.document, "me", "news/1", "0" * 64, "in-progress", "manual")
    assert carried(corpus.directory.root, nowhere, edited, ["entity/GPE@3-4", "genre/op-ed@"]) == frozenset(["genre/op-ed@"])


def test_keys_of_relations_are_carried_with_what_they_tie(corpus: Corpus) -> None:
    known = {
        "s1": Span("s1", "statement", "FACT", 0, 13, "Rajnath Singh"),
        "s2": Span("s2", "statement", "FACT", 28, 33, "Tokyo"),
        "r1": Relation("r1", "argument", "supports", {"from": "s1", "to": ("s2",)}),
        "r2": Relation("r2", "argument", "restates", {"from": "r1", "to": "nothing"}),
        "g1": Label("g1", "genre", "op-ed"),
    }
    keys = {id: key_of(one, known) for id, one in known.items()}
    assert len(set(keys.values())) == 5
    header = corpus["example"].sets["gold"].header
    assert carried(corpus.directory.root, header, HOSTILE, keys.values()) == frozenset(keys.values())
    longer = carried(corpus.directory.root, header, f"Mr {HOSTILE}", [keys["r1"], keys["r2"]])
    assert any("3-16" in key and "31-36" in key for key in longer)
    assert len(longer) == 2


def test_suggestions_made_anew(corpus: Corpus) -> None:
    with again(corpus) as session:
        do(session, "go ghost:m1\nreject")
    path = corpus.directory.root / MODEL
    path.write_text(path.read_text(encoding="utf-8").replace('"m1"', '"m7"'), encoding="utf-8")
    with again(corpus) as session:
        assert left(session) == ["FACT", "PERSON"]


def test_a_branch_without_the_set_and_back(corpus: Corpus) -> None:
    root = corpus.directory.root
    with again(corpus) as session:
        do(session, "go ghost:m2\naccept\nreject")
        assert left(session) == ["FACT"]
    git(root, "checkout", "-qb", "mine")
    commit(root)
    git(root, "checkout", "-q", "main")
    assert not (root / MINE).exists()
    with again(corpus) as session:
        assert len(left(session)) == 3
        do(session, "go ghost:m1\naccept")
    (root / MINE).unlink()
    git(root, "checkout", "-q", "mine")
    with again(corpus) as session:
        assert left(session) == ["FACT"]
        assert len(session.history.done) == 2


def test_a_journal_set_aside_that_is_none_is_passed_over(corpus: Corpus) -> None:
    root = corpus.directory.root
    with again(corpus) as session:
        do(session, "go ghost:m2\naccept")
    first = (root / MINE).read_bytes()
    (root / MINE).unlink()
    with again(corpus) as session:
        do(session, "go ghost:m1\naccept")
    (aside,) = (root / ".postil/sessions/me").glob("*.journal.*")
    aside.write_bytes(aside.read_bytes().replace(b'"do"', b'"to"'))
    (root / MINE).write_bytes(first)
    with again(corpus) as session:
        assert "PERSON" not in left(session)
        assert session.history.done[-1].said.startswith("changed on the disk")


def test_labels_and_relations(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    records = (
        span("m3", "FACT", 0, 33), span("m4", "OPINION", 71, 77, attributes={"polarity": "positive"}),
        relation("m5", "supports", {"from": "m3", "to": "m4"}), label("m6", "op-ed"),
    )  # fmt: skip
    model = Example(text=HOSTILE, records=records, header={"annotator": "model", "method": "model"})
    (tmp_path / MODEL).write_bytes(model.set_bytes())
    with again(corpus) as session:
        do(session, "go ghost:m3\naccept\naccept\nreject\nreject")
        assert left(session) == []
        assert len(session.state.rejected) == 2
    with again(corpus) as session:
        assert left(session) == []
        do(session, "undo\nundo")
        assert left(session) == ["supports", "op-ed"]
