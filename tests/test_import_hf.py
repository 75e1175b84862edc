"""A dataset as a corpus: the export of one comes back byte for byte."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT, write_example
from postil import Corpus
from postil.cli import main
from postil.model import AnnotationSet, Header, Note
from postil.rules.examples import Example, label, relation, span

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
DOC = "news/india-japan-2-plus-2"
TEXT = "Rajnath Singh 😀 met Zoë in Tokyo. India-Japan ties grew.\n"
RECORDS = (
    span("s1", "OPINION", 0, 32, attributes={"strength": 2, "polarity": "positive"}, ignore={"LAB009": "as in the guidelines"}),
    span("e1", "PERSON", 0, 13, attributes={"sure": True}, confidence=1.0, note="“who”?"),
    span("e3", "PERSON", 8, 23, fragments=[(8, 13), (20, 23)]),
    span("s2", "FACT", 34, 56),
    relation("r1", "supports", {"from": "s2", "to": "s1"}, confidence=0.25),
    label("g1", "op-ed"),
    {"type": "note", "id": "n1", "about": "s1", "text": "sure?", "seen": [1, None, {"b": 1, "a": 0.1}]},
)
OTHER = TEXT.replace("Zoë", "Zoa")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def corpus_files(root: Path) -> dict[str, bytes]:
    """Whatever of a corpus there is."""
    tops = [root / name for name in ("corpus", "annotations", "adjudication")]
    return {path.relative_to(root).as_posix(): path.read_bytes() for top in tops for path in top.rglob("*") if path.is_file()}


@pytest.fixture
def everything(tmp_path: Path) -> Path:
    """A corpus with all that there can be: two annotators, remarks, unknown keys, odd spelling, frozen splits."""
    scheme = Example().scheme
    assert scheme
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    root = write_example(tmp_path / "everything", Example(text=TEXT, records=RECORDS, scheme=f"# by hand\n{scheme}"))
    manifest = root / "corpus/corpus.toml"
    manifest.write_text(f'{manifest.read_text()}[check]\nignore = ["ANN015"]\n')
    (root / "annotations/GUIDELINES.md").write_text("# How to decide\n")
    metadata = root / "corpus/example.toml"
    metadata.write_text(f"# from the archive\nnote  =  'A 3'  # its shelf\n{metadata.read_text()}")
    for number in range(4):
        name = f"more/d{number}"
        (root / "corpus/more").mkdir(exist_ok=True)
        (root / f"corpus/{name}.txt").write_text(" ".join(f"né{number}x{at}" for at in range(40)) + "\n", encoding="utf-8")
        shutil.copy(metadata, root / f"corpus/{name}.toml")
        corpus = Corpus.open(root)
        header = Header(name, "a1", "news/1", corpus[name].text_sha256, "in-progress", "model", (), {"tool": {"z": 1, "a": 2}})
        open_ = {"places": [[0, 3], [5, 8]]}
        corpus.write(AnnotationSet(header, notes=(Note("n1", "", "", open_ if number == 1 else {}),)))
    path = root / "annotations/a1/more/d3.jsonl"
    path.write_text(path.read_text().replace('{"type":"note",', '{"type": "note", "text": "x",  '))
    assert main(["-C", str(root), "split", "train=0.5", "test=0.5"]) == 0
    return root


def exported(root: Path, target: Path, *options: str) -> Path:
    assert main(["-C", str(root), "export", "hf", str(target), "--config", "documents", *options]) == 0
    return target


def imported(source: Path, root: Path, *options: str) -> int:
    root.mkdir(exist_ok=True)
    return main(["-C", str(root), "import", "hf", str(source), *options])


def test_the_article_comes_back_byte_for_byte(tmp_path: Path) -> None:
    target = exported(ROOT, tmp_path / "hf", "--set", "gold", "--set", "a1", "--set", "a2")

    assert imported(target, tmp_path / "back") == 0
    assert corpus_files(tmp_path / "back") == corpus_files(ROOT)
    assert main(["-C", str(tmp_path / "back"), "check", "--strict"]) == 0


def test_a_corpus_with_everything_in_it_comes_back_byte_for_byte(everything: Path, tmp_path: Path) -> None:
    target = exported(everything, tmp_path / "hf", "--set", "gold", "--set", "a1", "--split", "x=1", "--split", "y=1")

    assert len(list((target / "documents").iterdir())) == 2
    assert imported(target, tmp_path / "back") == 0
    assert corpus_files(tmp_path / "back") == corpus_files(everything)


def test_a_new_corpus_under_other_names_is_read_annotation_by_annotation(everything: Path, tmp_path: Path) -> None:
    target = exported(everything, tmp_path / "hf")

    assert imported(target, tmp_path / "back", "--into", "old") == 0
    back, there = Corpus.open(tmp_path / "back")["old/example"], Corpus.open(everything)["example"]
    assert back.text == there.text
    assert back.sets["gold"].records == there.sets["gold"].records
    assert back.metadata.note == "A 3"
    assert set(Corpus.open(tmp_path / "back").scheme.layers) == set(Corpus.open(everything).scheme.layers)


def test_a_corpus_takes_back_what_it_gave(everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    manifest = everything / "corpus/corpus.toml"
    manifest.write_text(f'{manifest.read_text()}[defaults.rights]\nholder = "Nobody"\n')
    target = exported(everything, tmp_path / "hf")
    before = corpus_files(everything)
    capsys.readouterr()

    assert imported(target, everything) == 0
    assert corpus_files(everything) == before
    said = capsys.readouterr().out
    assert "all there already, just as it is\nNext: postil check\n" in said


def test_files_that_an_export_made_are_not_lost_and_others_are(
    everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = exported(everything, tmp_path / "hf")
    capsys.readouterr()
    assert imported(target, tmp_path / "back", "--dry-run") == 0
    assert "files of another kind" not in capsys.readouterr().out
    (target / "extra.bin").write_bytes(b"x")
    assert imported(target, tmp_path / "back", "--dry-run") == 0
    assert "1 × files of another kind, not read\n" in capsys.readouterr().out


def test_splits_come_along_under_other_names(everything: Path, tmp_path: Path) -> None:
    target = exported(everything, tmp_path / "hf", "--set", "gold", "--set", "a1")
    assert imported(target, tmp_path / "back", "--into", "old") == 0
    frozen = [
        {one["document"].removeprefix("old/"): one["split"] for one in map(json.loads, path.read_text().splitlines())}
        for path in (everything / "corpus/splits.jsonl", tmp_path / "back/corpus/splits.jsonl")
    ]
    assert frozen[0] == frozen[1]


def test_files_that_are_there_already_are_not_overwritten(
    everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = exported(everything, tmp_path / "hf")
    guidelines = tmp_path / "back/annotations/GUIDELINES.md"
    guidelines.parent.mkdir(parents=True)
    guidelines.write_text("ours")

    assert imported(target, tmp_path / "back") == 1
    assert "annotations/GUIDELINES.md: is there already and differs" in capsys.readouterr().err
    assert corpus_files(tmp_path / "back") == {"annotations/GUIDELINES.md": b"ours"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "../../x"}, "no id of a document"),
        ({"id": None}, "no id, or no text"),
        ({"text": None}, "no id, or no text"),
        ({"annotator": ".."}, "no name of an annotator"),
        ({"status": None}, "not as an export has it"),
        ({"metadata": "{"}, "not as an export has it"),
        ({"unknown": "[1]"}, "not as an export has it"),
        ({"set_jsonl": '{"type":"set"}\n'}, "set_jsonl says otherwise"),
        ({"text": TEXT.replace("Tokyo", "Tōkyō")}, "the text of example is not the one that the row was made for"),
        (
            {"text": TEXT.replace("Zoë", "Zoa"), "text_sha256": sha256(TEXT.replace("Zoë", "Zoa")), "set_jsonl": None},
            "“Singh Zoë”",
        ),
    ],
)
def test_an_export_that_was_changed_is_not_believed(
    change: dict[str, str | None], said: str, everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = exported(everything, tmp_path / "hf")
    (shard,) = (target / "documents").iterdir()
    table = pq.read_table(shard)
    pq.write_table(pa.Table.from_pylist([{**table.to_pylist()[0], **change}], schema=table.schema), shard)
    assert imported(target, tmp_path / "back") == 2
    assert f"documents/{shard.name} was changed" in capsys.readouterr().err
    for name in ("postil-export.json", "SHA256SUMS", "README.md"):
        (target / name).unlink()

    assert imported(target, tmp_path / "back") in (1, 2)
    assert said in capsys.readouterr().err
    assert corpus_files(tmp_path / "back") == {}


@pytest.mark.parametrize(
    ("column", "values"),
    [("metadata_toml", [1]), ("set_jsonl", [["x"]]), ("decisions_jsonl", [b"\xff"]), ("spans", [[1]]), ("notes", [{"id": 1}])],
)
def test_columns_of_other_types_are_not_believed(
    column: str, values: list[object], everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = exported(everything, tmp_path / "hf")
    (shard,) = (target / "documents").iterdir()
    table = pq.read_table(shard)
    pq.write_table(table.set_column(table.column_names.index(column), column, pa.array(values * table.num_rows)), shard)
    unlisted(target)

    assert imported(target, tmp_path / "back") == 2
    assert f"{shard}, row 1: not as an export has it" in capsys.readouterr().err
    assert corpus_files(tmp_path / "back") == {}


def test_a_broken_shard_is_named(everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = exported(everything, tmp_path / "hf")
    (shard,) = (target / "documents").iterdir()
    shard.write_bytes(shard.read_bytes()[:-9])

    assert imported(target, tmp_path / "back") == 2
    assert shard.name in capsys.readouterr().err


def test_rows_without_a_list_of_tokens_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = '{"tokens":["Ann","met"],"tags":["B-PER","O"]}\n{"tokens":1.5,"tags":["O"]}\n'
    (tmp_path / "data").mkdir()
    (tmp_path / "data/train.jsonl").write_text(rows)

    assert imported(tmp_path / "data", tmp_path / "back") == 2
    assert f"{tmp_path / 'data/train.jsonl'}:2: tokens is no list: 1.5" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "label"),
    [("[PER, ORG]", "ORG"), ("{'0': PER, '1': ORG}", "ORG"), ("{x: PER, y: ORG}", "1"), ("PER", "1")],
)
def test_names_of_classes_are_those_of_the_card_where_it_numbers_them(names: str, label: str, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/train.jsonl").write_text('{"text":"Ann met Bob","topic":1}\n')
    features = f"dataset_info:\n  features:\n  - name: topic\n    dtype:\n      class_label:\n        names: {names}\n"
    (tmp_path / "data/README.md").write_text(f"---\n{features}---\n")

    assert imported(tmp_path / "data", tmp_path / "back") == 0
    (document,) = Corpus.open(tmp_path / "back")
    said = [one.label for annotations in document.sets.values() for one in annotations.labels]
    assert (said or [str(document.metadata.extra.get("topic"))]) == [label]


def unlisted(target: Path) -> Path:
    """The export without what lists its files."""
    for name in ("postil-export.json", "SHA256SUMS"):
        (target / name).unlink()
    return target


@pytest.mark.parametrize("is_listed", [True, False])
@pytest.mark.parametrize(
    ("gone", "listed", "counted"),
    [
        (lambda path: "train-00001-of" in path.name, "documents/train-00001-of-", "documents/train-00001-of-"),
        (lambda path: path.name.startswith("train-"), "documents/train-00000-of-", "the card says that train has "),
        (lambda path: path.parent.name == "documents", "documents/train-00000-of-", ""),
    ],
)
def test_an_export_that_lacks_files_is_not_taken_for_a_smaller_one(
    gone: Callable[[Path], bool], listed: str, counted: str, *, is_listed: bool, everything: Path, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    target = exported(everything, tmp_path / "hf", "--set", "gold", "--set", "a1", "--shard-size", "9")
    assert len(list((target / "documents").glob("train-*"))) > 1
    for path in [path for path in target.rglob("*.parquet") if gone(path)]:
        path.unlink()

    assert imported(target if is_listed else unlisted(target), tmp_path / "back") == 2
    said = capsys.readouterr().err
    assert (listed if is_listed else counted) in said
    assert corpus_files(tmp_path / "back") == {}


def test_what_was_put_beside_or_changed_in_an_export_is_named(
    everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = exported(everything, tmp_path / "hf")
    shutil.copy(next((target / "documents").iterdir()), target / "documents/more.parquet")
    (target / "GUIDELINES.md").write_text("# Otherwise\n")
    (target / "README.md").write_text(f"{(target / 'README.md').read_text()}\nMore is to be said of it.\n")

    assert imported(target, tmp_path / "back") == 2
    said = capsys.readouterr().err
    assert "documents/more.parquet is not of this export" in said
    assert "GUIDELINES.md was changed: its SHA-256 is not the one in postil-export.json" in said
    assert "README" not in said


def test_documents_without_a_word_come_back(everything: Path, tmp_path: Path) -> None:
    for name, text in (("void", ""), ("more/line", "\n")):
        (everything / f"corpus/{name}.txt").write_text(text)
        (everything / f"corpus/{name}.toml").write_text('title = "Lost"\n')
        header = Header(name, "gold", "news/1", sha256(text), "complete", "manual")
        Corpus.open(everything).write(AnnotationSet(header))
    assert main(["-C", str(everything), "split"]) == 0
    whole, detached = (exported(everything, tmp_path / name, *two, "--set", "gold", "--set", "a1") for name, two in (
        ("hf", ()), ("detached", ("--detached",)),
    ))  # fmt: skip

    assert imported(whole, tmp_path / "back") == 0
    assert corpus_files(tmp_path / "back") == corpus_files(everything)
    texts = ("--texts", str(everything / "corpus"), "--into", str(tmp_path / "again"))
    assert main(["-C", str(tmp_path), "hydrate", str(detached), *texts]) == 0
    assert corpus_files(tmp_path / "again") == corpus_files(everything)


def test_texts_that_nobody_annotated_are_counted_apart_and_have_no_frozen_split(
    everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (everything / "annotations/a1/more/d0.jsonl").unlink()
    capsys.readouterr()
    target = exported(everything, tmp_path / "hf", "--set", "gold", "--set", "a1")
    only_gold = exported(everything, tmp_path / "gold")
    said = capsys.readouterr().out

    assert "1 document has no set at all: its text is not in this export (more/d0)" in said
    assert "example has no set by a1" in said
    assert "3 documents have no set by gold, though by others: their texts are not in this export (more/d1, " in said
    assert "1 document has no set at all" in " ".join((target / "README.md").read_text().split())
    lines = (everything / "corpus/splits.jsonl").read_text().splitlines()
    for export, documents in ((target, {"example", "more/d1", "more/d2", "more/d3"}), (only_gold, {"example"})):
        kept = [line for line in lines if any(f'"document":"{name}"' in line for name in documents)]
        assert (export / "splits.jsonl").read_text().splitlines() == kept
        assert len(kept) == len(documents)
        back = tmp_path / f"back-{export.name}"
        assert imported(export, back) == 0
        capsys.readouterr()
        main(["-C", str(back), "check"])
        assert "COR010" not in capsys.readouterr().out


def with_faults(root: Path) -> Path:
    """The corpus with a text that nobody annotated, ``more/d0``, and a set with errors, of ``more/d1``."""
    (root / "annotations/a1/more/d0.jsonl").unlink()
    path = root / "annotations/a1/more/d1.jsonl"
    path.write_text(path.read_text() + '{"type":"span","id":"x","layer":"entity","label":"PERSON","start":9,"end":9,"text":""}\n')
    return root


def test_all_texts_go_out_and_come_back_and_what_has_errors_stays(
    everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--set", "gold", "--set", "a1", "--all-documents", "--skip-invalid")
    with_faults(everything)
    capsys.readouterr()
    assert main(["-C", str(everything), "export", "hf", str(tmp_path / "hf"), *options]) == 0
    said = capsys.readouterr().out

    assert "1 document without a set by gold or a1: only the text" in said
    assert "left out, as there are errors: more/d1" in said
    assert "left out, as there are errors: more/d1" in " ".join((tmp_path / "hf/README.md").read_text().split())
    rows = [row for path in (tmp_path / "hf/documents").iterdir() for row in pq.read_table(path).to_pylist()]
    assert sorted((row["id"], row["annotator"], row["status"]) for row in rows if not row["annotator"]) == [
        ("more/d0", None, None)
    ]
    assert "more/d1" not in {row["id"] for row in rows}
    for config in ("sentences", "tokens", "messages"):
        found = {name for path in (tmp_path / "hf" / config).iterdir() for name in pq.read_table(path)["document"].to_pylist()}
        assert not found & {"more/d0", "more/d1"}
    back = tmp_path / "back"
    assert imported(tmp_path / "hf", back) == 0
    files = corpus_files(everything)
    kept = [line for line in files["corpus/splits.jsonl"].splitlines(keepends=True) if b"more/d1" not in line]
    files["corpus/splits.jsonl"] = b"".join(kept)
    assert corpus_files(back) == {path: data for path, data in files.items() if "more/d1" not in path}


def test_a_corpus_without_any_set_goes_out_detached_and_comes_back(everything: Path, tmp_path: Path) -> None:
    for name in ("annotations/gold", "annotations/a1", "adjudication"):
        shutil.rmtree(everything / name, ignore_errors=True)
    hf = tmp_path / "hf"
    assert main(["-C", str(everything), "export", "hf", str(hf), "--all-documents"]) == 0
    assert [path.name for path in sorted(hf.iterdir()) if path.is_dir()] == ["documents", "figures"]
    assert imported(hf, tmp_path / "back") == 0
    assert corpus_files(tmp_path / "back") == corpus_files(everything)

    detached = exported(everything, tmp_path / "detached", "--all-documents", "--detached")
    texts = ("--texts", str(everything / "corpus"), "--into", str(tmp_path / "again"))
    assert main(["-C", str(tmp_path), "hydrate", str(detached), *texts]) == 0
    assert corpus_files(tmp_path / "again") == corpus_files(everything)


def test_texts_without_a_set_need_the_config_that_holds_them(
    everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["-C", str(everything), "export", "hf", str(tmp_path / "hf"), "--all-documents", "--config", "spans"]
    assert main(command) == 2
    assert "--all-documents: a text without a set goes into the config documents only" in capsys.readouterr().err


def test_annotations_by_nobody_are_not_believed(everything: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = unlisted(exported(everything, tmp_path / "hf"))
    (shard,) = (target / "documents").iterdir()
    table = pq.read_table(shard)
    pq.write_table(pa.Table.from_pylist([{**table.to_pylist()[0], "annotator": None}], schema=table.schema), shard)

    assert imported(target, tmp_path / "back") == 2
    assert "there are annotations, and no annotator" in capsys.readouterr().err
