"""Croissant: what its reference implementation validates, and above all what it reads."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, write_example
from postil.cli import main
from postil.rules.examples import Example, label, relation, span

pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")

ALL = ("annotations", "documents", "messages", "relations", "sentences", "spans", "tokens")
TABLES = [option for config in ALL for option in ("--config", config)]  # and nothing for trainers, which takes longer
NAME = 'a|b "c" / <script> 😀 #'
TEXT = "Rajnath Singh 😀 met Zoë in Tokyo. India-Japan ties grew.\n"
RECORDS = (
    span("s1", "OPINION", 0, 32, attributes={"polarity": "positive", "strength": 2}, confidence=0.5),
    span("e1", "PERSON", 0, 13, attributes={"sure": True}),
    span("e3", "PERSON", 8, 23, fragments=[(8, 13), (20, 23)]),
    span("s2", "FACT", 34, 56),
    relation("r1", "supports", {"from": "s2", "to": "s1"}),
    label("g1", "op-ed"),
    {"type": "note", "id": "n1", "about": "s1", "text": "sure?"},
)


@pytest.fixture(scope="module")
def article(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article's export."""
    target = tmp_path_factory.mktemp("croissant") / "export"
    assert main(["-C", str(ROOT), "export", "hf", str(target)]) == 0
    return target


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two splits, a layer with a name that breaks formats, and a manifest that states everything."""
    root = tmp_path_factory.mktemp("varied")
    scheme = Example().scheme
    assert scheme
    key = json.dumps(NAME, ensure_ascii=False)
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    scheme += f"\n[layers.{key}]\nkind = 'span'\nlabels.{key} = {{ description = {key} }}\n"
    manifest = f"""\
format = 1
name = "example"
title = {key}
url = "https://example.org/corpus"
released = 2026-11-24
licence = "CC0-1.0"
authors = [{{ name = {key}, orcid = "0000-0001-2345-6789" }}, {{ name = "The developers" }}]
[data_statement]
collection = "c"
preprocessing = "p"
annotators = "a"
biases = "b"
uses = "u"
limitations = "l"
social_impact = "s"
personal_information = "i"
maintenance = "m"
[splits.shares]
train = 0.5
test = 0.5
"""
    write_example(root, Example(text=TEXT, records=RECORDS, scheme=scheme, manifest=manifest))
    source = (root / "annotations/gold/example.jsonl").read_text(encoding="utf-8")
    for number in range(6):
        for suffix in ("txt", "toml"):
            (root / f"corpus/d{number}.{suffix}").write_bytes((root / f"corpus/example.{suffix}").read_bytes())
        changed = source.replace('"document":"example"', f'"document":"d{number}"')
        (root / f"annotations/gold/d{number}.jsonl").write_text(changed, encoding="utf-8")
    # of one text, and apart all the same
    places = {"example": "train", **{f"d{number}": ("train", "test")[number % 2] for number in range(6)}}
    lines = [json.dumps({"document": name, "split": split}) + "\n" for name, split in places.items()]
    (root / "corpus/splits.jsonl").write_text("".join(lines))
    assert main(["-C", str(root), "export", "hf", str(root / "out")]) == 0
    return root / "out"


@pytest.fixture(scope="module")
def sharded(varied: Path) -> Path:
    """The same in many files."""
    target = varied.with_name("sharded")
    assert main(["-C", str(varied.parent), "export", "hf", str(target), "--shard-size", "1KB", "--no-agreement", *TABLES]) == 0
    assert all(len(list(target.glob(f"{config}/*"))) > 2 for config in ("documents", "spans", "tokens"))
    return target


@pytest.fixture(scope="module")
def detached(varied: Path) -> Path:
    """The same without its texts."""
    target = varied.with_name("detached")
    assert main(["-C", str(varied.parent), "export", "hf", str(target), "--detached", "--no-agreement"]) == 0
    return target


def read(target: Path) -> dict[str, Any]:
    return json.loads((target / "croissant.json").read_text(encoding="utf-8"))


def test_every_file_is_there_with_its_hash_and_a_form_that_can_be_read(varied: Path) -> None:
    files = [entry for entry in read(varied)["distribution"] if entry["@type"] == "cr:FileObject"]

    assert sorted(entry["contentUrl"] for entry in files) == sorted(
        path.relative_to(varied).as_posix() for path in varied.rglob("*.parquet")
    )
    for entry in files:
        data = (varied / entry["contentUrl"]).read_bytes()
        assert entry["sha256"] == hashlib.sha256(data).hexdigest()
        assert entry["contentSize"] == f"{len(data)} B"
    assert {entry["encodingFormat"] for entry in read(varied)["distribution"]} == {"application/x-parquet"}


def test_what_the_manifest_states_is_said_to_machines(article: Path, varied: Path) -> None:
    said = read(varied)
    stated = {key.removeprefix("rai:"): value for key, value in said.items() if key.startswith("rai:")}

    assert said["conformsTo"] == ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"]
    assert (said["license"], said["url"], said["datePublished"]) == (
        "https://spdx.org/licenses/CC0-1.0.html", "https://example.org/corpus", "2026-11-24",
    )  # fmt: skip
    assert said["creator"] == [
        {"@type": "sc:Person", "name": NAME, "url": "https://orcid.org/0000-0001-2345-6789"},
        {"@type": "sc:Organization", "name": "The developers"},
    ]
    assert {key: stated[key] for key in stated if len(stated[key]) == 1} == {
        "dataCollection": "c", "dataPreprocessingProtocol": "p", "annotatorDemographics": "a", "dataBiases": "b",
        "dataUseCases": "u", "dataLimitations": "l", "dataSocialImpact": "s", "personalSensitiveInformation": "i",
        "dataReleaseMaintenancePlan": "m",
    }  # fmt: skip
    said = read(article)
    assert said["rai:machineAnnotationTools"] == ["a1", "a2"]
    assert said["rai:annotationsPerItem"] == "Annotators who judged a document: 2 in 1 document."
    assert "No human annotator took part" in said["rai:dataAnnotationProtocol"]
    assert said["rai:dataAnnotationProtocol"].endswith("How annotators were to decide: GUIDELINES.md.")
    assert "rai:dataBiases" not in said
    assert said["license"] == "LICENSE.md"


def test_labels_have_their_names(article: Path) -> None:
    sets = {record_set["@id"]: record_set for record_set in read(article)["recordSet"]}
    (field,) = (field for field in sets["spans"]["field"] if field["name"] == "statement_polarity")
    classes = sets[field["references"]["field"]["@id"].removesuffix("/index")]

    assert [list(row.values()) for row in classes["data"]] == [[0, "positive"], [1, "negative"], [2, "mixed"], [3, "neutral"]]
    (tags,) = (field for field in sets["tokens"]["field"] if field["name"] == "statement_tags")
    assert "references" not in tags  # the reference implementation fails on one from a list
    assert tags["description"] == "Each number is one of classes/tokens/statement_tags."


def test_ids_are_unique(article: Path, varied: Path) -> None:
    def ids(node: Any) -> list[str]:
        if isinstance(node, list):
            return [id for item in node for id in ids(item)]
        if not isinstance(node, dict):
            return []
        own = [node["@id"]] if "@type" in node and "@id" in node else []
        return own + [id for key, item in node.items() if key not in ("@context", "data") for id in ids(item)]

    for target in (article, varied):
        found = ids(read(target))
        assert len(found) == len(set(found))


def decoded(value: Any) -> Any:
    """What the reference implementation yields, as Parquet has it: text is bytes there, and keys are ids."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if isinstance(value, dict):
        return {key.rpartition("/")[2]: decoded(item) for key, item in value.items()}
    return value


def without_deep(value: Any) -> Any:
    """A row of Parquet without lists of structs in lists of structs, which Croissant cannot say."""
    if isinstance(value, list):
        return [
            {key: part for key, part in item.items() if not (isinstance(part, list) and part and isinstance(part[0], dict))}
            if isinstance(item, dict) else item
            for item in value
        ]  # fmt: skip
    return value


@pytest.fixture
def mlc() -> Any:
    return pytest.importorskip("mlcroissant", reason="mlcroissant is not installed")


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("which", ["article", "varied", "sharded", "detached"])
def test_the_reference_implementation_reads_every_record(
    which: str, mlc: Any, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    from urllib.parse import unquote

    target = request.getfixturevalue(which)
    with caplog.at_level(logging.WARNING):
        dataset = mlc.Dataset(str(target / "croissant.json"))
        issues = dataset.metadata.ctx.issues
        assert not issues.errors
        assert {"url", "citeAs"} >= {word for word in ("url", "citeAs", "license", "datePublished") if word in issues.report()}
        caplog.clear()
        configs = sorted({path.parent.name for path in target.glob("*/*.parquet")})
        assert len(configs) == (5 if which == "detached" else 7)
        kept = [one.uuid for one in dataset.metadata.record_sets if not one.uuid.startswith(("splits", "classes/"))]
        assert sorted(kept) == configs
        for config in configs:
            found = [{unquote(key): value for key, value in decoded(record).items()} for record in dataset.records(config)]
            expected = [
                {**{key: without_deep(value) for key, value in row.items()}, "split": path.name.partition("-")[0]}
                for path in sorted((target / config).iterdir())
                for row in pq.read_table(path).to_pylist()
            ]
            assert len(found) == len(expected)
            for one, other in zip(sorted(found, key=repr_of), sorted(expected, key=repr_of), strict=True):
                assert one == other
    assert not caplog.records


@pytest.mark.filterwarnings("default")
def test_the_reference_implementation_reads_the_names_of_splits_and_classes(mlc: Any, sharded: Path) -> None:
    dataset = mlc.Dataset(str(sharded / "croissant.json"))
    features = {
        (path.parent.name, name): (feature.get("feature", feature) if isinstance(feature, dict) else {}).get("names")
        for path in sharded.glob("*/*.parquet")
        for name, feature in json.loads(pq.read_schema(path).metadata[b"huggingface"])["info"]["features"].items()
    }
    named = [one.uuid for one in dataset.metadata.record_sets if one.uuid.startswith("classes/")]

    assert sorted(decoded(row)["name"] for row in dataset.records("splits")) == ["test", "train"]
    assert {tuple(names) for names in features.values() if names} == {
        tuple(decoded(row)["name"] for row in sorted(dataset.records(uuid), key=lambda row: decoded(row)["index"]))
        for uuid in named
    }


@pytest.mark.filterwarnings("default")
def test_the_reference_implementation_knows_what_is_stated(mlc: Any, varied: Path) -> None:
    metadata = mlc.Dataset(str(varied / "croissant.json")).metadata

    stated = [
        metadata.data_collection, *metadata.data_preprocessing_protocol, *metadata.annotator_demographics, *metadata.data_biases,
        *metadata.data_use_cases, *metadata.data_limitations, metadata.data_social_impact,
        *metadata.personal_sensitive_information, metadata.data_release_maintenance_plan,
    ]  # fmt: skip
    assert "".join(stated) == "cpabulsim"
    assert metadata.annotations_per_item == "Annotators who judged a document: 1 in 7 documents."
    assert metadata.date_published.date().isoformat() == "2026-11-24"
    assert [creator.name for creator in metadata.creators] == [NAME, "The developers"]


def repr_of(row: dict[str, Any]) -> str:
    return repr([row.get(key) for key in ("split", "document", "id", "sentence", "start")])


@pytest.mark.parametrize(("old", "new"), [('"sha256": "', '"sha256": "0'), ('"name": "label"', '"name": "lable"')])
def test_damage_is_found_before_the_export_is_in_place(
    old: str, new: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from postil.formats.hf import croissant

    made = croissant.croissant
    monkeypatch.setattr(croissant, "croissant", lambda *given: made(*given).replace(old.encode(), new.encode(), 1))
    write_example(tmp_path, Example(text=TEXT, records=RECORDS[1:2]))

    assert main(["-C", str(tmp_path), "export", "hf", str(tmp_path / "out"), "--config", "spans"]) == 2
    assert "croissant.json" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.filterwarnings("default")
def test_a_repository_is_what_readers_of_an_address_find_the_files_in(mlc: Any, tmp_path: Path) -> None:
    root = write_example(tmp_path / "corpus", Example(text=TEXT, records=RECORDS[1:2]))
    target = tmp_path / "out"
    assert main(["-C", str(root), "export", "hf", str(target), "--config", "spans", "--repo", "me/letters"]) == 0
    said = read(target)
    home = "https://huggingface.co/datasets/me/letters"
    repository, shard, files = said["distribution"]

    assert repository["contentUrl"] == home
    assert shard["contentUrl"] == f"{home}/resolve/main/spans/train-00000-of-00001.parquet"
    assert files["containedIn"] == {"@id": repository["@id"]}
    # read from somewhere else, with a clone of the repository
    (tmp_path / "elsewhere").mkdir()
    (target / "croissant.json").replace(tmp_path / "elsewhere/croissant.json")
    dataset = mlc.Dataset(str(tmp_path / "elsewhere/croissant.json"), mapping={"repo": str(target)})
    assert not dataset.metadata.ctx.issues.errors
    (found,) = [decoded(record) for record in dataset.records("spans")]
    assert (found["id"], found["text"], found["split"]) == ("e1", "Rajnath Singh", "train")


def test_a_repository_has_an_owner_and_a_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_example(tmp_path / "corpus", Example(text=TEXT, records=RECORDS[1:2]))

    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--repo", "https://huggingface.co/me"]) == 2
    assert "--repo" in capsys.readouterr().err
