"""What is silently lost or changed between a table and ``load_dataset``, tried on every config of an export in many files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import write_example
from postil.cli import main
from postil.rules.examples import Example, label, relation, span

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")

TEXT = "Rajnath Singh 🐎 met Zoë in Tokyo. India-Japan ties grew.\n"
SPANS = (
    span("s1", "OPINION", 0, 32, attributes={"polarity": "positive", "strength": 2}),
    span("e1", "PERSON", 0, 13, attributes={"sure": True}),
    span("e3", "PERSON", 8, 23, fragments=[(8, 13), (20, 23)]),
    span("s2", "FACT", 34, 56),
)
TIES = (relation("r1", "supports", {"from": "s2", "to": "s1"}), label("g1", "op-ed"))
DOCUMENTS = 6
CONFIGS = ["annotations", "documents", "messages", "relations", "sentences", "spans", "tokens"]
SPLITS = ("train", "dev.small_1")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits in many files. Only one document has a relation and a label, so that most columns of them are null."""
    directory = tmp_path_factory.mktemp("traps")
    scheme = Example().scheme
    assert scheme
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    manifest = f"{Example().manifest}[splits.shares]\n{SPLITS[0]} = 1\n{json.dumps(SPLITS[1])} = 1\n"
    root = write_example(directory / "corpus", Example(text=TEXT, records=(*SPANS, *TIES), scheme=scheme, manifest=manifest))
    lines = (root / "annotations/gold/example.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    for number in range(DOCUMENTS):
        for suffix in ("txt", "toml"):
            (root / f"corpus/d{number}.{suffix}").write_bytes((root / f"corpus/example.{suffix}").read_bytes())
        header = lines[0].replace('"document":"example"', f'"document":"d{number}"')
        (root / f"annotations/gold/d{number}.jsonl").write_text("".join([header, *lines[1 : 1 + len(SPANS)]]), encoding="utf-8")
    places = [
        ("example", 0),
        *((f"d{number}", number % 2) for number in range(DOCUMENTS)),
    ]  # frozen: as copies they would be in one
    frozen = [json.dumps({"document": one, "split": SPLITS[at]}, separators=(",", ":")) + "\n" for one, at in sorted(places)]
    (root / "corpus/splits.jsonl").write_text("".join(frozen), encoding="utf-8")
    command = ["-C", str(root), "export", "hf", str(directory / "out"), "--no-agreement", "--shard-size", "2KB"]
    assert main([*command, *(option for config in CONFIGS for option in ("--config", config))]) == 0
    return directory / "out"


@pytest.fixture
def datasets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(datasets.config, "HF_HUB_OFFLINE", True)
    return datasets


def configs(target: Path) -> list[str]:
    return sorted({path.parent.name for path in target.glob("*/*.parquet")})


def shards(target: Path, config: str, split: str = "") -> list[str]:
    return [str(path) for path in sorted((target / config).glob(f"{split}*.parquet"))]


def kinds(kind: Any) -> Iterator[Any]:
    """The fields inside a type, however deep."""
    inner = [kind.value_field] if pa.types.is_list(kind) else list(kind) if pa.types.is_struct(kind) else []
    for field in inner:
        yield field
        yield from kinds(field.type)


@pytest.mark.filterwarnings("default")
def test_what_a_dataset_is_made_of_can_be_asked(exported: Path, datasets: Any) -> None:
    assert configs(exported) == CONFIGS
    assert sorted(datasets.get_dataset_config_names(str(exported))) == configs(exported)
    assert datasets.get_dataset_default_config_name(str(exported)) == "documents"
    for config in configs(exported):
        those = [path_split(exported, config)] if config == "relations" else list(SPLITS)
        assert datasets.get_dataset_split_names(str(exported), config) == those


def path_split(target: Path, config: str) -> str:
    """The only split of a config."""
    (split,) = {Path(path).name.partition("-")[0] for path in shards(target, config)}
    return split


@pytest.mark.filterwarnings("default")
def test_a_split_without_rows_is_missing_from_its_config_only(exported: Path, datasets: Any) -> None:
    relations = datasets.load_dataset(str(exported), "relations")

    assert list(relations) == [path_split(exported, "relations")]
    assert len(relations[path_split(exported, "relations")]) == 1
    for config in configs(exported):
        loaded = datasets.load_dataset(str(exported), config)
        assert {split: len(rows) for split, rows in loaded.items()} == {
            split: sum(pq.read_metadata(path).num_rows for path in shards(exported, config, split)) for split in loaded
        }


@pytest.mark.filterwarnings("default")
def test_features_are_the_same_with_the_card_and_without_in_every_file(exported: Path, datasets: Any) -> None:
    for config in configs(exported):
        with_card = datasets.load_dataset_builder(str(exported), config).info.features
        assert with_card
        for path in shards(exported, config):
            schema = pq.read_schema(path)
            assert datasets.Features.from_arrow_schema(schema) == with_card  # falls back to bare types where it loses one
            assert with_card.arrow_schema.remove_metadata() == schema.remove_metadata()
            assert "large_" not in str(schema)


def test_everything_in_everything_may_be_null(exported: Path) -> None:
    for config in configs(exported):
        for path in shards(exported, config):
            schema = pq.read_schema(path)
            assert all(field.nullable for field in schema)
            assert all(inner.nullable for field in schema for inner in kinds(field.type))


def test_a_class_that_was_not_given_is_null_and_never_a_number_without_a_name(exported: Path) -> None:
    seen: dict[str, set[Any]] = {}
    for config in configs(exported):
        for path in shards(exported, config):
            table = pq.read_table(path)
            for name, feature in json.loads(table.schema.metadata[b"huggingface"])["info"]["features"].items():
                inner = feature.get("feature", feature) if isinstance(feature, dict) else {}
                if inner.get("_type") != "ClassLabel":
                    continue
                cells = table[name].to_pylist()
                values = {one for cell in cells for one in (cell if isinstance(cell, list) else [cell])}
                assert values <= {None, *range(len(inner["names"]))}
                seen.setdefault(f"{config}.{name}", set()).update(values)
    assert seen["documents.genre_label"] == {None, 0}
    assert seen["spans.statement_polarity"] == {None, 0}
    assert None not in seen["spans.label"]


def test_a_file_whose_classes_have_another_order_is_found_before_the_export_is_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from postil.formats.hf import export as module

    def damaging(work: Path, about: Any) -> None:
        (path,) = (work / "spans").iterdir()
        table = pq.read_table(path)
        said = json.loads(table.schema.metadata[b"huggingface"])
        said["info"]["features"]["label"]["names"].reverse()
        pq.write_table(table.replace_schema_metadata({b"huggingface": json.dumps(said, separators=(",", ":")).encode()}), path)
        verify(work, about)

    verify = module.verify
    monkeypatch.setattr(module, "verify", damaging)
    root = write_example(tmp_path / "c", Example(text=TEXT, records=SPANS[1:2]))

    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--config", "spans"]) == 2
    assert "schema read back" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_card_says_what_offsets_count(exported: Path) -> None:
    assert "Offsets are Unicode code points, zero-based and half-open" in (exported / "README.md").read_text(encoding="utf-8")
