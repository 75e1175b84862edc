"""Reports for machines: the same finding in every format, at the same place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from postil.cli import main
from postil.findings import fingerprints
from postil.registry import names

SET = "annotations/gold/example.jsonl"
MESSAGE = "layer entity has no label “GEP”; did you mean GPE?"


@pytest.fixture
def report(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `check` prints in a format about a corpus in a subdirectory of a repository, with one fault."""
    (small_corpus.parent / ".git").mkdir()
    file = small_corpus / SET
    file.write_text(file.read_text().replace('"GPE"', '"GEP"'))

    def run(format_: str) -> str:
        assert main(["-C", str(small_corpus), "check", "--format", format_]) == 1
        return capsys.readouterr().out

    return run


def test_there_are_nine() -> None:
    assert names("postil.reports") == ["concise", "github", "gitlab", "json", "jsonl", "junit", "rdjson", "sarif", "text"]


def test_sarif(report: Any) -> None:
    log = json.loads(report("sarif"))
    (run,) = log["runs"]
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    place = result["locations"][0]["physicalLocation"]

    assert (log["version"], run["columnKind"], result["level"]) == ("2.1.0", "unicodeCodePoints", "error")
    assert (result["ruleId"], rule["id"], rule["name"]) == ("LAB003", "LAB003", "unknown-label")
    assert result["message"]["text"] == MESSAGE
    assert place["artifactLocation"]["uri"] == f"corpus/{SET}"
    assert (place["region"]["startLine"], place["region"]["startColumn"]) == (3, 43)
    related = result["relatedLocations"][0]["physicalLocation"]
    assert related["artifactLocation"]["uri"] == "corpus/corpus/example.txt"
    assert related["region"] == {"startLine": 1, "startColumn": 29, "endColumn": 34}
    assert len(result["partialFingerprints"]["postil/v1"]) == 32


def test_gitlab(report: Any) -> None:
    (issue,) = json.loads(report("gitlab"))

    assert issue["description"] == f"LAB003 {MESSAGE}"
    assert issue["location"] == {"path": f"corpus/{SET}", "lines": {"begin": 3}}
    assert issue["severity"] == "major"


def test_junit(report: Any) -> None:
    root = ElementTree.fromstring(report("junit"))
    case = root.find("testsuite/testcase")

    assert (root.get("tests"), root.get("failures")) == ("1", "1")
    assert case is not None
    assert (case.get("file"), case.get("line")) == (f"corpus/{SET}", "3")
    assert case[0].get("message") == MESSAGE


def test_rdjson(report: Any) -> None:
    (diagnostic,) = json.loads(report("rdjson"))["diagnostics"]

    assert diagnostic["location"] == {"path": f"corpus/{SET}", "range": {"start": {"line": 3, "column": 43}}}
    assert (diagnostic["severity"], diagnostic["code"]) == ("ERROR", {"value": "LAB003"})


def test_jsonl(report: Any) -> None:
    (finding,) = map(json.loads, report("jsonl").splitlines())

    assert (finding["code"], finding["place"]["path"], finding["subject"]) == ("LAB003", SET, "e2")


def test_people_read_paths_from_the_corpus(report: Any) -> None:
    assert report("concise").startswith(f"{SET}:3:43: ")
    assert f",file=corpus/{SET},line=3" in report("github")


@pytest.mark.parametrize("format_", ["sarif", "gitlab", "junit", "rdjson", "json", "jsonl", "github", "concise"])
def test_nothing_found_is_a_report_too(format_: str, small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(small_corpus), "check", "--format", format_]) == 0
    out = capsys.readouterr().out

    if format_ == "junit":
        assert ElementTree.fromstring(out).get("failures") == "0"
    elif out and format_ != "concise":
        json.loads(out)


def test_a_fingerprint_survives_edits_elsewhere_and_tells_twins_apart(small_corpus: Path) -> None:
    from test_rules import findings_of

    file = small_corpus / SET
    good = file.read_text()
    file.write_text(good.replace('"GPE"', '"GEP"'))
    before = fingerprints(findings_of(small_corpus))
    note = '{"type":"note","id":"a0","text":"a line more"}\n'
    head, rest = file.read_text().split("\n", 1)
    file.write_text(f"{head}\n{note}{rest}")
    after = findings_of(small_corpus)

    assert before[0] in fingerprints(after)
    assert len(set(fingerprints([after[0], after[0]]))) == 2
