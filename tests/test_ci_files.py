"""The files with which pre-commit, GitHub and GitLab run postil: they parse, and what they say runs."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from postil.cli import main, postil

yaml = pytest.importorskip("yaml", reason="PyYAML is in the extra `hf`")

TEMPLATES = ROOT / "src/postil/templates"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
WORKFLOWS = {
    "ours": ROOT / ".github/workflows/ci.yml",
    "github": TEMPLATES / "github/postil.yml",
    "gitlab": TEMPLATES / "gitlab-ci.yml",
}
DOC = "news/india-japan-2-plus-2"
needs_bash = pytest.mark.skipif(not shutil.which("bash") or os.name != "posix", reason="needs bash")


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A copy of our own corpus in a directory with a blank and a `$` in its name."""
    root = tmp_path / "a $corpus"
    for name in ("corpus", "annotations"):
        shutil.copytree(ROOT / name, root / name)
    return root


def break_label(root: Path) -> None:
    file = root / f"annotations/a1/{DOC}.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"label":"PERSON"', '"label":"PRESON"', 1), encoding="utf-8")


# --- pre-commit ------------------------------------------------------------------------------------------------------


def test_the_hooks_name_commands_and_files_that_exist() -> None:
    hooks = {hook["id"]: hook for hook in load(HOOKS)}

    assert sorted(hooks) == ["postil-check", "postil-fmt"]
    for hook in hooks.values():
        program, command = hook["entry"].split()
        assert (program, hook["language"], hook["pass_filenames"], hook["require_serial"]) == ("postil", "python", True, True)
        assert command in postil.list_commands(None)  # type: ignore[arg-type]
    files = re.compile(hooks["postil-check"]["files"])
    assert all(files.search(path) for path in ("corpus/x.txt", "corpus/corpus.toml", "annotations/a1/x.jsonl"))
    assert not files.search("docs/corpus/x.txt")
    files = re.compile(hooks["postil-fmt"]["files"])
    assert [bool(files.search(path)) for path in ("annotations/a/x.jsonl", "annotations/scheme.toml")] == [True, False]


@pytest.mark.parametrize("config", [TEMPLATES / "pre-commit-config.yaml", ROOT / ".pre-commit-config.yaml"], ids=["init", "ours"])
def test_local_hooks_do_what_the_published_ones_do(config: Path) -> None:
    said = ("id", "entry", "files", "require_serial")
    published = [[hook[key] for key in said] for hook in load(HOOKS)]
    (local,) = load(config)["repos"]

    assert sorted([hook[key] for key in said] for hook in local["hooks"]) == sorted(published)
    assert all(hook.get("pass_filenames", True) for hook in local["hooks"])


@pytest.mark.parametrize("entry", [["check"], ["fmt"]], ids=lambda entry: entry[0])
def test_a_hook_takes_every_file_of_a_corpus(
    entry: list[str], corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(corpus)
    files = [path.relative_to(corpus).as_posix() for path in sorted(corpus.rglob("*")) if path.is_file()]

    assert {Path(file).suffix for file in files} >= {".txt", ".toml", ".jsonl", ".md"}
    assert main([*entry, *files]) == 0
    for file in files:
        assert main([*entry, file]) == 0, file
    assert "formatted annotations" not in capsys.readouterr().out


def test_a_hook_reports_the_files_that_changed(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(corpus)
    break_label(corpus)

    assert main(["check", f"annotations/a2/{DOC}.jsonl"]) == 0
    assert main(["check", f"annotations/a1/{DOC}.jsonl"]) == 1
    assert "LAB003" in capsys.readouterr().out


# --- what runs on a forge --------------------------------------------------------------------------------------------


def scripts(node: Any) -> list[str]:
    """Every shell command in a workflow."""
    if isinstance(node, dict):
        found = [line for key in ("run", "script") for line in [node.get(key, [])] if line]
        own = [line for one in found for line in (one.splitlines() if isinstance(one, str) else one)]
        return own + [line for value in node.values() for line in scripts(value)]
    return [line for one in node for line in scripts(one)] if isinstance(node, list) else []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_postil_command_of_a_workflow_runs(name: str, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    commands = [line.split()[1:] for line in scripts(load(WORKFLOWS[name])) if line.startswith("postil ")]

    assert bool(commands) == (name != "ours")
    for command in commands:
        assert main(["-C", str(corpus), *command]) == 0, command
    if name == "gitlab":
        assert json.loads((corpus / "gl-code-quality-report.json").read_text()) == []
        break_label(corpus)
        assert [main(["-C", str(corpus), *command]) for command in commands] == [0, 1, 0]
        (issue,) = json.loads((corpus / "gl-code-quality-report.json").read_text())
        assert issue["check_name"] == "unknown-label"
        (job,) = load(WORKFLOWS[name]).values()
        assert job["artifacts"] == {"when": "always", "reports": {"codequality": "gl-code-quality-report.json"}}


@pytest.mark.parametrize("path", [*WORKFLOWS.values(), ROOT / "action.yml"], ids=lambda path: path.name)
def test_no_script_is_made_of_what_others_typed(path: Path) -> None:
    assert not [line for line in scripts(load(path)) if "${{" in line]


@pytest.mark.parametrize(
    ("options", "written"),
    [
        ([], ".github/workflows/postil.yml"),
        (["--ci", "github"], ".github/workflows/postil.yml"),
        (["--ci", "gitlab"], ".gitlab-ci.yml"),
        (["--ci", "none"], None),
    ],
    ids=str,
)
def test_init_writes_the_job_of_one_forge(
    options: list[str], written: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-C", str(tmp_path), "init", *options]) == 0
    there = [path for path in (".github/workflows/postil.yml", ".gitlab-ci.yml") if (tmp_path / path).exists()]

    assert there == ([written] if written else [])
    assert all(load(tmp_path / path) for path in [*there, ".pre-commit-config.yaml"])
    assert main(["-C", str(tmp_path), "check", "--strict"]) == 0
    assert (tmp_path / ".postil-cache/.gitignore").read_text().strip() == "*"


def test_init_knows_no_other_forge(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "init", "--ci", "sourcehut"]) == 2
    assert not list(tmp_path.iterdir())


# --- the action ------------------------------------------------------------------------------------------------------

ACTION = load(ROOT / "action.yml")


def step(name: str) -> Any:
    (found,) = (one for one in ACTION["runs"]["steps"] if one.get("name") == name)
    return found


def run_step(name: str, at: Path, path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a step as the runner does: bash, each variable from the inputs' defaults or as given. ``path``: goes before PATH."""
    defaults = {key: str(one.get("default", "")) for key, one in ACTION["inputs"].items()}
    values = {}
    for variable, value in step(name)["env"].items():
        match = re.fullmatch(r"\$\{\{ inputs\.([a-z-]+) \}\}", value)
        values[variable] = defaults[match[1]] if match else ""
    assert set(environment) <= set(values)
    values |= {"PATH": f"{path}{os.pathsep}{os.environ['PATH']}"} | environment
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step(name)["run"]]
    return subprocess.run(command, cwd=at, env={**os.environ, **values}, capture_output=True, text=True, check=False)


def check_step(at: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return run_step("Check", at, Path(sys.executable).parent, **environment)


def test_the_action_is_a_composite_one_with_described_inputs() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert all(one["description"] and isinstance(one["default"], str) for one in ACTION["inputs"].values())
    for one in ACTION["runs"]["steps"]:
        assert "uses" in one or one["shell"] == "bash"
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text(encoding="utf-8")))
    assert used == set(ACTION["inputs"])


@needs_bash
def test_the_action_passes_a_clean_corpus(corpus: Path) -> None:
    done = check_step(corpus, ARGUMENTS="--strict")

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_bash
def test_the_action_fails_on_a_fault_and_writes_sarif(corpus: Path) -> None:
    break_label(corpus)
    done = check_step(corpus.parent, DIRECTORY=corpus.name, SARIF="postil.sarif")

    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error title=LAB003 unknown-label,file=")
    assert len(done.stdout.splitlines()) == 1
    log = json.loads((corpus.parent / "postil.sarif").read_text(encoding="utf-8"))
    assert [result["ruleId"] for result in log["runs"][0]["results"]] == ["LAB003"]


@needs_bash
def test_the_action_writes_sarif_to_an_absolute_path_too(corpus: Path, tmp_path: Path) -> None:
    done = check_step(corpus, SARIF=str(tmp_path / "elsewhere.sarif"), ARGUMENTS="  --select  LAB\n--ignore SPN005 ")

    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "elsewhere.sarif").exists()


@needs_bash
def test_the_action_can_look_at_what_a_branch_touched(corpus: Path) -> None:
    identity = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run(["git", *words], cwd=corpus, check=True, env={**os.environ, **identity})
    file = corpus / f"annotations/a2/{DOC}.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"label":"PERSON"', '"label":"PRESON"', 1), encoding="utf-8")

    assert check_step(corpus, CHANGED_SINCE="HEAD").returncode == 1
    assert check_step(corpus, CHANGED_SINCE="no-such-revision").returncode == 2


@needs_bash
@pytest.mark.parametrize("variable", ["DIRECTORY", "ARGUMENTS", "CHANGED_SINCE", "SARIF"])
def test_nothing_that_is_typed_into_an_input_is_run(variable: str, corpus: Path) -> None:
    evil = '"; touch owned; $(touch owned) `touch owned` * '
    done = check_step(corpus, **{variable: evil})

    assert done.returncode == (0 if variable == "SARIF" else 2)
    assert not list(corpus.rglob("owned"))


@needs_bash
@pytest.mark.parametrize(
    ("version", "said"), [("", "-m pip install --quiet /the action\n"), ("==0.2.0", "-m pip install --quiet postil==0.2.0\n")]
)
def test_the_action_installs_itself_or_a_version(version: str, said: str, tmp_path: Path) -> None:
    fake = tmp_path / "python"
    fake.write_text('#!/bin/sh\necho "$@"\n')
    fake.chmod(0o755)

    assert run_step("Install postil", tmp_path, tmp_path, VERSION=version, ACTION="/the action").stdout == said
