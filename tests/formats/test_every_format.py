"""What holds for every format that can be written and read: what it declares to keep comes back, whatever the text and names."""

from __future__ import annotations

from pathlib import Path

import pytest
from formats_documents import SCHEME, documents
from hypothesis import HealthCheck, given, settings
from round_trip import assert_round_trip, assert_same, expected, read, written

from postil import Corpus
from postil.cli import main
from postil.corpus import Document
from postil.formats import all_formats, format_named

BOTH_WAYS = [name for name, format_ in all_formats().items() if format_.read and format_.write]


def test_a_format_is_called_like_its_module() -> None:
    for name, format_ in all_formats().items():
        assert format_named(name) is format_
    assert format_named("nothing") is None


def test_the_readme_has_the_table_of_formats(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["formats", "--format", "markdown"]) == 0
    assert capsys.readouterr().out in (repository / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BOTH_WAYS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents=documents())
def test_what_it_keeps_comes_back(name: str, documents: list[Document]) -> None:
    assert_round_trip(all_formats()[name], documents, SCHEME)


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_the_article_comes_back(name: str, repository: Path, tmp_path: Path) -> None:
    format_, corpus = all_formats()[name], Corpus.open(repository)
    path, losses = written(format_, corpus, corpus.scheme, tmp_path / "x")
    back, intake, _ = read(format_, path)
    assert intake.errors == []
    assert_same(format_, back, expected(format_, corpus, corpus.scheme), corpus.scheme)
    lost = {loss.kind for loss in losses}
    assert not lost & {feature.title for feature in format_.keeps}


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_the_same_corpus_gives_the_same_bytes(name: str, repository: Path, tmp_path: Path) -> None:
    format_, corpus = all_formats()[name], Corpus.open(repository)
    one, _ = written(format_, corpus, corpus.scheme, tmp_path / "one")
    other, _ = written(format_, corpus, corpus.scheme, tmp_path / "other")
    assert _bytes(one) == _bytes(other)


def _bytes(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return {file.relative_to(path).as_posix(): file.read_bytes() for file in files}
