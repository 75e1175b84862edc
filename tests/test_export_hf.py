"""The Hugging Face export, as `datasets` opens it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT, write_example
from postil import Corpus
from postil.cli import main
from postil.rules.examples import Example, label, relation, span

pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
os.environ["HF_HUB_OFFLINE"] = "1"
DOC = "news/india-japan-2-plus-2"
CONFIGS = ["documents", "annotations", "messages", "relations", "sentences", "spans", "tokens"]
FILES = [
    "CITATION.cff", "GUIDELINES.md", "LICENSE.md", "README.md", "SHA256SUMS", "corpus.toml", "croissant.json", "figures",
    "labels.json", "not-held.csv", "postil-export.json", "scheme.toml", "spans",
]  # fmt: skip
TEXT = "Rajnath Singh 😀 met Zoë in Tokyo. India-Japan ties grew.\n"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The article's export."""
    target = tmp_path_factory.mktemp("hf") / "export"
    assert main(["-C", str(ROOT), "export", "hf", str(target)]) == 0
    return target


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    datasets = pytest.importorskip("datasets", reason="the extra hf is not installed")
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    return lambda path, config=None, **more: datasets.load_dataset(str(path), config, cache_dir=str(tmp_path / "cache"), **more)


def rows(target: Path, config: str, split: str = "train") -> list[dict[str, Any]]:
    return pq.read_table(target / config / f"{split}-00000-of-00001.parquet").to_pylist()


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("config", [None, *CONFIGS])
def test_load_dataset_opens_every_config(config: str | None, exported: Path, load: Any) -> None:
    loaded = load(exported, config)
    streamed = load(exported, config, streaming=True)

    assert list(loaded) == list(streamed) == ["train"]
    assert len(loaded["train"]) == len(list(streamed["train"])) == len(rows(exported, config or "documents"))
    assert loaded["train"][0] == next(iter(streamed["train"]))


@pytest.mark.filterwarnings("default")
def test_class_labels_survive(exported: Path, load: Any) -> None:
    spans = load(exported, "spans", split="train")
    names = spans.features["label"].names
    gold = Corpus.open(ROOT)[DOC].sets["gold"]

    assert [names[row["label"]] for row in spans] == [one.label for one in gold.spans]
    assert spans.features["statement_polarity"].names == ["positive", "negative", "mixed", "neutral"]
    tokens = load(exported, "tokens", split="train")
    assert tokens.features["statement_tags"].feature.names[:3] == ["O", "B-FACT", "I-FACT"]


def test_every_span_is_the_text_at_its_offsets(exported: Path) -> None:
    texts = {row["id"]: row["text"] for row in rows(exported, "documents")}

    assert texts[DOC] == (ROOT / f"corpus/{DOC}.txt").read_text(encoding="utf-8")
    for row in rows(exported, "spans"):
        text = texts[row["document"]]
        assert text[row["start"] : row["end"]] == row["text"]
        assert text[: row["start"]].endswith(row["before"])
        assert text[row["end"] :].startswith(row["after"])
    for row in rows(exported, "tokens"):
        for token, start, end in zip(row["tokens"], row["starts"], row["ends"], strict=True):
            assert texts[row["document"]][start:end] == token
    for row in rows(exported, "sentences"):
        assert texts[row["document"]][row["start"] : row["end"]] == row["text"]


def test_documents_hold_everything(exported: Path) -> None:
    (row,) = rows(exported, "documents")
    gold = Corpus.open(ROOT)[DOC].sets["gold"]

    assert [one["id"] for one in row["spans"]] == [one.id for one in gold.spans]
    assert [json.loads(one["attributes"] or "{}") for one in row["spans"]] == [one.attributes for one in gold.spans]
    assert [{arg["role"]: arg["ids"][0] for arg in one["args"]} for one in row["relations"]] == [
        one.args for one in gold.relations
    ]
    assert [(one["layer"], one["label"]) for one in row["labels"]] == [(one.layer, one.label) for one in gold.labels]
    assert row["sources"] == ["a1", "a2"]
    assert row["rights"]["redistribute"] is False


def test_a_second_export_gives_the_same_bytes_and_leaves_no_old_file(exported: Path, tmp_path: Path) -> None:
    target = tmp_path / "again"
    shutil.copytree(exported, target)

    assert main(["-C", str(ROOT), "export", "hf", str(target), "--config", "spans"]) == 0
    assert sorted(path.name for path in target.iterdir()) == FILES
    assert main(["-C", str(ROOT), "export", "hf", str(target)]) == 0
    for path in exported.rglob("*"):
        if path.is_file():
            assert (target / path.relative_to(exported)).read_bytes() == path.read_bytes()
    assert sorted(tmp_path.iterdir()) == [target]


def test_the_card_is_yaml_that_says_what_is_there(exported: Path) -> None:
    yaml = pytest.importorskip("yaml")
    _, front, body = (exported / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    card = yaml.safe_load(front)

    assert [config["config_name"] for config in card["configs"]] == CONFIGS
    assert [config.get("default") for config in card["configs"]] == [True] + [None] * 6
    assert card["language"] == ["en"]
    assert card["license"] == "other"
    assert card["annotations_creators"] == ["machine-generated"]
    assert "do not publish" in body
    assert "No human annotator took part" in body


RECORDS = (
    span("s1", "OPINION", 0, 32, attributes={"polarity": "positive", "strength": 2}),
    span("e1", "PERSON", 0, 13, attributes={"sure": True}),
    span("e2", "PERSON", 20, 23, confidence=0.5, note="who?"),
    span("e3", "PERSON", 8, 23, fragments=[(8, 13), (20, 23)]),
    span("s2", "FACT", 34, 56),
    span("e5", "PERSON", 34, 45),
    span("e4", "GPE", 34, 39),
    relation("r1", "supports", {"from": "s2", "to": "s1"}),
    relation("r2", "restates", {"from": "s1", "to": "s2"}, confidence=0.25),
    label("g1", "op-ed"),
    {"type": "note", "id": "n1", "about": "s1", "text": "sure?"},
)


@pytest.fixture
def varied(tmp_path: Path) -> Path:
    scheme = Example().scheme
    assert scheme
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    return write_example(tmp_path / "varied", Example(text=TEXT, records=RECORDS, scheme=scheme))


def test_what_does_not_fit_is_counted_and_named(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 0
    out = capsys.readouterr().out

    assert "not in tokens: 1 × entity: discontinuous (e3 in example by gold)" in out
    assert "not in tokens, entity_tags: 1 × overlapped by a longer span (e4 in example by gold)" in out
    card = (varied / "out/README.md").read_text(encoding="utf-8")
    assert "| tokens, entity\\_tags | overlapped by a longer span | 1 | e4 in example by gold |" in card
    assert "* The text of a discontinuous span is its fragments" in card
    listed = (varied / "out/not-held.csv").read_text(encoding="utf-8").splitlines()
    assert listed[0] == "where,why,document,annotator,id"
    assert "tokens,entity: discontinuous,example,gold,e3" in listed
    (first, second) = rows(varied / "out", "tokens")
    assert first["tokens"] == ["Rajnath", "Singh", "😀", "met", "Zoë", "in", "Tokyo", "."]
    assert first["starts"][3] == 16
    assert first["entity_tags"] == [1, 2, 0, 0, 1, 0, 0, 0]
    assert second["entity_tags"][:3] == [1, 2, 2]
    assert second["entity_GPE_tags"][:3] == [1, 0, 0]


def test_attributes_are_typed_columns(varied: Path) -> None:
    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 0
    by_id = {row["id"]: row for row in rows(varied / "out", "spans")}

    assert by_id["s1"]["statement_polarity"] == 0
    assert by_id["s1"]["statement_strength"] == 2
    assert by_id["e1"]["entity_sure"] is True
    assert by_id["e2"]["entity_sure"] is None
    assert by_id["e2"]["confidence"] == 0.5
    assert by_id["e3"]["fragments"] == [[8, 13], [20, 23]]
    relations = {row["id"]: row for row in rows(varied / "out", "relations")}
    assert (relations["r1"]["head_id"], relations["r1"]["tail_id"]) == ("s2", "s1")
    assert relations["r1"]["tail_text"] == TEXT[:32]
    first, second = rows(varied / "out", "sentences")
    assert (first["label"], second["label"]) == (1, 0)


def test_an_empty_split_is_never_written(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--split", "train=0.5", "--split", "test=0.5"]
    assert main(command) == 0

    (file,) = (varied / "out/spans").iterdir()
    empty = "test" if file.name.startswith("train") else "train"
    assert f"No document fell to {empty}" in (varied / "out/README.md").read_text(encoding="utf-8")


def test_documents_of_a_group_and_near_copies_share_a_split(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from postil.model import AnnotationSet, Header

    words = [" ".join(f"{'abcdefgh'[number]}{word}" for word in range(60)) for number in range(8)]
    texts = {f"d{number}": f"{words[number]}.\n" for number in range(8)}
    texts |= {f"copy{number}": f"{words[number]} indeed.\n" for number in range(4, 8)}
    for name, text in texts.items():
        (varied / f"corpus/{name}.txt").write_text(text)
        group = f'group = "g{int(name[1]) % 2}"\n' if name in ("d0", "d1", "d2", "d3") else ""
        (varied / f"corpus/{name}.toml").write_text(group + (varied / "corpus/example.toml").read_text())
        corpus = Corpus.open(varied)
        corpus.write(AnnotationSet(Header(name, "gold", "news/1", corpus[name].text_sha256, "complete", "manual")))
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "documents"]
    assert main([*command, "--split", "a=1", "--split", "b=1"]) == 0
    assert "across splits: no text, near copy, group, address or author" in capsys.readouterr().out

    found = {row["id"]: (name, row["group"]) for name in "ab" for row in rows(varied / "out", "documents", name)}
    assert len(found) == 13
    assert found["d0"] == found["d2"]
    assert found["d1"][1] == "g1"
    assert all(found[f"d{number}"] == found[f"copy{number}"] for number in range(4, 8))
    assert {split for split, _ in found.values()} == {"a", "b"}

    assert main(["-C", str(varied), "split", "a=1", "b=1"]) == 0
    frozen = Corpus.open(varied).directory.project.splits_file.placements
    assert {name: (placed.split, placed.group_name) for name, placed in frozen.items()} == found


def test_documents_that_belong_together_are_one_split(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for suffix in ("txt", "toml"):
        shutil.copy(varied / f"corpus/example.{suffix}", varied / f"corpus/copy.{suffix}")
    file = varied / "annotations/gold/example.jsonl"
    (varied / "annotations/gold/copy.jsonl").write_text(file.read_text().replace('"document":"example"', '"document":"copy"'))
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "documents"]
    assert main([*command, "--split", "train=1", "--split", "test=1"]) == 0

    assert "all documents belong together (one group, or copies), and cannot be divided" in capsys.readouterr().out
    assert len(rows(varied / "out", "documents")) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"end":13', '"end":12'), "SPN003"),
        (('"label":"GPE"', '"label":"GEP"'), "LAB003"),
        (('{"type":"span","id":"e1"', '{"type":"span",,"id":"e1"'), "ANN001"),
    ],
)
def test_a_corpus_with_errors_is_not_exported(
    change: tuple[str, str], said: str, varied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = varied / "annotations/gold/example.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace(*change), encoding="utf-8")

    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 1
    assert said in capsys.readouterr().err
    assert not (varied / "out").exists()
    assert not list(varied.glob(".postil-export*"))


def test_a_directory_with_other_files_is_not_overwritten(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (varied / "out").mkdir()
    (varied / "out/thesis.docx").write_text("years of work")

    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 1
    assert "thesis.docx" in capsys.readouterr().err
    assert [path.name for path in (varied / "out").iterdir()] == ["thesis.docx"]


def test_a_file_that_was_changed_since_is_overwritten_only_when_asked(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--no-agreement", "--config", "spans"]
    assert main(command) == 0
    card = (varied / "out/README.md").read_bytes()
    (varied / "out/README.md").write_text("mine\n", encoding="utf-8")

    assert main(command) == 1
    assert "changed since they were exported (README.md): nothing was written. --replace overwrites" in capsys.readouterr().err
    assert main([*command, "--replace"]) == 0
    assert (varied / "out/README.md").read_bytes() == card

    (varied / "out/thesis.docx").write_text("years of work")
    assert main([*command, "--replace"]) == 1
    assert "files that no export wrote (thesis.docx)" in capsys.readouterr().err


def test_what_an_earlier_export_had_and_the_next_has_not_is_said(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def said(*options: str) -> list[str]:
        assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--no-agreement", *options]) == 0
        return [line for line in capsys.readouterr().out.splitlines() if line.startswith("no longer there")]

    assert said() == []
    assert said() == []
    assert said("--config", "documents", "--config", "gliner") == [
        "no longer there: annotations, messages, relations, sentences, spans, tokens, trainers/conll, trainers/spacy"
    ]
    assert said("--config", "documents", "--split", "test") == ["no longer there: the split train, trainers"]
    assert said("--config", "documents", "--split", "test", "--detached") == ["no longer there: the texts"]
    assert said("--config", "documents", "--split", "test", "--detached") == []


def test_a_split_that_a_config_lacks_is_named(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("other", "third"):
        (varied / f"corpus/{name}.txt").write_text(f"Text of the {name} one.\n")
        shutil.copy(varied / "corpus/example.toml", varied / f"corpus/{name}.toml")
        from postil.model import AnnotationSet, Header

        corpus = Corpus.open(varied)
        corpus.write(AnnotationSet(Header(name, "gold", "news/1", corpus[name].text_sha256, "complete", "manual")))
    placed = {"example": "train", "other": "test", "third": "test"}
    lines = [json.dumps({"document": name, "split": split}, separators=(",", ":")) for name, split in placed.items()]
    (varied / "corpus/splits.jsonl").write_text("\n".join(lines) + "\n")
    manifest = varied / "corpus/corpus.toml"
    manifest.write_text(f"{manifest.read_text()}[splits]\nshares = {{ train = 1, test = 1 }}\n")
    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "relations", "--config", "documents"]) == 0

    assert "  the config relations has no split test: no document there gives it a row\n" in capsys.readouterr().out
    card = (varied / "out/README.md").read_text(encoding="utf-8")
    assert "The config relations has no split test: no document there gives it a row." in card
    assert "config documents has no split" not in card


@pytest.mark.parametrize(
    "options",
    [
        ["--set", "a9"],
        ["--set", "gold", "--set", "nobody"],
        ["--config", "spacy"],
        ["--config", "x"],
        ["--split", "a-b"],
        ["--split", "a=x"],
        ["--split", "a=-1"],
        ["--split", "=1"],
    ],
)
def test_what_cannot_be_exported_is_said(options: list[str], varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), *options]) == 2
    assert capsys.readouterr().err.startswith("postil: ")
    assert not (varied / "out").exists()


def test_a_language_without_a_tokenizer_is_named(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    metadata = varied / "corpus/example.toml"
    metadata.write_text(metadata.read_text().replace('language = "en"', 'language = "tlh"'))

    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 0
    assert "there is no tokenizer for tlh" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (
            "[layers.argument]",
            """[layers.entity.attributes.a_b]\ntype = 'string'\n[layers.entity_a]\nkind = 'span'
               labels.A = {}\nattributes.b = { type = 'string' }\n[layers.argument]""",
        ),
        ("[layers.argument]", "[layers.entity_GPE]\nkind = 'span'\nlabels.A = {}\n[layers.argument]"),
        (
            "[layers.argument]",
            "[layers.head]\nkind = 'relation'\nlabels.A = {}\nattributes.id = { type = 'string' }\n[layers.argument]",
        ),
    ],
)  # fmt: skip
def test_two_columns_of_one_name_are_refused(old: str, new: str, varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scheme = varied / "annotations/scheme.toml"
    scheme.write_text(scheme.read_text().replace(old, new, 1))

    assert main(["-C", str(varied), "check"]) == 0
    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 1
    assert "two columns would be called" in capsys.readouterr().err


def test_what_the_manifest_ignores_does_not_stop_an_export(varied: Path) -> None:
    file = varied / "annotations/gold/example.jsonl"
    file.write_text(
        file.read_text(encoding="utf-8").replace('"end":13,"text":"Rajnath Singh"', '"end":14,"text":"Rajnath Singh "'), "utf-8"
    )
    manifest = varied / "corpus/corpus.toml"
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "spans"]

    assert main(command) == 1
    manifest.write_text(f'{manifest.read_text()}[check]\nignore = ["SPN004"]\n')
    assert main(command) == 0


def test_what_a_table_cannot_hold_stops_an_export_whoever_excuses_it(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = varied / "annotations/gold/example.jsonl"
    excused = file.read_text(encoding="utf-8").replace('"label":"GPE"', '"label":"GEP"')
    file.write_text(excused.replace('"text":"India"', '"text":"India","ignore":{"LAB003":"a new label"}'), encoding="utf-8")

    assert main(["-C", str(varied), "check"]) == 0
    assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 1
    assert "LAB003" in capsys.readouterr().err


def test_an_annotator_who_is_named_twice_is_exported_once(varied: Path) -> None:
    assert (
        main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "spans", "--set", "gold", "--set", "gold"]) == 0
    )
    assert len(rows(varied / "out", "spans")) == 7


@pytest.mark.parametrize("kind", ["file", "link", "link to a directory", "dangling link"])
def test_what_comes_to_lie_there_while_an_export_is_made_is_not_lost(
    kind: str, varied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "spans", "--no-agreement"]
    assert main(command) == 0
    before = (varied / "out/README.md").stat().st_ino
    thesis = varied / "out/thesis"

    def meanwhile(*_: object) -> None:
        if kind == "file":
            thesis.write_text("years of work")
        else:
            thesis.symlink_to({"link": varied / "corpus/corpus.toml", "dangling link": varied / "none"}.get(kind, varied))

    monkeypatch.setattr("postil.formats.hf.export.verify", meanwhile)
    assert main(command) == 1
    assert f"{varied / 'out'} holds files that no export wrote (thesis)" in capsys.readouterr().err
    assert (varied / "out/README.md").stat().st_ino == before
    assert thesis.is_symlink() or thesis.read_text() == "years of work"
    assert not list(varied.glob(".postil-export*"))


def test_of_two_exports_at_once_to_one_place_one_is_whole(
    varied: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["-C", str(varied), "export", "hf", str(varied / "out"), "--no-agreement", "--config"]
    others = []

    def meanwhile(work: Path, *_: object) -> None:
        if not others:
            others.append(work)
            assert main([*command, "relations"]) == 0

    monkeypatch.setattr("postil.formats.hf.export.verify", meanwhile)
    assert main([*command, "spans"]) == 0
    assert (varied / "out/spans").is_dir()
    assert not (varied / "out/relations").exists()

    move = Path.replace

    def in_the_way(path: Path, target: Path) -> Path:
        if path.name == "new":
            (varied / "out/theirs").mkdir(parents=True)
        return move(path, target)

    monkeypatch.setattr(Path, "replace", in_the_way)
    assert main([*command, "spans"]) == 1
    assert "does another export write there? Export again" in capsys.readouterr().err
    assert [path.name for path in (varied / "out").iterdir()] == ["theirs"]


def test_two_annotators_are_two_rows(exported: Path, tmp_path: Path) -> None:
    target = tmp_path / "both"
    assert main(["-C", str(ROOT), "export", "hf", str(target), "--set", "a1", "--set", "a2", "--config", "documents"]) == 0

    assert [row["annotator"] for row in rows(target, "documents")] == ["a1", "a2"]
    (row,) = rows(exported, "documents")
    assert (row["genre_label"], row["topic_labels"]) == (0, [0, 2, 1])


def test_each_sentence_has_its_own_tokens_in_any_language(varied: Path) -> None:
    metadata = varied / "corpus/japanese.toml"
    metadata.write_text('language = "ja"\n[rights]\nholder = "x"\nlicence = "CC0-1.0"\nredistribute = true\n')
    (varied / "corpus/japanese.txt").write_text("東京で会談した。次は大阪だ。\n", encoding="utf-8")
    from postil.model import AnnotationSet, Header

    corpus = Corpus.open(varied)
    text = corpus["japanese"]
    corpus.write(AnnotationSet(Header("japanese", "gold", "news/1", text.text_sha256, "complete", "manual")))
    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "tokens"]) == 0

    found = [row for row in rows(varied / "out", "tokens") if row["document"] == "japanese"]
    assert ["".join(row["tokens"]) for row in found] == ["東京で会談した。", "次は大阪だ。"]


def test_an_error_across_documents_stops_an_export(varied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("New", "new"):
        (varied / f"corpus/{name}.txt").write_text("Text.\n")
        shutil.copy(varied / "corpus/example.toml", varied / f"corpus/{name}.toml")
    if not (varied / "corpus/new.txt").samefile(varied / "corpus/New.txt"):
        assert main(["-C", str(varied), "export", "hf", str(varied / "out")]) == 1
        assert "DOC007" in capsys.readouterr().err


def test_a_role_that_the_scheme_does_not_know_comes_last(varied: Path) -> None:
    file = varied / "annotations/gold/example.jsonl"
    file.write_text(file.read_text(encoding="utf-8").replace('"from":"s2","to":"s1"', '"via":"s2","to":"s1"'), encoding="utf-8")
    manifest = varied / "corpus/corpus.toml"
    manifest.write_text(f'{manifest.read_text()}[check]\nignore = ["REL"]\n')

    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "relations"]) == 0
    (row,) = (row for row in rows(varied / "out", "relations") if row["id"] == "r1")
    assert (row["head_id"], row["tail_id"]) == ("s1", "s2")


def test_annotations_align_what_annotators_say(varied: Path, tmp_path: Path) -> None:
    header, *gold = (varied / "annotations/gold/example.jsonl").read_text(encoding="utf-8").splitlines()
    other = [line for line in gold if '"id":"e2"' not in line and '"id":"e3"' not in line]
    other = [line.replace('"end":13,"text":"Rajnath Singh"', '"end":15,"text":"Rajnath Singh 😀"') for line in other]
    other = [line.replace('"label":"GPE"', '"label":"PERSON"') for line in other]
    path = varied / "annotations/a2/example.jsonl"
    path.parent.mkdir()
    path.write_text("\n".join([header.replace('"annotator":"gold"', '"annotator":"a2"'), *other]) + "\n", encoding="utf-8")
    command = [
        "-C",
        str(varied),
        "export",
        "hf",
        str(tmp_path / "out"),
        "--config",
        "annotations",
        "--set",
        "gold",
        "--set",
        "a2",
    ]
    assert main(command) == 0

    found = rows(tmp_path / "out", "annotations")
    by_item: dict[str, list[tuple[str | None, str]]] = {}
    for row in found:
        by_item.setdefault(row["item"], []).append((row["id"], row["annotator"]))
        assert (row["id"] is None) == (row["label"] is None)
        assert TEXT[row["item_start"] : row["item_end"]] == row["item_text"]
    entities = {item: marked for item, marked in by_item.items() if item.startswith("entity")}
    assert entities == {
        "entity-1": [("e1", "gold"), ("e1", "a2")],
        "entity-2": [("e3", "gold"), (None, "a2")],
        "entity-3": [("e2", "gold"), (None, "a2")],
        "entity-4": [("e5", "gold"), ("e5", "a2")],
        "entity-5": [("e4", "gold"), ("e4", "a2")],
    }
    assert len({row["label"] for row in found if row["item"] == "entity-5"}) == 2
    assert [row["end"] for row in found if row["item"] == "entity-1"] == [13, 15]


def test_messages_say_the_definitions_and_answer_in_json(exported: Path) -> None:
    scheme = Corpus.open(ROOT).scheme
    gold = Corpus.open(ROOT)[DOC].sets["gold"]
    found = {row["layer"]: {one["role"]: one["content"] for one in row["messages"]} for row in rows(exported, "messages")}

    assert list(found) == list(scheme.layers)
    for name, said in found.items():
        assert list(said) == ["system", "user", "assistant"]
        for one, definition in scheme.layers[name].labels.items():
            assert f"- {one}" in said["system"]
            assert definition.description in said["system"]
    answered = json.loads(found["entity"]["assistant"])["spans"]
    assert [(one["label"], one["text"]) for one in answered] == [
        (span.label, span.text) for span in gold.spans if span.layer == "entity"
    ]
    assert json.loads(found["topic"]["assistant"])["labels"]


def test_answers_in_messages_are_of_the_form_that_is_asked_for(varied: Path) -> None:
    scheme = varied / "annotations/scheme.toml"
    kinds = '[layers.entity.attributes.kinds]\ntype = "enum"\nvalues = ["a", "b", "c"]\nmultiple = true\n'
    scheme.write_text(scheme.read_text().replace("[layers.statement]", f"{kinds}[layers.statement]", 1))
    file = varied / "annotations/gold/example.jsonl"
    said = file.read_text(encoding="utf-8").replace('"sure":true', '"sure":true,"kinds":["a","c"]')
    file.write_text(said.replace('"strength":2', '"strength":2,"holder":"e1"'), encoding="utf-8")
    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "messages"]) == 0

    found = {row["layer"]: {one["role"]: one["content"] for one in row["messages"]} for row in rows(varied / "out", "messages")}
    entities = json.loads(found["entity"]["assistant"])["spans"]
    assert "- kinds (a list of any of a, b, c)" in found["entity"]["system"]
    assert "- sure (true or false)" in found["entity"]["system"]
    assert entities[0] == {"label": "PERSON", "text": "Rajnath Singh", "attributes": {"sure": True, "kinds": ["a", "c"]}}
    assert "where it is in several parts, with other text between them, a list of the parts" in found["entity"]["system"]
    assert entities[1] == {"label": "PERSON", "text": ["Singh", "Zoë"]}
    statement = json.loads(found["statement"]["assistant"])["spans"][0]["attributes"]
    holder = "- holder (a reference to an annotation of the layer entity, or one of AUTHOR)"
    for item in (
        holder,
        "- polarity (one of positive, negative; only on OPINION; always said)",
        "- strength (a whole number; at least 1; at most 5)",
    ):
        assert item in found["statement"]["system"]
    assert "- source (text; like the regular expression [a-z]+:[0-9]+)" in found["statement"]["system"]
    assert statement["holder"] == {"label": "PERSON", "text": "Rajnath Singh"}
    assert "An annotation that is referred to is an object" in found["statement"]["system"]
    assert "An annotation that is referred to is an object" not in found["entity"]["system"]


def test_messages_hold_relations_with_the_texts_of_their_ends(varied: Path) -> None:
    scheme = varied / "annotations/scheme.toml"
    scheme.write_text(f"""{scheme.read_text()}
[layers.about]
kind = "relation"
roles.what = {{ layers = ["argument", "about"], multiple = true, required = false, description = "what is meant" }}
labels.doubts = {{ }}
""")
    file = varied / "annotations/gold/example.jsonl"
    chain = [
        {"type": "relation", "id": "x1", "layer": "about", "label": "doubts", "args": {"what": ["r1"]}},
        {"type": "relation", "id": "x2", "layer": "about", "label": "doubts", "args": {"what": ["x3"]}},
        {"type": "relation", "id": "x3", "layer": "about", "label": "doubts", "args": {"what": ["x2"]}},
    ]
    file.write_text(file.read_text(encoding="utf-8") + "".join(f"{json.dumps(one)}\n" for one in chain), encoding="utf-8")
    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "messages"]) == 0

    found = {row["layer"]: {one["role"]: one["content"] for one in row["messages"]} for row in rows(varied / "out", "messages")}
    fact, opinion = {"label": "FACT", "text": TEXT[34:56]}, {"label": "OPINION", "text": TEXT[:32]}
    assert json.loads(found["argument"]["assistant"])["relations"] == [
        {"label": "supports", "args": {"from": fact, "to": opinion}},
        {"label": "restates", "args": {"from": opinion, "to": fact}},
    ]
    assert "- to (an annotation of the layer statement)" in found["argument"]["system"]
    assert (
        "- what (an annotation, or a list of several, of the layer argument or about; may be left out): what is meant"
        in found["about"]["system"]
    )
    doubts = json.loads(found["about"]["assistant"])["relations"]
    assert doubts[0]["args"] == {"what": [{"label": "supports", "args": {"from": fact, "to": opinion}}]}
    assert doubts[1]["args"] == {"what": [{"label": "doubts", "args": {"what": [{"label": "doubts"}]}}]}


def test_the_group_of_a_near_copy_is_that_which_it_was_divided_with(varied: Path) -> None:
    from postil.model import AnnotationSet, Header

    words = " ".join(f"word{number}" for number in range(80))
    for name in ("a", "b", "c"):
        text = {"a": f"{words}.\n", "b": f"{words} indeed.\n", "c": "Something else altogether, in a text of its own.\n"}[name]
        (varied / f"corpus/{name}.txt").write_text(text, encoding="utf-8")
        shutil.copy(varied / "corpus/example.toml", varied / f"corpus/{name}.toml")
        corpus = Corpus.open(varied)
        header = Header(name, "gold", "news/1", corpus[name].text_sha256, "complete", "manual")
        corpus.write(AnnotationSet(header))
    assert main(["-C", str(varied), "split", "x=0.5", "y=0.5", "--stratify", "20"]) == 0
    assert main(["-C", str(varied), "export", "hf", str(varied / "out"), "--config", "documents"]) == 0

    found = {row["id"]: row["group"] for path in (varied / "out/documents").iterdir() for row in pq.read_table(path).to_pylist()}
    assert found == {"a": "a", "b": "a", "c": "c", "example": "example"}


@pytest.mark.parametrize("how", ["full", "ended"])
def test_nothing_half_made_is_left(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        if how == "full":
            raise OSError(errno.ENOSPC, "No space left on device")
        os.kill(os.getpid(), signal.SIGTERM)

    root = write_example(tmp_path / "c", Example())
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    monkeypatch.setattr("postil.formats.hf.export.verify", fail)
    try:
        status = main(["-C", str(root), "export", "hf", str(tmp_path / "hf"), "--config", "documents"])
    finally:
        signal.signal(signal.SIGTERM, before)

    said = f"postil: {tmp_path / 'hf'}: No space left on device: nothing was put in place" if how == "full" else "interrupted"
    assert (status, said in capsys.readouterr().err) == (2 if how == "full" else 130, True)
    assert [path.name for path in tmp_path.iterdir()] == ["c"]
