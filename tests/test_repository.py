"""This repository keeps what it promises."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import postil
from postil import Corpus
from postil.cli import main
from postil.measures import all_measures
from postil.rules import all_rules
from postil.rules.manual import as_markdown

DOC = "news/india-japan-2-plus-2"
README = "README.md"


def test_the_public_names_are_what_they_say() -> None:
    assert postil.__all__ == sorted(postil.__all__)
    for name in postil.__all__:
        assert getattr(postil, name).__name__ == name
    with pytest.raises(AttributeError):
        _ = postil.nothing


def test_our_own_corpus_is_clean(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(repository), "check", "--strict"]) == 0
    assert main(["-C", str(repository), "fmt", "--check"]) == 0


def test_the_text_is_the_article_as_given_with_a_newline(repository: Path) -> None:
    text = (repository / f"corpus/{DOC}.txt").read_bytes()

    assert hashlib.sha256(text[:-1]).hexdigest() == "eb7cf18fb8c519d7a559d504d67bb496f29b305a9edf906c1fca69f28dadf437"
    assert text[-1:] == b"\n"


@pytest.mark.parametrize("annotator", ["a1", "a2", "gold"])
def test_a_set_covers_the_whole_article(annotator: str, repository: Path) -> None:
    document = Corpus.open(repository)[DOC]
    annotations = document.sets[annotator]
    structure = [span for span in annotations.spans if span.layer == "structure"]
    body = [span for span in structure if span.label in ("PARAGRAPH", "STANDFIRST")]
    statements = [span for span in annotations.spans if span.layer == "statement"]
    covered = "".join(document.text[span.start : span.end] for span in structure)

    assert "".join(covered.split()) == "".join(document.text.split())
    assert all(any(part.start <= one.start and one.end <= part.end for part in body) for one in statements)
    for start, end in [
        sentence for sentence in sentences_of(document.text) if any(one.start <= sentence[0] < one.end for one in body)
    ]:
        assert any(one.start < end and start < one.end for one in statements), document.text[start:end]
    assert all("holder" in one.attributes for one in statements)


def sentences_of(text: str) -> list[tuple[int, int]]:
    from postil.segmentation import sentences

    return sentences(text)


@pytest.mark.parametrize("annotator", ["a1", "a2", "gold"])
def test_a_name_is_marked_wherever_it_stands(annotator: str, repository: Path) -> None:
    """What is marked once in this article as a name is marked each time that it comes as a word."""
    document = Corpus.open(repository)[DOC]
    entities = [span for span in document.sets[annotator].spans if span.layer == "entity"]
    for name in {span.text for span in entities if span.label != "DATE"}:
        for found in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", document.text):
            assert any(one.start <= found.start() and found.end() <= one.end for one in entities), (name, found.start())


def test_gold_comes_from_its_sources(repository: Path) -> None:
    sets = Corpus.open(repository)[DOC].sets
    sources = {span.id for name in ("a1", "a2") for span in sets[name].spans}

    assert sets["gold"].header.sources == ("a1", "a2")
    assert {span.id for span in sets["gold"].spans} <= sources
    assert {name: sets[name].header.method for name in sets} == {"a1": "model", "a2": "model", "gold": "adjudicated"}


def test_the_rule_table_of_the_readme_is_current(repository: Path) -> None:
    assert as_markdown(all_rules()) in (repository / README).read_text(encoding="utf-8")


def test_the_rendering_in_the_readme_is_current(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    readme = (repository / README).read_text(encoding="utf-8")
    blocks = re.findall(r"```console\n\$ (postil (?:show|agree) [^\n]*)\n(.*?)```", readme, re.DOTALL)

    assert blocks
    for command, shown in blocks:
        assert main(["-C", str(repository), *command.split()[1:]]) == 0
        out = capsys.readouterr().out
        for part in shown.split("…\n"):
            assert part.strip() in out


def test_starting_imports_nothing_heavy(repository: Path) -> None:
    for command, banned in (
        ("--help", "spacy datasets pyarrow pandas numpy rich tomlkit msgspec wcwidth re2"),
        (f"-C {repository} check", "spacy datasets pyarrow pandas numpy rich tomlkit torch"),
    ):
        program = f"import sys; from postil.cli import main; main({command.split()!r}); print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        loaded = set(done.stdout.split("\n")[-2].split())
        assert "postil.cli" in loaded
        assert loaded.isdisjoint(banned.split())


def test_the_agreement_in_the_readme_is_current(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = re.findall(r"^\| (\w+) \(.*?\) \| (.*) \|$", (repository / README).read_text(encoding="utf-8"), re.MULTILINE)
    said = {layer: [cell.strip() for cell in cells.split("|")] for layer, cells in rows}
    assert main(["-C", str(repository), "agree", "--format", "json"]) == 0
    for layer in json.loads(capsys.readouterr().out)["layers"]:
        values = {measure["name"]: measure["whole"]["value"] for measure in layer["measures"] if measure["whole"]}
        if layer["name"] in said:
            columns = ("f1", "f1-partial", "gamma", "relation-f1")
            assert said.pop(layer["name"]) == [f"{values[name]:.3f}" if name in values else "" for name in columns]
    assert said == {}


def test_every_measure_is_in_the_readme(repository: Path) -> None:
    readme = (repository / README).read_text(encoding="utf-8")

    for measure in all_measures():
        stem, _, suffix = measure.name.rpartition("-")
        assert f"`{measure.name}`" in readme or (f"`{stem}`" in readme and f"`-{suffix}`" in readme)


def test_the_measures_in_the_readme_give_numbers(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (block,) = re.findall(
        r"```python\n(from postil\.measures .*?)```", (repository / README).read_text(encoding="utf-8"), re.DOTALL
    )

    exec(block, {})
    gamma, alpha = map(float, capsys.readouterr().out.split())
    assert 0.9 < gamma < 1
    assert 0.9 < alpha < 1


LAYERS = [
    "errors lazy text near_copies hub_vocabulary signals",
    "model scheme manifest hub_card segmentation findings registry processes",
    "unplaced",
    "storage",
    "corpus measures",
    "agreement splitting",
    "rules",
    "checking editing",
    "reports rendering exchange",
    "formats",
    "annotating suggesting",
    "tui",
    "cli",
]


def test_imports_point_downward(repository: Path) -> None:
    rank = {name: number for number, names in enumerate(LAYERS) for name in names.split()}
    for path in (repository / "src/postil").rglob("*.py"):
        own = path.relative_to(repository / "src/postil").parts[0].removesuffix(".py")
        if own not in rank:
            continue
        source = path.read_text(encoding="utf-8")
        for imported in re.findall(r"^\s*(?:from postil\.|import postil\.|from postil import )(\w+)", source, re.MULTILINE):
            assert imported == "__version__" or rank[imported] <= rank[own], f"{path} imports {imported}"
