"""What is known already, and what suppresses nothing any more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from conftest import write_example
from postil.cli import main
from postil.rules.examples import Example, span

SET = "annotations/gold/example.jsonl"
BASELINE = "postil-baseline.jsonl"


def check(root: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, list[str]]:
    """The exit status, and each finding in one line."""
    status = main(["-C", str(root), "check", "--format", "concise", *options])
    return status, capsys.readouterr().out.splitlines()


def codes(lines: list[str]) -> list[str]:
    return [line.split(" ")[1] for line in lines if " " in line]


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A corpus with an unknown label and a cut word."""
    records = (span("e1", "PERSN", 0, 13), span("e2", "PERSON", 18, 23))
    return write_example(tmp_path / "corpus", Example(records=records))


def replaced(file: Path, old: str, new: str) -> None:
    said = file.read_text(encoding="utf-8")
    assert old in said
    file.write_text(said.replace(old, new), encoding="utf-8", newline="\n")


def test_what_is_known_is_not_reported_and_is_counted(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(check(faulty, capsys)[1]) == ["LAB003", "SPN005"]

    assert main(["-C", str(faulty), "check", "--write-baseline"]) == 0
    assert "2 findings known" in capsys.readouterr().out
    assert [json.loads(line)["code"] for line in (faulty / BASELINE).read_text().splitlines()] == ["LAB003", "SPN005"]
    assert codes(check(faulty, capsys)[1]) == []
    assert main(["-C", str(faulty), "check"]) == 0
    assert "2 known from the baseline" in capsys.readouterr().out


def test_a_new_fault_is_reported_beside_known_ones(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    capsys.readouterr()
    replaced(faulty / SET, '"label":"PERSON"', '"label":"PERSON","confidence":3')

    status, lines = check(faulty, capsys, "--ignore", "ANN009")
    assert (status, codes(lines)) == (1, ["ANN013"])


def test_a_fault_is_known_again_after_edits_nearby(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    capsys.readouterr()
    header, *records = (faulty / SET).read_text().splitlines()
    new = json.dumps(span("a1", "GPE", 28, 33) | {"text": "Tokyo"}, separators=(",", ":"))
    (faulty / SET).write_text("\n".join([header, new, *reversed(records), ""]))

    assert codes(check(faulty, capsys, "--ignore", "ANN009")[1]) == []


def test_a_mended_fault_is_reported_as_gone_and_fix_removes_its_entry(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    replaced(faulty / SET, "PERSN", "PERSON")
    capsys.readouterr()

    status, lines = check(faulty, capsys)
    assert (status, codes(lines)) == (0, ["SCH013"])
    assert lines[0].startswith(f"{BASELINE}:1:")
    assert main(["-C", str(faulty), "check", "--diff"]) == 1
    assert "-{" in capsys.readouterr().out
    assert check(faulty, capsys, "--fix")[1] == []
    assert [json.loads(line)["code"] for line in (faulty / BASELINE).read_text().splitlines()] == ["SPN005"]
    replaced(faulty / SET, '"label":"PERSON","start":0', '"label":"PERSN","start":0')
    assert codes(check(faulty, capsys)[1]) == ["LAB003"]


def test_fix_mends_a_known_fault_and_takes_it_from_the_baseline(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    capsys.readouterr()

    assert check(faulty, capsys, "--unsafe-fixes") == (0, [])
    assert (faulty / BASELINE).read_bytes() == b""
    assert '"PERSON"' in (faulty / SET).read_text()


@pytest.mark.parametrize("line", [b"{", b"[]", b'{"path":1,"code":"X","fingerprint":"y"}', b"<<<<<<< ours", b"\xff\xfe", b"{}"])
def test_a_corrupted_baseline_cannot_be_checked_with(line: bytes, faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    (faulty / BASELINE).write_bytes((faulty / BASELINE).read_bytes() + line + b"\n")
    capsys.readouterr()

    for options in ([], ["--fix"], ["--format", "json"]):
        assert main(["-C", str(faulty), "check", *options]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"postil: {BASELINE}:3:1: ")
        assert err.count("\n") == 1


def test_blank_lines_of_a_baseline_do_not_count(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    (faulty / BASELINE).write_bytes((faulty / BASELINE).read_bytes().replace(b"\n", b"\r\n\n"))
    capsys.readouterr()

    assert check(faulty, capsys) == (0, [])


def test_another_baseline_takes_the_place_of_the_manifests(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = ["--baseline", str(faulty / "other.jsonl")]
    assert main(["-C", str(faulty), "check", *other]) == 2
    assert "--write-baseline" in capsys.readouterr().err
    assert main(["-C", str(faulty), "check", *other, "--write-baseline"]) == 0
    capsys.readouterr()

    assert not (faulty / BASELINE).exists()
    assert check(faulty, capsys)[0] == 1
    assert check(faulty, capsys, *other) == (0, [])
    replaced(faulty / "corpus/corpus.toml", 'name = "example"', 'name = "example"\n[check]\nbaseline = "other.jsonl"')
    assert check(faulty, capsys) == (0, [])


@pytest.mark.parametrize("options", [["--select", "SPN"], ["--ignore", "SPN"], ["corpus"]])
def test_a_baseline_is_written_of_everything_only(options: list[str], faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(faulty), "check", "--write-baseline", *options]) == 2
    assert not (faulty / BASELINE).exists()


def test_a_baseline_outside_the_corpus_is_refused(faulty: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(faulty), "check", "--baseline", str(tmp_path / "b.jsonl"), "--write-baseline"]) == 2
    assert not (tmp_path / "b.jsonl").exists()


@pytest.mark.parametrize("options", [["--select", "SPN005,SCH"], ["--ignore", "LAB"], ["corpus/other.txt"]])
def test_what_was_not_looked_at_is_not_gone(options: list[str], faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (faulty / "corpus/other.txt").write_text("Other.\n")
    (faulty / "corpus/other.toml").write_bytes((faulty / "corpus/example.toml").read_bytes())
    main(["-C", str(faulty), "check", "--write-baseline"])
    before = (faulty / BASELINE).read_bytes()
    replaced(faulty / SET, "PERSN", "PERSON")
    options = [option.replace("corpus/", f"{faulty}/corpus/") for option in options]
    capsys.readouterr()

    assert codes(check(faulty, capsys, *options)[1]) == []
    assert codes(check(faulty, capsys, *options, "--fix")[1]) == []
    assert (faulty / BASELINE).read_bytes() == before
    assert codes(check(faulty, capsys)[1]) == ["SCH013"]


def test_what_is_gone_of_a_named_file_is_reported(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["-C", str(faulty), "check", "--write-baseline"])
    replaced(faulty / SET, "PERSN", "PERSON")
    capsys.readouterr()

    assert codes(check(faulty, capsys, str(faulty / SET))[1]) == ["SCH013"]


def test_an_unneeded_path_ignore_may_be_known_too(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replaced(faulty / "corpus/corpus.toml", 'name = "example"', 'name = "example"\n[check.per-path-ignores]\n"x/*" = ["SPN"]')
    assert "SCH012" in codes(check(faulty, capsys)[1])
    main(["-C", str(faulty), "check", "--write-baseline"])
    capsys.readouterr()

    assert check(faulty, capsys) == (0, [])
    assert check(faulty, capsys, str(faulty / SET)) == (0, [])


MANIFEST = """\
format = 1
name = "example"  # a name

[check]
# what was there when we began
max-file-size = 1_000_000

[check.per-path-ignores]
# the first import
"annotations/gold/*" = [
    "SPN005",  # words were cut
    "LAB",
    "SPN001",
]
"annotations/old/*" = ["TXT"]
"""


def test_path_ignores_that_silence_nothing_are_found_and_removed(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (faulty / "corpus/corpus.toml").write_text(MANIFEST)

    status, lines = check(faulty, capsys)
    assert (status, codes(lines)) == (0, ["SCH012", "SCH012"])
    assert [line.split(":")[1] for line in lines] == ["13", "15"]
    assert check(faulty, capsys, "--fix") == (0, [])
    manifest = (faulty / "corpus/corpus.toml").read_text()
    assert "SPN001" not in manifest
    assert "annotations/old" not in manifest
    kept = ("# a name", "# what was there", "1_000_000", "# the first import", '"SPN005",  # words were cut', '"LAB"')
    assert [part for part in kept if part not in manifest] == []
    before = manifest
    assert check(faulty, capsys, "--fix") == (0, [])
    assert (faulty / "corpus/corpus.toml").read_text() == before


@pytest.mark.parametrize("options", [["--select", "SPN001,SPN002,SCH"], ["--ignore", "LAB003"], ["--select", "SCH"], ["corpus"]])
def test_path_ignores_are_judged_by_a_run_of_everything_only(
    options: list[str], faulty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (faulty / "corpus/corpus.toml").write_text(MANIFEST)
    options = [str(faulty / option) if option == "corpus" else option for option in options]

    assert codes(check(faulty, capsys, *options, "--fix")[1]) == []
    assert (faulty / "corpus/corpus.toml").read_text() == MANIFEST


def test_a_path_ignore_of_a_rule_that_the_manifest_leaves_out_is_let_be(faulty: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = 'format = 1\nname = "x"\n[check]\nignore = ["SPN"]\n[check.per-path-ignores]\n"x/*" = ["SPN001", "SCH013"]\n'
    (faulty / "corpus/corpus.toml").write_text(manifest)

    assert codes(check(faulty, capsys)[1]) == ["LAB003"]
