"""Decisions that were damaged are found, whoever looks and whatever was remembered."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from conftest import write_example
from postil.cli import main
from postil.rules.examples import Example, span
from postil.rules.set_view import BundleView
from postil.storage.decisions_file import DecisionsFile, DecisionsHeader, Written, encode_decisions
from postil.storage.directory import CorpusDirectory

PATH = "adjudication/gold/example.jsonl"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    root = write_example(tmp_path, Example(records=(span("e1", "PERSON", 0, 13),)))
    sha = CorpusDirectory(root).bundle("example").text_sha256
    file = DecisionsFile(DecisionsHeader("example", "gold", ("a1", "a2")), [], (Written(sha, "0", "0"),))
    (root / "adjudication/gold").mkdir(parents=True)
    (root / PATH).write_bytes(encode_decisions(file))
    return root


def found(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> list[tuple[str, str, int]]:
    main(["-C", str(root), "check", "--format", "json", *options])
    findings = json.loads(capsys.readouterr().out)["findings"]
    return [(one["code"], one["place"]["path"], one["place"]["line"]) for one in findings]


@pytest.mark.parametrize("options", [("--no-cache",), ("--jobs", "2", "--no-cache"), (), ("--jobs", "2"), (f"{PATH}",)], ids=str)
def test_a_marker_of_a_merge_is_found(options: tuple[str, ...], corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert found(corpus, capsys, *options) == []
    whole = (corpus / PATH).read_bytes()
    (corpus / PATH).write_bytes(b"<<<<<<< ours\n" + whole)
    time.sleep(0.06)  # what was touched this very moment is not remembered

    for _ in range(2):
        assert found(corpus, capsys, *options) == [("ANN016", PATH, 1)]
    (corpus / PATH).write_bytes(whole)
    assert found(corpus, capsys, *options) == []


def test_decisions_follow_their_document(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (corpus / PATH).read_bytes()
    for path in ("corpus/example.txt", "corpus/example.toml", "annotations/gold/example.jsonl"):
        (corpus / path).rename(corpus / path.replace("example", "renamed"))
    assert ("DOC010", PATH, 0) in found(corpus, capsys, "--no-cache")
    (corpus / PATH).rename(corpus / PATH.replace("example", "renamed"))

    assert main(["-C", str(corpus), "check", "--fix", "--no-cache"]) == 0
    assert (corpus / PATH.replace("example", "renamed")).read_bytes() == whole.replace(b"example", b"renamed")


def test_no_corpus_is_unreadable_for_what_lies_there(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / "adjudication/README.md").write_text("What we decided.", encoding="utf-8")
    assert found(corpus, capsys, "--no-cache") == []
    (corpus / "adjudication").rename(tmp_path.parent / "elsewhere")
    (corpus / "adjudication").symlink_to(tmp_path.parent / "elsewhere", target_is_directory=True)
    assert found(corpus, capsys, "--no-cache") == [("DOC009", "adjudication", 0)]
    (corpus / "adjudication").unlink()
    (corpus / "adjudication").write_text("", encoding="utf-8")
    assert found(corpus, capsys, "--no-cache") == []


def test_a_file_larger_than_is_read_is_said_to_be(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / PATH).write_bytes((corpus / PATH).read_bytes() * 100)
    manifest = corpus / "corpus/corpus.toml"
    manifest.write_text(manifest.read_text(encoding="utf-8") + "[check]\nmax-file-size = 2000\n", encoding="utf-8")

    assert found(corpus, capsys, "--no-cache") == [("ANN016", PATH, 0)]
    assert len(BundleView(CorpusDirectory(corpus).bundle("example")).document.bundle.decisions) == 1
