"""The formats csv and tsv: tables that are written, and what people make of them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from formats_documents import SCHEME
from round_trip import assert_same, read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.sources import Source
from postil.formats._tables import Table, table_line
from postil.formats.csv_ import FORMAT
from postil.formats.tsv import FORMAT as TSV
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span

TEXT = 'Anna "Ann" Berg;\tmet Ben.\n'


def put(path: Path, data: str | bytes, text: str = TEXT) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    (path.parent / "a.txt").write_text(text, encoding="utf-8", newline="")
    return path


def spans(path: Path, **options: object) -> list[tuple[str, str, str]]:
    documents, intake, _ = read(FORMAT, path, **options)
    assert intake.errors == []
    return [(name, span.label, span.text) for one in documents for name, found in one.sets.items() for span in found.spans]


@pytest.mark.parametrize(
    "table",
    [
        "document,annotator,label,start,end,text\na,x,PER,0,4,Anna\n",
        "Doc ID;Coder;Entity Type;Begin;End;Covered Text\na;x;PER;0;4;Anna\n",
        "file\tuser\ttag\tstart_offset\tend_offset\tspan\na.txt\tx\tPER\t0\t4\tAnna\n",
        "filename|annotator|type|startChar|endChar\na.txt|x|PER|0|4\n",
        "filename\tannotator\tmark\tlabel\toff0\toff1\tspan\na\tx\tT1\tPER\t0\t4\tAnna\n",
        "\ufeffdocument,annotator,label,start,end\r\na,x,PER,0.0,4.0\r\n\r\n,,,,\r\n",
    ],
)
def test_columns_by_many_names(tmp_path: Path, table: str) -> None:
    assert spans(put(tmp_path / "in.csv", table)) == [("x", "PER", "Anna")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_tables_of_spreadsheets(tmp_path: Path, encoding: str) -> None:
    table = "document\tlabel\tstart\tend\na\tÄ\t0\t4\n".encode(encoding)
    assert spans(put(tmp_path / "in.csv", table)) == [("imported", "Ä", "Anna")]


def test_tables_that_count_otherwise(tmp_path: Path) -> None:
    path = put(tmp_path / "in.csv", "document,label,start,end,text\na,PER,1,4,Anna\n")
    assert spans(path, base="1", inclusive=True) == [("imported", "PER", "Anna")]
    _, intake, _ = read(FORMAT, path)
    assert "in.csv:2: is said to cover “Anna”, but at 1-4 there is “nna”" in intake.errors[0]


def test_other_columns_are_attributes_and_rows_without_offsets_labels(tmp_path: Path) -> None:
    header = "document,label,start,end,source,score,attributes,comment\n"
    table = header + 'a,PER,0,4,web,0.5,"{""n"":1}",hm\na,news,,,,,,\na,X,0,4,,high,neg,\n'
    (document,), intake, _ = read(FORMAT, put(tmp_path / "in.csv", table))
    assert intake.errors == []
    first, second = sorted(document.sets["imported"].spans, key=lambda span: span.label)
    assert (first.attributes, first.confidence, first.note) == ({"source": "web", "n": 1}, 0.5, "hm")
    assert second.attributes == {"confidence": "high", "attributes": "neg"}
    assert [one.label for one in document.sets["imported"].labels] == ["news"]


@pytest.mark.parametrize("said", ['"[[0,4],[11,15]]"', '"0-4;11-15"', "0 4;11 15"])
def test_fragments(tmp_path: Path, said: str) -> None:
    path = put(tmp_path / "in.csv", f"document,label,start,end,text,fragments\na,PER,0,15,Anna Berg,{said}\n")
    assert spans(path) == [("imported", "PER", "Anna Berg")]


def test_the_text_in_a_column(tmp_path: Path) -> None:
    table = 'sentence,label,start,end\n"Anna met\nBen",PER,0,4\n"Anna met\nBen",PER,9,12\nOther,X,0,5\n'
    documents, _, _ = read(FORMAT, put(tmp_path / "x" / "in.csv", table))
    assert [(one.text, [s.text for s in one.sets["imported"].spans]) for one in documents] == [
        ("Anna met\nBen\n", ["Anna", "Ben"]), ("Other\n", ["Other"]),
    ]  # fmt: skip
    table = "id,text,start,end,label\n7,Anna met Ben,0,4,PER\n7,Anna met Ben,9,12,PER\n8,Zoë,0,2,X\n8,Zoë,0,3,X\n"
    assert [one[2] for one in spans(put(tmp_path / "y" / "in.csv", table))] == ["Anna", "Ben", "Zoë", "Zo"]


def test_rows_with_the_whole_text(tmp_path: Path) -> None:
    table = "annotation_approver,end_offset,id,label,start_offset,text,user\n,4,1,PER,0,Anna met Ben,1\n,3,2,X,0,Zoë left,1\n"
    assert [one[2] for one in spans(put(tmp_path / "in.csv", table))] == ["Anna", "Zoë"]


def test_a_table_of_label_studio_is_sent_there(tmp_path: Path) -> None:
    table = 'id,label,text\n1,"[{""start"":0,""end"":4,""text"":""Anna"",""labels"":[""PER""]}]",Anna met Ben\n'
    with pytest.raises(UnreadableFile, match="import this as label-studio"):
        read(FORMAT, put(tmp_path / "in.csv", table))


def test_classified_texts(tmp_path: Path) -> None:
    documents, _, _ = read(FORMAT, put(tmp_path / "in.csv", "text,label,lang\nGood one,pos,en\nBad,neg,\n"))
    assert [(one.text, one.sets["imported"].labels[0].label, one.metadata.extra) for one in documents] == [
        ("Good one\n", "pos", {"lang": "en"}), ("Bad\n", "neg", {}),
    ]  # fmt: skip


def test_a_text_that_is_nowhere_is_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path / "in.csv", "document,label,start,end,text\nb,PER,0,4,Anna\nb,PER,9,12,Ben\n")
    with pytest.raises(PostilError, match=r"in\.csv:2: the text of 'b' is not there\. Put it beside the table as a file b\.txt"):
        read(FORMAT, path)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "..\\secret", "texts/../../secret"])
def test_no_text_from_elsewhere(tmp_path: Path, name: str) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    for place in (tmp_path / "in" / "in.csv", tmp_path / "in"):
        put(tmp_path / "in" / "in.csv", f"document,label,start,end\n{name},X,0,3\n")
        with pytest.raises(PostilError, match="is not there"):
            read(FORMAT, place)


def test_rows_in_any_order(tmp_path: Path) -> None:
    put(tmp_path / "in.csv", "document,label,start,end\na,X,0,4\nb,Y,0,3\na,Z,21,24\n")
    (tmp_path / "b.txt").write_text("Zoë", encoding="utf-8")
    assert spans(tmp_path / "in.csv") == [("imported", "X", "Anna"), ("imported", "Z", "Ben"), ("imported", "Y", "Zoë")]


def test_a_tsv_that_does_not_quote(tmp_path: Path) -> None:
    table = 'document\tlabel\tstart\tend\ttext\na\tPER\t5\t10\t"Ann"\na\tQ\t5\t15\t"Ann" Berg\n'
    assert sorted(spans(put(tmp_path / "in.tsv", table))) == [("imported", "PER", '"Ann"'), ("imported", "Q", '"Ann" Berg')]


@pytest.mark.parametrize(
    "table",
    [
        "document,label,start,end\na,X,0,x\n", "document,label,start,end\na,X,0,4,5,6\n", "document,document\na,b\n",
        'document,label,start,end,fragments\na,X,0,4,"[[0]]"\n', "document,label,start,end,fragments\na,X,0,4,x\n",
        "odd,columns\n1,2\n",
        'document,label,start,end,attributes\na,X,0,4,{"x"\n', 'document,label,start,end\na,"X,0,4\n', "\n",
        'document,label,start,end,attributes\na,X,0,4,"{\n"', "document,label,from,to\na,X,,e1\n",
        'document,label,args\na,X,"{""a"":1}"\n',
        "document,label,start,end\na,X,99999999999999999999,4\n", 'document,label,start,end,ignore\na,X,0,4,"[1]"\n',
        b"document,label,start,end\na,\xe9,0,4\n", b"document,label,start,end\na,\x00,0,4\nb\x00,\xff",
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused(tmp_path: Path, table: str | bytes) -> None:
    with pytest.raises(UnreadableFile, match=r"in\.csv:\d"):
        read(FORMAT, put(tmp_path / "in.csv", table))


def test_another_encoding_can_be_said(tmp_path: Path) -> None:
    path = put(tmp_path / "in.csv", "document,label,start,end\na,Ä,0,4\n".encode("cp1252"))
    (tmp_path / "other").mkdir()
    assert [row["label"] for _, row in Table(Source(path).files(".csv")[0], "cp1252").rows()] == ["Ä"]


def test_huge_cells(tmp_path: Path) -> None:
    text = "word " * 60_000
    path = put(tmp_path / "in.csv", f'document_text,label,start,end\n"{text}",X,0,4\n')
    assert spans(path) == [("imported", "X", "word")]


@pytest.mark.parametrize(
    "value", ["", "a", " a", "a ", 'a"b', "a,b", "a\tb", "a\nb", "a\r\nb", "\r", "'", "=1+1", "日本", "\u2028", '"']
)
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_cells_are_read_by_the_standard_library(tmp_path: Path, value: str, delimiter: str) -> None:
    (tmp_path / "x.csv").write_bytes(table_line(["a", value, "b"], delimiter))
    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file, delimiter=delimiter)) == [["a", value, "b"]]


def example() -> Document:
    header = Header("a/b", "gold", "s/1", "0", "in-progress", "manual", ("x",))
    annotations = AnnotationSet(
        header,
        (Span("e1", "entity", "PER", 0, 15, "Anna Berg", ((0, 4), (11, 15)), {"v": [1, 2]}, 0.5, "so", {"SPN007": "why"}),),
        (
            Relation("r1", "argument", "x", {"from": "e1", "to": "e1"}),
            Relation("r2", "event", "y", {"trigger": "e1", "arg": ("e1",)}),
        ),
        (Label("d1", "genre", "O"),),
        (Note("n1", "e1", "a, note"),),
    )
    return Document("a/b", TEXT, Metadata(title="T", authors=("A",)), {"gold": annotations}, "0")


def test_what_is_written(tmp_path: Path) -> None:
    path, losses = written(FORMAT, [example()], SCHEME, tmp_path / "x")
    assert not losses
    assert (path / "texts" / "a" / "b.txt").read_text(encoding="utf-8") == TEXT
    with (path / "spans.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["document"], row["annotator"], row["start"], row["end"], row["text"]) == ("a/b", "gold", "0", "15", "Anna Berg")
    assert (json.loads(row["fragments"]), json.loads(row["attributes"])) == ([[0, 4], [11, 15]], {"v": [1, 2]})
    with (path / "relations.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["from"], row["to"], row["args"]) for row in rows] == [
        ("e1", "e1", ""),
        ("", "", '{"trigger":"e1","arg":["e1"]}'),
    ]
    back, intake, _ = read(FORMAT, path)
    assert intake.errors == []
    assert_same(FORMAT, back, [example()], SCHEME)


def test_tsv_has_the_same(tmp_path: Path) -> None:
    path, _ = written(TSV, [example()], SCHEME, tmp_path / "x")
    assert (path / "notes.tsv").read_text(
        encoding="utf-8"
    ) == "document\tannotator\tid\tabout\ttext\na/b\tgold\tn1\te1\ta, note\n"
    back, _, _ = read(TSV, path)
    assert_same(TSV, back, [example()], SCHEME)


def test_pandas_and_datasets_read_it(repository: Path, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "x")
    table = pandas.read_csv(path / "spans.csv", keep_default_na=False)
    wanted = [span for document in corpus for one in document.sets.values() for span in one.spans]
    assert len(table) == len(wanted)
    texts = {document.id: document.text for document in corpus}
    for row in table.itertuples():
        if not row.fragments:
            assert texts[row.document][row.start : row.end] == row.text
