"""JSON that is right but for one value: a reader reads it, counts what it cannot read, or says what is wrong."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from round_trip import read

from postil.errors import PostilError
from postil.formats import all_formats

TEXT = "Anna met Ben."
SPAN = {"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}
EXAMPLES: dict[str, Any] = {
    "label-studio": [{
        "id": 1, "data": {"text": TEXT, "document_id": "a", "title": "T"}, "meta": {"x": 1},
        "drafts": [{"user": "x", "result": []}],
        "annotations": [{"id": 2, "completed_by": {"id": 1, "email": "a@b.c"}, "was_cancelled": False, "result": [
            {"id": "r", "from_name": "ner", "to_name": "text", "type": "labels", "value": SPAN, "meta": {"text": ["x"]},
             "score": 0.5},
            {"id": "r", "from_name": "a", "to_name": "text", "type": "choices",
             "value": {"start": 0, "end": 4, "choices": ["y"]}},
            {"id": "h", "from_name": "h", "to_name": "text", "type": "hypertextlabels",
             "value": {"start": "/a", "startOffset": 0, "globalOffsets": {"start": 0, "end": 4}, "hypertextlabels": ["P"]}},
            {"id": "c", "from_name": "g", "to_name": "text", "type": "taxonomy", "value": {"taxonomy": [["a", "b"]]}},
            {"type": "relation", "from_id": "r", "to_id": "r", "direction": "left", "labels": ["x"]}]}],
        "predictions": [{"model_version": "m", "score": 0.5, "result": []}],
    }, {"id": 3, "data": {"text": [{"author": "A", "text": "Hi"}]}, "annotations": []}],
    "doccano": [{
        "id": 1, "text": TEXT, "label": [[0, 4, "P"]],
        "annotations": [{"label": 1, "start_offset": 0, "end_offset": 4, "user": 1}],
        "entities": [{"id": 5, "label": "P", "start_offset": 0, "end_offset": 4}], "cats": ["x"], "Comments": ["y"],
        "relations": [{"id": 1, "from_id": 5, "to_id": 5, "type": "t"}], "meta": {"a": 1}, "document_id": "a",
    }],
    "prodigy": [{
        "text": TEXT, "meta": {"document_id": "a"}, "tokens": [{"text": "Anna", "start": 0, "end": 4, "id": 0, "ws": True}],
        "spans": [{"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "P", "id": "e", "attributes": {"a": 1}}],
        "relations": [{"head": 0, "child": 0, "label": "x", "head_span": {"start": 0, "end": 4, "label": "P"}}],
        "answer": "accept",
        "options": [{"id": "a", "text": "A", "layer": "l", "record": {"id": "d"}}], "accept": ["a"], "cats": {"x": 1.0},
        "label": "y", "_session_id": "s", "_annotator_id": "s", "_view_id": "relations",
    }, ["text", {"entities": [[0, 2, "P"]], "cats": {"a": True}}]],
    "argilla": [{
        "id": "a", "fields": {"text": TEXT}, "metadata": {"x": 1}, "vectors": {}, "status": "completed",
        "responses": {"ner": [{"value": [{"label": "P", "start": 0, "end": 4}], "user_id": "u", "status": "draft"}]},
        "suggestions": {"ner": {"value": [{"label": "P", "start": 0, "end": 4}], "score": [0.5], "agent": "m"}},
    }, {"text": TEXT, "ner.responses": [["x"]], "ner.responses.users": ["u"], "ner.responses.status": ["draft"],
        "ner.suggestion": "x"}],
    "gliner": [{
        "tokenized_text": ["Anna", "met"], "ner": [[0, 0, "P"], [1, 1, "V"]], "relations": [[0, 1, "x"]], "text": "Anna met",
        "offsets": [[0, 4], [5, 8]], "id": "a", "metadata": {"x": 1},
    }],
    "lighttag": {"examples": [{
        "content": TEXT, "example_id": 1, "metadata": {"x": 1}, "seen_by": [{"annotator": "a"}],
        "annotations": [{"start": 0, "end": 4, "value": "Anna", "tag": "P", "tagged_token_id": "t",
                         "annotated_by": [{"annotator": "a"}]}],
        "classifications": [{"classname": "x", "annotated_by": []}],
    }], "relations": [{"id": 1, "tagged_token_id": "t", "children": [2]}, {"id": 2, "tagged_token_id": "t", "parent_id": 1}],
        "schema": {"tags": [{"name": "P", "description": "d"}]}},
}  # fmt: skip
ODD = [
    None,
    True,
    0,
    -1,
    10**30,
    0.5,
    1e300,
    "",
    "x",
    "0",
    [],
    {},
    [None],
    [0],
    ["x"],
    [[]],
    [{}],
    {"a": None},
    {"start": 0},
    "\u0000",
    "é" * 300,
]


def paths(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where every value is."""
    yield at
    for key, one in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from paths(one, (*at, key))


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_themselves_are_read(name: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps(EXAMPLES[name]), encoding="utf-8")
    documents, _, _ = read(all_formats()[name], tmp_path / "x.json")
    assert documents


@pytest.mark.parametrize("name", EXAMPLES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_one_odd_value_breaks_nothing(name: str, data: st.DataObject) -> None:
    value = copy.deepcopy(EXAMPLES[name])
    path = data.draw(st.sampled_from([path for path in paths(value) if path]))
    holder = value
    for step in path[:-1]:
        holder = holder[step]
    if data.draw(st.booleans()) or not isinstance(holder, dict):
        holder[path[-1]] = data.draw(st.sampled_from(ODD))
    else:
        del holder[path[-1]]
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "x.json"
        file.write_text(json.dumps(value), encoding="utf-8")
        try:
            read(all_formats()[name], file)
        except PostilError as error:
            assert "x.json" in str(error)  # noqa: PT017
