"""Datasets as ``datasets`` itself writes them, and as their authors have laid them out, compared value by value."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from postil import Corpus
from postil.cli import main

datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pytestmark = pytest.mark.filterwarnings("default")
TAGS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
WORDS = [["Anna", "Bell", "met", "Zoë", "in", "Rome", "."], ["No", "."], ["Yes"], []]
NUMBERS = [[1, 2, 0, 1, 0, 3, 0], [0, 0], [0], []]
FOUND = [("PER", "Anna Bell"), ("PER", "Zoë"), ("LOC", "Rome")]


@pytest.fixture(scope="module")
def tokens() -> Any:
    """Tokens with tags by name, as conll2003 has them."""
    features = datasets.Features({
        "id": datasets.Value("string"),
        "tokens": datasets.Sequence(datasets.Value("string")),
        "pos_tags": datasets.Sequence(datasets.ClassLabel(names=["NNP", "VBD", "IN", "."])),
        "ner_tags": datasets.Sequence(datasets.ClassLabel(names=TAGS)),
    })  # fmt: skip
    pos = [[0, 0, 1, 0, 2, 0, 3], [0, 3], [0], []]
    return datasets.Dataset.from_dict(
        {"id": ["a", "b", "c", "d"], "tokens": WORDS, "pos_tags": pos, "ner_tags": NUMBERS}, features
    )


def imported(root: Path, source: Path, *options: str) -> Corpus:
    root.mkdir()
    assert main(["-C", str(root), "import", "hf", str(source), *options]) == 0
    return Corpus.open(root)


def refused(capsys: pytest.CaptureFixture[str], root: Path, source: Path, *options: str) -> str:
    root.mkdir(exist_ok=True)
    capsys.readouterr()
    assert main(["-C", str(root), "import", "hf", str(source), *options]) in (1, 2)
    return capsys.readouterr().err


def found(corpus: Corpus, document: str, layer: str = "span") -> list[tuple[str, str]]:
    return [(one.label, one.text) for one in corpus[document].sets["imported"].spans if one.layer == layer]


def placed(root: Path) -> dict[str, str]:
    lines = (root / "corpus/splits.jsonl").read_text().splitlines()
    return {one["document"]: one["split"] for one in map(json.loads, lines)}


def rows(path: Path, *values: dict[str, Any]) -> Path:
    """JSON Lines in a directory of their own, which is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(value) + "\n" for value in values), encoding="utf-8")
    return path.parent


def test_what_save_to_disk_wrote(tokens: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parts = datasets.DatasetDict(train=tokens.select([0, 3, 1]), test=tokens.select([2]))
    parts.save_to_disk(str(tmp_path / "d"), num_shards={"train": 2, "test": 1})
    shutil.copy(tmp_path / "d/train/data-00000-of-00002.arrow", tmp_path / "d/train/cache-0123456789abcdef.arrow")
    corpus = imported(tmp_path / "c", tmp_path / "d")

    assert found(corpus, "a") == FOUND
    assert corpus.document_ids == ["a", "b", "c"]
    assert placed(tmp_path / "c") == {"a": "train", "b": "train", "c": "test"}

    (tmp_path / "d/train/data-00001-of-00002.arrow").unlink()
    said = refused(capsys, tmp_path / "x", tmp_path / "d")
    assert "train/state.json: names data-00001-of-00002.arrow, which is missing" in said
    shutil.rmtree(tmp_path / "d/train")
    assert "names the split train, which is missing" in refused(capsys, tmp_path / "x", tmp_path / "d")


def test_one_saved_dataset_has_no_split_but_its_own(tokens: Any, tmp_path: Path) -> None:
    tokens.save_to_disk(str(tmp_path / "d"))
    assert found(imported(tmp_path / "c", tmp_path / "d"), "a") == FOUND
    assert not (tmp_path / "c/corpus/splits.jsonl").exists()

    shard = tmp_path / "d/data-00000-of-00001.arrow"
    assert found(imported(tmp_path / "one", shard), "a") == FOUND
    shard.write_bytes(shard.read_bytes()[:-200])


def test_a_cache_of_arrow(tokens: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    tokens.to_parquet(tmp_path / "in/train-00000-of-00001.parquet")
    datasets.load_dataset(str(tmp_path / "in"), cache_dir=str(tmp_path / "cache"))
    (train,) = (tmp_path / "cache").rglob("*-train.arrow")

    assert found(imported(tmp_path / "c", train.parent), "a") == FOUND
    assert set(placed(tmp_path / "c").values()) == {"train"} if (tmp_path / "c/corpus/splits.jsonl").exists() else True


def test_an_arrow_file_that_can_be_read_from_anywhere(tokens: Any, tmp_path: Path) -> None:
    table = tokens.data.table
    with pa.OSFile(str(tmp_path / "test.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)

    assert found(imported(tmp_path / "c", tmp_path / "test.arrow"), "a") == FOUND


def test_a_damaged_arrow_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "train.arrow").write_bytes(b"no arrow at all")
    assert "train.arrow: no Arrow file, although it is called one" in refused(capsys, tmp_path / "c", tmp_path / "train.arrow")


def test_parts_of_speech_beside_names_are_kept_with_the_tokens(
    tokens: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens.to_parquet(tmp_path / "d/train-00000-of-00001.parquet")
    corpus = imported(tmp_path / "c", tmp_path / "d", "--tokens")
    spans = corpus["a"].sets["imported"].spans
    assert [one.attributes["pos_tags"] for one in spans if one.layer == "token"] == ["NNP", "NNP", "VBD", "NNP", "IN", "NNP", "."]
    assert found(corpus, "a") == FOUND

    imported(tmp_path / "less", tmp_path / "d")
    assert "columns of tokens that are no spans, which --tokens keeps" in capsys.readouterr().out


def test_files_and_splits_as_the_card_has_them(tokens: Any, tmp_path: Path) -> None:
    root = tmp_path / "d"
    lines = tokens.to_list()
    rows(root / "raw/one.jsonl", lines[0])
    rows(root / "raw/deeper/not.jsonl", {"id": "z", "tokens": ["Not"], "ner_tags": [0]})
    with gzip.open(root / "raw/rest.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(lines[1]))
    names = "".join(f"\n          '{at}': {name}" for at, name in enumerate(TAGS))
    (root / "README.md").write_text(
        "---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: raw/o*.jsonl\n"
        "  - split: heldout\n    path: [raw/rest.jsonl.gz]\n"
        f"dataset_info:\n  features:\n  - name: ner_tags\n    sequence:\n      class_label:\n        names:{names}\n---\n"
    )
    corpus = imported(tmp_path / "c", root)

    assert found(corpus, "a") == FOUND
    assert placed(tmp_path / "c") == {"a": "train", "b": "heldout"}


def test_the_names_that_a_script_left_beside_its_data(tokens: Any, tmp_path: Path) -> None:
    root = rows(tmp_path / "d/train.jsonl", *tokens.to_list())
    feature = {"feature": {"names": TAGS, "_type": "ClassLabel"}, "_type": "Sequence"}
    (root / "dataset_infos.json").write_text(json.dumps({"conll": {"features": {"ner_tags": feature}}}))
    assert found(imported(tmp_path / "c", root), "a") == FOUND


def test_numbers_that_nothing_names(tokens: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = rows(
        tmp_path / "d/train.jsonl", *({"id": one["id"], "tokens": one["tokens"], "tags": one["ner_tags"]} for one in tokens)
    )
    corpus = imported(tmp_path / "c", root)
    assert corpus["a"].sets["imported"].spans == ()
    out, err = capsys.readouterr()
    assert "columns of numbers that may stand for tags: --names COLUMN=O,B-PER,I-PER says for which" in out + err

    assert found(imported(tmp_path / "named", root, "--names", f"tags={','.join(TAGS)}"), "a") == FOUND
    assert "--names tags: give a column" in refused(capsys, tmp_path / "x", root, "--names", "tags")


def test_several_configs_are_asked_about(tokens: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for config in ("one", "two"):
        tokens.to_parquet(tmp_path / f"d/{config}/train/0000.parquet")
    said = refused(capsys, tmp_path / "x", tmp_path / "d")
    assert "there are several configs, and none is the default: --config says which: one, two" in said
    assert found(imported(tmp_path / "c", tmp_path / "d", "--config", "two"), "a") == FOUND
    assert set(placed(tmp_path / "c").values()) == {"train"} if (tmp_path / "c/corpus/splits.jsonl").exists() else True
    assert "there is no config three: there are one, two" in refused(capsys, tmp_path / "x", tmp_path / "d", "--config", "three")

    (tmp_path / "d/README.md").write_text(
        "---\nconfigs:\n- config_name: one\n  data_dir: one\n- config_name: two\n  data_files: https://example.org/x.csv\n---\n"
    )
    assert "--config says which: one, two" in refused(capsys, tmp_path / "x", tmp_path / "d")
    assert found(imported(tmp_path / "said", tmp_path / "d", "--config", "one"), "a") == FOUND
    said = refused(capsys, tmp_path / "x", tmp_path / "d", "--config", "two")
    assert "the files of the config two are elsewhere (https://example.org/x.csv)" in said


def test_a_dataset_that_only_a_script_loads(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/conll2003.py").write_text("raise AssertionError\n")
    (tmp_path / "d/README.md").write_text("# CoNLL\n")
    said = refused(capsys, tmp_path / "c", tmp_path / "d")
    assert "only a script, conll2003.py, could load this dataset, and scripts are not run" in said


def test_a_shard_that_is_missing_is_named(tokens: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tokens.to_parquet(tmp_path / "d/data/train-00000-of-00002.parquet")
    said = refused(capsys, tmp_path / "c", tmp_path / "d")
    assert "is not the whole dataset: data/train-00001-of-00002.parquet is missing" in said
    assert found(imported(tmp_path / "one", tmp_path / "d/data/train-00000-of-00002.parquet"), "a") == FOUND


def test_empty_tokens_have_no_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = {
        "id": "a",
        "tokens": ["", "Ann", "", None, "Bell", ""],
        "ner_tags": ["B-X", "B-PER", "I-PER", "I-PER", "I-PER", "B-LOC"],
    }
    corpus = imported(tmp_path / "c", rows(tmp_path / "d/train.jsonl", row), "--tokens")
    assert corpus["a"].text == "Ann Bell\n"
    assert found(corpus, "a") == [("PER", "Ann Bell")]
    assert found(corpus, "a", "token") == [("token", "Ann"), ("token", "Bell")]
    assert "2 × chunks of empty tokens, which have no place in a text" in capsys.readouterr().out


@pytest.mark.parametrize(
    "tags",
    [
        ["B-PER", "I-PER", "O", "B-PER", "O", "B-LOC", "O"],
        ["I-PER", "I-PER", "O", "I-PER", "O", "I-LOC", "O"],
        ["B-PER", "E-PER", "O", "S-PER", "O", "S-LOC", "O"],
        ["B-PER", "L-PER", "O", "U-PER", "O", "U-LOC", "O"],
    ],
)
def test_tags_as_words_in_every_scheme(tags: list[str], tmp_path: Path) -> None:
    data = datasets.Dataset.from_list([{"id": "a", "tokens": WORDS[0], "ner_tags": tags}])
    data.to_parquet(tmp_path / "d/train-00000-of-00001.parquet")
    assert found(imported(tmp_path / "c", tmp_path / "d"), "a") == FOUND


TEXT = "😀 Anna Bell met Zoë."
SPANS = [(2, 11, "PER"), (16, 19, "PER")]


def records(shift: int = 0, more: int = 0, *, with_text: bool = True) -> list[dict[str, Any]]:
    said = [{"start": start + shift, "end": end + shift + more, "label": label} for start, end, label in SPANS]
    return [{**one, "text": TEXT[start:end]} if with_text else one for one, (start, end, _) in zip(said, SPANS, strict=True)]


@pytest.mark.parametrize("way", ["structs", "lists", "json"])
def test_spans_by_characters(way: str, tmp_path: Path) -> None:
    value: Any = records()
    if way == "lists":
        value = {name: [one[name] for one in value] for name in value[0]}
    if way == "json":
        value = [list(one) for one in SPANS]
        rows(tmp_path / "in/train.jsonl", {"id": "a", "text": TEXT, "entities": value})
        cache = str(tmp_path / "cache")
        data = datasets.load_dataset("json", data_files=str(tmp_path / "in/train.jsonl"), split="train", cache_dir=cache)
    else:
        data = datasets.Dataset.from_list([{"id": "a", "text": TEXT, "entities": value}])
    data.to_parquet(tmp_path / "d/train-00000-of-00001.parquet")
    data.save_to_disk(str(tmp_path / "saved"))
    for source in ("d", "saved"):
        corpus = imported(tmp_path / f"c-{source}", tmp_path / source)
        assert [(one.start, one.end, one.label) for one in corpus["a"].sets["imported"].spans] == SPANS


@pytest.mark.parametrize(
    ("shift", "more", "said"),
    [
        (0, -1, "code points from zero, with ends at the last character"),
        (1, 0, "code points from one, with ends after the last character"),
        (1, -1, "code points from one, with ends at the last character"),
    ],
)
def test_how_offsets_count_is_never_guessed(
    shift: int, more: int, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = TEXT.replace("😀", "O")  # in which there is only one way to count characters
    told = rows(tmp_path / "told/train.jsonl", {"id": "a", "text": plain, "entities": records(shift, more)})
    silent = rows(tmp_path / "silent/train.jsonl", {"id": "a", "text": plain, "entities": records(shift, more, with_text=False)})

    corpus = imported(tmp_path / "c1", told)
    assert [(one.start, one.end, one.label) for one in corpus["a"].sets["imported"].spans] == SPANS
    assert f"1 × documents whose offsets count {said}" in capsys.readouterr().out
    corpus = imported(tmp_path / "c2", silent)
    assert [(one.start, one.end) for one in corpus["a"].sets["imported"].spans] == [
        (start + shift, end + shift + more) for start, end, _ in SPANS
    ]  # fmt: skip
    assert "import it with --base 1, --inclusive or both, and --replace" in capsys.readouterr().out
    options = (*(("--base", "1") if shift else ()), *(("--inclusive",) if more else ()))
    corpus = imported(tmp_path / "c3", silent, *options)
    assert [(one.start, one.end, one.label) for one in corpus["a"].sets["imported"].spans] == SPANS


EMOJI = "😀 Ada met 😀 Bob and went home"
TWO = [("PER", "Ada"), ("PER", "Bob")]


def entity(start: int, end: int, text: str = "") -> dict[str, Any]:
    return {"start": start, "end": end, "label": "PER", **({"text": text} if text else {})}


@pytest.mark.parametrize("options", [(), ("--offsets", "utf-16"), ("--base", "0"), ("--base", "0", "--offsets", "utf-16")])
def test_utf16_is_not_taken_for_counting_from_one(
    options: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    entities = [entity(3, 6, "Ada"), entity(14, 17, "Bob")]
    source = rows(tmp_path / "d/train.jsonl", {"id": "a", "text": EMOJI, "entities": entities})
    assert found(imported(tmp_path / "c", source, *options), "a") == TWO
    assert ("1 × documents whose offsets count UTF-16 code units\n" in capsys.readouterr().out) == ("--offsets" not in options)


def test_bytes_are_not_taken_for_counting_from_one(tmp_path: Path) -> None:
    entities = [entity(5, 8, "Ada"), entity(18, 21, "Bob")]
    source = rows(tmp_path / "d/train.jsonl", {"id": "a", "text": EMOJI, "entities": entities})
    assert found(imported(tmp_path / "c", source), "a") == TWO


def test_one_document_does_not_count_in_three_ways(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entities = [entity(0, 3, "Ada"), entity(8, 10, "Bob"), entity(17, 19, "Cy")]
    source = rows(tmp_path / "d/train.jsonl", {"id": "a", "text": "Ada met Bob and Cy went", "entities": entities})
    said = refused(capsys, tmp_path / "x", source)
    assert "train.jsonl:1: s2: is said to cover “Bob”, but at 8-10 there is “Bo”" in said
    assert "train.jsonl:1: s3: is said to cover “Cy”, but at 17-19 there is “y ”" in said
    assert "--base and --inclusive say how" in said
    corpus = imported(tmp_path / "c", source, "--realign")
    assert found(corpus, "a") == [("PER", "Ada"), ("PER", "Bob"), ("PER", "Cy")]


def test_what_is_said_of_edges_is_not_argued_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rows(tmp_path / "d/train.jsonl", {"id": "a", "text": "So Ada met Bob", "entities": [entity(4, 7, "Ada")]})
    assert "but at 4-7 there is “da ”" in refused(capsys, tmp_path / "x", source, "--base", "0")
    assert "there is “da m”" in refused(capsys, tmp_path / "x", source, "--inclusive")
    assert "outside the text, which is from 1 to 15" in refused(
        capsys, tmp_path / "x", rows(tmp_path / "e/train.jsonl", {"text": "So Ada met Bob", "entities": [entity(4, 16)]}),
        "--base", "1",
    )  # fmt: skip
    assert found(imported(tmp_path / "c", source, "--base", "1"), "a") == [("PER", "Ada")]


def test_edges_that_could_be_named_in_two_ways_are_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    both = {"id": "a", "text": "xaaay", "entities": [entity(2, 3, "aa")]}  # from zero up to the last, or from one
    said = refused(capsys, tmp_path / "x", rows(tmp_path / "d/train.jsonl", both))
    assert "--offsets code-point --base 0 --inclusive" not in said or "--offsets code-point --base 1 --inclusive" in said
    assert "nothing in the source decides" in said
    sure = {"id": "b", "text": "Ada met Bob", "entities": [entity(1, 3, "Ada")]}
    corpus = imported(tmp_path / "c", rows(tmp_path / "e/train.jsonl", both, sure))
    assert [(one.start, one.end) for one in corpus["a"].sets["imported"].spans] == [(1, 3)]


def test_documents_that_prove_two_ways_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    zero = {"id": "zero", "text": "So Ada met Bob", "entities": [entity(3, 6, "Ada")]}
    one = {"id": "one", "text": "So Ada met Bob", "entities": [entity(4, 7, "Ada")]}
    silent = {"id": "silent", "text": "So Ada met Bob", "entities": [entity(4, 7)]}
    said = refused(capsys, tmp_path / "x", rows(tmp_path / "d/train.jsonl", zero, one))
    assert "one: offsets count from one, with ends after the last character" in said
    assert (
        "zero they count from zero, with ends after the last character: --base and --inclusive say how all of them count" in said
    )
    said = refused(capsys, tmp_path / "x", rows(tmp_path / "e/train.jsonl", silent, one))
    assert "silent: nothing says how offsets count here" in said
    assert found(imported(tmp_path / "c", tmp_path / "e", "--base", "1"), "silent") == [("PER", "Ada")]
    bare = {"id": "bare", "text": "Nothing", "entities": []}
    assert found(imported(tmp_path / "c2", rows(tmp_path / "f/train.jsonl", bare, one)), "one") == [("PER", "Ada")]


def test_labels_of_spans_that_are_numbers_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for number, value in enumerate([[{"start": 2, "end": 6, "label": 1}], {"start": [2], "end": [6], "label": [1]}]):
        source = rows(tmp_path / f"d{number}/train.jsonl", {"id": "a", "text": TEXT, "spans": value})
        assert "--names COLUMN.label=NAME,NAME says what numbers stand for" in refused(capsys, tmp_path / "x", source)
        assert found(imported(tmp_path / f"c{number}", source, "--names", "spans.label=ORG,PER"), "a") == [("PER", "Anna")]


def test_edges_in_other_words(tmp_path: Path) -> None:
    several = [
        {"id": "T1", "offsets": [[2, 6], [16, 19]], "text": ["Anna", "Zoë"], "type": "PAIR"},
        {"span": [7, 11], "label": "NAME"},
        {"offset": 12, "length": 3, "label": "VERB"},
    ]
    corpus = imported(tmp_path / "c", rows(tmp_path / "d/train.jsonl", {"id": "a", "text": TEXT, "spans": several}))
    assert sorted(found(corpus, "a")) == [("NAME", "Bell"), ("PAIR", "Anna Zoë"), ("VERB", "met")]


def test_classes_of_a_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["neg", "pos"]))
    data = datasets.Dataset.from_dict({"text": ["Fine film.", "Poor film."], "label": [1, -1]}, features)
    data.to_parquet(tmp_path / "d/train-00000-of-00001.parquet")
    corpus = imported(tmp_path / "c", tmp_path / "d")
    assert [[(one.layer, one.label) for one in corpus[name].sets["imported"].labels] for name in corpus.document_ids] == [
        [("label", "pos")], []
    ]  # fmt: skip
    assert list(corpus.scheme.layers["label"].labels) == ["neg", "pos"]

    (tmp_path / "csv").mkdir()
    (tmp_path / "csv/train.csv").write_text('text,label\n"Fine, really.",pos\nPoor.,neg\n')
    corpus = imported(tmp_path / "of-csv", tmp_path / "csv")
    assert [(corpus[name].text, corpus[name].sets["imported"].labels[0].label) for name in corpus.document_ids] == [
        ("Fine, really.\n", "pos"), ("Poor.\n", "neg")
    ]  # fmt: skip

    source = rows(tmp_path / "many/train.jsonl", {"id": "a", "document_id": "d", "text": "Mixed.", "labels": ["x", "y", "x"]})
    assert [one.label for one in imported(tmp_path / "of-many", source)["a"].sets["imported"].labels] == ["x", "y"]

    (tmp_path / "csv/train.csv").write_text("text,label\nFine.,1\n")
    assert imported(tmp_path / "of-numbers", tmp_path / "csv")["train-1"].metadata.extra["label"] == "1"
    corpus = imported(tmp_path / "of-names", tmp_path / "csv", "--names", "label=neg,pos")
    assert [one.label for one in corpus["train-1"].sets["imported"].labels] == ["pos"]

    source = rows(tmp_path / "bare/train.jsonl", {"id": "a", "text": "Mixed.", "label": 1})
    capsys.readouterr()
    assert imported(tmp_path / "of-bare", source)["a"].metadata.extra["label"] == 1
    assert "labels that are numbers, metadata now: --names says what they stand for" in capsys.readouterr().out
    corpus = imported(tmp_path / "of-named", source, "--names", "label=neg,pos")
    assert [one.label for one in corpus["a"].sets["imported"].labels] == ["pos"]


def test_pairs_of_texts_are_no_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = rows(tmp_path / "d/train.jsonl", {"premise": "It rains.", "hypothesis": "It is wet.", "label": "entailment"})
    said = refused(capsys, tmp_path / "x", source)
    assert "--text-key takes one of premise, hypothesis and label, and the others become metadata" in said
    corpus = imported(tmp_path / "c", source, "--text-key", "hypothesis")
    assert corpus["train-1"].metadata.extra["premise"] == "It rains."


def test_answers_to_questions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    context = "Anna met Zoë 😀 in Rome."
    asked = {
        "id": ["q1", "q2", "q3", "q4"],
        "title": ["Anna"] * 3 + ["Bell"],
        "context": [context] * 3 + ["Bell rang."],
        "question": ["Who?", "Where?", "Why?", "What?"],
        "answers": [
            {"text": ["Anna", "Zoë", "Anna"], "answer_start": [0, 9, 0]},
            {"text": ["Rome"], "answer_start": [context.index("Rome")]},
            {"text": [], "answer_start": []},
            {"text": ["rang"], "answer_start": [5]},
        ],
    }
    features = datasets.Features({
        **{name: datasets.Value("string") for name in ("id", "title", "context", "question")},
        "answers": datasets.Sequence({"text": datasets.Value("string"), "answer_start": datasets.Value("int32")}),
    })  # fmt: skip
    datasets.Dataset.from_dict(asked, features).to_parquet(tmp_path / "d/train-00000-of-00001.parquet")
    corpus = imported(tmp_path / "c", tmp_path / "d")

    assert corpus.document_ids == ["Anna-1", "Bell-1"]
    answers = corpus["Anna-1"].sets["imported"].spans
    assert [(one.text, one.attributes["question"], one.attributes["question_id"]) for one in answers] == [
        ("Anna", "Who?", "q1"), ("Zoë", "Who?", "q1"), ("Rome", "Where?", "q2")
    ]  # fmt: skip
    assert corpus["Anna-1"].metadata.title == "Anna"
    assert corpus["Anna-1"].metadata.extra["unanswered"] == ["Why?"]
    assert main(["-C", str(tmp_path / "c"), "check"]) == 0
    row = {"id": "q", "context": "Bell rang.", "question": "What?", "answers": [{"text": "rung", "answer_start": 5}]}
    assert "“rung”" in refused(capsys, tmp_path / "x", rows(tmp_path / "wrong/train.jsonl", row))


def test_argilla_as_datasets_stores_it(tmp_path: Path) -> None:
    row = {
        "id": "1", "status": "completed", "text": TEXT,
        "arg.responses": [[{"label": "PER", "start": 2, "end": 11}, {"label": "PER", "start": 16, "end": 19}]],
        "arg.responses.users": ["ada"], "arg.responses.status": ["submitted"],
        "arg.suggestion": [{"label": "PER", "start": 2, "end": 6}], "arg.suggestion.score": [0.5], "arg.suggestion.agent": "m",
    }  # fmt: skip
    datasets.Dataset.from_list([row]).to_parquet(tmp_path / "d/train-00000-of-00001.parquet")
    corpus = imported(tmp_path / "c", tmp_path / "d")
    (user,) = (name for name in corpus["1"].sets if "ada" in name)
    assert [(one.start, one.end, one.label) for one in corpus["1"].sets[user].spans] == SPANS


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("spacy", reason="the extra spacy is not installed")
    target = tmp_path_factory.mktemp("hf") / "export"
    assert main(["-C", str(ROOT), "export", "hf", str(target), "--no-agreement"]) == 0
    return target


@pytest.mark.parametrize("config", ["spans", "tokens", "sentences", "relations", "annotations", "messages"])
def test_the_rows_of_our_own_configs_are_no_corpus(
    config: str, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shard = export / config / "train-00000-of-00001.parquet"
    for source, options in ((export, ("--config", config)), (export / config, ()), (shard, ())):
        said = refused(capsys, tmp_path / "c", source, *options)
        assert (
            f"{shard} is the config {config} of an exported corpus, made of documents: postil import hf {export} reads that"
            in said
        )
    assert len(said.splitlines()) == 1
    if config != "tokens":
        shutil.copy(shard, tmp_path / "alone.parquet")
        said = refused(capsys, tmp_path / "c", tmp_path / "alone.parquet")
        assert "import that config, documents: it gives the corpus back" in said


def test_documents_are_read_wherever_they_lie(export: Path, tmp_path: Path) -> None:
    (name,) = Corpus.open(ROOT).document_ids
    gold = Corpus.open(ROOT)[name].sets["gold"].records
    data = datasets.Dataset.from_parquet(
        str(export / "documents/train-00000-of-00001.parquet"), cache_dir=str(tmp_path / "cache")
    )
    data.save_to_disk(str(tmp_path / "saved"))
    for number, (source, options) in enumerate([
        (export, ("--config", "documents")), (export / "documents", ()), (tmp_path / "saved", ()),
    ]):  # fmt: skip
        assert imported(tmp_path / f"c{number}", source, *options)[name].sets["gold"].records == gold


def test_our_own_tokens_are_those_of_each_annotator(tmp_path: Path) -> None:
    pytest.importorskip("spacy", reason="the extra spacy is not installed")
    command = ["-C", str(ROOT), "export", "hf", str(tmp_path / "d"), "--config", "tokens", "--no-agreement"]
    assert main([*command, "--set", "a1", "--set", "a2"]) == 0
    corpus = imported(tmp_path / "c", tmp_path / "d")
    (name,) = corpus.document_ids
    assert set(corpus[name].sets) == {"a1", "a2"}
    there = Corpus.open(ROOT)[name].sets
    for annotator in ("a1", "a2"):
        texts = {"".join(one.text.split()) for one in there[annotator].spans}
        assert {"".join(one.text.split()) for one in corpus[name].sets[annotator].spans} <= texts


def exported_names(root: Path, column: str, config: str) -> Any:
    """The names of the classes of a column in what a corpus is exported as."""
    assert main(["-C", str(root), "export", "hf", str(root.parent / "out"), "--set", "imported", "--config", config]) == 0
    data = datasets.load_dataset(str(root.parent / "out"), config, split="train", cache_dir=str(root.parent / "cache"))
    feature = data.features[column]
    return getattr(feature, "feature", feature).names


@pytest.mark.parametrize("way", ["parquet", "saved", "card", "names"])
def test_classes_of_tags_stay_as_they_are_declared(way: str, tmp_path: Path) -> None:
    names = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG", "B-LOC", "I-LOC"]
    rows_of = {"tokens": [["Anna", "in", "Rome"]], "ner_tags": [[1, 0, 5]]}
    options: tuple[str, ...] = ()
    if way in ("card", "names"):
        rows(tmp_path / "d/train.jsonl", {name: value[0] for name, value in rows_of.items()})
        options = ("--names", f"ner_tags={','.join(names)}") if way == "names" else ()
        listed = "".join(f"          '{at}': {name}\n" for at, name in enumerate(names))
        card = f"  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n{listed}"
        (tmp_path / "d/README.md").write_text(f"---\ndataset_info:\n  features:\n{card}---\n" if way == "card" else "")
    else:
        features = datasets.Features({
            "tokens": datasets.Sequence(datasets.Value("string")),
            "ner_tags": datasets.Sequence(datasets.ClassLabel(names=names)),
        })  # fmt: skip
        data = datasets.Dataset.from_dict(rows_of, features)
        if way == "parquet":
            data.to_parquet(tmp_path / "d/train.parquet")
        else:
            data.save_to_disk(str(tmp_path / "d"))
    corpus = imported(tmp_path / "c", tmp_path / "d", *options)
    assert list(corpus.scheme.layers["span"].labels) == ["PER", "ORG", "LOC"]
    assert exported_names(tmp_path / "c", "span_tags", "tokens") == names


@pytest.mark.parametrize("way", ["parquet", "names"])
def test_classes_of_spans_stay_as_they_are_declared(way: str, tmp_path: Path) -> None:
    names = ["PER", "ORG", "LOC"]
    record = {"start": [0, 8], "end": [4, 12], "label": [2, 0]}
    options: tuple[str, ...] = ()
    if way == "names":
        rows(tmp_path / "d/train.jsonl", {"id": "a", "text": "Rome by Anna", "entities": record})
        options = ("--names", f"entities.label={','.join(names)}")
    else:
        struct = {"start": datasets.Value("int64"), "end": datasets.Value("int64"), "label": datasets.ClassLabel(names=names)}
        features = datasets.Features(
            {"id": datasets.Value("string"), "text": datasets.Value("string"), "entities": datasets.Sequence(struct)}
        )
        datasets.Dataset.from_dict(
            {"id": ["a"], "text": ["Rome by Anna"], "entities": [record]}, features
        ).to_parquet(tmp_path / "d/train.parquet")  # fmt: skip
    corpus = imported(tmp_path / "c", tmp_path / "d", *options)
    assert list(corpus.scheme.layers) == ["span"]
    assert list(corpus.scheme.layers["span"].labels) == names
    assert found(corpus, "a") == [("LOC", "Rome"), ("PER", "Anna")]
    assert exported_names(tmp_path / "c", "label", "spans") == names


def test_rows_without_an_id_are_called_alike_in_parquet_and_arrow(tmp_path: Path) -> None:
    data = datasets.Dataset.from_dict({"text": ["One.", "Two.", "Three."]})
    data.to_parquet(tmp_path / "parquet/data/train-00000-of-00001.parquet")
    for number, part in enumerate((data.select([0, 1]), data.select([2]))):
        part.to_parquet(tmp_path / f"shards/data/train-{number:05}-of-00002.parquet")
    datasets.DatasetDict({"train": data}).save_to_disk(str(tmp_path / "saved"), num_shards={"train": 2})
    for source in ("parquet", "shards", "saved"):
        corpus = imported(tmp_path / f"c-{source}", tmp_path / source)
        assert {one.id: one.text for one in corpus} == {"train-1": "One.\n", "train-2": "Two.\n", "train-3": "Three.\n"}


def test_passages_lose_blanks_at_their_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    passage = {"id": "p1", "type": "title", "text": ["Ada met Bob. "], "offsets": [[0, 13]]}
    source = rows(tmp_path / "d/train.jsonl", {"id": "a", "passages": [passage], "entities": []})
    assert found(imported(tmp_path / "c", source), "a", "passage") == [("title", "Ada met Bob.")]
    assert "1 × spans trimmed of blanks" in capsys.readouterr().out
    assert main(["-C", str(tmp_path / "c"), "check", "--select", "SPN"]) == 0
