from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
from round_trip import read

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.formats import format_named


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


def _read(path: Path, value: Any) -> tuple[Document, dict[str, int]]:
    path.write_text(json.dumps(value), encoding="utf-8")
    format_ = format_named("aif")
    assert format_
    (document,), intake, incoming = read(format_, path)
    assert intake.errors == []
    return document, {loss.kind: loss.count for loss in incoming.losses}


def test_texts_become_spans_and_what_is_between_them_relations(tmp_path: Path) -> None:
    document, lost = _read(tmp_path / "map.json", MAP)

    assert document.text == "Ada : it rains, so stay in\nBob : \U0001f327 is fun\n"
    annotations = document.sets["imported"]
    assert {(span.id, span.layer, span.text) for span in annotations.spans} == {
        ("1", "locution", "Ada : it rains, so stay in"), ("6", "locution", "Bob : \U0001f327 is fun"),
        ("12_3", "proposition", "it rains"), ("3", "proposition", "stay in"),
    }  # fmt: skip
    assert {span.id: span.attributes for span in annotations.spans}["1"] == {"speaker": "17"}
    assert {(one.id, one.label, one.args["from"], one.args["to"]) for one in annotations.relations} == {
        ("4", "RA", ("12_3", "5", "7"), "3"), ("5", "YA", "1", "4"), ("7", "CA", "6", "4"),
    }  # fmt: skip
    assert {one.id: one.attributes for one in annotations.relations}["4"] == {"scheme": "Default Inference"}
    assert lost == {
        "edges of nodes that are not there": 1, "nodes without a certain place in the text": 1,
        "relations one of whose ends is not there": 1,
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
