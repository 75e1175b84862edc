"""Commands that are ended on the way, or for which there is no room."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from conftest import write_example
from ended import files_in, left_over, run_ended
from postil.cli import main
from postil.exchange.target import Target
from postil.rules.examples import Example, span

if not hasattr(signal, "SIGHUP"):
    pytest.skip("there, nobody is asked to end", allow_module_level=True)

RECORDS = (span("e1", "PERSON", 0, 13), span("e2", "GPE", 28, 33))
BEYOND = ("--lossy", "--replace")
BETWEEN = r"os\.rename .*/new .*/out "


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two versions of a corpus, each of which is exported beside itself once."""
    root = tmp_path_factory.mktemp("corpora")
    old = write_example(root / "old/corpus", Example(records=RECORDS[:1]))
    return old, write_example(root / "new/corpus", Example(records=RECORDS))


def exports(corpora: tuple[Path, Path], argv: tuple[str, ...], destination: Path) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Put an export of the first corpus there; returns what that is, and what one of the second over it would be."""
    made = [corpus.with_name(argv[0]) for corpus in corpora]
    for corpus, path in zip(corpora, made, strict=True):
        if not path.exists():
            assert main(["-C", str(corpus), "export", argv[0], str(path), *argv[1:]]) == 0
    destination.parent.mkdir()
    (shutil.copytree if made[0].is_dir() else shutil.copy)(made[0], destination)
    old, new = map(files_in, made)
    assert old != new
    return old, new


HF = ("hf", "--config", "documents", "--no-agreement", "--replace")


@pytest.mark.parametrize(
    ("number", "step", "is_new"),
    [
        (signal.SIGTERM, r"os\.mkdir .*/new ", False),
        (signal.SIGHUP, r"open .*/new/SHA256SUMS", False),
        (signal.SIGINT, r"open .*plan\.json", False),
        (signal.SIGTERM, r"os\.rename .*/out .*/old ", True),
        (signal.SIGHUP, BETWEEN, True),
        (signal.SIGTERM, r"os\.rmdir .*postil-export", True),
    ],
)
def test_an_export_that_is_asked_to_end_leaves_the_old_one_or_the_new(
    number: int, step: str, corpora: tuple[Path, Path], tmp_path: Path, *, is_new: bool
) -> None:
    pytest.importorskip("pyarrow", reason="the extra hf is not installed")
    place = tmp_path / "x"
    versions = exports(corpora, HF, place / "out")

    status, said = run_ended("-C", corpora[1], "export", "hf", place / "out", *HF[1:], number=number, at=step)
    assert (status, "interrupted" in said) == (130, True)
    assert files_in(place / "out") == versions[is_new]
    assert [path.name for path in place.iterdir()] == ["out"]


def test_an_export_that_is_killed_between_its_two_moves_is_put_back_by_whatever_is_exported_there_next(
    corpora: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pyarrow", reason="the extra hf is not installed")
    place = tmp_path / "x"
    versions = exports(corpora, HF, place / "out")
    (place / ".postil-export-mine").mkdir()
    (place / "out/README.md").write_text("mine\n", encoding="utf-8")
    argv = ("-C", corpora[1], "export", "hf", place / "out", *HF[1:])

    assert run_ended(*argv, number=signal.SIGKILL, at=BETWEEN)[0] == -signal.SIGKILL
    assert not (place / "out").exists()
    capsys.readouterr()
    assert main([*map(str, argv)][:-1]) == 1
    assert "files that were changed since they were exported (README.md)" in capsys.readouterr().err
    assert files_in(place / "out") == versions[0] | {"README.md": b"mine\n"}
    assert left_over(place) == [".postil-export-mine"]

    run_ended(*argv, number=signal.SIGKILL, at=BETWEEN)
    assert main(["-C", str(corpora[0]), "export", "jsonl", str(place / "other.jsonl"), "--lossy"]) == 0
    assert "put back out, which an interrupted export had left half in place" in capsys.readouterr().out
    assert files_in(place / "out")["README.md"] == b"mine\n"
    assert left_over(place) == [".postil-export-mine"]


@pytest.mark.parametrize("format_", ["jsonl", "brat"])
def test_what_other_formats_leave_when_they_are_killed_the_next_takes_away(
    format_: str, corpora: tuple[Path, Path], tmp_path: Path
) -> None:
    place = tmp_path / "x"
    old, new = exports(corpora, (format_, *BEYOND), place / "out")
    for step, expected in ((r"os\.rename .*/new", old), (r"os\.rmdir .*postil-export", new)):
        argv = ("export", format_, place / "out", *BEYOND)
        status, _ = run_ended("-C", corpora[1], *argv, number=signal.SIGKILL, at=step)
        assert (status, len(left_over(place))) == (-signal.SIGKILL, 1)
        assert files_in(place / "out") == expected
        assert main(["-C", str(corpora[0]), *map(str, argv)]) == 0
        assert (files_in(place / "out"), left_over(place)) == (old, [])


def test_of_two_exports_at_once_into_a_new_directory_one_is_whole_and_the_other_refused(
    corpora: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = ("brat", str(tmp_path / "out"), *BEYOND)
    finish, others = Target.finish, [str(corpora[0])]

    def meanwhile(target: Target, *, replace: bool) -> None:
        if others:
            assert main(["-C", others.pop(), "export", *argv]) == 0
        finish(target, replace=replace)

    monkeypatch.setattr(Target, "finish", meanwhile)
    assert main(["-C", str(corpora[1]), "export", *argv]) == 1
    assert "out was made by somebody else meanwhile: nothing was written. Export again" in capsys.readouterr().err
    assert b"GPE" not in files_in(tmp_path / "out")["example.ann"]
    assert left_over(tmp_path) == []


@pytest.mark.parametrize("argv", [HF, ("jsonl", *BEYOND), ("brat", *BEYOND)], ids=lambda argv: argv[0])
def test_where_a_disk_is_full_the_old_export_stays_whole(
    argv: tuple[str, ...], corpora: tuple[Path, Path], tmp_path: Path
) -> None:
    if argv is HF:
        pytest.importorskip("pyarrow", reason="the extra hf is not installed")
    place = tmp_path / "x"
    old, _ = exports(corpora, argv, place / "out")

    status, said = run_ended("-C", corpora[1], "export", argv[0], place / "out", *argv[1:], LARGEST_FILE=20)
    assert (status, said) == (2, f"postil: {place / 'out'}: File too large: nothing was put in place\n")
    assert files_in(place / "out") == old
    assert [path.name for path in place.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("argv", "number", "step"),
    [
        (HF, signal.SIGKILL, r"os\.rename .*scheme\.toml"),
        (("jsonl", *BEYOND), signal.SIGKILL, r"os\.rename .*scheme\.toml"),
        (("jsonl", *BEYOND), signal.SIGTERM, r"open .*gitattributes"),
    ],
)
def test_an_import_goes_on_where_it_was_killed_and_is_whole_where_it_was_asked_to_end(
    argv: tuple[str, ...], number: int, step: str, corpora: tuple[Path, Path], tmp_path: Path
) -> None:
    if argv is HF:
        pytest.importorskip("pyarrow", reason="the extra hf is not installed")
    exports(corpora, argv, tmp_path / "x/out")
    wholes = []
    for sent in (0, number):
        root = tmp_path / str(sent) / "made"
        command = ("-C", root, "import", argv[0], tmp_path / "x/out")
        root.mkdir(parents=True)
        status, said = run_ended(*command, number=sent, at=step)
        assert status == {0: 0, signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: 130}[sent], said
        if sent == signal.SIGKILL:
            assert not (root / "corpus/corpus.toml").exists()
            assert main([*map(str, command)]) == 0
        wholes.append({path: data for path, data in files_in(root).items() if path != ".postil/.gitignore"})
    assert wholes[0] == wholes[1]
