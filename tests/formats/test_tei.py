from __future__ import annotations

from pathlib import Path

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake
from postil.formats.tei import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span

TEXT = "😀 Zoë & Bo\n"


def tei(stand_off: str, text: str = '<ab xml:id="text">😀 <hi xml:id="h">Zoë &amp; Bo</hi>\n</ab>') -> str:
    return (
        f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader/><standOff>{stand_off}</standOff>'
        f"<text><body>{text}</body></text></TEI>"
    )


def reading(directory: Path, value: str) -> tuple[list[Document], Intake, Incoming]:
    (directory / "a.xml").write_text(value, encoding="utf-8")
    return read(FORMAT, directory)


def test_what_is_written(tmp_path: Path) -> None:
    spans = (
        Span("a", "entity", "PERSON", 2, 5, "Zoë", attributes={"sure": True, "n": 3, "value": "<x>"}),
        Span("b", "entity", "PERSON", 2, 10, "Zoë Bo", ((2, 5), (8, 10))),
    )
    relations = (Relation("r", "argument", "knows", {"from": "a", "to": "b"}),)
    one = AnnotationSet(Header("a", "gold", "s/1", "", "complete", "imported"), spans, relations)
    path, _ = written(FORMAT, [Document("a", TEXT, Metadata(), {"gold": one}, "")], SCHEME, tmp_path / "out")
    assert (path / "a.xml").read_text(encoding="utf-8").partition("<standOff>\n")[2] == (
        '<spanGrp type="entity" resp="#gold">\n'
        '<span xml:id="s1" type="PERSON" target="#string-range(text,2,3)" ana="#s1.fs">Zoë</span>\n'
        '<span xml:id="s2" type="PERSON" target="#string-range(text,2,3,8,2)">Zoë Bo</span>\n</spanGrp>\n'
        '<linkGrp type="argument" resp="#gold"><link xml:id="s3" type="knows" target="#s1 #s2"/></linkGrp>\n'
        '<fs xml:id="s1.fs"><f name="sure"><binary value="true"/></f><f name="n"><numeric value="3"/></f>'
        '<f name="value"><string>&lt;x&gt;</string></f></fs>\n</standOff>\n'
        f'<text><body><ab xml:id="text">{TEXT.replace("&", "&amp;")}</ab></body></text>\n</TEI>\n'
    )


def test_ranges_into_any_element_and_links_to_later_links(tmp_path: Path) -> None:
    stand_off = (
        '<spanGrp><span xml:id="a" target="#string-range(h, 0, 3)">Zoë</span>'
        '<span xml:id="b" type="X" target="#string-range(text,8,2)"/><span target="#w1 #w4"/></spanGrp>'
        '<linkGrp><link xml:id="l1" type="und" target="#a #l2"/><link xml:id="l2" target="#a #b"/>'
        '<link target="#a #b #a"/><link target="#a #nobody"/></linkGrp>'
    )
    (document,), intake, incoming = reading(tmp_path, tei(stand_off))
    one = document.sets["imported"]
    assert intake.errors == []
    assert document.text == TEXT
    assert [(span.id, span.label, span.text) for span in one.spans] == [("a", "span", "Zoë"), ("b", "X", "Bo")]
    assert [(relation.id, relation.args) for relation in one.relations] == [
        ("l1", {"from": "a", "to": "l2"}), ("l2", {"from": "a", "to": "b"}),
    ]  # fmt: skip
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "spans that do not point into the text": 1,
        "markup of the text that marks nothing up": 1,
        "links that are not between two annotations of one set": 2,
    }


def test_a_range_over_another_text_is_an_error_with_its_line(tmp_path: Path) -> None:
    _, intake, _ = reading(tmp_path, tei('\n<spanGrp><span xml:id="a" target="#string-range(text,0,3)">Zoë</span></spanGrp>'))
    assert "a.xml:2: a" in intake.errors[0]
    _, intake, _ = reading(tmp_path, tei('<spanGrp><span xml:id="a" target="#string-range(text,0,300)"/></spanGrp>'))
    assert "outside the text" in intake.errors[0]


@pytest.mark.parametrize(
    "value",
    [
        "", "<TEI/>", '<TEI xmlns="http://www.tei-c.org/ns/1.0"/>', tei("")[:60], "<a>" * 3000,
        tei("").replace("<TEI", '<!DOCTYPE a [<!ENTITY e "x">]><TEI', 1),
        tei("").replace("<TEI", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><TEI', 1).replace("<teiHeader/>", "&e;"),
    ],
)  # fmt: skip
def test_what_is_no_tei_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.xml"):
        reading(tmp_path, value)


def test_names_and_words_in_the_text_and_spans_that_point_to_them(tmp_path: Path) -> None:
    text = (
        '<p><w xml:id="w1" pos="NNP">Ada</w> <w xml:id="w2">met</w> <name type="person" xml:id="n1" ref="#b"><w xml:id="w3">Bob'
        "</w></name>.</p><p>In <placeName>Paris 😀</placeName></p>"
    )
    stand_off = (
        '<spanGrp type="phrase"><span xml:id="x1" from="#w1" to="#w2">clause</span><span target="#w1 #w2" type="X"/>'
        '<span target="#w1 #w3" ana="#NP">not a word of this is in there</span><span from="#w9"/></spanGrp>'
        '<spanGrp type="range"><span target="#string-range(n1,1,2)">ob</span></spanGrp>'
    )
    (document,), intake, incoming = reading(tmp_path, tei(stand_off, text))
    one = document.sets["imported"]
    assert intake.errors == []
    assert document.text == "Ada met Bob.\nIn Paris 😀\n"
    assert [(span.layer, span.label, span.text) for span in one.spans] == [
        ("phrase", "NP", "Ada Bob"), ("phrase", "X", "Ada met"), ("phrase", "clause", "Ada met"), ("span", "person", "Bob"),
        ("range", "span", "ob"), ("span", "placeName", "Paris 😀"),
    ]  # fmt: skip
    by_label = {span.label: span for span in one.spans}
    assert by_label["NP"].fragments == ((0, 3), (8, 11))
    assert (by_label["NP"].attributes, by_label["NP"].note) == ({"ana": "NP"}, "not a word of this is in there")
    assert by_label["person"].attributes == {"ref": "#b"}
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "tokens and sentences, which --tokens keeps": 3, "spans that do not point into the text": 1,
    }  # fmt: skip
    incoming.with_tokens = True
    (draft,) = FORMAT.read(incoming) if FORMAT.read else ()
    assert [(span.label, span.attributes) for span in draft.sets[0].spans if span.layer == "token"] == [
        ("token", {"pos": "NNP"}), ("token", {}), ("token", {}),
    ]  # fmt: skip


def test_a_corpus_in_one_file_and_other_files_beside(tmp_path: Path) -> None:
    documents = "".join(tei("", f"<p>{name}</p>") for name in ("one", "two"))
    (tmp_path / "other.xml").write_text("<other/>")
    found, intake, incoming = reading(tmp_path, f'<teiCorpus xmlns="http://www.tei-c.org/ns/1.0">{documents}</teiCorpus>')
    assert intake.errors == []
    assert [(one.id, one.text) for one in found] == [("a-1", "one\n"), ("a-2", "two\n")]
    assert [loss.kind for loss in incoming.losses] == ["files that are no TEI documents"]


def test_one_reading_of_each_place_is_the_text_and_the_others_are_counted(tmp_path: Path) -> None:
    text = (
        "<p>A <choice>\n<sic>teh</sic>\n<corr>the</corr>\n</choice> <app><rdg>y</rdg><lem>x <name>Bo</name></lem></app>, "
        "<choice><abbr>Dr</abbr><expan>Doctor</expan></choice> <subst><del>old</del><add>new</add></subst><del>er</del>!</p>\n"
    )
    (document,), intake, incoming = reading(tmp_path, tei("", text))

    assert intake.errors == []
    assert document.text == "A the x Bo, Doctor new!\n"
    assert [span.text for span in document.sets["imported"].spans] == ["Bo"]
    loss = incoming.losses.by_kind["deletions and readings beside the one that is read"]
    assert loss.count == 5
    assert loss.examples[0].endswith(": sic “teh”")


def test_annotations_in_a_list_relations_and_the_header(tmp_path: Path) -> None:
    stand_off = (
        '<listAnnotation><annotation xml:id="a" target="#w1" ana="#PER"/><annotation xml:id="b" target="#w2"/></listAnnotation>'
        '<listRelation type="social"><relation name="knows" active="#a" passive="#b"/><relation name="friends" mutual="#a #b"/>'
        '<relation name="knows" active="#a" passive="#nobody"/><relation name="knows" active="#a"/></listRelation>'
    )
    header = "<fileDesc><titleStmt><title>My\n title</title><author>Ada</author><author>Bo</author></titleStmt></fileDesc>"
    text = '<p><seg xml:id="w1">Anna</seg> met <seg xml:id="w2">Ben</seg>.</p>'
    value = tei(stand_off, text).replace("<teiHeader/>", f"<teiHeader>{header}</teiHeader>")
    (document,), intake, incoming = reading(tmp_path, value)

    one = document.sets["imported"]
    assert intake.errors == []
    assert (document.metadata.title, document.metadata.authors) == ("My title", ("Ada", "Bo"))
    assert {span.id: (span.label, span.text) for span in one.spans if span.id in "ab"} == {
        "a": ("PER", "Anna"), "b": ("annotation", "Ben"),
    }  # fmt: skip
    assert [(tie.layer, tie.label, tie.args) for tie in one.relations] == [
        ("social", "knows", {"from": "a", "to": "b"}), ("social", "friends", {"member": ("a", "b")}),
    ]  # fmt: skip
    assert incoming.losses.by_kind["relations that are not between annotations of one set"].count == 2
