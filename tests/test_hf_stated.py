"""What the manifest states for the Hub: in the card as it stands there, and held against the Hub's lists before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import write_example
from postil import Corpus
from postil.cli import main
from postil.manifest import Manifest, manifest_faults
from postil.rules.examples import Example, span
from postil.storage.toml_file import parse_toml

yaml = pytest.importorskip("yaml", reason="the extra hf is not installed")
pytest.importorskip("pyarrow", reason="the extra hf is not installed")
from postil.formats.hf.hub.validation import faults, front_matter  # noqa: E402

STATED = """\
format = 1
name = "example"
title = "An example"
url = "https://example.org/a_b"
paper = "https://arxiv.org/abs/2401.00001"
repository = "https://example.org/me/a_b_c"
contact = "me@example.org"
authors = [{ name = "Ann", orcid = "0000-0001-2345-6789" }]

[huggingface]
pretty_name = "Example: \\"yes\\""
annotations_creators = ["expert-generated", "crowdsourced"]
language_creators = ["found", "expert-generated"]
source_datasets = ["extended|conll2003", "me/other"]
task_categories = ["token-classification", "question-answering"]
task_ids = ["fact-checking", "named-entity-recognition", "slot-filling"]
tags = ["climate", "not-for-all-audiences", "postil"]
extra_gated_prompt = '''
You agree:

* to be kind'''

[huggingface.extra_gated_fields]
Affiliation = "text"
"I agree: yes" = "checkbox"
"I use it for" = ["Research", "no"]
"""


def read(target: Path) -> tuple[dict[str, Any], str]:
    text = (target / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(front_matter(text)), text


def exported(root: Path, manifest: str, *options: str) -> Path:
    write_example(root, Example(records=(span("e1", "PERSON", 0, 13),), manifest=manifest))
    assert main(["-C", str(root), "check"]) == 0
    assert main(["-C", str(root), "export", "hf", str(root / "out"), "--config", "spans", *options]) == 0
    return root / "out"


def test_the_card_says_what_the_manifest_states(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card, text = read(exported(tmp_path, STATED))

    assert list(faults(text)) == []
    assert {key: card[key] for key in card if key not in ("configs", "dataset_info", "language", "multilinguality")} == {
        "license": "other",
        "license_name": "see-rights",
        "license_link": "LICENSE.md",
        "pretty_name": 'Example: "yes"',
        "annotations_creators": ["expert-generated", "crowdsourced"],
        "language_creators": ["found", "expert-generated"],
        "size_categories": ["n<1K"],
        "source_datasets": ["extended|conll2003", "me/other"],
        # beside what the scheme shows: what was stated, and what the task ids belong to
        "task_categories": ["token-classification", "text-classification", "question-answering", "fill-mask"],
        "task_ids": ["named-entity-recognition", "multi-class-classification", "fact-checking", "slot-filling"],
        "tags": ["postil", "span-classification", "argument-mining", "climate", "not-for-all-audiences"],
        "extra_gated_prompt": "You agree:\n\n* to be kind",
        "extra_gated_fields": {
            "Affiliation": "text",
            "I agree: yes": "checkbox",
            "I use it for": {"type": "select", "options": ["Research", "no"]},
        },
    }
    for line in (
        "**Address:** <https://example.org/a_b>", "**Paper:** <https://arxiv.org/abs/2401.00001>",
        "**Repository:** <https://example.org/me/a_b_c>", "**Contact:** <me@example.org>",
        "**Made by:** Ann (<https://orcid.org/0000-0001-2345-6789>)",
    ):  # fmt: skip
        assert f"* {line}\n" in text
    assert "once access requests are enabled" in capsys.readouterr().out
    citation = yaml.safe_load((tmp_path / "out/CITATION.cff").read_text(encoding="utf-8"))
    assert (citation["title"], citation["repository-code"]) == ("An example", "https://example.org/me/a_b_c")


def test_nothing_is_asked_or_shown_that_was_not_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    card, text = read(exported(tmp_path, Example().manifest))

    assert not [key for key in card if key.startswith("extra_gated")]
    assert card["annotations_creators"] == ["other"]
    assert not [line for line in text.splitlines() if line.startswith(("* **Paper", "* **Contact", "* **Address"))]
    assert "access requests" not in capsys.readouterr().out


def test_a_corpus_that_states_them_comes_back(tmp_path: Path) -> None:
    target = exported(tmp_path / "c", STATED, "--config", "documents")

    (tmp_path / "back").mkdir()
    assert main(["-C", str(tmp_path / "back"), "import", "hf", str(target)]) == 0
    assert Corpus.open(tmp_path / "back").manifest == Corpus.open(tmp_path / "c").manifest


def test_what_a_prompt_quotes_of_a_text_does_not_go_out(tmp_path: Path) -> None:
    text = Example().text
    assert isinstance(text, str)
    manifest = STATED.replace("to be kind", f"never to say {text[:25]}").replace("Example: ", f"{text[:20]}: ")
    card, said = read(exported(tmp_path, manifest, "--detached"))

    assert text[:12] not in said
    assert "[…]" in card["extra_gated_prompt"]


@pytest.mark.parametrize(
    ("old", "new", "path", "said"),
    [
        ('"expert-generated", "cr', '"expert", "cr', ("huggingface", "annotations_creators", 0), "there are crowdsourced,"),
        ("crowdsourced", "Crowdsourced", ("huggingface", "annotations_creators", 1), "did you mean crowdsourced?"),
        ('["found"', '["no-annotation"', ("huggingface", "language_creators", 0), "not one of the Hub's language_creators"),
        ('"question-answering"', '"question-answer"', ("huggingface", "task_categories", 1), "did you mean question-answering?"),
        ('"fact-checking"', '"fact-cheking"', ("huggingface", "task_ids", 0), "did you mean fact-checking?"),
        ('"fact-checking"', '"zzz"', ("huggingface", "task_ids", 0), "there are acceptability-classification"),
        ("me/other", "me / other", ("huggingface", "source_datasets", 1), "the name of a dataset"),
        ('"climate"', '" "', ("huggingface", "tags", 0), "something in it"),
        ('"text"', '"number"', ("huggingface", "extra_gated_fields", "Affiliation"), "there are checkbox, country,"),
        ('["Research", "no"]', '["Research"]', ("huggingface", "extra_gated_fields", "I use it for"), "two answers or more"),
        ("https://arxiv.org/abs/", "arXiv:", ("paper",), "did you mean https://arxiv.org/abs/2401.00001?"),
        ("https://arxiv.org/abs/2401.00001", "10.18653/v1/x", ("paper",), "did you mean https://doi.org/10.18653/v1/x?"),
        ("https://example.org/me/a_b_c", "a_b_c", ("repository",), "not a web address"),
        ("me@example.org", "me", ("contact",), "neither an address of mail nor"),
    ],
)  # fmt: skip
def test_each_word_is_held_against_the_hub_s(old: str, new: str, path: tuple[str | int, ...], said: str) -> None:
    file = parse_toml(Manifest, "corpus/corpus.toml", STATED.replace(old, new, 1).encode())
    assert file.value
    ((found, message),) = manifest_faults(file.value)

    assert (found, file.faults) == (path, ())
    assert said in message


def test_sound_words_are_not_faulted() -> None:
    file = parse_toml(Manifest, "corpus/corpus.toml", STATED.encode())
    assert file.value
    assert list(manifest_faults(file.value)) == []
    web = parse_toml(Manifest, "corpus/corpus.toml", STATED.replace("me@example.org", "https://example.org/us").encode())
    assert web.value
    assert list(manifest_faults(web.value)) == []


def test_a_misspelt_key_is_told() -> None:
    file = parse_toml(Manifest, "corpus/corpus.toml", b'format = 1\nname = "x"\n[huggingface]\nannotation_creators = []\n')

    (fault,) = file.faults
    assert (fault.line, fault.message) == (4, "unknown key “annotation_creators”; did you mean annotations_creators?")


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("extra_gated_prompt: 3", "is not text"),
        ("extra_gated_fields: [a]", "is not a mapping"),
        ("extra_gated_fields: {a: number}", "'number' is not one of checkbox"),
        ("extra_gated_fields: {a: {type: select}}", "a select has no options"),
        ("extra_gated_fields: {yes: text}", "True is not text"),
    ],
)
def test_the_form_of_any_card_is_judged(said: str, fault: str) -> None:
    assert [one for one in faults(f"---\n{said}\n---\n") if fault in one]
    assert list(faults("---\nextra_gated_fields: {a: {type: select, options: [b]}, c: country}\n---\n")) == []
