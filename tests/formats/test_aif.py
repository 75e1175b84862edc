from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME, documents
from hypothesis import HealthCheck, given, settings, strategies as st
from msgspec.structs import replace
from round_trip import assert_round_trip, read, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.format import Format
from postil.formats import format_named
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span
from postil.scheme import Attribute, LabelDefinition, Layer, Role, Scheme


def _node(id: object, kind: str, text: str) -> dict[str, Any]:
    return {"nodeID": id, "type": kind, "text": text, "timestamp": "2020-01-01"}


def _edges(*pairs: tuple[object, object]) -> list[dict[str, Any]]:
    return [{"edgeID": number, "fromID": source, "toID": target} for number, (source, target) in enumerate(pairs)]


MAP = {
    "nodes": [
        _node(1, "L", "Ada : it rains, so stay in"), _node("12_3", "I", "it rains"), _node(3, "I", "stay in"),
        _node(4, "RA", "Default Inference"), _node(5, "YA", "Arguing"), _node(6, "L", "Bob : \U0001f327 is fun"),
        _node(7, "CA", "Default Conflict"), _node(8, "I", "nowhere to be found"), _node(9, "MA", "Rephrase"),
    ],
    "edges": _edges(("12_3", 4), (4, 3), (1, 5), (5, 4), (6, 7), (7, 4), (8, 9), (9, 3), (99, 3)),
    "locutions": [{"nodeID": 1, "personID": 17}],
}  # fmt: skip


def _format() -> Format:
    format_ = format_named("aif")
    assert format_
    return format_


def _read(path: Path, value: Any) -> tuple[Document, dict[str, int]]:
    path.write_text(json.dumps(value), encoding="utf-8")
    (document,), intake, incoming = read(_format(), path)
    assert intake.errors == []
    return document, {loss.kind: loss.count for loss in (*incoming.losses, *intake.left_out)}


def test_texts_become_spans_and_what_is_between_them_relations(tmp_path: Path) -> None:
    document, lost = _read(tmp_path / "map.json", MAP)

    assert document.text == "Ada : it rains, so stay in\nBob : \U0001f327 is fun\n"
    annotations = document.sets["imported"]
    assert {(span.id, span.layer, span.text) for span in annotations.spans} == {
        ("1", "locution", "Ada : it rains, so stay in"), ("6", "locution", "Bob : \U0001f327 is fun"),
        ("12_3", "proposition", "it rains"), ("3", "proposition", "stay in"),
    }  # fmt: skip
    said = {span.id: span.attributes for span in annotations.spans}
    assert said["1"] == {"speaker": "17", "timestamp": "2020-01-01"}
    assert {(one.id, one.label, one.args["from"], one.args["to"]) for one in annotations.relations} == {
        ("4", "RA", "12_3", "3"), ("5", "YA", "1", "4"), ("7", "CA", "6", "4"),
    }  # fmt: skip
    schemes = {one.id: one.attributes.get("scheme") for one in annotations.relations}
    assert schemes == {"4": None, "5": "Arguing", "7": None}  # the default ones say nothing
    assert lost == {
        "edges of nodes that are not there": 1, "nodes without a certain place in the text": 1,
        "relations one of whose ends is not there": 1, "attributes and remarks of relations that are not brought along": 2,
    }  # fmt: skip


def test_the_marks_of_xaif_are_believed(tmp_path: Path) -> None:
    text = 'It rains. It &amp; they<br><span class="x" id="node2">It <b>rains</b></span>.'
    nodes = [_node(2, "I", "it is raining"), _node(3, "I", "It rains"), _node(4, "I", "It & they")]
    document, lost = _read(tmp_path / "x.json", {"AIF": {"nodes": nodes, "edges": []}, "text": text, "OVA": {}})

    assert document.text == "It rains. It & they\nIt rains.\n"
    assert {span.id: span.start for span in document.sets["imported"].spans} == {"2": 20, "4": 10}
    assert lost == {"nodes without a certain place in the text": 1}  # “It rains” stands there twice


@pytest.mark.parametrize("value", [[], {}, {"nodes": []}, {"nodes": {}, "edges": []}, "x", None])
def test_what_is_no_map_is_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UnreadableFile, match="no argument map"):
        _read(tmp_path / "x.json", value)


def test_hostile_markup_takes_linear_time(tmp_path: Path) -> None:
    begun = time.perf_counter()
    for text in ("<" * 300_000 + "x", '<span id="node1' * 30_000, "<span " + "a " * 200_000, "</span>" * 50_000 + "x"):
        _read(tmp_path / "x.json", {"AIF": {"nodes": [_node(1, "I", "x")], "edges": []}, "text": text})
    assert time.perf_counter() - begun < 20


def _span(id: str, layer: str, label: str, text: str, quote: str, **attributes: Any) -> Span:
    start = text.index(quote)
    return Span(id, layer, label, start, start + len(quote), quote, (), attributes)


def _document(text: str, spans: tuple[Span, ...], relations: tuple[Relation, ...]) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    said = AnnotationSet(Header("news/one", "gold", "s/1", digest, "complete", "manual"), spans, relations).canonical()
    return Document("news/one", text, Metadata(), {"gold": said}, digest)


TEXT = "Ada: it rains & pours, so stay in.\nBob: <never>!\n"
DEBATE = _document(
    TEXT,
    (
        _span("l1", "locution", "L", TEXT, "Ada: it rains & pours, so stay in.", speaker="Ada", start="12:00"),
        _span("l2", "locution", "reply", TEXT, "Bob: <never>!", speaker="Bob"),
        _span("p1", "claim", "fact", TEXT, "it rains & pours", about="p2", sure=True, type="x"),
        _span("p2", "claim", "I", TEXT, "stay in"), _span("p3", "claim", "value", TEXT, "<never>"),
    ),
    (
        Relation("r1", "argument", "supports", {"from": "p1", "to": "p2"}, confidence=0.5),
        Relation("r2", "argument", "CA", {"from": "p3", "to": "r1"}, {"scheme": "From Bob"}, note="strong"),
        Relation("r3", "argument", "YA", {"from": "l1", "to": "r1"}),
        Relation("r4", "argument", "elaborates", {"from": ("p1", "p3"), "to": "p2"}),
    ),
)  # fmt: skip
DEBATE_SCHEME = Scheme(
    "s", 1,
    layers={
        "claim": Layer(
            "span", labels={"fact": LabelDefinition()},
            attributes={"about": Attribute("reference"), "sure": Attribute("boolean"), "type": Attribute("string")},
        ),
        "locution": Layer("span", labels={"L": LabelDefinition()}),
        "argument": Layer("relation", labels={"CA": LabelDefinition()}, roles={"from": Role(), "to": Role()}),
    },
)  # fmt: skip


def test_a_corpus_becomes_a_map(tmp_path: Path) -> None:
    path, losses = written(_format(), [DEBATE], DEBATE_SCHEME, tmp_path / "out")
    value = json.loads((path / "news/one.json").read_text(encoding="utf-8"))

    assert value["text"]["txt"] == (
        '<span class="highlighted" id="node1">Ada: <span class="highlighted" id="node2">it rains &amp; pours</span>, so '
        '<span class="highlighted" id="node3">stay in</span>.</span><br><span class="highlighted" id="node4">Bob: '
        '<span class="highlighted" id="node5">&lt;never&gt;</span>!</span><br>'
    )
    assert value["AIF"]["nodes"] == [
        {"nodeID": "1", "text": "Ada: it rains & pours, so stay in.", "type": "L", "start": "12:00"},
        {"nodeID": "2", "text": "it rains & pours", "type": "I", "about": "3", "sure": True, "_type": "x"},
        {"nodeID": "3", "text": "stay in", "type": "I"}, {"nodeID": "4", "text": "Bob: <never>!", "type": "L"},
        {"nodeID": "5", "text": "<never>", "type": "I"},
        {"nodeID": "6", "text": "supports", "type": "RA", "confidence": 0.5},
        {"nodeID": "7", "text": "From Bob", "type": "CA", "note": "strong"},
        {"nodeID": "8", "text": "Default Illocuting", "type": "YA"}, {"nodeID": "9", "text": "", "type": "elaborates"},
    ]  # fmt: skip
    assert [(one["fromID"], one["toID"]) for one in value["AIF"]["edges"]] == [
        ("2", "6"), ("6", "3"), ("5", "7"), ("7", "6"), ("1", "8"), ("8", "6"), ("2", "9"), ("5", "9"), ("9", "3"),
    ]  # fmt: skip
    assert value["AIF"]["locutions"] == [{"nodeID": "1", "personID": "1"}, {"nodeID": "4", "personID": "2"}]
    assert [one["firstname"] for one in value["AIF"]["participants"]] == ["Ada", "Bob"]
    assert value["propositionClassifier"]["nodes"] == [
        {"nodeID": "2", "propType": "fact"}, {"nodeID": "4", "propType": "reply"}, {"nodeID": "5", "propType": "value"},
    ]  # fmt: skip
    assert {loss.kind for loss in losses.stopping} == {"layers but proposition, locution and argument"}


def test_a_map_comes_back_with_what_attacks_an_inference_apart_from_its_premises(tmp_path: Path) -> None:
    path, _ = written(_format(), [DEBATE], DEBATE_SCHEME, tmp_path / "out")
    (back,), intake, incoming = read(_format(), path)

    assert intake.errors == []
    assert not incoming.losses
    assert back.text == TEXT
    annotations = back.sets["imported"]
    assert {(one.id, one.label, one.args["from"], one.args["to"]) for one in annotations.relations} == {
        ("6", "RA", "2", "3"), ("7", "CA", "5", "6"), ("8", "YA", "1", "6"), ("9", "elaborates", ("2", "5"), "3"),
    }  # fmt: skip
    assert {span.id: span.attributes for span in annotations.spans if span.attributes} == {
        "1": {"start": "12:00", "speaker": "Ada"}, "2": {"about": "3", "sure": True, "type": "x"}, "4": {"speaker": "Bob"},
    }  # fmt: skip
    assert_round_trip(_format(), [DEBATE], DEBATE_SCHEME)


def test_relations_that_edges_cannot_say_are_counted(tmp_path: Path) -> None:
    said = DEBATE.sets["gold"]
    relations = (
        *said.relations,
        Relation("x1", "argument", "RA", {"from": "p1", "to": ("x2", "p3")}),  # each could have the edge between them
        Relation("x2", "argument", "RA", {"from": "p2", "to": "p3"}),
        Relation("x3", "argument", "RA", {"cause": ("p2", "p1"), "to": "p3"}),
    )
    document = replace(DEBATE, sets={"gold": replace(said, relations=relations)})
    _, losses = written(_format(), [document], DEBATE_SCHEME, tmp_path / "out")

    kind = "relations that edges cannot say: other roles than from and to, or on relations that have an end there"
    assert {loss.kind: loss.count for loss in losses}[kind] == 2
    assert_round_trip(_format(), [document], DEBATE_SCHEME)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents=documents(), data=st.data())
def test_locutions_speakers_and_schemes_come_back(documents: list[Document], data: st.DataObject) -> None:
    """What the format itself has, which no document of the general test has."""
    layers = {"entity": "proposition", "state ment": "locution"}
    labels = st.sampled_from(["supports", "attack", "RA", "CA", "I", "_I", "Default Inference"])
    extra = st.sampled_from([{}, {"scheme": ""}, {"scheme": "Default Inference"}, {"scheme": "x"}, {"text": "y", "note": "z"}])
    speakers = st.sampled_from([{}, {"speaker": ""}, {"speaker": " A "}, {"speaker": "None"}, {"speaker": ["A", "B"]}])
    changed = []
    for document in documents:
        sets = {}
        for name, one in document.sets.items():
            spans = [replace(span, layer=layers[span.layer], attributes=data.draw(speakers)) for span in one.spans]
            relations = [
                replace(
                    relation, label=data.draw(labels), attributes=data.draw(extra),
                    args={role: relation.args[own] for role, own in zip(("from", "to"), relation.args, strict=True)},
                )
                for relation in one.relations
            ]  # fmt: skip
            sets[name] = replace(one, spans=tuple(spans), relations=tuple(relations)).canonical()
        changed.append(replace(document, sets=sets))
    assert_round_trip(_format(), changed, SCHEME)


def test_names_of_participants_marks_without_node_and_other_keys_are_read(tmp_path: Path) -> None:
    value = {
        "AIF": {
            "nodes": [
                {"nodeID": 0, "text": "It rains.", "type": "L"}, {"nodeID": 3, "text": "It rains.", "type": "I", "scheme": None},
                {"nodeID": 4, "text": "Default Illocuting", "type": "YA", "scheme": "Asserting", "odd": {"a": [1, None]}},
                {"nodeID": 3, "text": "again", "type": "I"}, "no node", {"nodeID": 5, "text": None, "type": "I"},
            ],
            "edges": [{"edgeID": 1, "fromID": 0, "toID": 4}, {"edgeID": 2, "fromID": 4, "toID": 3}, 7],
            "locutions": [{"nodeID": 0, "personID": 0, "start": "1", "source": None}],
            "participants": [{"participantID": 0, "firstname": "Bob", "surname": "None"}],
            "schemefulfillments": [{"nodeID": 4, "schemeID": 72}], "descriptorfulfillments": [{"x": 1}],
        },
        "text": {"txt": ' Bob <span class="highlighted" id="0">It rains.</span><br>'},
        "propositionClassifier": {"nodes": [{"nodeID": 3, "propType": "fact"}]},
        "language": "en", "actors": {"nodes": [1]}, "OVA": [], "dialog": True,
    }  # fmt: skip
    document, lost = _read(tmp_path / "x.json", value)

    annotations = document.sets["imported"]
    assert {(span.id, span.label, span.start) for span in annotations.spans} == {("0", "L", 5), ("3", "fact", 5)}
    assert {span.id: span.attributes for span in annotations.spans}["0"] == {"speaker": "Bob", "start": "1"}
    (relation,) = annotations.relations
    assert relation.attributes == {"scheme": "Asserting", "schemeID": 72, "odd.a": [1]}
    assert document.metadata.language == "en"
    assert lost == {
        "nodes whose id is there twice": 1, "what is under actors": 1, "what is under descriptorfulfillments": 1,
        "nodes without a certain place in the text": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [b"", b'{"nodes":[', b'{"nodes":[{"text":"\\ud800"}],"edges":[]}', b'{"nodes":[],"edges":[]}\xff', b'{"a":' * 100_000],
)
def test_what_is_broken_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        read(_format(), path)


def test_relations_in_a_circle_and_odd_values_are_read(tmp_path: Path) -> None:
    nodes = [_node(1, "I", "a"), *(_node(number, "RA", "") for number in range(2, 5)), {"nodeID": None}, {}]
    edges = _edges((2, 3), (3, 4), (4, 2), (1, 2), (None, 1))
    document, lost = _read(tmp_path / "x.json", {"nodes": nodes, "edges": edges, "locutions": 3, "text": None})
    assert [one.id for one in document.sets["imported"].relations] == ["2", "3", "4"]
    assert lost["nodes whose id is there twice"] == 1


def test_peers_read_the_maps(tmp_path: Path) -> None:
    arguebuf = pytest.importorskip("arguebuf")
    path, _ = written(_format(), [DEBATE], DEBATE_SCHEME, tmp_path / "out")
    value = json.loads((path / "news/one.json").read_text(encoding="utf-8"))
    graph = arguebuf.load.xaif(value)
    assert {str(node.text) for node in graph.atom_nodes.values()} == {"it rains & pours", "stay in", "<never>"}
    assert set(graph.scheme_nodes) == {"6", "7"}
    assert {(edge.source.id, edge.target.id) for edge in graph.edges.values()} == {
        ("2", "6"), ("6", "3"), ("5", "7"), ("7", "6")
    }  # fmt: skip


def test_a_proposition_in_other_words_is_where_its_locution_is(tmp_path: Path) -> None:
    nodes = [
        _node(1, "L", "Bob : I think it rains"), _node(2, "I", "it is raining"), _node(3, "YA", "Asserting"),
        _node(4, "I", "take an umbrella"), _node(5, "L", "Bob : an umbrella then"), _node(6, "YA", "Asserting"),
        _node(7, "RA", "Default Inference"), _node(8, "I", "said by nobody"),
    ]  # fmt: skip
    edges = _edges((1, 3), (3, 2), (5, 6), (6, 4), (2, 7), (7, 4))
    document, lost = _read(tmp_path / "x.json", {"nodes": nodes, "edges": edges, "locutions": []})

    annotations = document.sets["imported"]
    spans = {span.id: span for span in annotations.spans}
    assert (spans["2"].extents, spans["4"].extents) == (spans["1"].extents, spans["5"].extents)
    assert [spans[id].attributes["text"] for id in "24"] == ["it is raining", "take an umbrella"]
    assert {(one.label, one.args["from"], one.args["to"]) for one in annotations.relations} == {
        ("YA", "1", "2"), ("YA", "5", "4"), ("RA", "2", "4"),
    }  # fmt: skip
    assert lost == {"nodes without a certain place in the text": 1}
