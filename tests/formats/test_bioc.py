"""BioC in both syntaxes: how a text is put together, what offsets may count from, what infons become, and hostile files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import read as read_format, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.format import Format
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake
from postil.exchange.sources import Source
from postil.formats import bioc_json, bioc_xml
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Relation, Span
from postil.scheme import Scheme

XML, JSON = bioc_xml.FORMAT, bioc_json.FORMAT

ANNOTATION = '<annotation id="{id}"><infon key="type">{type}</infon><location offset="{offset}" length="{length}"/><text>{text}</text></annotation>'  # noqa: E501


def annotation(text: str, offset: int, length: int = 0, id: str = "a1") -> str:
    return ANNOTATION.format(id=id, type="X", offset=offset, length=length or len(text), text=text)


def read(tmp_path: Path, content: str, format_: Format = XML, **options: Any) -> tuple[Document, Intake, Incoming]:
    path = tmp_path / ("c.xml" if format_ is XML else "c.json")
    path.write_text(f"<collection>{content}</collection>" if format_ is XML else content, encoding="utf-8")
    (document,), intake, incoming = read_format(format_, path, **options)
    return document, intake, incoming


def spans(document: Document) -> list[tuple[int, int, str]]:
    return [(span.start, span.end, span.text) for span in document.sets["imported"].spans]


def test_passages_are_put_together_at_their_offsets(tmp_path: Path) -> None:
    content = (
        "<source>PubMed</source><document><id>12</id><infon key='journal'>J</infon>"
        f"<passage><infon key='type'>title</infon><offset>0</offset><text>Zoë 😀 won.</text>{annotation('won', 6)}</passage>"
        f"<passage><infon key='type'>abstract</infon><offset>11</offset>"
        f"<text>In Rome.</text>{annotation('Rome', 14, id='a2')}</passage>"
        "<relation id='r'><infon key='type'>in</infon><node refid='a1' role=''/><node refid='a2' role=''/></relation></document>"
    )
    document, intake, incoming = read(tmp_path, content)
    assert intake.errors == []
    assert document.text == "Zoë 😀 won.\nIn Rome.\n"
    found = document.sets["imported"]
    assert {(span.layer, span.label, span.text) for span in found.spans} == {
        ("passage", "title", "Zoë 😀 won."), ("passage", "abstract", "In Rome."), ("span", "X", "won"), ("span", "X", "Rome"),
    }  # fmt: skip
    assert found.relations == (Relation("r", "relation", "in", {"from": "a1", "to": "a2"}),)
    assert document.metadata.extra == {"journal": "J"}
    assert [loss.kind for loss in incoming.losses] == ["what is said of collections"]
    assert not incoming.repaired


@pytest.mark.parametrize(
    ("second", "offset", "says"),
    [(12, 15, "UTF-16 code units"), (15, 18, "UTF-8 bytes")],
)
def test_what_offsets_count_is_found_out(tmp_path: Path, second: int, offset: int, says: str) -> None:
    first = 7 if says.startswith("UTF-16") else 10
    content = (
        f"<document><id>d</id><passage><offset>0</offset><text>Zoë 😀 won.</text>{annotation('won', first)}</passage>"
        f"<passage><offset>{second}</offset><text>In Rome.</text>{annotation('Rome', offset, id='a2')}</passage></document>"
    )
    document, intake, incoming = read(tmp_path, content)
    assert intake.errors == []
    assert document.text == "Zoë 😀 won.\nIn Rome.\n"
    assert spans(document) == [(6, 9, "won"), (14, 18, "Rome")]
    assert [loss.kind for loss in incoming.repaired] == [f"documents whose offsets count {says}"]


def test_offsets_from_the_passage_or_the_sentence(tmp_path: Path) -> None:
    content = (
        f"<document><id>d</id><passage><offset>5</offset><text>One.</text></passage><passage><offset>20</offset>"
        f"<sentence><offset>20</offset><text>Two is.</text></sentence>"
        f"<sentence><offset>30</offset><text>Three is.</text>{annotation('Three', 0)}</sentence></passage></document>"
    )
    document, intake, incoming = read(tmp_path, content)
    assert intake.errors == []
    assert document.text == "One." + "\n" * 11 + "Two is." + "   " + "Three is.\n"
    assert spans(document) == [(25, 30, "Three")]
    assert [loss.kind for loss in incoming.repaired] == ["documents whose offsets count from the passage or the sentence"]
    content = content.replace('<location offset="0"', '<location offset="10"')
    assert spans(read(tmp_path, content)[0]) == [(25, 30, "Three")]


def test_passages_that_overlap_and_gaps_without_end(tmp_path: Path) -> None:
    passages = [(0, "One is."), (0, "Two is."), (10**15, "Three is.")]
    content = "".join(
        f"<passage><offset>{offset}</offset><text>{text}</text>{annotation(text[:3], offset, id=f'a{number}')}</passage>"
        for number, (offset, text) in enumerate(passages)
    )
    document, intake, incoming = read(tmp_path, f"<document><id>d</id>{content}</document>")
    assert intake.errors == []
    assert document.text == "One is.\nTwo is.\n\nThree is.\n"
    assert spans(document) == [(0, 3, "One"), (8, 11, "Two"), (17, 20, "Thr")]
    assert {loss.kind for loss in incoming.repaired} == {
        "documents whose passages overlap, put one after the other", "documents with gaps between passages, closed",
    }  # fmt: skip


def test_annotations_of_the_document_and_over_passages(tmp_path: Path) -> None:
    content = (
        "<document><id>d</id><passage><offset>0</offset><text>One is.</text></passage>"
        "<passage><offset>8</offset><text>Two is.</text></passage>"
        f"{annotation('Two', 8)}{annotation('is. Two', 4, id='a2')}"
        "<annotation id='a3'><infon key='type'>topic</infon><text></text></annotation></document>"
    )
    document, intake, _ = read(tmp_path, content)
    assert intake.errors == []
    assert spans(document) == [(4, 11, "is.\nTwo"), (8, 11, "Two")]
    assert document.sets["imported"].labels == (Label("a3", "label", "topic"),)


def test_discontinuous_annotations_repeat_one_or_the_other(tmp_path: Path) -> None:
    two = (
        '<annotation id="{id}"><location offset="5" length="2"/><location offset="0" length="3"/><text>{text}</text></annotation>'
    )
    content = "".join(two.format(id=f"a{number}", text=text) for number, text in enumerate(("One is", "One, is", "")))
    touching = (
        '<annotation id="t"><location offset="0" length="2"/><location offset="2" length="1"/><text>One</text></annotation>'
    )
    document, intake, _ = read(
        tmp_path, f"<document><id>d</id><passage><offset>0</offset><text>One, is.</text>{content}{touching}</passage></document>"
    )
    assert intake.errors == []
    found = document.sets["imported"].spans
    assert [(span.fragments, span.text) for span in found] == [(((0, 3), (5, 7)), "One is")] * 3 + [((), "One")]
    assert found[0].label == "annotation"


def test_ids_that_are_there_twice_refer_within_their_passage(tmp_path: Path) -> None:
    relation = "<relation id='r'><node refid='0' role='x'/><node refid='0' role='y'/></relation>"
    content = "".join(
        f"<passage><offset>{8 * number}</offset><text>One is.</text>{annotation('One', 8 * number, id='0')}{relation}</passage>"
        for number in range(2)
    )
    document, intake, incoming = read(tmp_path, f"<document><id>d</id>{content}</document>")
    assert intake.errors == []
    assert [relation.args for relation in document.sets["imported"].relations] == [{"x": "0", "y": "0"}, {"x": "0-2", "y": "0-2"}]
    assert {loss.kind: loss.count for loss in incoming.repaired} == {"ids that were there twice": 2}


def test_a_text_that_is_not_there_is_an_error_with_its_line(tmp_path: Path) -> None:
    content = "<document><id>d</id><passage><offset>0</offset>"
    content += f"<text>One is.</text>\n\n{annotation('Two', 0)}{annotation('is.x', 4, id='b')}</passage></document>"
    _, intake, _ = read(tmp_path, content)
    assert intake.errors == [
        f"{tmp_path}/c.xml:3: a1: is said to cover “Two”, but at 0-3 there is “One”",
        f"{tmp_path}/c.xml:3: b: the offsets of “X”, 4-8, are outside the text, which is from 0 to 7",
    ]


def test_sentences_of_a_passage_that_has_a_text_itself(tmp_path: Path) -> None:
    sentences = "".join(
        f"<sentence><offset>{offset}</offset><text>One is.</text>{annotation('One', 3 + 8 * number, id=f'a{number}')}</sentence>"
        for number, offset in enumerate((3, 11, 999))
    )
    content = (
        f"<document><id>d</id><passage><offset>3</offset><text>One is. One is. One is.</text>{sentences}</passage></document>"
    )
    document, intake, _ = read(tmp_path, content)
    assert intake.errors == []
    assert document.text == "One is. One is. One is.\n"
    assert spans(document) == [(0, 3, "One"), (8, 11, "One"), (16, 19, "One")]


def test_sentences_are_kept_when_they_are_wanted(tmp_path: Path) -> None:
    content = (
        "<document><id>d</id><passage><offset>0</offset><sentence><infon key='n'>1</infon><offset>0</offset>"
        "<text>One is.</text></sentence></passage></document>"
    )
    document, _, incoming = read(tmp_path, content)
    assert document.sets["imported"].spans == ()
    assert {loss.kind: loss.stops for loss in incoming.losses} == {"sentences, which --tokens keeps": False}
    assert XML.read
    (draft,) = XML.read(Incoming(Source(tmp_path / "c.xml"), with_tokens=True))
    assert draft.sets[0].spans == [Span("sentence", "sentence", "sentence", 0, 7, "One is.", attributes={"n": "1"})]


def test_sets_of_several_annotators(tmp_path: Path) -> None:
    by = '<infon key="annotator">{name}</infon>'
    content = "".join(
        annotation("One", 0, id=f"{name}1").replace("<infon", by.format(name=name) + "<infon", 1)
        + annotation("is.", 4, id=f"{name}2").replace("<infon", by.format(name=name) + "<infon", 1)
        for name in ("a@x.org", "b")
    )
    pairs = (("r1", "b1", "b2"), ("r2", "a@x.org1", "b2"))
    content += "".join(
        f"<relation id='{id}'><node refid='{x}' role='x'/><node refid='{y}' role='y'/></relation>" for id, x, y in pairs
    )
    content = f"<document><id>d</id><passage><offset>0</offset><text>One is.</text>{content}</passage></document>"
    document, _, _ = read(tmp_path, content)
    assert document.sets["imported"].spans[0].attributes == {"annotator": "a@x.org"}
    document, intake, incoming = read(tmp_path, content, **{"by-annotator": True})
    assert intake.errors == []
    assert {name: len(one.annotations) for name, one in document.sets.items()} == {"a-x.org": 2, "b": 3}
    assert document.sets["b"].spans[0].attributes == {}
    assert {loss.kind: loss.count for loss in incoming.losses.stopping} == {"relations of what several annotators made": 1}


def test_what_is_there_twice_or_unknown(tmp_path: Path) -> None:
    twice = annotation("One", 0).replace(
        "<infon", "<infon key='n'>1</infon><infon key='n'>2</infon><infon key='n'>3</infon><infon", 1
    )
    document, _, incoming = read(
        tmp_path, f"<document><id>d</id><passage><offset>0</offset><text>One is.</text>{twice}<odd>x</odd></passage></document>"
    )
    assert document.sets["imported"].spans[0].attributes == {"n": ["1", "2", "3"]}
    assert [loss.kind for loss in incoming.losses.stopping] == ["elements that BioC does not have"]
    one = {"id": "1", "pmid": 7, "passages": [{"text": "x", "annotations": [{"id": "a", "locations": [], "score": 2}]}]}
    document, _, _ = read(tmp_path, json.dumps(one), JSON)
    assert document.metadata.extra == {"pmid": 7}
    assert document.sets["imported"].labels[0].attributes == {"score": 2}


def test_what_json_is_found_in(tmp_path: Path) -> None:
    infons = {
        "type": "X",
        "valid": True,
        "ids": ["a", "b"],
        "confidence": "0.5",
        "nothing": None,
        "role": {"id": "D1", "in": {"n": 1}},
    }
    first = {"id": 7, "infons": infons, "text": "One", "locations": [{"offset": 0, "length": 3}]}
    bare = {"id": "R1", "infons": {"type": "R", "entity1": "D1"}, "nodes": []}
    one = {"id": "1", "passages": [{"offset": 0, "text": "One is.", "annotations": [first], "relations": [bare]}]}
    for value in ({"documents": [one]}, [{"source": "", "documents": [one]}], {"PubTator3": [one]}, [one], one):
        document, intake, _ = read(tmp_path, json.dumps(value), JSON)
        assert intake.errors == []
        (span,) = document.sets["imported"].spans
        assert span == Span(
            "7",
            "span",
            "X",
            0,
            3,
            "One",
            attributes={"valid": True, "ids": ["a", "b"], "role.id": "D1", "role.in.n": 1},
            confidence=0.5,
        )
        assert document.sets["imported"].labels == (Label("R1", "label", "R", {"entity1": "D1"}),)
    lines = "\n".join(json.dumps({**one, "bioctype": "BioCDocument", "id": str(number)}) for number in range(3))
    (tmp_path / "c.jsonl").write_text(lines)
    assert [document.id for document in read_format(JSON, tmp_path / "c.jsonl")[0]] == ["0", "1", "2"]


TEXT = "Maria & Zoë 😀 moved.\n"


def document() -> Document:
    found = AnnotationSet(
        Header("news/1", "gold", "s/1", "", "complete", "manual"),
        (
            Span("e1", "entity", "PERSON", 0, 5, "Maria", (), {"type": "x", ".y": "<&>", "tab": "a\tb\n"}, 0.5, "?"),
            Span("e2", "span", "X", 0, 11, "Maria Zoë", ((0, 5), (8, 11))),
        ),
        (Relation("r1", "relation", "met", {"from": "e1", "to": "e2"}),
         Relation("r2", "event", "go", {"trigger": "r1", "arg": ("e1", "e2")})),
        (Label("d1", "genre", "op-ed", {"value": "v"}),),
    )  # fmt: skip
    return Document("news/1", TEXT, Metadata(title="T", extra={"n": 3}), {"gold": found}, "")


def test_metadata_that_could_mean_something_else(tmp_path: Path) -> None:
    metadata = Metadata(title="T", authors=("A",), extra={"title": "other", "extra": {"x": 1}, "empty": "", "year": 2022})
    one = Document("d", TEXT, metadata, document().sets, "")
    path, _ = written(JSON, [one], Scheme("s", 1), tmp_path / "c.json")
    said = json.loads(path.read_text())["documents"][0]["infons"]
    assert said["year"] == 2022
    (back,), _, _ = read_format(JSON, path)
    assert back.metadata.title == "T"
    assert {name: back.metadata.extra[name] for name in ("title", "year", "extra")} == {
        "title": "other",
        "year": 2022,
        "extra": {"x": 1},
    }


def test_what_xml_looks_like(tmp_path: Path) -> None:
    path, losses = written(XML, [document()], Scheme("s", 1), tmp_path / "c.xml")
    assert {loss.kind for loss in losses.stopping} == {"metadata of documents"}
    assert path.read_text(encoding="utf-8") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE collection SYSTEM "BioC.dtd">\n<collection>\n<source>c</source>\n'
        "<date></date>\n<key></key>\n<document><id>news/1</id>\n"
        "<passage><offset>0</offset><text>Maria &amp; Zoë 😀 moved.\n</text>\n"
        '<annotation id="e1"><infon key="type">PERSON</infon><infon key="layer">entity</infon><infon key="confidence">0.5</infon>'
        '<infon key="note">?</infon><infon key=".type">x</infon>'
        '<infon key="..y">&lt;&amp;&gt;</infon><infon key="tab">a\tb\n</infon>'
        '<location offset="0" length="5"/><text>Maria</text></annotation>\n'
        '<annotation id="e2"><infon key="type">X</infon><location offset="0" length="5"/><location offset="8" length="3"/>'
        "<text>Maria &amp; Zoë</text></annotation>\n</passage>\n"
        '<relation id="r1"><infon key="type">met</infon><node refid="e1" role="from"/><node refid="e2" role="to"/></relation>\n'
        '<relation id="r2"><infon key="type">go</infon><infon key="layer">event</infon><node refid="r1" role="trigger"/>'
        '<node refid="e1" role="arg"/><node refid="e2" role="arg"/></relation>\n'
        '<relation id="d1"><infon key="type">op-ed</infon>'
        '<infon key="layer">genre</infon><infon key="value">v</infon></relation>\n'
        "</document>\n</collection>\n"
    )


@pytest.mark.parametrize("format_", [XML, JSON])
@pytest.mark.parametrize("ids", [("passage", "passage-2"), ("passage-2", "x"), ("p1", "passage")])
def test_passages_come_back_as_passages(tmp_path: Path, format_: Format, ids: tuple[str, str]) -> None:
    text = "Title.\n\nBody is here.\n"
    found = AnnotationSet(
        Header("d", "gold", "s/1", "", "complete", "manual"),
        (
            Span(ids[0], "passage", "title", 0, 6, "Title.", attributes={"n": "1"}),
            Span("e1", "span", "X", 0, 5, "Title"),
            Span("e2", "span", "X", 5, 12, ".\n\nBody"),
            Span("e3", "span", "X", 6, 7, "\n"),
            Span(ids[1], "passage", "abstract", 8, 21, "Body is here."),
            Span("e4", "span", "X", 8, 12, "Body"),
        ),
    )
    path, _ = written(format_, [Document("d", text, Metadata(), {"gold": found}, "")], Scheme("s", 1), tmp_path / "c.file")
    assert path.read_text().count("offset") == (8 if format_ is XML else 6)
    (back,), intake, incoming = read_format(format_, path)
    assert intake.errors == []
    assert not incoming.repaired
    assert back.text == text
    assert sorted(span.id for span in back.sets["imported"].spans) == sorted(span.id for span in found.spans)
    assert {(span.id, span.start, span.end, span.label) for span in back.sets["imported"].spans} == {
        (span.id, span.start, span.end, span.label) for span in found.spans
    }


def test_spans_called_passages_that_are_none(tmp_path: Path) -> None:
    found = AnnotationSet(
        Header("d", "gold", "s/1", "", "complete", "manual"),
        (Span("p", "passage", "X", 0, 3, "One"), Span("q", "passage", "X", 4, 7, "two")),
    )
    path, _ = written(XML, [Document("d", "One two\n", Metadata(), {"gold": found}, "")], Scheme("s", 1), tmp_path / "c.xml")
    assert path.read_text().count("<passage>") == 1
    (back,), _, _ = read_format(XML, path)
    assert back.sets["imported"].spans == found.spans


@pytest.mark.parametrize("format_", [XML, JSON])
def test_the_library_reads_what_is_written(tmp_path: Path, format_: Format) -> None:
    bioc = pytest.importorskip("bioc")
    from bioc import biocjson, biocxml

    path, _ = written(format_, [document()], Scheme("s", 1), tmp_path / "c.file")
    with path.open(encoding="utf-8") as file:
        collection = biocxml.load(str(path)) if format_ is XML else biocjson.load(file)
    bioc.validate(collection)
    (found,) = collection.documents
    assert found.passages[0].text == TEXT
    assert [(one.id, one.infons["type"], one.text) for one in found.passages[0].annotations] == [
        ("e1", "PERSON", "Maria"), ("e2", "X", "Maria & Zoë"),
    ]  # fmt: skip
    assert [len(one.nodes) for one in found.relations] == [2, 3, 0]


def test_what_the_library_writes_is_read(tmp_path: Path) -> None:
    pytest.importorskip("bioc")
    from bioc import biocjson, biocxml

    path, _ = written(XML, [document()], Scheme("s", 1), tmp_path / "c.xml")
    collection = biocxml.load(str(path))
    with (tmp_path / "again.xml").open("w", encoding="utf-8") as file:
        biocxml.dump(collection, file)
    with (tmp_path / "again.json").open("w", encoding="utf-8") as file:
        biocjson.dump(collection, file)
    for format_, name in ((XML, "again.xml"), (JSON, "again.json")):
        (found,), intake, _ = read_format(format_, tmp_path / name)
        assert intake.errors == []
        assert found.text == TEXT
        assert [span.id for span in found.sets["imported"].spans] == ["e2", "e1"]


# --- hostile files -------------------------------------------------------------------------------------------------------------

BOMB = '<!DOCTYPE c [<!ENTITY a "lol"><!ENTITY b "&a;&a;">]><collection><document><id>&b;</id></document></collection>'
OUTSIDE = '<!DOCTYPE c [<!ENTITY x SYSTEM "file:///etc/passwd">]><collection><document><id>&x;</id></document></collection>'


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (BOMB, "declares an entity"),
        (OUTSIDE, "declares an entity"),
        ("<collection><document>", "not well-formed"),
        ("<collection>" + "<passage>" * 600, "deep"),
        ("<collection><document><id>d</id><passage><offset>x</offset></passage></document></collection>", "x is no number"),
        ("<collection>\xff</collection>", "not"),
        ('{"documents": []}', "read it as bioc-json"),
    ],
)  # fmt: skip
def test_hostile_xml(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "c.xml").write_bytes(content.encode("latin-1"))
    with pytest.raises(UnreadableFile, match=says):
        read_format(XML, tmp_path / "c.xml")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ('{"documents": [', "not JSON"),
        ("[" * 100_000, "nested|not JSON"),
        ('{"documents": [{"id": "\\ud800", "passages": []}]}', "surrogate"),
        ('{"documents": [{"passages": [{"offset": "x"}]}]}', "not as BioC has it"),
        ('{"documents": [{"passages": [3]}]}', "not as BioC has it"),
        ('{"documents": [{"passages": [{"text": 3}]}]}', "not as BioC has it"),
        ('{"documents": [{"passages": [{"text": "x", "annotations": [{"locations": [{}]}]}]}]}', "not as BioC has it"),
        ('{"documents": []}', "no document of BioC"),
        ('{"text": "x"}', "no document of BioC"),
        ("<collection/>", "read it as bioc-xml"),
    ],
)  # fmt: skip
def test_hostile_json(tmp_path: Path, content: str, says: str) -> None:
    (tmp_path / "c.json").write_text(content)
    with pytest.raises(UnreadableFile, match=says):
        read_format(JSON, tmp_path / "c.json")


def test_many_documents_come_one_at_a_time(tmp_path: Path) -> None:
    many = "".join(
        f"<document><id>{number}</id><passage><offset>0</offset><text>One is.</text>{annotation('One', 0)}</passage></document>"
        for number in range(2_000)
    )
    (tmp_path / "c.xml").write_text(f"<collection>{many}</collection>")
    documents, intake, _ = read_format(XML, tmp_path / "c.xml")
    assert intake.errors == []
    assert sum(len(document.sets["imported"].spans) for document in documents) == 2_000


def test_the_samples(samples: Path) -> None:
    found = {}
    for path in sorted((samples / "bioc").rglob("*.xml")):
        documents, intake, _ = read_format(XML, path)
        assert intake.errors == []
        found[f"{path.parent.name}/{path.name}"] = [
            (span.label, span.text) for document in documents for span in document.sets["imported"].spans if span.layer == "span"
        ]
    assert found == {
        "bioc/example-with-sentences-ref.xml": [("custom.Span", "Sentence"), ("custom.Span", "1")],
        "annotation-with-single-feature-typed/data.xml": [("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity", "Sentence")],
        "passage-without-sentences/reference.xml": [("custom.Span", "Sentence"), ("custom.Span", "1")],
    }
