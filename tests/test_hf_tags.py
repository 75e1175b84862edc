"""Columns of tags for schemes and texts that nobody thinks of: many labels, odd names, no sentence, one sentence without end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conftest import write_example
from postil import Corpus
from postil.cli import main
from postil.rules.examples import Example, span

pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
from postil.formats.hf.card.markdown import code  # noqa: E402
from postil.formats.hf.configs.tokens import LABEL_COLUMNS  # noqa: E402

TEXT = "Rajnath Singh met Zoë in Tokyo. India-Japan ties grew.\n"
ODD = ["a b", "x-y", "I-O", "O", "日本", 'quo"te', "sl/ash", "b'c", "a|b", "-", "B-x", "ümläut"]
Exported = Callable[..., Path]


def layer(name: str, labels: list[str], overlap: str = "free") -> str:
    """A layer of spans, as the scheme has it."""
    key = json.dumps(name, ensure_ascii=False)
    tables = [f"[layers.{key}.labels.{json.dumps(label, ensure_ascii=False)}]" for label in labels]
    return "\n".join([f'[layers.{key}]\nkind = "span"\noverlap = "{overlap}"', *tables, ""])


@pytest.fixture
def exported(tmp_path: Path) -> Exported:
    """Export a text with its spans."""

    def run(layers: str, *records: dict[str, Any], text: str = TEXT, config: str | None = "tokens") -> Path:
        example = Example(text=text, records=records, scheme=f'name = "news"\nversion = 1\n{layers}')
        root = write_example(tmp_path / "corpus", example)
        chosen = ["--config", config] if config else []
        assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--no-agreement", *chosen]) == 0
        return tmp_path / "out"

    return run


def rows(target: Path) -> list[dict[str, Any]]:
    return pq.read_table(target / "tokens/train-00000-of-00001.parquet").to_pylist()


def names(target: Path, column: str) -> list[str]:
    metadata = pq.read_schema(target / "tokens/train-00000-of-00001.parquet").metadata[b"huggingface"]
    return json.loads(metadata)["info"]["features"][column]["feature"]["names"]


def test_labels_without_number_have_no_column_each(exported: Exported, capsys: pytest.CaptureFixture[str]) -> None:
    many = [f"L{number:04}" for number in range(1000)]
    some = [f"S{number}" for number in range(LABEL_COLUMNS - 2)]
    layers = layer("few", ["A", "B"]) + layer("many", many) + layer("some", some) + layer("last", ["C"])
    spans = [span(f"e{number}", label, 0, 13 - number, layer="many") for number, label in ((0, "L0001"), (6, "L0999"))]
    target = exported(layers, *spans, span("f1", "A", 0, 13, layer="few"))

    columns = pq.read_schema(target / "tokens/train-00000-of-00001.parquet").names
    assert [name for name in columns if name.endswith("_tags") and name.count("_") > 1] == [
        "few_A_tags", "few_B_tags", *(f"some_{label}_tags" for label in some),
    ]  # fmt: skip
    assert {"few_tags", "many_tags", "some_tags", "last_tags"} <= {*columns}
    assert names(target, "many_tags") == ["O", *(f"{mark}-{label}" for label in many for mark in "BI")]
    assert [names(target, "many_tags")[tag] for tag in rows(target)[0]["many_tags"][:3]] == ["B-L0001", "I-L0001", "O"]
    said = capsys.readouterr().out
    assert "not in tokens, many_tags: 1 × overlapped by a longer span (e6 in example by gold)" in said
    for line in (f"many has 1,000 labels and no column for each, as {LABEL_COLUMNS} of these", "last has 1 label and no column"):
        assert line in said
    card = (target / "README.md").read_text(encoding="utf-8")
    assert "many has 1,000 labels" in card
    assert "950 other labels together: 0 annotations." in card
    assert "| `L0999` | 1 | 50.0% |" in card
    assert "| `L0998` |" not in card
    assert "950 other labels 0<" in (target / "figures/2-many.svg").read_text(encoding="utf-8")
    assert "and 950 more, which `labels.json` names" in card


def test_labels_may_be_any_words(exported: Exported, tmp_path: Path) -> None:
    spans = [span(f"e{number}", label, 0, 13, layer="odd") for number, label in enumerate(ODD)]
    target = exported(layer("odd", ODD), *spans)
    (first, _) = rows(target)

    for label in ODD:
        known = names(target, f"odd_{label}_tags")
        assert known == ["O", f"B-{label}", f"I-{label}"]
        assert first[f"odd_{label}_tags"] == [1, 2, 0, 0, 0, 0, 0]
        assert code(label).replace("|", r"\|") in (target / "README.md").read_text(encoding="utf-8")
    # read as any dataset of tokens is, each label is what it was
    (tmp_path / "back").mkdir()
    assert main(["-C", str(tmp_path / "back"), "import", "hf", str(target), "--config", "tokens"]) == 0
    sets = [one for document in Corpus.open(tmp_path / "back") for one in document.sets.values()]
    assert {one.label for annotations in sets for one in annotations.spans} == {*ODD}
    assert {one.text for annotations in sets for one in annotations.spans} == {"Rajnath Singh"}


@pytest.mark.parametrize("name", ["tokens", "text", "id", "document", "starts", "sentence", "label", "labels", "a b", "ü/x", "_"])
def test_a_layer_may_be_called_as_a_column_is(name: str, exported: Exported) -> None:
    target = exported(layer(name, ["A"], "none"), span("e1", "A", 0, 13, layer=name))
    (first, _) = rows(target)

    assert list(first) == ["document", "annotator", "sentence", "tokens", "starts", "ends", f"{name}_tags"]
    assert first["tokens"][:2] == ["Rajnath", "Singh"]
    assert first[f"{name}_tags"] == [1, 2, 0, 0, 0, 0, 0]


def test_thirty_layers_are_thirty_columns(exported: Exported) -> None:
    layers = "".join(layer(f"l{number}", ["A", "B"], "none") for number in range(30))
    target = exported(layers, *(span(f"e{number}", "B", 0, 13, layer=f"l{number}") for number in range(0, 30, 2)))
    (first, second) = rows(target)

    assert [first[f"l{number}_tags"][:3] for number in range(30)] == [[3, 4, 0], [0, 0, 0]] * 15
    assert all(not any(second[f"l{number}_tags"]) for number in range(30))


@pytest.mark.parametrize("text", ["\n", " \n\n\t\n"])
def test_a_text_without_a_sentence_has_no_row(text: str, exported: Exported, capsys: pytest.CaptureFixture[str]) -> None:
    target = exported(layer("e", ["A"]), text=text, config=None)
    assert pq.read_table(target / "documents/train-00000-of-00001.parquet").to_pylist()[0]["text"] == text
    assert "not written: tokens, which would have no row" in capsys.readouterr().out
    assert not (target / "tokens").exists()


def test_a_sentence_without_end_is_one_row(exported: Exported) -> None:
    words = 100_000
    target = exported(
        layer("e", ["A"]), span("e1", "A", 0, 4, layer="e"), span("e2", "A", 5 * (words - 1), 5 * words - 1, layer="e"),
        text="word " * (words - 1) + "word\n",
    )  # fmt: skip
    (row,) = rows(target)

    assert len(row["tokens"]) == len(row["e_tags"]) == words
    assert [at for at, tag in enumerate(row["e_tags"]) if tag] == [0, words - 1]
