"""A merge goes by what either side's scheme declares, whatever state the working tree is in."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from histories import TEXT
from postil.storage.merge_schemes import scheme_for_merge
from test_merge import Repository
from test_realign import annotated, span

FIRST, SECOND = span(TEXT, "word7"), span(TEXT, "word9", "e2")
SCHEME = 'name = "s"\nversion = 1\n[layers.entity]\nkind = "span"\nlabels.X = {}\n'
REFERRING = f'{SCHEME}[layers.entity.attributes]\nof = {{ type = "reference" }}\n'


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Theirs declares a reference and makes one, to what ours takes out."""
    repo = Repository(tmp_path)
    scheme = repo.root / "annotations/scheme.toml"
    scheme.write_text(SCHEME, encoding="utf-8")
    repo.commit(annotated(TEXT, FIRST, SECOND))
    repo.git("checkout", "-q", "-b", "theirs")
    scheme.write_text(REFERRING, encoding="utf-8")
    repo.commit(annotated(TEXT, FIRST, replace(SECOND, attributes={"of": "e1"})))
    repo.git("checkout", "-q", "main")
    repo.commit(annotated(TEXT, SECOND))
    return repo


@pytest.mark.parametrize("command", ["merge --no-edit theirs", "rebase main theirs"])
def test_what_theirs_calls_a_reference_is_one(repo: Repository, command: str) -> None:
    done = repo.git(*command.split(), check=False)

    assert done.returncode == 1, done.stderr
    assert {one.id for one in repo.read().spans} == {"e1", "e2"}
    assert [note.id for note in repo.read().notes] == ["merge.e1"]


def test_a_scheme_in_conflict_or_gone_is_that_of_the_sides(repo: Repository) -> None:
    scheme = repo.root / "annotations/scheme.toml"
    scheme.write_text("<<<<<<< ours\n", encoding="utf-8")
    found = scheme_for_merge(repo.root)
    assert found is not None
    assert found.layers["entity"].references == []

    scheme.unlink()
    assert scheme_for_merge(repo.root) == found
    repo.git("merge", "--no-edit", "theirs", check=False)
    scheme.write_text("<<<<<<< ours\n", encoding="utf-8")
    found = scheme_for_merge(repo.root)
    assert found is not None
    assert found.layers["entity"].references == ["of"]


def test_where_neither_side_has_one_it_is_that_of_the_base(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    for branch in ("theirs", "main"):
        repo.git("checkout", "-q", branch)
        (repo.root / "annotations/scheme.toml").write_text("broken", encoding="utf-8")
        repo.commit(repo.read())
    monkeypatch.setenv(f"GITHEAD_{repo.git('rev-parse', 'theirs').stdout.strip()}", "theirs")

    found = scheme_for_merge(repo.root)

    assert found is not None
    assert list(found.layers) == ["entity"]


def test_without_git_or_scheme_there_is_none(tmp_path: Path) -> None:
    assert scheme_for_merge(tmp_path) is None
