"""Datasets that no corpus was exported to, as a corpus."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from postil import Corpus
from postil.cli import main

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
WORDS = ["Anna", "Bell", "met", "Zoë", "😀", "."]
CLASSES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def parquet(root: Path, path: str, rows: list[dict[str, Any]], features: dict[str, Any] | None = None) -> Path:
    """A file as ``datasets`` writes it."""
    table = pa.Table.from_pylist(rows)
    if features:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, root / path)
    return root


def lines(root: Path, path: str, rows: list[dict[str, Any]]) -> Path:
    root.mkdir(exist_ok=True)
    (root / path).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return root


def imported(source: Path, root: Path, *options: str) -> Corpus:
    root.mkdir()
    assert main(["-C", str(root), "import", "hf", str(source), *options]) == 0
    return Corpus.open(root)


def spans_of(corpus: Corpus, document: str, annotator: str = "imported") -> list[tuple[str, str, str]]:
    return [(span.layer, span.label, span.text) for span in corpus[document].sets[annotator].spans]


@pytest.mark.parametrize("kind", ["Sequence", "List", "LargeList"])
def test_class_labels_of_parquet_are_tags(kind: str, tmp_path: Path) -> None:
    features = {"ner_tags": {"feature": {"names": CLASSES, "_type": "ClassLabel"}, "_type": kind}}
    rows = [{"id": "7", "tokens": WORDS, "ner_tags": [1, 2, 0, 1, 0, 0], "source": "a wire"}]
    corpus = imported(parquet(tmp_path / "d", "data/train-00000-of-00001.parquet", rows, features), tmp_path / "c")

    assert spans_of(corpus, "7") == [("span", "PER", "Anna Bell"), ("span", "PER", "Zoë")]
    assert corpus["7"].text == "Anna Bell met Zoë 😀 .\n"
    assert corpus["7"].metadata.extra == {"split": "train", "source": "a wire"}
    assert list(corpus.scheme.layers["span"].labels) == ["PER", "LOC"]


@pytest.mark.parametrize("key", ["sequence", "list"])
def test_names_of_the_card_come_before_those_of_parquet(key: str, tmp_path: Path) -> None:
    names = "\n".join(f"            '{at}': {name}" for at, name in enumerate(["O", "B-X", "I-X"]))
    root = parquet(
        tmp_path / "d",
        "data/train-00000-of-00001.parquet",
        [{"id": "7", "tokens": WORDS, "entity_tags": [1, 2, 0, 0, 0, 0]}],
        {"entity_tags": {"feature": {"names": CLASSES, "_type": "ClassLabel"}, "_type": "Sequence"}},
    )
    (root / "README.md").write_text(
        f"---\ndataset_info:\n  features:\n  - name: entity_tags\n    {key}:\n      class_label:\n        names:\n{names}\n---\n"
    )

    assert spans_of(imported(root, tmp_path / "c"), "7") == [("entity", "X", "Anna Bell")]


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["B-PER", "I-PER", "O", "B-PER", "O", "O"], ["Anna Bell", "Zoë"]),
        (["I-PER", "B-PER", "O", "I-PER", "O", "O"], ["Anna", "Bell", "Zoë"]),
        (["B-PER", "E-PER", "O", "S-PER", "O", "O"], ["Anna Bell", "Zoë"]),
        (["PER", "PER", "O", "PER", "O", "O"], ["Anna Bell", "Zoë"]),
    ],
)
def test_tags_of_any_scheme(tags: list[str], found: list[str], tmp_path: Path) -> None:
    rows = [{"tokens": WORDS, "tags": tags}, {"tokens": ["No", "."] * 3, "tags": ["O"] * 6}]
    corpus = imported(lines(tmp_path / "d", "train.jsonl", rows), tmp_path / "c")

    assert [text for _, _, text in spans_of(corpus, "train-1")] == found


def test_rows_of_one_document_are_one(tmp_path: Path) -> None:
    rows = [{"document_id": "a", "tokens": WORDS, "tags": ["B-P", "I-P", "O", "O", "O", "O"], "pos": ["N"] * 6}] * 2
    corpus = imported(lines(tmp_path / "d", "train.jsonl", rows), tmp_path / "c", "--tokens")

    assert corpus["a"].text == "Anna Bell met Zoë 😀 .\n" * 2
    assert [(span.start, span.text) for span in corpus["a"].sets["imported"].spans if span.layer == "span"] == [
        (0, "Anna Bell"), (22, "Anna Bell")
    ]  # fmt: skip
    assert {span.attributes["pos"] for span in corpus["a"].sets["imported"].spans if span.layer == "token"} == {"N"}


def test_our_own_tokens_are_read_as_tags(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the extra spacy is not installed")
    assert main(["-C", str(ROOT), "export", "hf", str(tmp_path / "d"), "--config", "tokens"]) == 0
    corpus = imported(tmp_path / "d", tmp_path / "c")
    (name,) = corpus.document_ids

    found = [(label, "".join(text.split())) for layer, label, text in spans_of(corpus, name, "gold") if layer == "entity"]
    gold = Corpus.open(ROOT)["news/india-japan-2-plus-2"].sets["gold"].spans
    assert set(found) <= {(span.label, "".join(span.text.split())) for span in gold if span.layer == "entity"}
    assert len(found) > 100


@pytest.mark.parametrize(
    "value",
    [
        [{"start": 0, "end": 9, "label": "PER", "text": "Anna Bell", "sure": True}],
        {"start_offset": [0], "end_offset": [9], "type": ["PER"], "sure": [True]},
    ],
)
def test_columns_of_spans(value: Any, tmp_path: Path) -> None:
    rows = [
        {"id": "x/1", "text": "Anna Bell met Zoë.", "claims": value, "year": 1999},
        {"id": "x/2", "text": "No.", "claims": []},
    ]
    corpus = imported(lines(tmp_path / "d", "test.jsonl", rows), tmp_path / "c")

    assert spans_of(corpus, "x/1") == [("claims", "PER", "Anna Bell")]
    assert corpus["x/1"].sets["imported"].spans[0].attributes == {"sure": True}
    assert corpus["x/1"].metadata.extra == {"split": "test", "year": 1999}
    assert corpus["x/2"].sets["imported"].spans == ()


def test_triples_and_classes(tmp_path: Path) -> None:
    features = {
        "spans": [{"start": {"dtype": "int64", "_type": "Value"}, "label": {"names": ["A", "B"], "_type": "ClassLabel"}}],
        "genre": {"names": ["news", "opinion"], "_type": "ClassLabel"},
    }
    rows = [{"text": "Anna met Zoë.", "spans": [{"start": 9, "end": 12, "label": 1}], "genre": 1, "id": "1"}]
    corpus = imported(parquet(tmp_path / "d", "train.parquet", rows, features), tmp_path / "c")
    assert spans_of(corpus, "1") == [("span", "B", "Zoë")]
    assert [(one.layer, one.label) for one in corpus["1"].sets["imported"].labels] == [("genre", "opinion")]
    assert list(corpus.scheme.layers["genre"].labels) == ["news", "opinion"]

    triples = lines(tmp_path / "t", "a.jsonl", [{"id": "1", "text": "Anna met Zoë.", "label": [[0, 4, "PER"]]}])
    assert spans_of(imported(triples, tmp_path / "tc"), "1") == [("span", "PER", "Anna")]


BIGBIO = {
    "id": "0", "document_id": "PMID-1", "db": "x",
    "passages": [
        {"id": "1", "type": "title", "text": ["Aspirin helps."], "offsets": [[0, 14]]},
        {"id": "2", "type": "abstract", "text": ["Pain of the left knee goes."], "offsets": [[15, 42]]},
    ],
    "entities": [
        {"id": "3", "type": "Drug", "text": ["Aspirin"], "offsets": [[0, 7]], "normalized": [{"db_name": "MeSH", "db_id": "D1"}]},
        {"id": "4", "type": "Place", "text": ["Pain", "knee"], "offsets": [[15, 19], [32, 36]], "normalized": []},
    ],
    "events": [
        {
            "id": "5", "type": "Relief", "trigger": {"text": ["helps"], "offsets": [[8, 13]]},
            "arguments": [{"role": "Theme", "ref_id": "4"}, {"role": "Cause", "ref_id": "3"}],
        }
    ],
    "coreferences": [{"id": "6", "entity_ids": ["3", "4"]}],
    "relations": [{"id": "7", "type": "treats", "arg1_id": "3", "arg2_id": "4", "normalized": []}],
}  # fmt: skip


def test_bigbio(tmp_path: Path) -> None:
    corpus = imported(parquet(tmp_path / "d", "train.parquet", [BIGBIO]), tmp_path / "c")
    found = corpus["PMID-1"].sets["imported"]

    assert corpus["PMID-1"].text == "Aspirin helps.\nPain of the left knee goes.\n"
    assert spans_of(corpus, "PMID-1") == [
        ("passage", "title", "Aspirin helps."), ("entity", "Drug", "Aspirin"), ("trigger", "Relief", "helps"),
        ("passage", "abstract", "Pain of the left knee goes."), ("entity", "Place", "Pain knee"),
    ]  # fmt: skip
    assert found.spans[1].attributes == {"normalized": ["MeSH:D1"]}
    assert {one.label: one.args for one in found.relations} == {
        "Relief": {"trigger": "5-trigger", "Theme": "4", "Cause": "3"},
        "coreference": {"member": ("3", "4")},
        "treats": {"from": "3", "to": "4"},
    }


def test_argilla_flattened(tmp_path: Path) -> None:
    row = {
        "id": "1", "text": "Anna met Zoë.", "arg.responses": [[{"label": "PER", "start": 0, "end": 4}]],
        "arg.responses.users": ["ada"], "arg.responses.status": ["submitted"],
    }  # fmt: skip
    corpus = imported(parquet(tmp_path / "d", "train.parquet", [row]), tmp_path / "c")

    assert spans_of(corpus, "1", "user-ada") == [("arg", "PER", "Anna")]


def test_a_config_is_chosen_by_the_card(tmp_path: Path) -> None:
    root = parquet(tmp_path / "d", "one/train-00000-of-00001.parquet", [{"id": "1", "text": "One.", "spans": [[0, 3]]}])
    parquet(root, "two/train-00000-of-00001.parquet", [{"id": "2", "text": "Two."}])
    (root / "README.md").write_text(
        "---\nconfigs:\n- config_name: one\n  data_files:\n  - {split: train, path: one/train-*}\n"
        "- config_name: two\n  data_dir: two\n  default: true\n---\n"
    )

    assert imported(root, tmp_path / "c").document_ids == ["2"]
    assert imported(root, tmp_path / "c1", "--config", "one").document_ids == ["1"]
    assert main(["-C", str(tmp_path / "c"), "import", "hf", str(root), "--config", "three"]) == 2


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"tokens": WORDS, "tags": ["O"]}, "1 tags for 6 tokens"),
        ({"tokens": WORDS, "text": "Zoë", "tags": ["O"] * 6}, "token 'Anna' is not in the text"),
        ({"text": "Anna", "spans": [{"start": 0, "end": 4, "label": 3}]}, "no label with a name: 3"),
        ({"text": "Anna", "spans": [{"start": 0, "end": 4, "label": "P", "text": "Zoë"}]}, "is said to cover “Zoë”"),
        ({"text": "Anna", "spans": [{"start": 0, "end": 9, "label": "P"}]}, "s1"),
        ({**BIGBIO, "entities": [{"id": "3"}]}, "not a document of BigBIO"),
        ({**BIGBIO, "passages": [{"id": "1", "type": "t", "text": ["A"], "offsets": [[5, 9]]}]}, "passage 1 is not as long"),
    ],
)
def test_what_does_not_fit_is_an_error_with_its_place(
    row: dict[str, Any], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = lines(tmp_path / "d", "train.jsonl", [row])
    (tmp_path / "c").mkdir()

    assert main(["-C", str(tmp_path / "c"), "import", "hf", str(source)]) in (1, 2)
    err = capsys.readouterr().err
    assert said in err
    assert "train.jsonl:1" in err


def split(root: Path, **rows: list[str]) -> Path:
    """A dataset with a file for each split, of documents with these names."""
    for name, documents in rows.items():
        parquet(root, f"data/{name}-00000-of-00001.parquet", [{"id": one, "text": f"What {one} says."} for one in documents])
    return root


def frozen(root: Path) -> dict[str, str]:
    lines = (root / "corpus/splits.jsonl").read_text().splitlines()
    return {one["document"]: one["split"] for one in map(json.loads, lines)}


def test_a_published_test_set_stays_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dataset = split(tmp_path / "d", test=["t1"], train=["a1", "a2"], validation=["v1"])
    corpus = imported(dataset, tmp_path / "c")
    said = "the source divides its documents: train 2, validation 1, test 1; so they stay, frozen in corpus/splits.jsonl"
    assert said in capsys.readouterr().out
    assert list(corpus.manifest.splits.shares.items()) == [("train", 2), ("validation", 1), ("test", 1)]
    assert frozen(tmp_path / "c") == {"a1": "train", "a2": "train", "t1": "test", "v1": "validation"}
    assert main(["-C", str(tmp_path / "c"), "check"]) == 0

    command = ["-C", str(tmp_path / "c"), "export", "hf", str(tmp_path / "hf"), "--set", "imported", "--config", "documents"]
    assert main(command) == 0
    rows = {path.name.split("-")[0]: pq.read_table(path)["id"].to_pylist() for path in (tmp_path / "hf/documents").iterdir()}
    assert rows == {"train": ["a1", "a2"], "validation": ["v1"], "test": ["t1"]}

    before = (tmp_path / "c/corpus/splits.jsonl").read_bytes()
    assert main(["-C", str(tmp_path / "c"), "import", "hf", str(dataset)]) == 0
    assert (tmp_path / "c/corpus/splits.jsonl").read_bytes() == before
    assert main(["-C", str(tmp_path / "c"), "import", "hf", str(split(tmp_path / "more", test=["a1", "t2"]))]) == 0
    assert frozen(tmp_path / "c") == {"a1": "train", "a2": "train", "t1": "test", "t2": "test", "v1": "validation"}


@pytest.mark.parametrize(
    ("manifest", "why"),
    [
        ("", "the corpus has other documents, and no corpus/splits.jsonl"),
        ("[splits.shares]\ntrain = 1\ndev = 1\n", "corpus/corpus.toml has no split test"),
    ],
)
def test_splits_of_a_source_that_the_corpus_cannot_take_are_named(
    manifest: str, why: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    imported(split(tmp_path / "d", train=["a1"]), root := tmp_path / "c")
    assert not (root / "corpus/splits.jsonl").exists()
    with (root / "corpus/corpus.toml").open("a") as file:
        file.write(manifest)
    if manifest:
        (root / "corpus/splits.jsonl").write_text('{"document":"a1","split":"train"}\n')
    before = (root / "corpus/corpus.toml").read_bytes()

    assert main(["-C", str(root), "import", "hf", str(split(tmp_path / "e", train=["b1"], test=["t1"]))]) == 0
    assert f"that is not frozen here, as {why}" in capsys.readouterr().out
    assert (root / "corpus/corpus.toml").read_bytes() == before


def test_files_that_are_not_called_as_splits_divide_nothing(tmp_path: Path) -> None:
    root = lines(tmp_path / "d", "part1.jsonl", [{"id": "a", "text": "One."}])
    imported(lines(root, "part2.jsonl", [{"id": "b", "text": "Two."}]), tmp_path / "c")
    assert not (tmp_path / "c/corpus/splits.jsonl").exists()
