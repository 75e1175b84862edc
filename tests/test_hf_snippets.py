"""Whatever a page of an export tells its reader to type does what the page says."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, write_example
from postil import Corpus
from postil.cli import main
from postil.rules.examples import Example, label, relation, span
from standin_hub import Hub

pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")  # of the client, without Xet

TEXT = "Rajnath Singh met Zoë in Tokyo. India-Japan ties grew.\n"
RECORDS = (
    span("s1", "OPINION", 0, 31, attributes={"polarity": "positive"}),
    span("e1", "PERSON", 0, 13),
    span("s2", "FACT", 32, 54),
    relation("r1", "supports", {"from": "s2", "to": "s1"}),
    label("g1", "op-ed"),
)
HERE = "path/to/this"


def blocks(page: Path, *languages: str) -> list[str]:
    """The blocks of code of a page that are in one of the languages."""
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert {language for language, _ in fences} <= {"python", "bash", "bibtex", "sh"}  # each is looked at here
    return [code for language, code in fences if language in languages]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A corpus of one document."""
    return write_example(tmp_path / "corpus", Example(text=TEXT, records=RECORDS))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)

    def run(code: str, place: Path) -> dict[str, Any]:
        made: dict[str, Any] = {}
        assert HERE in code
        exec(compile(code.replace(HERE, str(place)), "README.md", "exec"), made)
        return made

    return run


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("options", [[], ["--detached"], ["--config", "relations"], ["--config", "spans", "--split", "dev"]])
def test_the_python_of_a_card_opens_the_dataset(
    options: list[str], corpus: Path, run: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out"
    assert main(["-C", str(corpus), "export", "hf", str(target), "--no-agreement", *options]) == 0
    capsys.readouterr()
    (code,) = blocks(target / "README.md", "python")
    made = run(code, target)

    loaded = {name: value for name, value in made.items() if type(value).__module__.startswith("datasets")}
    assert list(loaded) == (["documents", "spans"] if options in ([], ["--detached"]) else [options[1]])
    assert all(len(one) for one in loaded.values())
    if "spans" in loaded and len(loaded) > 1:
        assert capsys.readouterr().out.strip().endswith("} OPINION")


def test_the_commands_of_a_detached_card_give_the_corpus_back(corpus: Path, tmp_path: Path) -> None:
    target = tmp_path / "out"
    assert main(["-C", str(corpus), "export", "hf", str(target), "--no-agreement", "--detached"]) == 0
    (code,) = blocks(target / "README.md", "bash")
    install, hydrate = map(shlex.split, code.splitlines())

    assert install[:2] == ["pip", "install"]
    name, extra = re.fullmatch(r"(\w+)\[(\w+)\]", install[2]).groups()  # type: ignore[union-attr]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert name == project["name"]
    assert extra in project["optional-dependencies"]
    assert name in project["scripts"]
    shutil.copytree(corpus / "corpus", tmp_path / "texts")
    meant = {HERE: str(target), "path/to/the/texts": str(tmp_path / "texts"), "corpus": str(tmp_path / "back")}
    assert hydrate[0] == name
    assert main([meant.get(word, word) for word in hydrate[1:]]) == 0
    assert Corpus.open(tmp_path / "back")["example"] == Corpus.open(corpus)["example"]


def test_the_command_for_spacy_is_one_that_it_takes(corpus: Path, tmp_path: Path) -> None:
    from spacy.cli._util import parse_config_overrides
    from spacy.cli.train import train

    target = tmp_path / "out"
    assert main(["-C", str(corpus), "export", "hf", str(target), "--no-agreement"]) == 0
    (code,) = blocks(target / "trainers/README.md", "sh")
    change, command = code.strip().split(" && ")
    python, _, rest = command.partition(" train ")
    config, *options = shlex.split(rest)

    assert python == "python -m spacy"
    place = target / change.removeprefix("cd ")
    assert options[:2] == ["--output", "model"]
    overrides = {key: str(place / value) for key, value in parse_config_overrides(options[2:]).items()}
    assert sorted(overrides) == ["paths.dev", "paths.train"]
    train(place / config, tmp_path / "model", overrides={**overrides, "training.max_steps": 1, "training.eval_frequency": 1})
    assert (tmp_path / "model/model-last/config.cfg").is_file()


@pytest.mark.filterwarnings("default")
def test_the_python_of_published_cards_opens_what_was_published(hub: Hub, corpus: Path, tmp_path: Path) -> None:
    pytest.importorskip("datasets", reason="the extra hf is not installed")
    command = ["-C", str(corpus), "push", "--no-agreement", "--config", "documents", "--config", "spans"]
    programs = []
    for name, options in (("me/whole", []), ("me/detached", ["--detached"])):
        assert main([*command, name, *options]) == 0
        card = tmp_path / "README.md"
        card.write_bytes(hub.repositories[name].files("main")["README.md"].data)
        (code,) = blocks(card, "python")
        calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
        opened = [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "load_dataset"]
        assert opened == [name, name]
        assert HERE not in card.read_text(encoding="utf-8").replace("path/to/the/texts", "")
        assert [f"postil hydrate {name} --texts" in said for said in blocks(card, "bash")] == [True] * len(options)
        programs.append(code)

    offline = {"HF_HUB_DISABLE_XET": "1", "HF_HUB_OFFLINE": "0", "HF_DATASETS_OFFLINE": "0", "HF_HOME": str(tmp_path / "home")}
    environment = {**os.environ, **offline}
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(programs)],
        capture_output=True, text=True, env=environment, timeout=100, check=False,
    )  # fmt: skip
    assert [line.endswith("} OPINION") for line in done.stdout.strip().splitlines()] == [True, True], done.stderr
