from __future__ import annotations

import warnings
from html import escape
from pathlib import Path

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake
from postil.formats.gate import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span

SPAN = '<Annotation Id="1" Type="Person" StartNode="0" EndNode="2">{}</Annotation>'
TEXT = '<TextWithNodes><Node id="0"/>😀<Node id="2"/> said<Node id="7"/>.\n</TextWithNodes>'


def feature(kind: str, value: str, name: str = "f") -> str:
    return f'<Feature><Name className="java.lang.String">{name}</Name><Value className="{kind}">{value}</Value></Feature>'


def wrapped(kind: str, values: str) -> str:
    return escape(f'<gate.corpora.ObjectWrapper><value class="{kind}">{values}</value></gate.corpora.ObjectWrapper>')


def in_set(features: str) -> str:
    return f"<AnnotationSet>{SPAN.format(features)}</AnnotationSet>"


def gate(sets: str = "", text: str = TEXT, head: str = ' version="3"') -> str:
    return f"<?xml version='1.0' encoding='UTF-8'?>\n<GateDocument{head}>{text}{sets}</GateDocument>"


def reading(directory: Path, value: str | bytes, **options: object) -> tuple[list[Document], Intake, Incoming]:
    path = directory / "a.xml"
    path.write_bytes(value.encode() if isinstance(value, str) else value)
    return read(FORMAT, path, **options)


def one_span(directory: Path, features: str) -> Span:
    (document,), intake, _ = reading(directory, gate(f"<AnnotationSet>{SPAN.format(features)}</AnnotationSet>"))
    assert intake.errors == []
    return document.sets["imported"].spans[0]


def test_what_is_written(tmp_path: Path) -> None:
    text = "😀 Zoë\r<x>\n"
    span = Span("e1", "entity", "A&B", 2, 5, "Zoë", attributes={"sure": True, "n": 3, "layer": "x"}, confidence=0.5)
    one = AnnotationSet(Header("a", "gold", "s/1", "", "complete", "imported"), (span,))
    path, _ = written(FORMAT, [Document("a", text, Metadata(), {"gold": one}, "")], SCHEME, tmp_path / "out")
    string = "java.lang.String"
    assert (path / "a.xml").read_text(encoding="utf-8") == (
        '<?xml version="1.0" encoding="UTF-8"?>\n<GateDocument version="3">\n<GateDocumentFeatures/>\n'
        '<TextWithNodes>😀 <Node id="3"/>Zoë<Node id="6"/>&#xd;&lt;x&gt;\n</TextWithNodes>\n<AnnotationSet Name="gold">\n'
        '<Annotation Id="1" Type="A&amp;B" StartNode="3" EndNode="6">\n'
        + "".join(
            f"{feature(kind, value, name)}\n"
            for name, kind, value in [
                ("layer", string, "entity"), ("sure", "java.lang.Boolean", "true"), ("n", "java.lang.Long", "3"),
                ("_layer", string, "x"), ("confidence", "java.lang.Double", "0.5"),
            ]
        )
        + "</Annotation>\n</AnnotationSet>\n</GateDocument>\n"
    )  # fmt: skip


def test_nodes_count_utf_16_and_stand_where_they_stand(tmp_path: Path) -> None:
    (document,), intake, incoming = reading(tmp_path, gate(f"<AnnotationSet>{SPAN.format('')}</AnnotationSet>"))
    assert intake.errors == []
    assert (document.sets["imported"].spans[0].text, bool(incoming.repaired)) == ("😀", False)
    moved = TEXT.replace("2", "1").replace("7", "6")
    span = SPAN.format("").replace('"2"', '"1"')
    (document,), intake, incoming = reading(tmp_path, gate(f"<AnnotationSet>{span}</AnnotationSet>", moved))
    assert document.sets["imported"].spans[0].text == "😀"
    assert next(iter(incoming.repaired)).count == 2


def test_sets_are_annotators_or_layers(tmp_path: Path) -> None:
    sets = f'<AnnotationSet>{SPAN.format("")}</AnnotationSet><AnnotationSet Name="Key">{SPAN.format("")}</AnnotationSet>'
    (document,), _, _ = reading(tmp_path, gate(sets))
    assert set(document.sets) == {"imported", "Key"}
    sets = sets.replace('Name="Key"><Annotation Id="1"', 'Name="Key"><Annotation Id="2"')
    (document,), intake, _ = reading(tmp_path, gate(sets), sets="layers")
    assert intake.errors == []
    assert {span.layer for span in document.sets["imported"].spans} == {"span", "Key"}


@pytest.mark.parametrize("head", ["", ' version="2"', ' version="3"', ' xmlns:x="urn:y"'])
def test_files_without_version_and_without_ids(head: str, tmp_path: Path) -> None:
    span = SPAN.format("").replace(' Id="1"', "")
    (document,), intake, _ = reading(tmp_path, gate(f"<AnnotationSet>{span}{span}</AnnotationSet>", head=head))
    assert intake.errors == []
    assert len(document.sets["imported"].spans) == 2


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("java.lang.String", "a &lt; b", "a < b"), ("java.lang.Integer", "3", 3), ("java.lang.Long", "-3", -3),
        ("java.lang.Double", "0.5", 0.5), ("java.lang.Boolean", "true", True), ("java.lang.Boolean", "false", False),
        ("java.lang.Integer", "three", "three"), ("java.util.Date", "today", "today"), ("java.lang.String", "", ""),
        ("gate.corpora.ObjectWrapper", wrapped("list", "<string>a</string><int>2</int>"), ["a", "2"]),
        ("gate.corpora.ObjectWrapper", wrapped("map", "<entry><string>a</string><boolean>true</boolean></entry>"), '{"a":true}'),
    ],
)  # fmt: skip
def test_features_have_the_types_of_their_classes(kind: str, text: str, value: object, tmp_path: Path) -> None:
    assert one_span(tmp_path, feature(kind, text)).attributes == {"f": value}


def test_a_value_that_is_another_again_is_counted(tmp_path: Path) -> None:
    value = wrapped("list", '<list><int>1</int></list><list reference="../list"/>')
    (document,), _, incoming = reading(tmp_path, gate(in_set(feature("gate.corpora.ObjectWrapper", value))))
    assert document.sets["imported"].spans[0].attributes == {"f": ["[1]", "../list"]}
    assert [loss.kind for loss in incoming.losses] == ["values of features that are another value again"]


def test_lists_of_old_files(tmp_path: Path) -> None:
    old = feature('java.util.ArrayList" itemClassName="java.lang.String', "a;b")
    assert one_span(tmp_path, old).attributes == {"f": ["a", "b"]}


def test_tokens_are_counted_and_relations_read(tmp_path: Path) -> None:
    sets = (
        '<AnnotationSet><Annotation Id="1" Type="A" StartNode="0" EndNode="2"/><Annotation Id="2" Type="B" StartNode="2" '
        'EndNode="7"/><Annotation Id="3" Type="Token" StartNode="0" EndNode="2"/></AnnotationSet>'
        '<RelationSet><Relation Id="4" Type="coref" Members="1;2"/><Relation Id="5" Type="x" Members="9"/></RelationSet>'
    )
    (document,), intake, incoming = reading(tmp_path, gate(sets))
    assert intake.errors == []
    assert document.sets["imported"].relations[0].args == {"from": "1", "to": "2"}
    assert [loss.kind for loss in incoming.losses] == [
        "tokens and sentences, which --tokens keeps", "relations whose members no one set has",
    ]  # fmt: skip


def test_relations_are_those_of_gate(tmp_path: Path) -> None:
    spans = (Span("e1", "entity", "A", 0, 1, "A"), Span("e2", "entity", "B", 2, 3, "B"))
    relations = (
        Relation("r1", "argument", "supports", {"from": "e1", "to": "e2"}, {"n": 1}),
        Relation("r2", "argument", "joins", {"part": ("e1", "e2"), "of": "r1"}),
    )
    one = AnnotationSet(Header("a", "gold", "s/1", "", "complete", "imported"), spans, relations)
    path, _ = written(FORMAT, [Document("a", "A B\n", Metadata(), {"gold": one}, "")], SCHEME, tmp_path / "out")
    xml = (path / "a.xml").read_text(encoding="utf-8")
    assert '<RelationSet Name="gold">\n<Relation Id="3" Type="supports" Members="1;2">\n<UserData/>\n<Feature>' in xml
    assert 'Type="joins" Members="1;2;3">' in xml
    (document,), intake, _ = read(FORMAT, path)
    assert intake.errors == []
    first, second = document.sets["gold"].relations
    assert (first.layer, first.args, first.attributes) == ("argument", {"from": "1", "to": "2"}, {"n": 1})
    assert second.args == {"part": ("1", "2"), "of": "3"}


def test_relations_of_relations_in_circles_and_of_nothing_are_counted_and_user_data_kept(tmp_path: Path) -> None:
    sets = f"""<AnnotationSet>{SPAN.format("")}</AnnotationSet><RelationSet>
        <Relation Id="4" Type="x" Members="5;5"><UserData/></Relation><Relation Id="5" Type="x" Members="4;4"/>
        <Relation Id="6" Type="x" Members=""/><Relation Id="1" Type="x" Members=""/>
        <Relation Id="7" Type="x" Members="8;1"/>
        <Relation Id="8" Type="x" Members="1;1"><UserData>{wrapped("string", "mine")}</UserData></Relation></RelationSet>"""
    (document,), intake, incoming = reading(tmp_path, gate(sets))
    assert intake.errors == []
    by_id = {relation.id: relation for relation in document.sets["imported"].relations}
    assert by_id.keys() == {"7", "8"}
    assert by_id["7"].args == {"from": "8", "to": "1"}
    assert by_id["8"].attributes == {"userData": "mine"}
    assert [(loss.kind, loss.count) for loss in incoming.losses] == [("relations whose members no one set has", 4)]


def test_line_ends_of_the_text(tmp_path: Path) -> None:
    text = '<TextWithNodes>a\r\n<Node id="2"/>b<Node id="3"/>&#xd;\n</TextWithNodes>'
    span = SPAN.format("").replace('"0"', '"2"').replace('EndNode="2"', 'EndNode="3"')
    (document,), intake, _ = reading(tmp_path, gate(f"<AnnotationSet>{span}</AnnotationSet>", text))
    assert intake.errors == []
    assert (document.text, document.sets["imported"].spans[0].text) == ("a\nb\n", "b")


@pytest.mark.parametrize(
    "value",
    [
        "", "<GateDocument>", "<other/>", "<GateDocument/>", gate()[:80], b"\xff\xfe\x00",
        '<!DOCTYPE a [<!ENTITY e "e">]><GateDocument>&e;</GateDocument>',
        '<!DOCTYPE a SYSTEM "file:///etc/passwd"><GateDocument/>', "<a>" * 2000,
        gate(f"<AnnotationSet>{SPAN.format('').replace('0', '99')}</AnnotationSet>"),
        gate(in_set(feature("gate.corpora.ObjectWrapper", escape('<!DOCTYPE a [<!ENTITY e "x">]><a/>')))),
        gate(in_set(feature("gate.corpora.ObjectWrapper", wrapped("list", "<list>" * 200 + "</list>" * 200)))),
    ],
)  # fmt: skip
def test_what_is_no_document_is_refused(value: str | bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.xml"):
        reading(tmp_path, value)


def test_gatenlp_reads_what_is_written(repository: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gatenlp = pytest.importorskip("gatenlp")
        path, _ = written(FORMAT, Corpus.open(repository), Corpus.open(repository).scheme, tmp_path / "out")
        for one in Corpus.open(repository):
            peer = gatenlp.Document.load(str(path / f"{one.id}.xml"), fmt="gatexml")
            assert peer.text == one.text
            for name, said in one.sets.items():
                found = sorted((ann.start, ann.end, ann.type, ann.features["layer"]) for ann in peer.annset(name))
                kept = [span for span in said.spans if not span.fragments]
                assert found == sorted((span.start, span.end, span.label, span.layer) for span in kept)
