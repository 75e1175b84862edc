"""Files of a source that cannot be read: all are named at once, and the others can be read without them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from round_trip import options_of, written

from postil.cli import main
from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.import_ import Imported, Wishes, import_source
from postil.exchange.incoming import Incoming
from postil.exchange.sources import Source, decode
from postil.formats import all_formats
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Span
from postil.scheme import LabelDefinition, Layer, Scheme

FORMATS = all_formats()
SCHEME = Scheme("s", 1, layers={"entity": Layer("span", labels={"PERSON": LabelDefinition()})})
SUFFIXES = {
    "aif": ".json", "arg-microtexts": ".xml", "argilla": "records.json", "bdoc": ".bdocjs", "bioc-json": ".json",
    "bioc-xml": ".xml",
    "brat": ".ann", "cas-json": ".json", "cas-xmi": ".xmi", "conll": ".conll", "conllu": ".conllu", "csv": ".csv",
    "doccano": ".jsonl", "gate": ".xml", "gliner": ".json", "jsonl": ".jsonl", "label-studio": ".json", "prodigy": ".jsonl",
    "pubannotation": ".json", "pubtator": ".pubtator", "spacy": ".spacy", "stam": ".json", "tei": ".xml", "tsv": ".tsv",
    "w3c": ".jsonld", "webanno-tsv": ".tsv",
}  # fmt: skip
"""Of the files with annotations, by the format."""

GARBAGE = b"\x00\xff\xfe{<\n\xff"


def _document(id: str) -> Document:
    text = f"Ada met Bob in {id}town.\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    spans = (Span("e1", "entity", "PERSON", 0, 3, "Ada"), Span("e2", "entity", "PERSON", 8, 11, "Bob"))
    annotations = AnnotationSet(Header(id, "ada", "s/1", digest, "complete", "manual"), spans, (), (), ())
    return Document(id, text, Metadata(), {"ada": annotations}, digest)


def _directory(name: str, path: Path) -> list[Path]:
    """A directory with four documents, each in files of its own; gives those with annotations."""
    path.mkdir()
    format_, suffix = FORMATS[name], SUFFIXES[name]
    for id in "abcd":
        written(format_, [_document(id)], SCHEME, path / (f"{id}{suffix}" if format_.writes == "file" else id))
    found = {file.relative_to(path).parts[0][0]: file for file in sorted(path.rglob(f"*{suffix}"), reverse=True)}
    return [found[id] for id in "abcd"]


def _imported(name: str, source: Path, root: Path, *, skips: bool = False) -> Imported:
    wishes = Wishes(options=options_of(FORMATS[name], reading=True), skips_unreadable=skips)
    return import_source(FORMATS[name], Source(source), root, wishes)


def test_every_format_that_is_read_and_written_is_tried() -> None:
    assert SUFFIXES.keys() == {name for name, one in FORMATS.items() if one.read and one.write}


@pytest.mark.parametrize("name", SUFFIXES)
def test_all_files_that_cannot_be_read_are_named_and_the_rest_can_be_imported(name: str, tmp_path: Path) -> None:
    _, second, third, _ = _directory(name, tmp_path / "source")
    second.write_bytes(GARBAGE)
    third.write_bytes(GARBAGE)

    refused = _imported(name, tmp_path / "source", tmp_path / "refused")
    assert [fault.startswith(str(file)) for file, fault in zip((second, third), refused.unreadable, strict=True)] == [True] * 2
    assert refused.errors == refused.unreadable
    assert not list((tmp_path / "refused").iterdir())

    done = _imported(name, tmp_path / "source", tmp_path / "corpus", skips=True)
    assert (done.errors, done.unreadable) == ([], refused.unreadable)
    (loss,) = [
        one for losses in done.left_out for one in losses if one.kind == "files that could not be read, or not to their end"
    ]
    assert loss.count == 2
    texts = "".join(path.read_text() for path in (tmp_path / "corpus/corpus").rglob("*.txt"))
    assert ("atown" in texts, "dtown" in texts) == (True, True)


def test_what_was_skipped_is_said_and_in_the_exit_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for number in range(60):
        (source / f"{number:02}.jsonl").write_text("{}\n" if number else json.dumps({"id": "a", "text": "Ada met Bob.\n"}))
    arguments = ["-C", str(tmp_path / "corpus"), "import", "jsonl", str(source)]
    (tmp_path / "corpus").mkdir()

    assert main(arguments) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.startswith(f"{source}/{number:02}.jsonl:1: ") for number, line in enumerate(said[:59], 1)] == [True] * 59
    assert said[59:] == ["--skip-unreadable imports the rest", "postil: 59 errors: nothing was imported"]

    assert main([*arguments, "--skip-unreadable"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "imported 1 document, 0 annotations" in out
    assert "59 × files that could not be read, or not to their end" in out
    assert (tmp_path / "corpus/corpus/a.txt").is_file()


def test_a_file_that_breaks_off_is_read_up_to_there_only_when_asked(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"id": "a", "text": "Ada met Bob.\n"}) + '\n{"id": ')
    with pytest.raises(UnreadableFile, match=r"a\.jsonl:2"):
        _imported("jsonl", file, tmp_path / "one")
    assert _imported("jsonl", file, tmp_path / "two", skips=True).documents == 1


def test_where_nothing_can_be_read_nothing_is_imported(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(GARBAGE)
    with pytest.raises(PostilError, match=r"there is no document in it .*1 × files that could not be read"):
        _imported("jsonl", tmp_path / "a.jsonl", tmp_path / "corpus", skips=True)


def test_a_fault_is_noted_once_and_others_are_not_caught(tmp_path: Path) -> None:
    incoming = Incoming(Source(tmp_path), unreadable={})
    for _ in range(2):
        with incoming.noting_unreadable():
            raise UnreadableFile("a.json", "broken", 1, 2)
    assert list(incoming.unreadable or ()) == ["a.json:1:2: broken"]
    with pytest.raises(PostilError, match="none"), incoming.noting_unreadable():
        raise PostilError("none")


def test_an_encoding_is_asked_for_only_where_it_can_be_said() -> None:
    with pytest.raises(UnreadableFile, match=r"0xff, as this format has to be$"):
        decode("a.json", b"\xff")
    with pytest.raises(UnreadableFile, match=r"ASCII: byte 0xff\. If you know what it is, say so with --encoding$"):
        decode("a.txt", b"\xff", "ascii")


def test_lines_that_cannot_be_read_stop_an_import_and_can_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "brat").mkdir()
    (tmp_path / "brat" / "d.txt").write_text("Ada met Bob.\n", encoding="utf-8")
    broken = "".join(f"T{number}\tX 0 \tAda\n" for number in range(2, 62))
    (tmp_path / "brat" / "d.ann").write_text(f"T1\tX 0 3\tAda\n{broken}", encoding="utf-8")

    stopped = _imported("brat", tmp_path / "brat", tmp_path / "one")
    skipped = _imported("brat", tmp_path / "brat", tmp_path / "two", skips=True)

    assert len(stopped.errors) == 51
    assert stopped.errors[0].startswith(f"{tmp_path / 'brat' / 'd.ann'}:2: not a span, like T1 Person 0 5 Maria: “T2")
    assert stopped.errors[-1] == "and 10 more lines that cannot be read"
    assert not (tmp_path / "one" / "annotations").exists()
    assert skipped.is_done
    assert skipped.annotations == 1
    counts = {loss.kind: loss.count for losses in skipped.left_out for loss in losses}
    assert counts == {"lines that cannot be read": 60}
