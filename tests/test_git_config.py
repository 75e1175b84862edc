"""What install-git writes, and what the merge driver answers where something is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from msgspec.structs import replace

from postil.cli import main
from postil.storage.git_config import ATTRIBUTES, write_attributes
from postil.storage.set_file import encode_set
from test_merge import Repository
from test_realign import OLD, annotated, git, span

SETS = b"annotations/**/*.jsonl text eol=lf merge=postil diff=postil"
DECISIONS = b"adjudication/**/*.jsonl text eol=lf merge=union"
SPLITS = b"corpus/splits.jsonl text eol=lf merge=union"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(b"", SETS + b"\n" + DECISIONS + b"\n" + SPLITS + b"\n", id="nothing"),
        pytest.param(
            b"# caf\xe9\r\n*.png binary\r\n",
            b"# caf\xe9\r\n*.png binary\r\n" + SETS + b"\r\n" + DECISIONS + b"\r\n" + SPLITS + b"\r\n",
            id="Latin-1 and CRLF",
        ),
        pytest.param(
            b"*.png binary", b"*.png binary\n" + SETS + b"\n" + DECISIONS + b"\n" + SPLITS + b"\n", id="no newline at the end"
        ),
        pytest.param(b"a\x0cb c\n" + SETS + b"\n" + DECISIONS + b"\n" + SPLITS + b"\n", None, id="nothing to add"),
    ],
)
def test_attributes_are_added_and_the_rest_stays(before: bytes, after: bytes | None, tmp_path: Path) -> None:
    (tmp_path / ATTRIBUTES).write_bytes(before)

    assert write_attributes(tmp_path) == (after is not None)
    assert not write_attributes(tmp_path)
    assert (tmp_path / ATTRIBUTES).read_bytes() == (before if after is None else after)


def test_a_driver_of_the_user_is_kept(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(small_corpus, "init", "-q")
    git(small_corpus, "config", "merge.postil.driver", "mine %A")

    assert main(["-C", str(small_corpus), "install-git"]) == 0

    assert git(small_corpus, "config", "merge.postil.driver").strip() == "mine %A"
    out, err = capsys.readouterr()
    assert "kept    merge.postil.driver = mine %A" in out
    assert "is yours" in err


def test_a_driver_of_an_older_postil_is_renewed(small_corpus: Path) -> None:
    git(small_corpus, "init", "-q")
    git(small_corpus, "config", "merge.postil.driver", "/gone/python -m postil merge-file %O %A %B")

    assert main(["-C", str(small_corpus), "install-git"]) == 0

    assert "/gone/" not in git(small_corpus, "config", "merge.postil.driver")


def test_without_git_or_a_repository_it_says_so(
    small_corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["-C", str(small_corpus), "install-git"]) == 2
    assert "is in no git repository" in capsys.readouterr().err
    monkeypatch.setenv("PATH", "")
    assert main(["-C", str(small_corpus), "install-git"]) == 2
    assert "git is not installed" in capsys.readouterr().err


def test_init_beside_attributes_says_that_git_does_not_merge_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / ATTRIBUTES).write_text("mine\n", encoding="utf-8")

    assert main(["init", str(tmp_path)]) == 0
    assert "does not merge by annotation here yet, because your .gitattributes" in capsys.readouterr().out
    assert main(["-C", str(tmp_path), "install-git"]) == 0
    assert main(["init", str(tmp_path)]) == 0
    assert "git merges and compares annotation sets by annotation here" in capsys.readouterr().out


# --- what git is told --------------------------------------------------------------------------------------------------------


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    return [tmp_path / name for name in ("base", "ours", "theirs")]


def run(files: list[Path], *options: str) -> int:
    return main(["merge-file", *map(str, files), *options])


def write(files: list[Path], *contents: bytes) -> None:
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)


def test_a_merge_by_line_is_a_conflict_even_without_markers(files: list[Path], capfd: pytest.CaptureFixture[str]) -> None:
    lines = [encode_set(annotated(OLD, span(OLD, "Tokyo"), *more)) for more in ((), (), (span(OLD, "sea", "e3"),))]
    write(files, lines[0], lines[1] + b"{broken\n", lines[2])

    assert run(files) == 1
    assert run(files, "--git") == 99
    assert b"{broken" in files[1].read_bytes()


def test_lines_of_sets_about_different_texts_are_never_mixed(files: list[Path]) -> None:
    base, other = encode_set(annotated(OLD, span(OLD, "Tokyo"))), encode_set(annotated(f"Then {OLD}"))
    write(files, base, base + b"{broken\n", other)

    assert run(files) == 1
    assert files[1].read_bytes() == b"<<<<<<< ours\n" + base + b"{broken\n=======\n" + other + b">>>>>>> theirs\n"


def test_without_git_both_versions_stay(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    base = encode_set(annotated(OLD))
    write(files, base, base + b"{ours\n", base + b"{theirs\n")
    monkeypatch.setenv("PATH", "")

    assert run(files) == 1
    assert files[1].read_bytes().count(b"text_sha256") == 2


@pytest.mark.parametrize("content", [None, b"\0\0\0\n"])
def test_what_cannot_be_merged_at_all_is_an_error(content: bytes | None, files: list[Path]) -> None:
    base = encode_set(annotated(OLD))
    write(files, base, base, content or b"")
    if content is None:
        files[2].unlink()

    assert run(files, "--git") == run(files) == 2
    assert files[1].read_bytes() == base


def test_another_document_is_refused_and_git_gets_both(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    mary = annotated(OLD, span(OLD, "Tokyo"))
    ada = annotated(f"Then {OLD}")
    ada = replace(ada, header=replace(ada.header, document="ada"))
    write(files, *map(encode_set, (mary, ada, mary)))

    assert run(files) == 2
    assert files[1].read_bytes() == encode_set(ada)
    assert "different documents: d and ada" in capsys.readouterr().err
    assert run(files, "--git") == 99
    assert files[1].read_bytes() == b"<<<<<<< ours\n" + encode_set(ada) + b"=======\n" + encode_set(mary) + b">>>>>>> theirs\n"


def test_a_text_that_is_nowhere_leaves_ours_whole(files: list[Path], capsys: pytest.CaptureFixture[str]) -> None:
    ours = annotated(OLD, span(OLD, "Tokyo"), span(OLD, "sea", "e2"))
    new = f"Then {OLD}"
    write(
        files,
        *map(encode_set, (annotated(OLD, span(OLD, "Tokyo")), ours, annotated(new, span(new, "Tokyo"), span(new, "met", "e3")))),
    )

    assert run(files) == 1
    lines = [json.loads(line) for line in files[1].read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines[1:]] == ["e1", "e2", "merge.", "merge.e3"]
    assert lines[0]["text_sha256"] == ours.header.text_sha256
    assert "2 conflicts to decide, listed by postil check: the header, e3" in capsys.readouterr().err


def test_a_crash_of_the_driver_leaves_no_single_side(repo_with_conflict: Repository) -> None:
    repo = repo_with_conflict
    driver = repo.git("config", "merge.postil.driver").stdout.strip()
    repo.git("config", "merge.postil.driver", driver.replace("-m postil ", "-c 'raise ValueError' "))
    before = repo.path.read_bytes()

    assert repo.git("merge", "--no-edit", "x", check=False).returncode
    assert repo.path.read_bytes() == before or repo.path.read_bytes().count(b"text_sha256") == 2


@pytest.fixture
def repo_with_conflict(tmp_path: Path) -> Repository:
    from test_merge import in_two_ways

    repo = Repository(tmp_path)
    in_two_ways(repo)
    return repo


def test_no_module_that_lies_in_the_repository_is_run(repo_with_conflict: Repository) -> None:
    repo = repo_with_conflict
    (repo.root / "click.py").write_text("from pathlib import Path\nPath('ran').touch()\n", encoding="utf-8")

    done = repo.git("merge", "--no-edit", "x", check=False)

    assert "1 conflict to decide" in done.stdout + done.stderr
    assert not (repo.root / "ran").exists()
