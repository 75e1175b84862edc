"""What a realignment left open stands nowhere: it is neither shown nor counted nor compared, and that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from postil import Corpus, Relation
from postil.cli import main
from postil.unplaced import placed
from test_realign import git

SAID = "gold: 2 annotations in 1 document left out: a realignment left the place open, and postil check lists them\n"


@pytest.fixture
def edited(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """A corpus of two sets after an edit of a word that both annotated."""
    corpus = Corpus.open(small_corpus)
    gold = replace(
        corpus["example"].sets["gold"], relations=(Relation("r1", "argument", "supports", {"from": "e1", "to": "e2"}),)
    )
    corpus.write(gold, replace=True)
    corpus.write(replace(gold, header=replace(gold.header, annotator="a1"), spans=gold.spans[:1], relations=()))
    git(small_corpus, "init", "-q")
    git(small_corpus, "add", "-A")
    git(small_corpus, "commit", "-q", "-m", "first")
    text = small_corpus / "corpus/example.txt"
    text.write_text(text.read_text(encoding="utf-8").replace("met", "met Mr").replace("Tokyo", "Tokio"), encoding="utf-8")
    assert main(["-C", str(small_corpus), "realign"]) == 1
    capsys.readouterr()
    return small_corpus


@pytest.mark.parametrize("command", ["show --layer entity", "show --html -", "stats", "agree gold a1 --layer entity"])
def test_what_is_open_is_left_out_and_that_is_said(command: str, edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(edited), *command.split()]) == 0

    out, err = capsys.readouterr()
    assert err == SAID
    assert "GPE" not in out


def test_what_somebody_decided_since_counts(edited: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = Corpus.open(edited)
    gold = corpus["example"].sets["gold"]
    assert [one.id for one in placed(gold).left_out] == ["e2", "r1"]
    start = corpus["example"].text.index("Tokio")
    spans = (gold.spans[0], replace(gold.spans[1], start=start, end=start + 5, text="Tokio"))
    corpus.write(replace(gold, spans=spans), replace=True)

    assert main(["-C", str(edited), "stats", "--format", "json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert json.loads(out)["sets"]["gold"]["labels"] == {"argument": {"supports": 1}, "entity": {"GPE": 1, "PERSON": 1}}
