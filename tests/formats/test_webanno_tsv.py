"""WebAnno TSV 3: what every cell may hold, what WebAnno, INCEpTION and GUM write, what is refused, and what is written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from hypothesis import given, settings, strategies as st
from round_trip import assert_same, expected, written
from uima_files import Imported, imported, save

from postil import Corpus
from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.formats import all_formats
from postil.formats.webanno_tsv.escaping import escaped_text, escaped_value, pieces, plain_text, plain_value
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span
from postil.scheme import Attribute, Layer, Scheme

FORMAT = all_formats()["webanno-tsv"]
PLAIN = Scheme("s", 1, layers={"entity": Layer("span"), "argument": Layer("relation"), "event": Layer("relation")})
NAME = "#T_SP=webanno.custom.Name|value"


def tsv(*lines: str, header: tuple[str, ...] = (NAME,), version: str = "3.3") -> str:
    return "\n".join([f"#FORMAT=WebAnno TSV {version}", *header, "", "", *lines, ""])


def read(tmp_path: Path, text: str | bytes, **more: Any) -> Imported:
    return imported("webanno-tsv", save(tmp_path, "doc.tsv", text), **more)


def sentence(text: str, *cells: str, first: str = "1") -> list[str]:
    """Rows for words with a blank between them, all cells of a row in one string."""
    lines, at = [f"#Text={text}"], 0
    for number, (word, cell) in enumerate(zip(text.split(" "), cells, strict=True), 1):
        lines.append(f"{first}-{number}\t{at}-{at + len(word)}\t{word}\t{cell}\t")
        at += len(word) + 1
    return lines


# --- cells ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "spans"),
    [
        (("X", "_", "_"), [("X", "Ann")]),
        (("*", "_", "_"), [("Name", "Ann")]),
        (("X[1]", "X[1]", "_"), [("X", "Ann met")]),
        (("X[1]", "X[1]|Y[2]", "Y[2]"), [("X", "Ann met"), ("Y", "met Bob")]),
        (("X", "X", "_"), [("X", "Ann"), ("X", "met")]),
        (("X|Y", "_", "_"), [("X", "Ann"), ("Y", "Ann")]),
        ((r"\_", r"\*", "_"), [("_", "Ann"), ("*", "met")]),
        ((r"NOT\[0\]", "_", "_"), [("NOT[0]", "Ann")]),
        ((r"a\|b", "_", "_"), [("a|b", "Ann")]),
        ((r"back\\[1]|Y[2]", "_", "_"), [("Y", "Ann"), ("back\\", "Ann")]),
        ((r"back\\|Y", "_", "_"), [("Y", "Ann"), ("back\\", "Ann")]),
        ((r"a\->b\t\n\;", "_", "_"), [("a->b\t\n;", "Ann")]),
        (("Emperor_Norton[2]", "cf1*[3]", "a_b"), [("Emperor_Norton", "Ann"), ("cf1*", "met"), ("a_b", "Bob")]),
        (("_", "_", "_"), []),
    ],
)
def test_a_cell_says_which_spans_there_are(cells: tuple[str, ...], spans: list[tuple[str, str]], tmp_path: Path) -> None:
    found = read(tmp_path, tsv(*sentence("Ann met Bob", *cells)))

    assert found.errors == []
    assert sorted((label, text) for _, label, text in found.spans) == sorted(spans)


def test_cells_beyond_the_columns_that_the_header_declares_are_counted(tmp_path: Path) -> None:
    found = read(tmp_path, tsv(*sentence("Ann met Bob", "X\tY", "_\t_", "_\tZ\tZ")))

    assert [text for *_, text in found.spans] == ["Ann"]
    assert found.lost["cells of columns that the header does not declare"] == 3


def test_stacked_values_of_several_features_belong_together(tmp_path: Path) -> None:
    header = ("#T_SP=webanno.custom.Name|value|why",)
    found = read(tmp_path, tsv(*sentence("Ann", "X[1]|Y[2]\tx[1]|*[2]"), header=header))
    assert [(span.label, span.attributes) for span in found.only.spans] == [("X", {"why": "x"}), ("Y", {})]

    left_out = read(tmp_path, tsv(*sentence("Ann", "X[1]|Y[2]\ty[2]"), header=header))  # as in GUM
    assert [(span.label, span.attributes) for span in left_out.only.spans] == [("X", {}), ("Y", {"why": "y"})]


def test_parts_of_tokens_and_places_between_characters(tmp_path: Path) -> None:
    rows = ["#Text=Test", "1-1\t0-4\tTest\t_\t", "1-1.1\t0-1\tT\tX\t", "1-1.2\t1-3\tes\tY[1]\t", "1-1.3\t4-4\t\tZ\t"]
    found = read(tmp_path, tsv(*rows))

    assert [(span.label, span.start, span.end) for span in found.only.spans] == [("X", 0, 1), ("Y", 1, 3), ("Z", 4, 4)]


def test_a_layer_without_features_has_a_column(tmp_path: Path) -> None:
    found = read(tmp_path, tsv(*sentence("Ann met", "*[1]\tX", "*[1]\t_"), header=("#T_SP=webanno.custom.Simple|", NAME)))

    assert found.spans == [("Simple", "Simple", "Ann met"), ("Name", "X", "Ann")]


def test_a_relation_stands_at_its_target(tmp_path: Path) -> None:
    header = (NAME, "#T_RL=webanno.custom.Rel|value|why|BT_webanno.custom.Name")
    found = read(tmp_path, tsv(*sentence("Ann met Bob", "X[1]|Y[2]\t_\t_\t_", "_\t_\t_\t_",
                                         "Z\tr|s\t*|b\t1-1[2_0]|1-1[1_0]"), header=header))  # fmt: skip
    labels = {span.id: span.label for span in found.only.spans}
    said = [
        (one.label, labels[str(one.args["from"])], labels[str(one.args["to"])], one.attributes) for one in found.only.relations
    ]

    assert sorted(said, key=str) == [("r", "Y", "Z", {}), ("s", "X", "Z", {"why": "b"})]


def test_a_relation_of_a_token_to_itself(tmp_path: Path) -> None:
    header = (NAME, "#T_RL=webanno.custom.Rel|BT_webanno.custom.Name")
    found = read(tmp_path, tsv(*sentence("Ann", "X\t1-1"), header=header))

    assert found.relations == [("Rel", "Rel", {"from": "Ann", "to": "Ann"})]


SLOT = "#T_SP=webanno.custom.Host|ROLE_webanno.custom.Host:my_links_webanno.custom.HostLink|uima.tcas.Annotation|value"


@pytest.mark.parametrize(
    ("roles", "targets", "relations"),
    [
        ("who;whom", "1-1[1];1-3", [{"host": "met", "who": "Ann", "whom": "Bob"}]),
        ("who;who", "1-1[1];1-3", [{"host": "met", "who": ["Ann", "Bob"]}]),
        (r"a\;b", "1-3", [{"host": "met", "a;b": "Bob"}]),
        ("_", "*", []),
        ("*", "*", []),
    ],
)
def test_slots_are_a_relation_from_their_host(roles: str, targets: str, relations: list[Any], tmp_path: Path) -> None:
    rows = sentence("Ann met Bob", "X[1]\t_\t_\t_", f"_\t{roles}\t{targets}\tmeeting", "Y\t_\t_\t_")
    found = read(tmp_path, tsv(*rows, header=(NAME, SLOT)))

    assert [args for _, _, args in found.relations] == relations
    assert ("Host", "meeting", "met") in found.spans
    assert found.lost == {"sentences, which --tokens keeps": 1, "tokens, which --tokens keeps": 3}


def test_slots_without_roles_are_references(tmp_path: Path) -> None:
    rows = sentence("Ann met Bob", "X[1]\t_\t_\t_", "_\t*;*\t1-1[1];1-3\t*", "Y\t_\t_\t_")
    found = read(tmp_path, tsv(*rows, header=(NAME, SLOT)))
    ids = {span.text: span.id for span in found.only.spans}

    assert found.only.spans[1].attributes == {"my_links": [ids["Ann"], ids["Bob"]]}
    assert found.incoming.declared["Host"].attributes["my_links"] == Attribute("reference", multiple=True)


@pytest.mark.parametrize("order", ["referenceType|referenceRelation", "referenceRelation|referenceType"])
def test_chains_go_by_the_names_of_their_columns(order: str, tmp_path: Path) -> None:
    def cells(type_: str, link: str) -> str:
        return "\t".join({"referenceType": type_, "referenceRelation": link}[name] for name in order.split("|"))

    rows = sentence("Ann B met her", cells("nam[1]", "same->1-1"), cells("nam[1]", "same->1-1"),
                    cells("x[2]", "*->2-1"), cells("*[1]", "*->1-2"))  # fmt: skip
    found = read(tmp_path, tsv(*rows, header=(f"#T_CH=webanno.custom.CorefLink|{order}",)))

    assert found.relations == [
        ("CorefChain", "CorefChain", {"member": ["Ann B", "her"]}), ("CorefChain", "CorefChain", {"member": ["met"]}),
    ]  # fmt: skip
    assert [(span.label, span.attributes) for span in found.only.spans] == [
        ("nam", {"referenceRelation": "same"}), ("x", {}), ("CorefLink", {}),
    ]  # fmt: skip


def test_confidence_and_remark_have_columns(tmp_path: Path) -> None:
    found = read(tmp_path, tsv(*sentence("Ann", "0.25\tsure?\tX"), header=("#T_SP=webanno.custom.Name|confidence|note|value",)))

    assert (found.only.spans[0].confidence, found.only.spans[0].note) == (0.25, "sure?")


# --- text ----------------------------------------------------------------------------------------------------------------------


def test_offsets_count_utf_16(tmp_path: Path) -> None:
    rows = ["#Text=😀 Ann 👻 x", "1-1\t0-2\t😀\t_\t", "1-2\t3-6\tAnn\tX\t", "1-3\t7-9\t👻\tY\t", "1-4\t10-11\tx\t_\t"]
    found = read(tmp_path, tsv(*rows, "", "#Text=And", "2-1\t12-15\tAnd\tZ\t"))

    assert found.spans == [("Name", "X", "Ann"), ("Name", "Y", "👻"), ("Name", "Z", "And")]


def test_offsets_that_count_code_points_are_recognised(tmp_path: Path) -> None:
    rows = ["#Text=😀 Ann x", "1-1\t0-1\t😀\t_\t", "1-2\t2-5\tAnn\tX\t", "1-3\t6-7\tx\t_\t"]
    found = read(tmp_path, tsv(*rows, "", "#Text=And", "2-1\t8-11\tAnd\tZ\t"))

    assert (found.errors, found.spans) == ([], [("Name", "X", "Ann"), ("Name", "Z", "And")])


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["#Text=a b"], "a b\nc\n"),
        (["#Text=a", "#Text= b"], "a\n b\nc\n"),
        (["#Text=a b", "#Text="], "a b\n\nc\n"),
        (["#Text=a b   "], "a b   \nc\n"),
        ([r"#Text=a\tb"], "a\tb\nc\n"),
        ([r"#Text=a\\b"], "a\\b\nc\n"),
        (["#Sentence.id=s1", "#Text=a b"], "a b\nc\n"),
    ],
)
def test_the_text_is_rebuilt_from_its_lines(lines: list[str], text: str, tmp_path: Path) -> None:
    begin = text.index("c")
    rows = [*lines, "1-1\t0-1\ta\tX\t", "", "#Text=c", f"2-1\t{begin}-{begin + 1}\tc\tY\t"]
    found = read(tmp_path, tsv(*rows))

    assert (found.errors, found.documents[0].text) == ([], text)


@pytest.mark.parametrize(("begin", "text"), [(3, "onetwo\n"), (4, "one\ntwo\n"), (7, "one\n   two\n")])
def test_sentences_come_where_their_first_token_is(begin: int, text: str, tmp_path: Path) -> None:
    found = read(tmp_path, tsv("#Text=one", "1-1\t0-3\tone\tX\t", "", "#Text=two", f"2-1\t{begin}-{begin + 3}\ttwo\tY\t"))

    assert (found.errors, found.documents[0].text) == ([], text)


def test_older_versions_escape_as_java_does(tmp_path: Path) -> None:
    rows = [r"#Text=a\u00e9\tb\"c\ud83d\ude00", "1-1\t0-2\taé\tX\t"]

    assert read(tmp_path, tsv(*rows, version="3.1")).documents[0].text == 'aé\tb"c😀\n'
    assert read(tmp_path, tsv(r"#Text=a\u00e9", "1-1\t0-1\ta\tX\t", version="3.2")).documents[0].text == "a\\u00e9\n"


def test_lines_end_only_where_they_do(tmp_path: Path) -> None:
    rows = ["#Text=a\u2028b\x0cc\u0085d", "1-1\t0-7\ta\u2028b\x0cc\u0085d\tX\t"]
    found = read(tmp_path, tsv(*rows))
    windows = read(tmp_path, tsv(*sentence("Ann met", "X", "Y")).replace("\n", "\r\n"))
    marked = read(tmp_path, b"\xef\xbb\xbf" + tsv(*sentence("Ann met", "X", "Y")).encode())

    assert (found.errors, len(found.spans)) == ([], 1)
    assert windows.spans == marked.spans == [("Name", "X", "Ann"), ("Name", "Y", "met")]


def test_tokens_that_are_elsewhere_are_errors_with_a_line(tmp_path: Path) -> None:
    text = tsv(*sentence("Ann met Bob", "_", "_", "X")).replace("8-11", "7-10")
    found = read(tmp_path, text)

    assert re.search(r"doc\.tsv:8: \d+: is said to cover “Bob”, but at 7-10 there is “ Bo”", found.errors[0])


def test_comments_before_sentences_are_metadata(tmp_path: Path) -> None:
    text = tsv("#Summary1=What it is about", "#Summary1=again", "#odd", *sentence("Ann", "X"))
    found = read(tmp_path, text)

    assert found.documents[0].metadata.extra == {"Summary1": "What it is about"}
    assert found.lost["lines that the format does not know"] == 2


def test_tokens_come_when_they_are_wanted(tmp_path: Path) -> None:
    header = ("#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue|coarseValue",)
    text = tsv("#Sentence.id=s1", *sentence("Ann met", "NN\tNOUN", "VB\t*"), header=header)
    found = read(tmp_path, text, with_tokens=True)

    assert [(span.layer, span.text, span.attributes) for span in found.only.spans] == [
        ("sentence", "Ann met", {"id": "s1"}),
        ("token", "Ann", {"pos": "NN", "pos.coarseValue": "NOUN"}),
        ("token", "met", {"pos": "VB"}),
    ]


# --- refused -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# de.tudarmstadt.ukp.NamedEntity | value\n#id=1\n1\tAnn\tB-PER\n", "as in versions 1 and 2"),
        ("1-1\tAnn\tPER\n", "as in versions 1 and 2"),
        ("", "as in versions 1 and 2"),
        ("#FORMAT=WebAnno TSV 4.0\n", "version 4.0"),
        (tsv("1-1\t0-3\tAnn\tX\t"), "before the #Text="),
        (tsv("#Text=Ann", "1-1\t0-3\tAnn"), "0 columns, where the header declares 1"),
        (tsv("#Text=Ann", "1-1\t0-3"), "no row"),
        (tsv("#Text=Ann", "x\t0-3\tAnn\tX"), "no row"),
        (tsv("#Text=Ann", "1-1\t0-y\tAnn\tX"), "no row"),
        (tsv(*sentence("Ann", "X"), "1-1\t0-3\tAnn\tX\t"), "two rows are both 1-1"),
        (tsv(*sentence("Ann", "X"), header=("#T_SP=",)), "a layer without a name"),
        (tsv(*sentence("Ann", "x\tX"), header=("#T_CH=a.bLink|referenceType|referenceRelation",)), "which link of which chain"),
        (b"#FORMAT=WebAnno TSV 3.3\n\n\n#Text=\xe9\n", "not UTF-8"),
        (tsv(*sentence("Ann", "X")).encode("utf-16"), "not UTF-8"),
    ],
)
def test_what_is_no_tsv_3_is_refused_with_its_line(text: str | bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=message) as caught:
        read(tmp_path, text)
    assert caught.value.line


def test_references_to_nothing_are_counted(tmp_path: Path) -> None:
    header = (NAME, "#T_RL=webanno.custom.Rel|BT_webanno.custom.Name")
    found = read(tmp_path, tsv(*sentence("Ann met", "X\t_", "Y\t7-7"), header=header))

    assert found.only.relations == ()
    assert found.lost["references to what is not there"] == 1
    assert found.lost["relations without both ends"] == 1


def test_long_cells_take_no_long_time(tmp_path: Path) -> None:
    cells = ["\\" * 100_000, "[" * 100_000, "->" * 50_000, "|" * 5_000, "[1" * 50_000 + "]"]
    for cell in cells:
        read(tmp_path, tsv(*sentence("Ann", cell)))


# --- escaping ------------------------------------------------------------------------------------------------------------------

texts = st.text(st.sampled_from("a\\[]|_->;\t\n\r\f\b*\x01\x1f\u2028 "))


@given(texts)
def test_values_and_texts_come_back(text: str) -> None:
    assert plain_value(escaped_value(text)) == text
    assert plain_text(escaped_text(text), (3, 3)) == text


@given(st.lists(texts, min_size=1))
def test_stacked_values_come_apart(values: list[str]) -> None:
    assert pieces("|".join(map(escaped_value, values)), "|") == [escaped_value(value) for value in values]


def test_what_is_no_escape_stays() -> None:
    assert plain_value(r"C:\dir \x [1]") == r"C:\dir \x [1]"
    assert pieces("a\\", "|") == ["a\\"]


# --- writing -------------------------------------------------------------------------------------------------------------------


def _document(text: str, **records: Any) -> Document:
    annotations = AnnotationSet(Header("d", "gold", "s/1", "0" * 64, "complete", "imported"), **records)
    return Document("d", text, Metadata(), {"gold": annotations}, str(hash(text)))


def _lines(tmp_path: Path, document: Document, scheme: Scheme = SCHEME) -> list[str]:
    path, _ = written(FORMAT, [document], scheme, tmp_path / "out")
    return (path / "annotation/d/gold.tsv").read_text(encoding="utf-8").split("\n")


def test_a_file_is_written_as_webanno_writes_it(tmp_path: Path) -> None:
    document = _document(
        "😀 Ann met.\nBob left.\n",
        spans=(
            Span("a", "entity", "P_R", 2, 9, "Ann met"),
            Span("b", "entity", "*", 2, 4, "An"),
            Span("c", "entity", "X", 11, 14, "Bob"),
        ),
        relations=(Relation("r", "argument", "knows", {"from": "a", "to": "c"}),),
    )

    assert _lines(tmp_path, document, PLAIN) == [
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=webanno.custom.entity|value",
        "#T_RL=webanno.custom.argument|value|BT_webanno.custom.entity",
        "",
        "",
        "#Text=😀 Ann met.",
        "1-1\t0-2\t😀\t_\t_\t_\t",
        "1-2\t3-6\tAnn\tP\\_R[1]\t_\t_\t",
        "1-2.1\t3-5\tAn\t\\*\t_\t_\t",
        "1-3\t7-10\tmet\tP\\_R[1]\t_\t_\t",
        "1-4\t10-11\t.\t_\t_\t_\t",
        "",
        "#Text=Bob left.",
        "2-1\t12-15\tBob\tX\tknows\t1-2[1_0]\t",
        "2-2\t16-20\tleft\t_\t_\t_\t",
        "2-3\t20-21\t.\t_\t_\t_\t",
        "",
    ]


@pytest.mark.parametrize(
    "text", ["a.\n\n\nb.\n", "a.  b.\n", "a.\t\n b.\n\n", "a\\b.\n", "\n\n a.\n", "a\u2028b. c\n", "a.\r\x0b b.\n"]
)
def test_every_character_of_the_text_comes_back(text: str, tmp_path: Path) -> None:
    document = _document(text)
    path, losses = written(FORMAT, [document], SCHEME, tmp_path / "out")
    (wanted,) = expected(FORMAT, [document], SCHEME)
    raw = (path / "annotation/d/gold.tsv").read_bytes()

    assert imported("webanno-tsv", path).documents[0].text == wanted.text.replace("\r", "\n")
    assert b"\n\n\n\n" not in raw
    assert raw.count(b"\n\n\n") == 1  # INCEpTION takes one empty line between sentences, and none at the end
    assert not raw.endswith(b"\n\n")
    assert (wanted.text == text) == ("line ends and other blanks before the first token, which become plain ones" not in
                                     {loss.kind for loss in losses})  # fmt: skip


def test_relations_of_more_ends_are_slots(tmp_path: Path) -> None:
    document = _document(
        "Ann met Bob and Pat.\n",
        spans=tuple(Span(text, "entity", "PER", start, start + 3, text) for text, start in (("Ann", 0), ("Bob", 8), ("Pat", 16))),
        relations=(Relation("r", "event", "meeting", {"trigger": "Ann", "arg": ("Bob", "Pat")}),),
    )
    lines = _lines(tmp_path, document)

    assert lines[2] == (
        "#T_SP=webanno.custom.event|ROLE_webanno.custom.event:ends_webanno.custom.eventEndsLink|uima.tcas.Annotation|value"
    )
    assert "1-1\t0-3\tAnn\tPER[1]\ttrigger;arg;arg\t1-1[1];1-3[2];1-5[3]\tmeeting\t" in lines
    assert imported("webanno-tsv", tmp_path / "out").relations == [
        ("event", "meeting", {"trigger": "Ann", "arg": ["Bob", "Pat"]})
    ]


def test_spans_of_blanks_are_cut_to_tokens_and_counted(tmp_path: Path) -> None:
    document = _document("Ann  met\n", spans=(Span("a", "entity", "X", 0, 5, "Ann  "), Span("b", "entity", "Y", 3, 5, "  ")))
    path, losses = written(FORMAT, [document], SCHEME, tmp_path / "out")

    assert imported("webanno-tsv", path).spans == [("entity", "X", "Ann")]
    assert {loss.kind: loss.count for loss in losses if loss.stops} == {
        "blanks at the edges of spans": 1, "spans in which there is no token": 1,
    }  # fmt: skip


def test_the_corpus_brings_its_tokens(tmp_path: Path) -> None:
    spans = (
        Span("s", "sentence", "sentence", 0, 7, "Ann-met"), Span("t", "token", "token", 0, 4, "Ann-", attributes={"pos": "NN"}),
        Span("u", "token", "token", 4, 7, "met", attributes={"lemma": "meet", "odd": "x"}),
        Span("a", "entity", "X", 0, 7, "Ann-met"),
    )  # fmt: skip
    scheme = Scheme("s", 1, layers={"token": Layer("span"), "sentence": Layer("span"), "entity": Layer("span")})
    path, losses = written(FORMAT, [_document("Ann-met\n", spans=spans)], scheme, tmp_path / "out")
    text = (path / "annotation/d/gold.tsv").read_text(encoding="utf-8")

    assert "1-1\t0-4\tAnn-\tNN\t_\tX[1]\t\n1-2\t4-7\tmet\t_\tmeet\tX[1]\t\n" in text
    found = imported("webanno-tsv", path, with_tokens=True)
    assert [(span.layer, span.attributes) for span in found.only.spans] == [
        ("entity", {}), ("sentence", {}), ("token", {"pos": "NN"}), ("token", {"lemma": "meet"}),
    ]  # fmt: skip
    assert "what tokens and sentences have besides a part of speech, lemma, stem and morphology" in {loss.kind for loss in losses}


def test_chains_come_back_as_chains(tmp_path: Path) -> None:
    document = _document(
        "Ann met her\n",
        spans=(Span("a", "CorefLink", "nam", 0, 7, "Ann met"), Span("b", "CorefLink", "CorefLink", 8, 11, "her")),
        relations=(Relation("r", "CorefChain", "CorefChain", {"member": ("a", "b")}),),
    )
    lines = _lines(tmp_path, document)

    assert lines[1] == "#T_CH=webanno.custom.CorefLink|referenceType|referenceRelation"
    assert lines[5:7] == ["1-1\t0-3\tAnn\tnam[1]\t*->1-1\t", "1-2\t4-7\tmet\tnam[1]\t*->1-1\t"]
    assert_same(FORMAT, imported("webanno-tsv", tmp_path / "out").documents, [document], SCHEME)


def test_references_are_slots_and_words_roles(tmp_path: Path) -> None:
    document = _document(
        "Ann met\n",
        spans=(Span("a", "entity", "X", 0, 3, "Ann", attributes={"who": "b"}),
               Span("b", "entity", "Y", 4, 7, "met", attributes={"who": "AUTHOR"})),
    )  # fmt: skip
    lines = _lines(tmp_path, document)

    assert "1-1\t0-3\tAnn\tX\t*\t1-2[1]\t" in lines
    assert "1-2\t4-7\tmet\tY[1]\tAUTHOR[1]\t*\t" in lines
    found = imported("webanno-tsv", tmp_path / "out")
    assert [span.attributes for span in found.only.spans] == [{"who": found.only.spans[1].id}, {"who": "AUTHOR"}]


@settings(max_examples=40, deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 19), st.integers(1, 20), st.sampled_from("xy")), max_size=8))
def test_any_spans_over_any_tokens(places: list[tuple[int, int, str]], tmp_path_factory: pytest.TempPathFactory) -> None:
    text = "ab cde. f-g hi jkl mn.\n"
    places = sorted({(start, end, label) for start, end, label in places if start < end and text[start] + text[end - 1] != "  "})
    spans = [
        Span(f"e{number}", "entity", label, start, end, text[start:end]) for number, (start, end, label) in enumerate(places)
    ]
    spans = [span for span in spans if span.text == span.text.strip()]
    path, _ = written(FORMAT, [_document(text, spans=tuple(spans))], SCHEME, tmp_path_factory.mktemp("x") / "out")
    back = imported("webanno-tsv", path).only.spans

    assert sorted((one.start, one.end, one.label) for one in back) == sorted((one.start, one.end, one.label) for one in spans)


def test_the_article_keeps_its_statements(tmp_path: Path, repository: Path) -> None:
    corpus = Corpus.open(repository)
    path, losses = written(FORMAT, corpus, corpus.scheme, tmp_path / "out")
    (document,) = corpus
    (back,) = imported("webanno-tsv", path).documents

    assert back.text == document.text
    assert {loss.kind for loss in losses if loss.stops} == {
        "document labels", "metadata of documents", "numbers and yes/no as such",
    }  # fmt: skip
    for name, ours in document.sets.items():
        assert len(back.sets[name].spans) == len(ours.spans)
        assert len(back.sets[name].relations) == len(ours.relations)


# --- samples -------------------------------------------------------------------------------------------------------------------


def test_the_samples_are_read(samples: Path) -> None:
    found = sorted(samples.glob("webanno-tsv/**/*.tsv"))
    read_now = [imported("webanno-tsv", path, with_tokens=with_tokens) for path in found for with_tokens in (False, True)]

    assert len(found) == 41
    assert all(one.errors == [] for one in read_now)
    assert not any(loss.stops for one in read_now for loss in one.incoming.losses)


def test_the_samples_are_written_again(samples: Path, tmp_path: Path) -> None:
    """What is read of a sample, written and read again is the same, but for spans without a length, which no corpus has."""
    for number, path in enumerate(sorted(samples.glob("webanno-tsv/**/*.tsv"))):
        before = imported("webanno-tsv", path)
        if any(span.start == span.end for span in before.only.spans):
            continue
        scheme = Scheme("s", 1, layers=before.incoming.declared)
        out, losses = written(FORMAT, before.documents, scheme, tmp_path / str(number))
        assert [loss.kind for loss in losses if loss.stops] == []
        assert_same(FORMAT, imported("webanno-tsv", out).documents, before.documents, scheme)


def test_the_label_is_the_usual_feature_or_the_one_that_is_said(tmp_path: Path) -> None:
    header = ("#T_SP=webanno.custom.Referent|entity|infstat", "#T_SP=webanno.custom.Odd|alpha|beta")
    text = tsv(*sentence("Ann met", "person[1]\tnew[1]\ta\tb", "person[1]\tnew[1]\t_\t_"), header=header, version="3.2")

    assert read(tmp_path, text).spans == [("Referent", "person", "Ann met"), ("Odd", "Odd", "Ann")]
    said = read(tmp_path, text, **{"label-feature": ("Referent.infstat", "Odd.beta")})
    assert said.spans == [("Referent", "new", "Ann met"), ("Odd", "b", "Ann")]
    assert said.only.spans[0].attributes == {"entity": "person"}


def test_a_reference_without_an_id_means_what_is_on_that_row_alone(tmp_path: Path) -> None:
    """As in GUM, which gives an id to every span and names it only where it is longer than a token."""
    header = ("#T_SP=webanno.custom.Referent|entity|identity", "#T_RL=webanno.custom.Coref|type|BT_webanno.custom.Referent")
    rows = sentence(
        "He lost his hat", "person[1]\tAnn_B[1]\tcoref\t1-3", "_\t_\t_\t_",
        "object[2]|person[3]\tAnn_B[3]\tcoref|bridge\t1-1[0_3]|1-1[0_2]", "object[2]\t_\t_\t_",
    )  # fmt: skip
    found = read(tmp_path, tsv("#Summary1=x", *rows, "", "#speaker=y", *sentence("So", "_\t_\t_\t_", first="2"), header=header))

    assert found.spans == [("Referent", "person", "He"), ("Referent", "object", "his hat"), ("Referent", "person", "his")]
    assert sorted(found.relations, key=str) == [
        ("Coref", "bridge", {"from": "He", "to": "his hat"}),
        ("Coref", "coref", {"from": "He", "to": "his"}),
        ("Coref", "coref", {"from": "his", "to": "He"}),
    ]
    assert found.documents[0].metadata.extra == {"Summary1": "x"}
    assert found.lost["lines that the format does not know"] == 1
