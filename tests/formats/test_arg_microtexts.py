from __future__ import annotations

from pathlib import Path

import pytest
from round_trip import read

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.formats import format_named

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


def _read(path: Path, text: str) -> tuple[Document, dict[str, int]]:
    path.write_text(text, encoding="utf-8")
    format_ = format_named("arg-microtexts")
    assert format_
    (document,), intake, incoming = read(format_, path)
    assert intake.errors == []
    return document, {loss.kind: loss.count for loss in incoming.losses}


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
