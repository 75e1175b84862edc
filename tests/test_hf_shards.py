"""The Parquet of an export: what is silently lost elsewhere, and files by size."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, write_example
from postil import Corpus
from postil.cli import main
from postil.rules.examples import Example, label, relation, span

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
from postil.formats.hf.parquet.features import PLACE, STRING, arrow_schema  # noqa: E402 - where there is Arrow

TEXT = "Rajnath Singh 🐎 met Zoë in Tokyo. India-Japan ties grew.\n"
RECORDS = (
    span("s1", "OPINION", 0, 32, attributes={"polarity": "positive", "strength": 2}),
    span("e1", "PERSON", 0, 13, attributes={"sure": True}),
    span("e2", "PERSON", 20, 23, confidence=0.5, note="who?"),
    span("e3", "PERSON", 8, 23, fragments=[(8, 13), (20, 23)]),
    span("s2", "FACT", 34, 56),
    relation("r1", "supports", {"from": "s2", "to": "s1"}),
    label("g1", "op-ed"),
    {"type": "note", "id": "n1", "about": "s1", "text": "sure?"},
)
DOCUMENTS = 12


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve documents of two annotators."""
    scheme = Example().scheme
    assert scheme
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    root = write_example(tmp_path_factory.mktemp("shards") / "corpus", Example(text=TEXT, records=RECORDS, scheme=scheme))
    (root / "annotations/a2").mkdir()
    first = root / "annotations/gold/example.jsonl"
    for number in range(DOCUMENTS):
        name = f"d{number:02}"
        (root / f"corpus/{name}.txt").write_text(TEXT, encoding="utf-8")
        (root / f"corpus/{name}.toml").write_bytes((root / "corpus/example.toml").read_bytes())
        for annotator in ("gold", "a2"):
            text = first.read_text(encoding="utf-8").replace('"document":"example"', f'"document":"{name}"')
            text = text.replace('"annotator":"gold"', f'"annotator":"{annotator}"')
            (root / f"annotations/{annotator}/{name}.jsonl").write_text(text, encoding="utf-8")
    for path in root.rglob("example.*"):
        path.unlink()
    # of one text, and apart all the same
    lines = [f'{{"document":"d{number:02}","split":"{"test" if number % 5 > 2 else "train"}"}}\n' for number in range(DOCUMENTS)]
    (root / "corpus/splits.jsonl").write_text("".join(lines))
    with (root / "corpus/corpus.toml").open("a") as manifest:
        manifest.write("[splits]\nshares = { train = 0.6, test = 0.4 }\n")
    return root


def export(corpus: Path, target: Path, *options: str) -> Path:
    command = ["-C", str(corpus), "export", "hf", str(target), "--set", "gold", "--set", "a2", "--no-agreement"]
    assert main([*command, *options]) == 0
    return target


@pytest.fixture(scope="module")
def whole(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export in one file for each split."""
    return export(corpus, tmp_path_factory.mktemp("whole") / "out")


@pytest.fixture(scope="module")
def sharded(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same in many small files."""
    return export(corpus, tmp_path_factory.mktemp("sharded") / "out", "--shard-size", "4KB")


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    return lambda path, config=None, **more: datasets.load_dataset(str(path), config, cache_dir=str(tmp_path / "cache"), **more)


def table(target: Path, config: str, split: str) -> Any:
    return pa.concat_tables([pq.read_table(path) for path in sorted((target / config).glob(f"{split}-*.parquet"))])


def test_shards_hold_the_same_rows_under_names_that_say_how_many_there_are(whole: Path, sharded: Path) -> None:
    configs = [path.name for path in whole.iterdir() if list(path.glob("*.parquet"))]
    assert len(configs) == 7
    for config in configs:
        for split in ("train", "test"):
            names = sorted(path.name for path in (sharded / config).glob(f"{split}-*"))
            assert names == [f"{split}-{number:05}-of-{len(names):05}.parquet" for number in range(len(names))]
            assert table(whole, config, split).equals(table(sharded, config, split))
            assert all(pq.read_metadata(sharded / config / name).num_rows for name in names)
    assert len(list((sharded / "documents").iterdir())) > 4
    assert not list(sharded.rglob("*.part"))


@pytest.mark.filterwarnings("default")
def test_datasets_counts_the_rows_of_all_shards(sharded: Path, load: Any) -> None:
    for config in ("documents", "spans"):
        loaded = load(sharded, config)
        assert {split: len(loaded[split]) for split in loaded} == {
            split: table(sharded, config, split).num_rows for split in ("test", "train")
        }
        assert loaded["train"].info.splits["train"].num_examples == len(loaded["train"])


def test_the_card_sums_over_shards_and_names_each_file(sharded: Path) -> None:
    yaml = pytest.importorskip("yaml")
    card = yaml.safe_load((sharded / "README.md").read_text(encoding="utf-8").split("---\n")[1])

    for config, info in zip(card["configs"], card["dataset_info"], strict=True):
        sizes = {}
        for files in config["data_files"]:
            paths = files["path"] if isinstance(files["path"], list) else [files["path"]]
            sizes[files["split"]] = sum((sharded / path).stat().st_size for path in paths)
            assert all((sharded / path).is_file() for path in paths)
        assert {split["name"]: split["num_bytes"] for split in info["splits"]} == sizes
        assert info["download_size"] == sum(sizes.values())


def test_an_export_in_shards_is_the_same_bytes_again_and_leaves_no_stale_file(
    corpus: Path, sharded: Path, tmp_path: Path
) -> None:
    export(corpus, tmp_path / "out", "--shard-size", "1KB")
    export(corpus, tmp_path / "out", "--shard-size", "4 kB")
    files = {path.relative_to(sharded): path.read_bytes() for path in sharded.rglob("*") if path.is_file()}

    assert files == {
        path.relative_to(tmp_path / "out"): path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()
    }


def test_a_corpus_comes_back_from_shards_byte_for_byte(corpus: Path, sharded: Path, tmp_path: Path) -> None:
    (tmp_path / "back").mkdir()
    assert main(["-C", str(tmp_path / "back"), "import", "hf", str(sharded)]) == 0

    for path in (*(corpus / "corpus").rglob("*.*"), *(corpus / "annotations").rglob("*.*")):
        assert (tmp_path / "back" / path.relative_to(corpus)).read_bytes() == path.read_bytes()


def test_a_shard_without_its_rows_is_found_before_the_export_is_in_place(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from postil.formats.hf import export as module

    def damaging(work: Path, about: Any) -> None:
        shard = sorted((work / "spans").glob("train-*"))[1]
        pq.write_table(pq.read_table(shard).slice(1), shard)
        verify(work, about)

    verify = module.verify
    monkeypatch.setattr(module, "verify", damaging)
    command = ["-C", str(corpus), "export", "hf", str(tmp_path / "out"), "--shard-size", "2KB", "--no-agreement"]

    assert main([*command, "--config", "spans"]) == 2
    assert "rows read back" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


SPANS = [("a", 0, 2, "ab", []), ("b", 2, 3, "🐎", []), ("c", 3, 5, "ab", [])]


def verify_spans(*spans: tuple[str, int | None, int, str | None, list[list[int]]]) -> None:
    """Hold these spans, each with its id, start, end, text and fragments, against the text ``ab🐎ab``."""
    from postil.formats.hf.verify import _verify_texts

    kinds = [pa.string(), pa.int64(), pa.int64(), pa.string(), pa.list_(pa.list_(pa.int64()))]
    arrays = [pa.array(values, kind) for values, kind in zip(zip(*spans, strict=True), kinds, strict=True)]
    batch = pa.record_batch(arrays, ["id", "start", "end", "text", "fragments"])
    _verify_texts("spans", batch, ["d1"] * len(spans), ["ab🐎ab"] * len(spans))


def test_spans_that_are_the_text_at_their_offsets_are_read_back() -> None:
    verify_spans(*SPANS)
    verify_spans(*SPANS, ("d", 0, 5, "ab ab", [[0, 2], [3, 5]]))


@pytest.mark.parametrize(
    "span",
    [
        ("e", 0, 2, "🐎b", []),
        ("e", 1, 3, "b", []),
        ("e", 0, 5, "ab🐎", [[0, 2], [3, 5]]),
        ("e", None, 2, "b", []),
        ("e", 0, 2, None, []),
    ],
)
def test_a_span_that_is_another_text_is_found(span: Any) -> None:
    from postil.formats.hf.verify import ExportDamaged

    with pytest.raises(ExportDamaged, match=r"spans, d1, e: the text .* was read back, .* is at its offsets"):
        verify_spans(*SPANS, span)


def test_spans_that_say_together_what_is_there_but_not_each_are_found() -> None:
    from postil.formats.hf.verify import ExportDamaged

    with pytest.raises(ExportDamaged, match="a: the text 'ab🐎' was read back, 'ab' is at its offsets"):
        verify_spans(("a", 0, 2, "ab🐎", []), ("b", 2, 5, "ab", []))


@pytest.mark.parametrize("size", ["0", "-1", "5 apples", "", "1.5MB"])
def test_a_size_must_be_one(size: str, corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(corpus), "export", "hf", str(tmp_path / "out"), "--shard-size", size]) == 2
    assert "--shard-size" in capsys.readouterr().err


# What research on other exports found to go wrong without a word.


def features(path: Path) -> Any:
    return json.loads(pq.read_schema(path).metadata[b"huggingface"])["info"]["features"]


def test_features_are_spelled_as_every_version_reads_them(sharded: Path) -> None:
    for path in sharded.glob("*/*.parquet"):
        said = json.dumps(features(path))
        assert '"List"' not in said
        assert '"Json"' not in said
        for name, feature in features(path).items():
            kind = pq.read_schema(path).field(name).type
            inner = feature.get("feature", feature) if isinstance(feature, dict) else feature[0]
            if pa.types.is_list(kind):
                assert isinstance(feature, list) or feature["_type"] == "Sequence"
                assert isinstance(feature, list) == pa.types.is_struct(kind.value_type)
            assert not (isinstance(feature, dict) and feature.get("_type") == "Sequence" and "_type" not in inner)


def test_classes_are_int64_and_everything_may_be_null(sharded: Path) -> None:
    for path in sharded.glob("*/*.parquet"):
        schema = pq.read_schema(path)
        for name, feature in features(path).items():
            field = schema.field(name)
            kind = field.type.value_type if pa.types.is_list(field.type) else field.type
            inner = feature.get("feature", feature) if isinstance(feature, dict) else {}
            assert field.nullable
            if inner.get("_type") == "ClassLabel":
                assert kind == pa.int64()


def test_classes_are_in_one_order_in_every_shard_and_in_the_card(sharded: Path) -> None:
    yaml = pytest.importorskip("yaml")
    card = yaml.safe_load((sharded / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    info = next(one for one in card["dataset_info"] if one["config_name"] == "spans")
    said = next(one for one in info["features"] if one["name"] == "label")["dtype"]["class_label"]["names"]

    assert list(said) == [str(number) for number in range(len(said))]
    for path in (sharded / "spans").iterdir():
        assert features(path)["label"]["names"] == list(said.values())


@pytest.mark.filterwarnings("default")
def test_names_survive_without_the_card(sharded: Path, load: Any) -> None:
    paths = [str(path) for path in sorted((sharded / "spans").glob("train-*"))]
    rows = load("parquet", data_files=paths, split="train")

    assert rows.features["label"].names[:2] == ["PERSON", "GPE"]
    assert rows.features["statement_polarity"].names[0] == "positive"


@pytest.mark.filterwarnings("default")
def test_columns_and_filters_work_while_streaming(sharded: Path, load: Any) -> None:
    rows = list(load(sharded, "spans", split="train", streaming=True, columns=["text", "label"], filters=[("label", "==", 0)]))

    assert {tuple(sorted(row)) for row in rows} == {("label", "text")}
    assert {row["text"] for row in rows} == {"Rajnath Singh", "Zoë", "Singh Zoë"}


def test_files_have_a_page_index(sharded: Path) -> None:
    paths = list(sharded.glob("*/*.parquet"))
    assert len(paths) > 7
    for path in paths:
        metadata = pq.read_metadata(path)
        for group in range(metadata.num_row_groups):
            columns = [metadata.row_group(group).column(number) for number in range(metadata.num_columns)]
            assert all(column.has_offset_index and column.has_column_index for column in columns)


def test_places_are_stored_as_differences_and_all_else_is_not(whole: Path) -> None:
    stored: dict[bool, set[str]] = {True: set(), False: set()}
    for path in whole.glob("*/train-*.parquet"):
        group = pq.read_metadata(path).row_group(0)
        for column in map(group.column, range(group.num_columns)):
            stored["DELTA_BINARY_PACKED" in column.encodings].add(f"{path.parent.name}/{column.path_in_schema}")

    lists = {f"tokens/{name}.list.element" for name in ("starts", "ends")} | {
        f"{name}.fragments.list.element.list.element" for name in ("documents/spans.list.element",)
    }
    assert lists | {"spans/start", "annotations/item_end", "relations/args.list.element.start", "tokens/sentence"} <= stored[True]
    assert not [name for name in stored[False] if re.search(r"(^|[/_.])(start|end|sentence)s?(\.|$)", name)]
    assert not [name for name in stored[True] if re.search("text$|label|layer|tags|id$", name)]


BLOCK = 4096  # bytes that a store would keep once


def kept_share(root: Path, *, by_content: bool) -> float:
    """The share of a file's blocks that are still there, wherever, when a document comes before all others."""
    from postil.formats.hf.parquet import write

    chance = random.Random(1)
    words = [f"w{number}" for number in range(5000)]
    texts = [" ".join(chance.choices(words, k=400)) for _ in range(3000)]
    columns = {"text": STRING, "length": PLACE}
    made = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(write.SETTINGS, "use_content_defined_chunking", by_content)
        for name, rows in (("before", texts), ("after", ["new", *texts])):
            writer = write.ShardWriter(root / name, "train", columns)
            writer.write(pa.record_batch([pa.array(rows), pa.array(list(map(len, rows)))], schema=arrow_schema(columns)))
            made += [path.read_bytes() for path, _ in writer.close()]
    before, after = made
    blocks = [before[at : at + BLOCK] for at in range(0, len(before) - BLOCK, BLOCK)]
    return sum(block in after for block in blocks) / len(blocks)


def test_a_new_document_leaves_the_chunks_of_the_others_as_they_are(tmp_path: Path) -> None:
    by_content, by_size = tmp_path / "by content", tmp_path / "by size"
    by_content.mkdir()
    by_size.mkdir()

    assert kept_share(by_content, by_content=True) > 0.75
    assert kept_share(by_size, by_content=False) < 0.1


def test_a_row_group_is_bounded(tmp_path: Path) -> None:
    from postil.formats.hf.parquet.write import ShardWriter

    columns = {"text": STRING}
    writer = ShardWriter(tmp_path / "c", "train", columns, 64_000)
    for _ in range(20):
        writer.write(pa.record_batch([pa.array(["x" * 100] * 100)], schema=arrow_schema(columns)))
    files = [path for path, _ in writer.close()]

    assert sum(pq.read_metadata(path).num_rows for path in files) == 2000
    assert len(files) == 3
    assert all(pq.read_metadata(path).row_group(0).total_byte_size < 80_000 for path in files)


def test_what_waits_for_its_row_group_is_bounded_over_all_splits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from postil.formats.hf.config import Context, all_configs
    from postil.formats.hf.dividing import Dividing
    from postil.formats.hf.parquet import write

    monkeypatch.setattr(write, "_TOGETHER", 20_000)
    monkeypatch.setattr(write, "_PYTHON", 1)
    corpus = Corpus.open(ROOT)
    context = Context(corpus, Dividing(corpus, ()), tmp_path / "not-held.csv")
    (document,) = corpus
    with write.DatasetWriter(tmp_path, list(all_configs().values()), context) as writer:
        for number in range(4):
            writer.add(f"s{number}", document, document.sets["gold"])
            assert sum(rows.writer.pending for table in writer._tables for rows in table.splits.values()) <= 20_000
    context.close()

    assert {sum(files.rows.values()) % 4 for files in writer.files} == {0}
    assert all(len(files.shards) == 4 for files in writer.files)


def test_nothing_in_an_export_is_a_script_of_a_dataset(whole: Path) -> None:
    assert not list(whole.rglob("*.py"))


@pytest.mark.filterwarnings("default")
def test_offsets_count_characters_as_python_does(whole: Path, load: Any) -> None:
    texts = {row["id"]: row["text"] for row in load(whole, "documents", split="train")}

    for row in load(whole, "spans", split="train"):
        assert " ".join(texts[row["document"]][a:b] for a, b in row["fragments"] or [(row["start"], row["end"])]) == row["text"]


def test_half_a_character_is_refused_before_anything_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_example(tmp_path / "corpus", Example(text=TEXT, records=(span("e1", "PERSON", 0, 13, note="who?"),)))
    file = root / "annotations/gold/example.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace("who?", "\\ud800"), encoding="utf-8")

    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out")]) == 1
    assert "annotations/gold/example.jsonl:2" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("default")
def test_what_is_exported_again_to_the_same_place_is_loaded_anew(tmp_path: Path, load: Any) -> None:
    root = write_example(tmp_path / "corpus", Example(text=TEXT, records=(span("e1", "PERSON", 0, 13, confidence=0.5),)))
    file = root / "annotations/gold/example.jsonl"
    found = []
    for confidence in ("0.5", "0.25"):
        file.write_text(file.read_text(encoding="utf-8").replace("0.5", confidence), encoding="utf-8")
        assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--config", "spans"]) == 0
        found.append(load(tmp_path / "out", "spans", split="train")[0]["confidence"])

    assert found == [0.5, 0.25]
