"""The card of an export and what lies beside it: true, whatever the corpus's words are."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from conftest import ROOT, write_example
from postil import Corpus
from postil.cli import main
from postil.rules.examples import Example, label, span

yaml = pytest.importorskip("yaml", reason="the extra hf is not installed")
pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
from postil.formats.hf.card.markdown import code, prose  # noqa: E402
from postil.formats.hf.hub.validation import faults, front_matter  # noqa: E402

HOSTILE = "a|b `c` \"d\" 'e' <script>alert(1)</script> 😀 --- # *f* [g](h) \\ &amp; $x$"
TEXT = "Rajnath Singh 😀 met Zoë in Tokyo. India-Japan ties grew.\n"
MANIFEST = f"""\
format = 1
name = "example"
title = '''
---
{HOSTILE}
---
'''
description = '''
First.

---
# Not a heading
<img src=x onerror=alert(1)> <https://example.org>
'''
languages = ["no"]
licence = "CC0-1.0"
authors = [{{ name = "Ann: 'Other'", orcid = "0000-0001-2345-6789", affiliation = "No | where" }}]

[data_statement]
speakers = "Twelve *journalists*."
"""


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article's export."""
    target = tmp_path_factory.mktemp("card") / "export"
    assert main(["-C", str(ROOT), "export", "hf", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a corpus whose words break formats."""
    root = tmp_path_factory.mktemp("hostile")
    example = Example()
    assert example.scheme
    key, described = (json.dumps(text, ensure_ascii=False) for text in (HOSTILE, f"{HOSTILE}\n---\n"))
    scheme = example.scheme.replace(
        "labels.report = {}", f'labels.{key} = {{ description = {described}, colour = "red\\"/><x" }}\nlabels.report = {{}}'
    )
    records = (span("s1", "OPINION", 0, 32, attributes={"polarity": "positive"}), label("g1", HOSTILE))
    metadata = f'title = {key}\nlanguage = "no"\n[rights]\nholder = {key}\nlicence = "CC0-1.0"\nredistribute = true\n'
    write_example(root, Example(text=TEXT, records=records, scheme=scheme, manifest=MANIFEST, metadata=metadata))
    assert main(["-C", str(root), "export", "hf", str(root / "out")]) == 0
    return root / "out"


def read(target: Path) -> tuple[dict[str, Any], str]:
    text = (target / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(front_matter(text)), text


def section(text: str, title: str) -> str:
    return text.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def test_every_field_that_applies_is_there(article: Path) -> None:
    card, text = read(article)

    assert list(faults(text)) == []
    assert {key: card[key] for key in card if key not in ("configs", "dataset_info")} == {
        "language": ["en"],
        "multilinguality": ["monolingual"],
        "license": "other",
        "license_name": "see-rights",
        "license_link": "LICENSE.md",
        "pretty_name": "Postil opinion articles",
        "annotations_creators": ["machine-generated"],
        "language_creators": ["found"],
        "size_categories": ["n<1K"],
        "source_datasets": ["original"],
        "task_categories": ["token-classification", "text-classification"],
        "task_ids": [
            "named-entity-recognition", "multi-class-classification", "topic-classification", "multi-label-classification",
        ],
        "tags": ["postil", "span-classification", "relation-extraction", "argument-mining"],
    }  # fmt: skip


def test_the_sections_are_those_of_a_data_statement(article: Path) -> None:
    _, text = read(article)
    titles = re.findall("^## (.*)$", text, re.MULTILINE)

    for title in (
        "Header", "Executive summary", "Source documents", "Language varieties", "Annotators", "Text characteristics",
        "Limitations", "Metadata", "Glossary",
    ):  # fmt: skip
        assert title in titles
    assert not {"Curation rationale", "Speakers and authors", "Capture quality"} & {*titles}
    missing = section(text, "What is not stated").partition(": ")[2].strip().rstrip(".").split(", ")
    assert {"curation rationale", "speakers", "capture quality", "biases", "where it is described"} <= {*missing}
    assert not {"limitations", "uses", "annotators", "genres", "languages", "how to cite it", "who made it"} & {*missing}
    assert all(part.strip() for part in re.split("^#+ .*$", text[len(front_matter(text)) + 8 :], flags=re.MULTILINE)[2:])
    assert "(GUIDELINES.md)" in section(text, "Annotation process")
    assert "| `gold` | adjudicated | complete | 1 |" in section(text, "Annotators")
    assert "made from `a1` and `a2`" in section(text, "Annotators")


def test_who_took_suggestions_judged_by_hand(tmp_path: Path) -> None:
    """A person's set with suggestions of a model is theirs, and the model is a tool that was used."""
    me = {"annotator": "me", "sources": ["model"]}
    found = {"annotator": "model", "method": "model"}
    records = (span("e1", "PERSON", 0, 13),)
    files = {
        "annotations/me/example.jsonl": Example(records=records, header=me).set_bytes().decode(),
        "annotations/model/example.jsonl": Example(records=records, header=found).set_bytes().decode(),
    }
    root = write_example(tmp_path / "corpus", Example(has_set=False, files=files))
    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--set", "me"]) == 0

    card, text = read(tmp_path / "out")
    assert "`me` is manual, with suggestions of `model` in 1 document." in section(text, "Annotators")
    assert card["annotations_creators"] == ["machine-generated", "other"]
    croissant = json.loads((tmp_path / "out/croissant.json").read_text(encoding="utf-8"))
    assert croissant["rai:machineAnnotationTools"] == ["model"]
    assert croissant["rai:annotationsPerItem"] == "Annotators who judged a document: 1 in 1 document."
    table = pytest.importorskip("pyarrow.parquet").read_table(next((tmp_path / "out").rglob("annotations/*.parquet")))
    assert table.column("sources").to_pylist() == [["model"]]


def test_agreement_is_what_agree_says(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("scipy", reason="the extra agree is not installed")
    said = section(read(article)[1], "Agreement")
    assert main(["-C", str(ROOT), "agree", "--format", "json"]) == 0

    for layer in json.loads(capsys.readouterr().out)["layers"]:
        for measure in layer["measures"]:
            values = {"": measure["whole"]} if measure["whole"] else measure["parts"]
            for part, estimate in values.items():
                what = layer["name"] + (f", attribute `{part}`" if part else "")
                shown = "undefined" if estimate["value"] is None else f"{estimate['value']:.3f}"
                assert re.search(rf"^\| {what} \| .*`{measure['name']}` \| {shown}", said, re.MULTILINE)
    assert "a1 (model) and a2 (model)" in said
    assert said.count("everybody always used the same value") == said.count("\nUndefined: ") == 1
    assert "| 95 % |" not in said  # of one document there are no intervals


def test_a_single_annotator_agrees_with_nobody(hostile: Path) -> None:
    said = read(hostile)[1]
    assert "no document has sets by two annotators" in section(said, "Agreement")
    assert "discontinuous" not in said


def test_agreement_is_left_out_if_asked(tmp_path: Path) -> None:
    assert main(["-C", str(ROOT), "export", "hf", str(tmp_path / "out"), "--config", "spans", "--no-agreement"]) == 0
    assert section(read(tmp_path / "out")[1], "Agreement").strip() == "Not computed: whoever made this export left it out."


def test_a_set_with_faults_that_is_not_exported_is_no_obstacle(tmp_path: Path) -> None:
    write_example(tmp_path, Example(text=TEXT, records=()))
    gold = (tmp_path / "annotations/gold/example.jsonl").read_text(encoding="utf-8")
    (tmp_path / "annotations/a1").mkdir()
    (tmp_path / "annotations/a1/example.jsonl").write_text(gold.replace('"gold"', '"a1"') + "not json\n", encoding="utf-8")

    assert main(["-C", str(tmp_path), "export", "hf", str(tmp_path / "out"), "--config", "documents"]) == 0
    assert "as a set that is not exported has faults" in section(read(tmp_path / "out")[1], "Agreement")


def test_without_the_extra_the_card_says_so(tmp_path: Path) -> None:
    program = f"""
import importlib.util, sys
there = importlib.util.find_spec
importlib.util.find_spec = lambda name, package=None: None if name == "scipy" else there(name, package)
from postil.cli import main
sys.exit(main(["-C", {str(ROOT)!r}, "export", "hf", {str(tmp_path / "out")!r}]))
"""
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    said = section(read(tmp_path / "out")[1], "Agreement")
    assert "Not computed" in said
    assert "postil" in said


def test_hostile_words_stay_words(hostile: Path) -> None:
    card, text = read(hostile)

    assert list(faults(text)) == []
    assert card["language"] == ["no"]
    assert "- 'no'\n" in front_matter(text)
    assert card["license"] == "cc0-1.0"
    assert card["pretty_name"] == f"--- {HOSTILE} ---"
    body = text[len(front_matter(text)) + 8 :]
    assert len(re.findall("^# ", body, re.MULTILINE)) == 1
    assert not re.search("^---$", body, re.MULTILINE)
    assert not re.search("<img|^#+ Not a heading", body, re.MULTILINE)
    assert "<script" not in re.sub("``.*?``", "", body)  # in code it is shown as it is
    assert "<https://example.org>" in body
    assert "Twelve *journalists*." in section(text, "Speakers and authors")
    for line in section(text, "Licence and rights").splitlines():
        assert not line.startswith("|") or len(re.findall(r"(?<!\\)\|", line)) == 5


def test_every_version_of_the_reader_finds_the_end_of_the_metadata(hostile: Path) -> None:
    """The expression is that of huggingface_hub."""
    found = re.search(r"^(\s*---[\r\n]+)([\S\s]*?)([\r\n]+---(\r\n|\r|\n|$))", (hostile / "README.md").read_text("utf-8"))
    assert found
    assert yaml.safe_load(found[2])["dataset_info"]


def test_figures_are_drawn_for_everybody(article: Path, hostile: Path) -> None:
    for target in (article, hostile):
        text = (target / "README.md").read_text(encoding="utf-8")
        linked = re.findall(r"!\[[^\]]+\]\((figures/[^)]+)\)", text)
        assert sorted(linked) == sorted(path.relative_to(target).as_posix() for path in (target / "figures").iterdir())
        for path in linked:
            source = (target / path).read_text(encoding="utf-8")
            root = ElementTree.fromstring(source)
            by_tag = {child.tag.rpartition("}")[2]: child for child in root}
            assert root.get("role") == "img"
            assert by_tag["title"].text
            assert by_tag["desc"].text
            assert "prefers-color-scheme:dark" in source
            assert {child.tag.rpartition("}")[2] for child in root.iter()} <= {
                "svg", "title", "desc", "style", "rect", "text", "tspan",
            }  # fmt: skip
    assert ">41 (32.3%)<" in (article / "figures/2-entity.svg").read_text(encoding="utf-8")
    assert '"red' not in (hostile / "figures/4-genre.svg").read_text(encoding="utf-8")


def test_labels_are_defined_and_numbered(article: Path, hostile: Path) -> None:
    said = json.loads((article / "labels.json").read_text(encoding="utf-8"))
    card, _ = read(article)

    assert said["layers"]["statement"]["labels"]["FACT"]["description"].startswith("A specific")
    spans = next(info for info in card["dataset_info"] if info["config_name"] == "spans")
    names = next(feature for feature in spans["features"] if feature["name"] == "label")["dtype"]["class_label"]["names"]
    assert said["class_labels"]["spans"]["label"] == list(names.values())
    assert HOSTILE in json.loads((hostile / "labels.json").read_text(encoding="utf-8"))["layers"]["genre"]["labels"]


def test_checksums_are_of_every_file(article: Path) -> None:
    said = dict(reversed(line.split("  ")) for line in (article / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
    files = {path.relative_to(article).as_posix(): path for path in article.rglob("*") if path.is_file()}

    assert set(said) == set(files) - {"SHA256SUMS", "postil-export.json"}
    for name, value in said.items():
        assert hashlib.sha256(files[name].read_bytes()).hexdigest() == value
    receipt = json.loads((article / "postil-export.json").read_bytes())
    assert receipt == said | {"SHA256SUMS": hashlib.sha256(files["SHA256SUMS"].read_bytes()).hexdigest()}
    _, text = read(article)
    header = section(text, "Header")
    assert {name for name in files if "/" not in name and f"`{name}`" not in header} == {"README.md"}


def test_a_citation_of_the_dataset_is_made(article: Path, hostile: Path) -> None:
    own = yaml.safe_load((article / "CITATION.cff").read_text(encoding="utf-8"))
    assert "type: software" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert (own["type"], own["title"]) == ("dataset", Corpus.open(ROOT).manifest.title)
    made = yaml.safe_load((hostile / "CITATION.cff").read_text(encoding="utf-8"))
    cited = json.loads((hostile / "croissant.json").read_bytes())["citeAs"]
    assert cited.startswith("@misc{")
    assert "author = {{Ann: 'Other'}}" in cited

    assert made["title"] == f"--- {HOSTILE} ---"
    assert made["authors"] == [{"name": "Ann: 'Other'", "orcid": "https://orcid.org/0000-0001-2345-6789"}]
    assert (made["cff-version"], made["type"], made["license"]) == ("1.2.0", "dataset", "CC0-1.0")


def test_a_manifest_without_authors_makes_no_citation(tmp_path: Path) -> None:
    write_example(tmp_path, Example(text=TEXT, records=()))
    assert main(["-C", str(tmp_path), "export", "hf", str(tmp_path / "out"), "--config", "documents"]) == 0

    assert not (tmp_path / "out/CITATION.cff").exists()
    assert (tmp_path / "out/LICENSE.md").exists()


@pytest.mark.parametrize("path", ["README.md", "labels.json", "figures/1-entity.svg"])
def test_damage_is_found_before_the_export_is_in_place(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from postil.formats.hf import export

    def damaged(root: Path, made: dict[str, bytes]) -> None:
        (root / path).write_text("---\nlicense: mine\n---\n")
        write_checksums(root, made)

    write_checksums = export.write_checksums
    monkeypatch.setattr(export, "write_checksums", damaged)
    write_example(tmp_path, Example(text=TEXT, records=()))
    assert main(["-C", str(tmp_path), "export", "hf", str(tmp_path / "out"), "--config", "documents"]) == 2
    assert "nothing was put in place" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("a *b*\n\n* c `<d>` <e>", "a *b*\n\n* c `<d>` &lt;e>"),
        ("```\n# <a>\n---\n```\nb", "```\n# <a>\n---\n```\nb"),
        ("```\nleft open", "\\```\nleft open"),
        ("~~~\nleft open", "\\~~~\nleft open"),
        ("a `b\n# c `d", "a `b\n\\# c `d"),
        ("a\n===\nb\n--\n> # c", "a\n\\===\nb\n\\--\n> \\# c"),
        ("<https://a.b/c> <!-- d", "<https://a.b/c> &lt;!-- d"),
        ("a\x1b[31m\r\nb", "a\\u001b[31m\nb"),
        ("", ""),
    ],
)
def test_the_makers_markdown_stays_in_its_section(markdown: str, expected: str) -> None:
    assert prose(markdown) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", "`a`"), ("a`b", "``a`b``"), ("`a", "`` `a ``"), ("a\n b", "`a b`"), ("", "`  `"), ("``", "``` `` ```")],
)
def test_a_name_is_shown_as_it_is(text: str, expected: str) -> None:
    assert code(text) == expected


def test_markdown_is_rendered_as_it_is_meant(hostile: Path) -> None:
    markdown_it = pytest.importorskip("markdown_it", reason="markdown-it-py is not installed")
    _, text = read(hostile)
    parser = markdown_it.MarkdownIt("commonmark").enable("table")
    tokens = parser.parse(text[len(front_matter(text)) + 8 :])
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    shown = ["".join(child.content for child in token.children or ()) for token in tokens if token.type == "inline"]

    assert not kinds & {"html_block", "html_inline", "hr"}
    assert shown[0] == f"--- {HOSTILE} ---"
    assert shown.count(HOSTILE) >= 2  # the label in its table, the holder in another
