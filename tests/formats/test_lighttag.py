from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import read

from postil.errors import UnreadableFile
from postil.formats.lighttag import FORMAT

TEXT = "Anna met Ben."


def by(*people: int) -> list[dict[str, Any]]:
    return [{"annotator": f"a{number}@x.org", "annotator_id": number, "timestamp": "2020"} for number in people]


def annotation(id: str, start: int, end: int, *people: int, **more: Any) -> dict[str, Any]:
    value = TEXT[start:end]
    return {"tagged_token_id": id, "start": start, "end": end, "value": value, "tag": "PER", "annotated_by": by(*people), **more}


def put(tmp_path: Path, value: Any) -> Path:
    (tmp_path / "x.json").write_text(json.dumps(value), encoding="utf-8")
    return tmp_path / "x.json"


def export(*annotations: Any, **more: Any) -> dict[str, Any]:
    example = {"example_id": 4, "content": TEXT, "metadata": {"source": "web"}, "annotations": list(annotations)}
    return {"examples": [{**example, **more.pop("example", {})}], **more}


def test_an_annotation_by_several_is_in_the_set_of_each(tmp_path: Path) -> None:
    seen = {"seen_by": by(3), "classifications": [{"classname": "news", "annotated_by": by(1)}]}
    said = export(
        annotation("t1", 0, 4, 1, 2, reviewed=True, correct=False), annotation("t2", 9, 12, 1), example=seen,
        schema={"tags": [{"name": "PER", "description": "a person"}]},
    )  # fmt: skip
    (document,), intake, incoming = read(FORMAT, put(tmp_path, said))
    assert intake.errors == []
    assert {name: [span.text for span in one.spans] for name, one in document.sets.items()} == {
        "a1-x.org": ["Anna", "Ben"], "a2-x.org": ["Anna"], "a3-x.org": [],
    }  # fmt: skip
    assert document.sets["a1-x.org"].spans[0].attributes == {"reviewed": True, "correct": False}
    assert [one.label for one in document.sets["a1-x.org"].labels] == ["news"]
    assert (document.id, document.metadata.extra) == ("example-4", {"source": "web"})
    assert incoming.declared["span"].labels["PER"].description == "a person"


@pytest.mark.parametrize(
    "relations",
    [
        [{"id": 1, "tagged_token_id": "t1", "children": []},
         {"id": 2, "tagged_token_id": "t2", "parent_id": 1, "relation_type": "met", "annotator_id": 1}],
        [{"id": 1, "tagged_token_id": "t1", "children": [2]}, {"id": 2, "tagged_token_id": "t2", "relation_type": "met"}],
        [{"id": 1, "tagged_token_id": "t1", "children": [{"id": 2, "tagged_token_id": "t2", "relation_type": "met"}]}],
    ],
)  # fmt: skip
def test_relations_are_trees(tmp_path: Path, relations: Any) -> None:
    said = export(annotation("t1", 0, 4, 1, 2), annotation("t2", 9, 12, 1), relations=relations)
    (document,), _, _ = read(FORMAT, put(tmp_path, said))
    assert {name: [(r.label, r.args) for r in one.relations] for name, one in document.sets.items()} == {
        "a1-x.org": [("met", {"from": "t1", "to": "t2"})], "a2-x.org": [],
    }  # fmt: skip


def test_a_relation_to_nothing_is_counted(tmp_path: Path) -> None:
    relations = [{"id": 1, "tagged_token_id": "t1", "parent_id": 9}]
    _, _, incoming = read(FORMAT, put(tmp_path, export(annotation("t1", 0, 4, 1), relations=relations)))
    assert [loss.kind for loss in incoming.losses] == ["relations one of whose ends is not there"]


def test_a_node_that_stands_for_no_span_is_counted(tmp_path: Path) -> None:
    relations = [{"children": [{"tagged_token_id": "t1", "relation_type": "subject"}]}]
    _, _, incoming = read(FORMAT, put(tmp_path, export(annotation("t1", 0, 4, 1), relations=relations)))
    assert [loss.kind for loss in incoming.losses] == ["relations to a node that stands for no span"]


def test_a_value_that_disagrees_is_an_error(tmp_path: Path) -> None:
    _, intake, _ = read(FORMAT, put(tmp_path, export({**annotation("t1", 0, 4, 1), "value": "Hanna"})))
    assert "x.json: t1: is said to cover “Hanna”, but at 0-4 there is “Anna”" in intake.errors[0]


@pytest.mark.parametrize(
    "value",
    [
        3, {}, {"examples": 3}, {"examples": [{}]}, export(3), export({"start": "0", "end": 4}), export(relations=[3]),
        export(relations=[{"id": []}]), export(example={"classifications": [{}]}), [{"content": 4}],
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused(tmp_path: Path, value: Any) -> None:
    with pytest.raises(UnreadableFile, match=r"x\.json"):
        read(FORMAT, put(tmp_path, value))


def test_a_deep_tree_and_no_schema_break_nothing(tmp_path: Path) -> None:
    node: dict[str, Any] = {"id": 0, "tagged_token_id": "t1"}
    for id in range(1, 200):
        node = {"id": id, "tagged_token_id": "t1", "children": [node]}
    (document,), _, _ = read(FORMAT, put(tmp_path, export(annotation("t1", 0, 4, 1), relations=[node], schema=[1])))
    assert len(document.sets["a1-x.org"].relations) == 199
