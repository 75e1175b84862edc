"""What an import says where the source is perhaps in another format, and of files that it did not read."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from round_trip import written

from postil import Corpus
from postil.cli import main
from postil.exchange.sources import Source
from postil.formats import all_formats, likely_formats

BOTH_WAYS = [name for name, format_ in all_formats().items() if format_.read and format_.write]
ROWS = "Anna B-PER\nspoke O\n\n"
TASKS = [
    {
        "data": {"text": "Ada met Bob."},
        "text": "Ada met Bob.",
        "annotations": [
            {"result": [{"from_name": "e", "type": "labels", "value": {"start": 0, "end": 3, "labels": ["PER"]}}]},
        ],
    }
]  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main([str(argument) for argument in arguments])
    out, err = capsys.readouterr()
    return status, out, err


@pytest.mark.parametrize("name", [name for name, format_ in all_formats().items() if format_.read])
def test_every_format_has_signs(name: str) -> None:
    assert all_formats()[name].signs


@pytest.mark.parametrize("name", BOTH_WAYS)
def test_what_is_written_bears_the_signs_of_its_format_and_of_no_other(name: str, repository: Path, tmp_path: Path) -> None:
    corpus = Corpus.open(repository)
    path, _ = written(all_formats()[name], corpus, corpus.scheme, tmp_path / "x")
    assert likely_formats(Source(path)) == [name]


def test_a_file_of_another_format_is_doubted_and_the_likelier_one_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.json").write_text(json.dumps(TASKS), encoding="utf-8")
    status, out, _ = run(capsys, "-C", tmp_path, "import", "pubannotation", "x.json", "--dry-run")
    assert status == 0
    assert "no annotation was found in 1 document: is x.json in the format pubannotation?" in out
    assert "It looks like label-studio: postil import label-studio x.json" in out


def test_no_annotation_in_a_file_of_the_format_is_only_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.json").write_text('{"text":"Ada met Bob.","denotations":[]}', encoding="utf-8")
    _, out, _ = run(capsys, "-C", tmp_path, "import", "pubannotation", "x.json", "--dry-run")
    assert "no annotation was found in 1 document\n" in out
    (tmp_path / "x.json").write_text('{"text":"Ada.","denotations":[{"span":{"begin":0,"end":3},"obj":"P"}]}', encoding="utf-8")
    _, out, _ = run(capsys, "-C", tmp_path, "import", "pubannotation", "x.json", "--dry-run")
    assert "no annotation" not in out


@pytest.mark.parametrize(
    ("format_", "name", "content", "said"),
    [
        ("doccano", "x.csv", "name,age\nAda,36\n", "there is no column text"),
        ("doccano", "x.csv", 'text,label\nAda,"[{""start"":0,""end"":3}]"\n', "the label is JSON"),
        ("doccano", "x.txt", "Ada met Bob.\nShe left.\n", "no line begins with __label__"),
        ("label-studio", "x.csv", "text,label\nAda,PER\n", "not the CSV of Label Studio"),
        ("conll2012", "x.json", '{"text": "Ada met Bob", "spans"', "column 3 is the number of a word"),
    ],
)
def test_any_file_is_not_taken_for_texts(
    format_: str, name: str, content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    status, out, err = run(capsys, "-C", tmp_path, "import", format_, name)
    assert (status, out) == (2, "")
    assert said in err
    assert not (tmp_path / "corpus").exists()


def test_texts_and_tables_of_doccano_beside_others_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.csv").write_text("text,label\nGood.,positive\n", encoding="utf-8")
    (source / "b.csv").write_text("name,age\nAda,36\n", encoding="utf-8")
    (source / "c.txt").write_text("\n__label__bad Oh no.\n", encoding="utf-8")
    (source / "README.txt").write_text("Read me.\n", encoding="utf-8")
    status, out, _ = run(capsys, "-C", tmp_path, "import", "doccano", source, "--dry-run")
    assert status == 0
    assert "would import 2 documents, 2 annotations" in out
    assert "2 × files that are not of doccano" in out


@pytest.mark.parametrize("name", ["conll", "conllu", "webanno-tsv", "doccano", "tei", "jsonl", "brat"])
def test_what_is_not_read_in_a_directory_is_counted(
    name: str, repository: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "source"
    corpus = Corpus.open(repository)
    source.mkdir()
    written(all_formats()[name], corpus, corpus.scheme, source / ("x.jsonl" if name == "jsonl" else "export"))
    (source / "more").mkdir()
    with zipfile.ZipFile(source / "more/rest.zip", "w") as archive:
        archive.writestr("rest.conll", ROWS)
    (source / "photo.png").write_bytes(b"\x89PNG")
    root = tmp_path / "corpus"
    root.mkdir()

    status, out, _ = run(capsys, "-C", root, "import", name, source, "--dry-run")

    assert status == 0
    assert "1 × archives in the source, which are not opened\n" in out
    assert "more/rest.zip" in out
    assert "1 × files of another kind, not read\n" in out
    assert "photo.png" in out


def test_a_directory_with_nothing_but_an_archive_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with zipfile.ZipFile(tmp_path / "rest.zip", "w") as archive:
        archive.writestr("rest.conll", ROWS)
    status, _, err = run(capsys, "-C", tmp_path, "import", "conll", tmp_path)
    assert status == 2
    assert "Archives in it, as rest.zip, are not opened" in err


def test_comments_between_rows_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    row = "\t".join(["_"] * 8)
    (tmp_path / "x.conllu").write_text(
        f"# sent_id = 1\n1\tAda\t{row}\n# checked = no\n2\tleft\t{row}\n\n# the end\n", encoding="utf-8"
    )
    status, out, _ = run(capsys, "-C", tmp_path, "import", "conllu", "x.conllu", "--dry-run", "--tokens")
    assert status == 0
    assert "1 × comments between the rows of a sentence\n" in out
    assert "x.conllu:3 “# checked = no”" in out or 'x.conllu:3 "# checked = no"' in out
    assert "1 × comments after the last sentence" in out


def test_an_ordinary_table_that_was_read_is_not_doubted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("pyarrow", reason="the extra hf is not installed")
    (tmp_path / "train.csv").write_text("text,label\nGood.,1\nBad.,0\n", encoding="utf-8")
    _, out, _ = run(capsys, "-C", tmp_path, "import", "hf", "train.csv", "--dry-run", "--names", "label=neg,pos")
    assert "2 annotations" in out
    assert "looks like" not in out
    _, out, _ = run(capsys, "-C", tmp_path, "import", "hf", "train.csv", "--dry-run")
    assert "no annotation was found in 2 documents: labels that are numbers, metadata now: --names says" in out
    assert "looks like" not in out


def test_signs_of_another_format_only_are_doubted_although_annotations_were_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [{"text": "Ada met Bob.", "spans": [{"start": 0, "end": 3, "label": "P"}], "_annotator_id": "ada", "label": ["a"]}]
    (tmp_path / "x.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in records), encoding="utf-8")
    _, out, _ = run(capsys, "-C", tmp_path, "import", "doccano", "x.jsonl", "--dry-run")
    assert "1 annotation by imported" in out
    assert "it looks like prodigy: postil import prodigy x.jsonl" in out
    _, out, _ = run(capsys, "-C", tmp_path, "import", "prodigy", "x.jsonl", "--dry-run")
    assert "looks like" not in out
