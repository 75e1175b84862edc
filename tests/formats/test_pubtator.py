"""PubTator: titles, abstracts, rows of mentions and of relations, and lines that are neither."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from round_trip import expected, read as read_format, written

from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake
from postil.formats.pubtator import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Relation, Span
from postil.scheme import Scheme

TWO = """\
1|t|Zoë's naloxone.
1|a|It reverses clonidine | twice.
1\t6\t14\tnaloxone\tChemical\tMESH:D009270
1\t28\t37\tclonidine\tChemical\t-1
1\tCID\tD009270\tD003000
1\tPositive\tD1\tD2\tNovel

2|t|No abstract
2|a|
2\t0\t11\tNo abstract\tMutation\tA|B\tmore
"""


def read(tmp_path: Path, content: str) -> tuple[list[Document], Intake, Incoming]:
    path = tmp_path / "c.txt"
    path.write_text(content, encoding="utf-8", newline="")
    return read_format(FORMAT, path)


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_documents_and_rows(tmp_path: Path, ends: str) -> None:
    (one, two), intake, incoming = read(tmp_path, TWO.replace("\n", ends))
    assert intake.errors == []
    assert one.id == "1"
    assert one.text == "Zoë's naloxone.\nIt reverses clonidine | twice.\n"
    found = one.sets["imported"]
    assert found.spans == (
        Span("T1", "span", "Chemical", 6, 14, "naloxone", attributes={"concept": "MESH:D009270"}),
        Span("T2", "span", "Chemical", 28, 37, "clonidine"),
    )
    assert found.labels == (
        Label("R1", "label", "CID", {"concept1": "D009270", "concept2": "D003000"}),
        Label("R2", "label", "Positive", {"concept1": "D1", "concept2": "D2", "column5": "Novel"}),
    )
    assert two.text == "No abstract\n"
    assert two.sets["imported"].spans[0].attributes == {"concept": "A|B", "column7": "more"}
    assert not incoming.losses


def test_it_writes_what_it_read(tmp_path: Path) -> None:
    documents, _, _ = read(tmp_path, TWO)
    path, losses = written(FORMAT, documents, Scheme("s", 1), tmp_path / "out.txt")
    assert not losses.stopping
    assert path.read_text(encoding="utf-8") == TWO


def test_what_separates_documents(tmp_path: Path) -> None:
    documents, intake, incoming = read(
        tmp_path,
        "\n\n1|t|One\n2|t|Two\n2|a|More\n \n2|t|Again\n\nstray\n3|t|x\n4\t0\t1\tx\tX\tY\n3\tx\n3\t0\t1\tx\n3|b|other\n",
    )
    assert [(document.id, document.text) for document in documents] == [
        ("1", "One\n"), ("2", "Two\nMore\n"), ("2-2", "Again\n"), ("3", "x\n"),
    ]  # fmt: skip
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "parts of a document that are neither title nor abstract": 1,
    }
    assert [error.partition(": ")[2].partition(" ")[0] for error in intake.errors] == ["belongs", "belongs", "neither", "neither"]


def test_a_mention_that_is_not_there_is_an_error_with_its_line(tmp_path: Path) -> None:
    _, intake, _ = read(tmp_path, "1|t|One\n1|a|Two\n1\t4\t7\tTwo\tX\n1\t0\t3\tTwo\tX\t1\n")
    assert intake.errors == [f"{tmp_path}/c.txt:4: T2: is said to cover “Two”, but at 0-3 there is “One”"]


def test_a_mention_over_title_and_abstract_and_in_bytes(tmp_path: Path) -> None:
    (one,), intake, _ = read(tmp_path, "1|t|Zoë 😀\n1|a|Two\n1\t6\t13\t😀 Two\tX\t1\n".replace("6\t13", "5\t13"))
    assert intake.errors == []
    assert one.sets["imported"].spans[0].text == "😀\nTwo"


def test_packed_with_gzip(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "c.pubtator.gz", "wb") as file:
        file.write(TWO.encode())
    assert [document.id for document in read_format(FORMAT, tmp_path)[0]] == ["1", "2"]


def test_what_is_lost_is_counted(tmp_path: Path) -> None:
    found = AnnotationSet(
        Header("d", "gold", "s/1", "", "complete", "manual"),
        (
            Span("a", "x", "L", 0, 3, "One", (), {"concept": " c ", "other": "x"}),
            Span("b", "x", "L", 4, 7, "two", ((4, 5), (6, 7))),
        ),
        (Relation("r", "y", "R", {"from": "a", "to": "a"}),),
        (Label("l", "genre", "op-ed"),),
    )
    document = Document("d", "One\ntwo\nthree\tx\n", Metadata(), {"gold": found}, "")
    path, losses = written(FORMAT, [document], Scheme("s", 1), tmp_path / "out.txt")
    assert {loss.kind: loss.count for loss in losses.stopping} == {
        "relations": 1, "discontinuous spans": 1, "tabs and uncommon line ends in texts": 1, "line ends after the first line": 1,
        "attributes that have no column": 1, "document labels that are no relations of two concepts": 1,
    }  # fmt: skip
    assert path.read_text() == "d|t|One\nd|a|two three x\nd\t0\t3\tOne\tL\tc\n"


@pytest.mark.parametrize("text", ["x\n", "x\n\n", "\nx\n", "\n\nx\n", "x\n\n\n", "x\ny\n\n", " x \n y \n"])
def test_line_ends_at_the_edges(tmp_path: Path, text: str) -> None:
    document = Document("d", text, Metadata(), {}, "")
    path, _ = written(FORMAT, [document], Scheme("s", 1), tmp_path / "out.txt")
    (back,), _, _ = read_format(FORMAT, path)
    (wanted,) = expected(FORMAT, [document], Scheme("s", 1))
    assert back.text == wanted.text


def test_the_library_reads_what_is_written(tmp_path: Path) -> None:
    pubtator = pytest.importorskip("bioc.pubtator")
    documents, _, _ = read(tmp_path, TWO)
    path, _ = written(FORMAT, documents, Scheme("s", 1), tmp_path / "out.txt")
    with path.open(encoding="utf-8") as file:
        found = pubtator.load(file)
    assert [(one.pmid, len(one.annotations), len(one.relations)) for one in found] == [("1", 2, 2), ("2", 1, 0)]
    faults: list[str] = []
    pubtator.validate(found[0], faults.append)
    assert [fault for fault in faults if "Annotation text" in fault] == []


@pytest.mark.parametrize("content", ["", "\n\n", "no such thing\n", '{"text": "x"}', "\x00" * 1000])
def test_files_that_are_something_else(tmp_path: Path, content: str) -> None:
    with pytest.raises(PostilError, match="no document of PubTator"):
        read(tmp_path, content)


def test_another_encoding(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_bytes("1|t|Zoë\n".encode("latin-1"))
    with pytest.raises(UnreadableFile, match=r"c\.txt:1:7: not UTF-8"):
        read_format(FORMAT, tmp_path / "c.txt")


@pytest.mark.parametrize("row", ["1", "1\t", "1\t0", "1\t0\t3", "1\t-1\t3\tx\tX\tY", "1\t0\t999999999\tx\tX\tY", "1\t²\t3\tx\tX"])
def test_no_row_is_a_crash(tmp_path: Path, row: str) -> None:
    documents, _, _ = read(tmp_path, f"1|t|One\n{row}\n")
    assert [document.text for document in documents] == ["One\n"]
