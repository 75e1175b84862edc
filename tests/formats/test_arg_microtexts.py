from __future__ import annotations

import hashlib
from pathlib import Path
from textwrap import dedent

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
from postil.model import AnnotationSet, Header, Label, Relation, Span

GRAPH = """<?xml version='1.0' encoding='UTF-8'?>
<!DOCTYPE arggraph SYSTEM "arggraph.dtd">
<arggraph id="micro_x" topic_id="waste" stance="pro">
  <edu id="e1"><![CDATA[It's annoying,]]></edu>
  <edu id="e2"><![CDATA[some say & sigh,]]></edu>
  <edu id="e3"><![CDATA[and \U0001f5d1 smells.]]></edu>
  <edu id="e4"><![CDATA[Still it helps.]]></edu>
  <joint id="j1"/>
  <adu id="a1" type="opp"/>
  <adu id="a2" type="pro"/>
  <adu id="a3" type="opp"/>
  <edge id="c1" src="e1" trg="j1" type="seg"/>
  <edge id="c2" src="e3" trg="j1" type="seg"/>
  <edge id="c3" src="j1" trg="a1" type="seg"/>
  <edge id="c4" src="e4" trg="a2" type="seg"/>
  <edge id="c5" src="a1" trg="a2" type="reb"/>
  <edge id="c6" src="a2" trg="c5" type="und"/>
</arggraph>
"""


CLASSIC = """\
<?xml version='1.0' encoding='UTF-8'?>
<arggraph id="micro_x" topic_id="waste" stance="pro">
  <edu id="e1">It's annoying,</edu>
  <edu id="e2">some say &amp; sigh.</edu>
  <edu id="e3">Still it helps.</edu>
  <edu id="e4">Or not.</edu>
  <joint id="j1"/>
  <adu id="a1" type="opp"/>
  <adu id="a3" type="opp"/>
  <adu id="a2" type="pro"/>
  <edge id="c1" src="e1" trg="a1" type="seg"/>
  <edge id="c2" src="e3" trg="j1" type="seg"/>
  <edge id="c3" src="e4" trg="j1" type="seg"/>
  <edge id="c5" src="j1" trg="a3" type="seg"/>
  <edge id="c6" src="e3" trg="a2" type="seg"/>
  <edge id="c4" src="a1" trg="a2" type="reb"/>
  <edge id="c7" src="a2" trg="c4" type="und"/>
</arggraph>
"""


def _format() -> Format:
    format_ = format_named("arg-microtexts")
    assert format_
    return format_


def _span(id: str, layer: str, label: str, text: str, *quotes: str) -> Span:
    extents = tuple((text.index(quote), text.index(quote) + len(quote)) for quote in quotes)
    span = Span(id, layer, label, extents[0][0], extents[-1][1], "", extents if len(extents) > 1 else ())
    return replace(span, text=span.covered(text))


def _document(
    text: str, spans: tuple[Span, ...], relations: tuple[Relation, ...] = (), labels: tuple[Label, ...] = ()
) -> Document:
    digest = hashlib.sha256(text.encode()).hexdigest()
    header = Header("news/one", "gold", "s/1", digest, "complete", "manual")
    said = AnnotationSet(header, spans, relations, labels).canonical()
    return Document("news/one", text, Metadata(), {"gold": said}, digest)


def _read(path: Path, text: str) -> tuple[Document, dict[str, int]]:
    path.write_text(text, encoding="utf-8")
    (document,), intake, incoming = read(_format(), path)
    assert intake.errors == []
    return document, {loss.kind: loss.count for loss in (*incoming.losses, *intake.left_out)}


def test_units_edges_and_edges_on_edges_are_read(tmp_path: Path) -> None:
    document, lost = _read(tmp_path / "micro_x.xml", GRAPH)

    assert document.id == "micro_x"
    assert document.text == "It's annoying, some say & sigh, and \U0001f5d1 smells. Still it helps.\n"
    annotations = document.sets["imported"]
    units = {span.id: (span.label, span.text, len(span.extents)) for span in annotations.spans if span.layer == "adu"}
    assert units == {"a1": ("opp", "It's annoying, and \U0001f5d1 smells.", 2), "a2": ("pro", "Still it helps.", 1)}
    assert [span.id for span in annotations.spans if span.layer == "edu"] == ["e1", "e2", "e3", "e4"]
    assert [(one.id, one.label, one.args) for one in annotations.relations] == [
        ("c5", "reb", {"from": "a1", "to": "a2"}), ("c6", "und", {"from": "a2", "to": "c5"}),
    ]  # fmt: skip
    assert {(label.layer, label.label) for label in annotations.labels} == {("topic", "waste"), ("stance", "pro")}
    assert lost == {"argument units without a text": 1}


def test_units_that_follow_each_other_are_one_stretch(tmp_path: Path) -> None:
    document, _ = _read(tmp_path / "x.xml", GRAPH.replace('src="e3" trg="j1"', 'src="e2" trg="j1"'))

    (unit,) = (span for span in document.sets["imported"].spans if span.id == "a1")
    assert (unit.text, unit.fragments) == ("It's annoying, some say & sigh,", ())


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<arggraph ", "<graph ", "not well-formed"), ('id="e2"', 'id="e1"', "x.xml:5:1: the id e1 is there twice"),
        (' id="e2"', "", "x.xml:5:1: an element .edu. without an id"),
    ],
)  # fmt: skip
def test_what_is_no_graph_is_refused_with_its_place(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        _read(tmp_path / "x.xml", GRAPH.replace(old, new, 1))


def test_what_was_read_is_written_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "micro_x.xml").write_text(CLASSIC, encoding="utf-8")
    (document,), _, _ = read(_format(), tmp_path / "in")

    path, losses = written(_format(), [document], SCHEME, tmp_path / "out")

    assert (path / "micro_x.xml").read_text(encoding="utf-8") == CLASSIC
    assert not losses.stopping


def test_a_corpus_becomes_a_graph_and_comes_back(tmp_path: Path) -> None:
    text = "It rains. \n\nSo stay in, they say: it pours.\nAda goes out.\n"
    spans = (
        _span("s1", "claim", "MAIN", text, "So stay in"), _span("s2", "claim", "MAIN", text, "It rains.", "it pours."),
        _span("s3", "claim", "MAIN", text, "Ada goes out."),
        _span("s4", "claim", "MAIN", text, "So stay in, they say: it pours."),
    )  # fmt: skip
    relations = (
        Relation("r1", "argument", "supports", {"from": "s2", "to": "s1"}),
        Relation("r2", "argument", "attacks", {"from": "s3", "to": "r1"}, {"why": "a&b", "id": "x"}),
        Relation("r3", "argument", "seg", {"from": "s3", "to": "s1"}),
    )
    document = _document(text, spans, relations, (Label("d1", "topic", "rain"), Label("d2", "genre", "talk")))

    path, losses = written(_format(), [document], SCHEME, tmp_path / "out")
    assert (path / "news/one.xml").read_text(encoding="utf-8") == dedent(f"""\
        <?xml version='1.0' encoding='UTF-8'?>
        <arggraph id="one" topic_id="rain">
          <edu id="e1" xml:space="preserve">It rains.{" "}

        </edu>
          <edu id="e2" xml:space="preserve">So stay in</edu>
          <edu id="e3" xml:space="preserve">, they say: </edu>
          <edu id="e4" xml:space="preserve">it pours.
        </edu>
          <edu id="e5" xml:space="preserve">Ada goes out.</edu>
          <joint id="j1"/>
          <adu id="s2" type="MAIN"/>
          <adu id="s4" type="MAIN"/>
          <adu id="s1" type="MAIN"/>
          <adu id="s3" type="MAIN"/>
          <edge id="c1" src="e1" trg="s2" type="seg"/>
          <edge id="c2" src="e4" trg="s2" type="seg"/>
          <edge id="c3" src="e2" trg="j1" type="seg"/>
          <edge id="c4" src="e3" trg="j1" type="seg"/>
          <edge id="c5" src="e4" trg="j1" type="seg"/>
          <edge id="c6" src="j1" trg="s4" type="seg"/>
          <edge id="c7" src="e2" trg="s1" type="seg"/>
          <edge id="c8" src="e5" trg="s3" type="seg"/>
          <edge id="r1" src="s2" trg="s1" type="sup"/>
          <edge id="r2" src="s3" trg="r1" type="und" why="a&amp;b" _id="x"/>
          <edge id="r3" src="s3" trg="s1" type="_seg"/>
        </arggraph>
        """)
    assert {loss.kind for loss in losses.stopping} == {
        "document labels but one topic and one stance", "layers other than edu, adu and argument",
    }  # fmt: skip
    assert_round_trip(_format(), [document], SCHEME)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(documents=documents(), topics=st.lists(st.sampled_from(["topic", "stance"]), min_size=2, max_size=2))
def test_units_topics_and_stances_come_back(documents: list[Document], topics: list[str]) -> None:
    """The layers that the format itself has, which no document of the general test has."""
    layers = {"entity": "edu", "state ment": "adu"}
    changed = []
    for document in documents:
        sets = {}
        for name, one in document.sets.items():
            spans = [replace(span, layer=layers[span.layer], fragments=()) for span in one.spans]
            spans = [replace(span, text=span.covered(document.text)) for span in spans]
            labels = [replace(label, layer=layer) for label, layer in zip(one.labels, topics, strict=False)]
            sets[name] = replace(one, spans=tuple(spans), labels=tuple(labels)).canonical()
        changed.append(replace(document, sets=sets))
    assert_round_trip(_format(), changed, SCHEME)


def test_a_unit_on_a_unit_without_text_is_counted_and_takes_its_edges_along(tmp_path: Path) -> None:
    graph = GRAPH.replace('src="a1" trg="a2" type="reb"', 'src="a3" trg="a2" type="reb"')
    document, lost = _read(tmp_path / "x.xml", graph)

    assert document.sets["imported"].relations == ()
    assert lost == {"argument units without a text": 1, "relations one of whose ends is not there": 2}


def test_odd_graphs_are_read_for_what_they_say(tmp_path: Path) -> None:
    graph = GRAPH.replace('<edu id="e2"><![CDATA[some say & sigh,]]></edu>', '<edu id="e2"> \n </edu>')
    graph = graph.replace('<edu id="e3">', '<edu id="e3" implicit="true">').replace('<edge id="c5"', '<edge id="c5" sure="no"')
    graph = graph.replace('<joint id="j1"/>', '<joint id="j1"/><joint id="j2"/><joint id="topic"/>')
    graph = graph.replace('src="e3" trg="j1"', 'src="e3" trg="j2"').replace(
        'id="c3"', 'id="c9" src="j2" trg="j1" type="seg"/><edge id="c3"'
    )
    graph = graph.replace('stance="pro"', 'stance="" lang="en"')
    document, lost = _read(tmp_path / "y.xml", graph)

    assert document.text == "It's annoying, and \U0001f5d1 smells. Still it helps.\n"
    spans = {span.id: span for span in document.sets["imported"].spans}
    assert (spans["a1"].text, spans["a1"].fragments) == ("It's annoying, and \U0001f5d1 smells.", ())  # through two joints
    assert spans["e3"].attributes == {"implicit": "true"}
    assert {one.id: one.attributes for one in document.sets["imported"].relations} == {"c5": {"sure": "no"}, "c6": {}}
    labels = [(one.id, one.layer, one.label) for one in document.sets["imported"].labels]
    assert labels == [("stance", "stance", ""), ("topic1", "topic", "waste")]
    assert document.metadata.extra == {"lang": "en", "id": "micro_x"}
    assert lost == {"discourse units without a text": 1, "argument units without a text": 1}


def test_joints_in_a_circle_end(tmp_path: Path) -> None:
    circle = '<edge id="c7" src="a1" trg="j1" type="seg"/>'
    document, _ = _read(tmp_path / "x.xml", GRAPH.replace('<edge id="c5"', f'{circle}<edge id="c5"'))
    assert {span.id for span in document.sets["imported"].spans} == {"e1", "e2", "e3", "e4", "a1", "a2"}


@pytest.mark.parametrize(
    "data",
    [
        b"", b"<arggraph", GRAPH.encode()[:-30], GRAPH.encode("utf-16")[:301], b"<arggraph>" + b"<x>" * 2000,
        b'<!DOCTYPE a [<!ENTITY x "y">]><arggraph id="a"><edu id="e">&x;</edu></arggraph>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><arggraph id="a"><edu id="e">&x;</edu></arggraph>',
        b'<arggraph id="a"><edu id="e">\xff</edu></arggraph>', b'<arggraph id="a"><edu id="e">&#xd800;</edu></arggraph>',
    ],
)  # fmt: skip
def test_what_is_broken_or_hostile_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile):
        read(_format(), path)


def test_a_peer_reads_the_graphs(tmp_path: Path) -> None:
    arguebuf = pytest.importorskip("arguebuf")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "micro_x.xml").write_text(CLASSIC, encoding="utf-8")
    (document,), _, _ = read(_format(), tmp_path / "in")
    path, _ = written(_format(), [document], SCHEME, tmp_path / "out")
    with (path / "micro_x.xml").open("rb") as file:
        graph = arguebuf.load.microtexts(file)
    assert {str(node.text) for node in graph.atom_nodes.values()} == {"It's annoying,", "Still it helps."}
    assert {edge.source.id for edge in graph.edges.values()} >= {"a1", "c4"}
