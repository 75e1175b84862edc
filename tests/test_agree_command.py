"""`postil agree` as it is typed."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from postil.cli import main

DOC = "news/india-japan-2-plus-2"


@pytest.fixture
def corpus(repository: Path, tmp_path: Path) -> Path:
    """A copy of our own corpus."""
    for directory in ("corpus", "annotations"):
        shutil.copytree(repository / directory, tmp_path / directory)
    return tmp_path


def agree(corpus: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(["-C", str(corpus), "agree", *arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


def as_json(corpus: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    status, out, err = agree(corpus, capsys, "--format", "json", *arguments)
    assert (status, err) == (0, "")
    return json.loads(out)


def measured(report: Any, layer: str, measure: str) -> Any:
    (found,) = [each for each in report["layers"] if each["name"] == layer]
    (one,) = [each for each in found["measures"] if each["name"] == measure]
    return one


def test_our_own_annotators(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(corpus, capsys)

    assert (report["annotators"], report["adjudicated"], report["documents"]) == (["a1", "a2"], ["gold"], 1)
    assert [layer["name"] for layer in report["layers"]] == ["structure", "entity", "statement", "argument", "genre", "topic"]
    assert measured(report, "structure", "f1")["whole"]["value"] == 1
    assert measured(report, "structure", "gamma")["whole"]["value"] == 1
    for layer in ("entity", "statement"):
        for measure in ("f1", "f1-partial", "gamma", "gamma-cat"):
            whole = measured(report, layer, measure)["whole"]
            assert 0.9 < whole["value"] < 1 or measure == "gamma-cat"
            assert "too few documents" in whole["no_interval"]
    assert measured(report, "genre", "alpha")["whole"]["reason"].startswith("everybody always used the same value")


def test_against_gold_there_is_precision_and_recall(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = as_json(corpus, capsys, "gold", "a1", "--layer", "statement")

    assert report["reference"] == "gold"
    assert {"FACT", "CLAIM", "OPINION"} == measured(report, "statement", "precision")["parts"].keys()
    assert {measure["name"] for measure in report["layers"][0]["measures"]} >= {"precision", "recall", "f1", "f1-partial"}


def test_the_same_seed_gives_the_same_bytes(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, same, other = (agree(corpus, capsys, "--format=json", f"--seed={seed}")[1] for seed in (1, 1, 2))

    assert one == same
    assert one != other
    assert agree(corpus, capsys, "--format=json", "--seed=1", "--jobs=2")[1] == one


def test_processes_may_say_that_a_document_was_left_out(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corpus / "corpus/news/bare.txt").write_text("No one annotated this.\n", encoding="utf-8", newline="")
    one, other = (agree(corpus, capsys, "--format=json", "--measure=f1", f"--jobs={jobs}") for jobs in (1, 2))

    assert one == other
    assert one[0] == 0


def test_every_way_to_show_it(corpus: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for format_ in ("text", "json", "csv", "html"):
        status, out, _ = agree(corpus, capsys, "--format", format_, "--by", "label", "--by", "pair", "--by", "document")
        assert status == 0
        assert "gamma" in out
        assert agree(corpus, capsys, "--format", format_, "--output", "report")[1:] == ("wrote report\n", "")
        assert (tmp_path / "report").read_text(encoding="utf-8")


def test_a_table_for_other_programs(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = agree(corpus, capsys, "--format=csv", "--by=label", "--by=pair", "--by=document", "--measure=f1")
    rows = list(csv.DictReader(io.StringIO(out)))

    assert {row["scope"] for row in rows} == {"all", "label", "pair", "document"}
    assert {row["name"] for row in rows if row["scope"] == "pair"} == {"a1, a2"}
    assert {row["name"] for row in rows if row["scope"] == "document"} == {DOC}
    assert all(0 <= float(row["value"]) <= 1 for row in rows)


def test_a_threshold_that_is_missed_fails(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert agree(corpus, capsys, "--min", "statement.f1=0.9")[0] == 0
    status, _, err = agree(corpus, capsys, "--min", "statement.f1=0.99", "--min", "genre.alpha=0.5")
    assert status == 1
    assert "postil: statement: f1 is 0.9" in err
    assert "less than 0.99" in err
    assert "genre: alpha is undefined" in err


def test_a_threshold_asks_for_what_it_needs(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert agree(corpus, capsys, "--measure=f1", "--min=statement.gamma=0.5")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("a1", "a3"), "there are no sets by a3: there are a1, a2, gold"),
        (("a1",), "one annotator agrees with himself"),
        (("--reference", "nobody"), "there are no sets by nobody"),
        (("--layer", "entities"), "there is no layer entities"),
        (("--measure", "gama"), "there is no measure gama; did you mean gamma?"),
        (("--measure", "precision"), "precision needs --reference"),
        (("--min", "gamma"), "gamma is no threshold"),
        (("--min", "statemnt.f1=0.3"), "there is no layer statemnt; did you mean statement?"),
        (("--gamma-alpha", "nan"), "nan is not a number"),
        (("--gamma-beta", "inf"), "inf"),
        (("--gamma-precision", "nan"), "nan is not a number"),
        (("--layer", "genre", "--measure", "f1"), "f1: there is nothing to measure in genre"),
        (("--min", "gama=0.3"), "there is no measure gama"),
        (("--format", "xml"), "'xml' is not one of"),
        (("--output", "no/where"), "no: there is no such directory"),
    ],
)
def test_what_cannot_be_asked(corpus: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str) -> None:
    status, out, err = agree(corpus, capsys, *arguments)

    assert (status, out) == (2, "")
    assert said in err


def test_a_corpus_with_faults_is_named(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (corpus / f"corpus/{DOC}.txt").open("a", encoding="utf-8") as text:
        text.write("More.\n")

    status, _, err = agree(corpus, capsys)
    assert status == 2
    assert "is about another version of the text: postil check says more" in err


def test_nobody_to_compare(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(corpus / "annotations/a2")

    status, out, _ = agree(corpus, capsys)
    assert status == 0
    assert "fewer than two sets" in out


def test_whoever_is_right_by_definition_is_compared(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    every = as_json(corpus, capsys, "--reference", "gold", "--layer", "statement")
    one = as_json(corpus, capsys, "a1", "--reference", "gold", "--layer", "statement")

    assert (every["annotators"], every["derived"]) == (["a1", "a2", "gold"], ["gold"])
    assert one["annotators"] == ["a1", "gold"]
    assert measured(one, "statement", "precision")["whole"]["value"] > 0.9


def _from(corpus: Path, annotator: str, *sources: str) -> None:
    """Let a set say that it has annotations of others."""
    path = corpus / f"annotations/{annotator}/{DOC}.jsonl"
    said = f'"method":"manual","sources":{json.dumps(sources, separators=(",", ":"))}'
    path.write_text(path.read_text(encoding="utf-8").replace('"method":"model"', said, 1), encoding="utf-8")


def test_whoever_took_suggestions_of_another_is_not_independent(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _from(corpus, "a1", "a2")
    _, out, _ = agree(corpus, capsys, "a1", "a2")
    assert "a1 took suggestions of a2, and may agree with it for that reason." in " ".join(out.split())
    _, out, _ = agree(corpus, capsys)
    assert "gold" not in out.partition("a1 took")[0].partition("Left out")[0]
    every = as_json(corpus, capsys, "a1", "a2")
    assert (every["derived"], every["sources"]) == (["a1"], {"a1": ["a2"]})


def test_two_who_took_suggestions_of_one_model_are_not_independent(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _from(corpus, "a1", "model")
    assert "for that reason" not in agree(corpus, capsys, "a1", "a2")[1]
    _from(corpus, "a2", "another", "model")
    _, out, _ = agree(corpus, capsys, "a1", "a2")
    assert "a1 and a2 have annotations of model, and may agree with each other for that reason." in " ".join(out.split())
    assert "annotations of another" not in out


def test_a_fault_in_a_set_that_is_not_compared_does_not_matter(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (corpus / f"annotations/gold/{DOC}.jsonl").open("a", encoding="utf-8") as gold:
        gold.write("{\n")

    assert agree(corpus, capsys, "a1", "a2")[0] == 0
    assert agree(corpus, capsys)[0] == 2


def test_a_span_that_does_not_cover_its_words_is_named(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = corpus / f"annotations/a1/{DOC}.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"text":"Japan"', '"text":"Nippon"', 1), encoding="utf-8")

    status, _, err = agree(corpus, capsys)
    assert status == 2
    assert "does not cover what it says it covers: postil check says more" in err


def test_a_scheme_that_cannot_be_read_is_not_ignored(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (corpus / "annotations/scheme.toml").open("a", encoding="utf-8") as scheme:
        scheme.write("\nrubbish = [\n")

    status, _, err = agree(corpus, capsys)
    assert status == 2
    assert "the annotation scheme cannot be used as it is: postil check says why" in err


def test_the_same_bytes_in_every_process(corpus: Path) -> None:
    """Sets of strings are in another order in each process; what is printed is not."""
    command = [
        sys.executable,
        "-m",
        "postil",
        "-C",
        str(corpus),
        "agree",
        "--format=json",
        "--by=label",
        "--measure=f1-partial,f1-relaxed,alpha,gamma",
    ]
    shown = {
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2", "3")
    }
    assert len(shown) == 1


def test_without_the_libraries_it_says_what_to_install(
    corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    there = importlib.util.find_spec
    monkeypatch.setattr(
        "postil.agreement.libraries.find_spec", lambda name, *more: None if name == "scipy" else there(name, *more)
    )

    assert agree(corpus, capsys) == (2, "", "postil: postil agree needs scipy: pip install 'postil[agree]'\n")
    with (corpus / "corpus/corpus.toml").open("a", encoding="utf-8") as manifest:
        manifest.write("\n[check.agreement]\nf1 = 0.9\n")
    assert main(["-C", str(corpus), "check"]) == 2
    assert "postil: agreement that the manifest asks for needs scipy: pip install" in capsys.readouterr().err


def test_a_threshold_of_the_manifest_is_a_finding(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (corpus / "corpus/corpus.toml").open("a", encoding="utf-8") as manifest:
        manifest.write('\n[check.agreement]\nf1 = 0.99\n"structure.gamma" = 0.9\nf3 = 0.1\n"entity.f1.GPE" = 1\n')

    status = main(["-C", str(corpus), "check", "--format", "concise"])
    out = capsys.readouterr().out
    assert status == 1
    found = [line for line in out.splitlines() if "COR009" in line]
    assert len(found) == 2
    assert all(line.startswith("corpus/corpus.toml:") for line in found)
    assert "COR009 statement: f1 is 0.9" in found[0]
    assert "COR009 there is no measure f3" in found[1]
