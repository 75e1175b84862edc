"""Whole numbers that are written as floats, as pandas does it, are whole numbers in every format of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings, strategies as st
from round_trip import read

from postil.exchange.safe_json import converted, whole
from postil.formats import format_named

TEXT = "Anna met Ben."
_LABEL = {"id": "a", "from_name": "l", "to_name": "text", "type": "labels", "value": {"start": 0, "end": 4, "labels": ["PER"]}}
_TAGGED = {"start": 0, "end": 4, "tag": "PER", "tagged_token_id": "t", "annotated_by": [{"annotator": "a", "annotator_id": 1}]}
_SPAN = {"id": "e1", "layer": "entity", "label": "PER", "start": 0, "end": 4, "text": "Anna", "confidence": 1}
_ANSWER = {"value": [{"start": 0, "end": 4, "label": "PER"}], "user_id": "1", "status": "submitted"}
_ANNO = {
    "@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation", "id": "x:1",
    "body": {"type": "TextualBody", "value": "PER"},
    "target": {"source": "x.txt", "selector": {"type": "TextPositionSelector", "start": 0, "end": 4}},
}  # fmt: skip
_BIOC = {"id": "T1", "infons": {"type": "PER"}, "text": "Anna", "locations": [{"offset": 0, "length": 4}]}
_TOKENS = [{"text": "Anna", "start": 0, "end": 4, "id": 0}, {"text": "met", "start": 5, "end": 8, "id": 1}]
_PRODIGY_SPAN = {"start": 0, "end": 4, "label": "PER", "token_start": 0, "token_end": 0}
CASES: list[tuple[str, Any]] = [
    ("doccano", {"text": TEXT, "label": [[0, 4, "PER"]]}),
    ("doccano", {"id": 1, "text": TEXT, "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 4}]}),
    ("doccano", {"id": 1, "text": TEXT, "annotations": [{"label": 3, "start_offset": 0, "end_offset": 4, "user": 1}]}),
    ("label-studio", [{"id": 1, "data": {"text": TEXT}, "annotations": [{"completed_by": 1, "result": [_LABEL]}]}]),
    ("label-studio", [{"id": 1, "text": TEXT, "label": [{"start": 0, "end": 4, "labels": ["PER"]}]}]),
    ("prodigy", {"text": TEXT, "_input_hash": 1, "tokens": _TOKENS, "spans": [_PRODIGY_SPAN], "answer": "accept"}),
    ("argilla", [{"id": "1", "fields": {"text": TEXT}, "responses": {"ner": [_ANSWER]}}]),
    ("pubannotation", {"text": TEXT, "denotations": [{"id": "T1", "span": {"begin": 0, "end": 4}, "obj": "PER"}]}),
    ("bioc-json", {"documents": [{"id": "1", "passages": [{"offset": 0, "text": TEXT, "annotations": [_BIOC]}]}]}),
    ("gliner", {"tokenized_text": TEXT.split(), "ner": [[0, 0, "PER"]]}),
    ("jsonl", {"id": "x", "text": TEXT, "sets": [{"annotator": "a", "spans": [_SPAN]}]}),
    ("lighttag", {"examples": [{"example_id": "1", "content": TEXT, "annotations": [_TAGGED]}], "schema": {}}),
    ("bdoc", {"annotation_sets": {"": {"annotations": [{"type": "PER", "start": 0, "end": 4, "id": 0}]}}, "text": TEXT}),
    ("spacy-json", {"text": TEXT, "ents": [{"start": 0, "end": 4, "label": "PER"}]}),
    ("spacy-json", [[TEXT, {"entities": [[0, 4, "PER"]]}]]),
    ("w3c", _ANNO),
]  # fmt: skip


def _as_floats(value: Any) -> Any:
    if isinstance(value, list):
        return list(map(_as_floats, value))
    if isinstance(value, dict):
        return {key: _as_floats(one) for key, one in value.items()}
    return float(value) if isinstance(value, int) else value


@pytest.mark.parametrize(("name", "value"), CASES)
def test_an_offset_written_as_a_float_is_one(tmp_path: Path, name: str, value: Any) -> None:
    format_ = format_named(name)
    assert format_
    found = []
    for directory, said in ((tmp_path / "ints", value), (tmp_path / "floats", _as_floats(value))):
        directory.mkdir()
        (directory / "x.txt").write_text(TEXT, encoding="utf-8")
        (directory / "x.json").write_text(json.dumps(said), encoding="utf-8")
        documents, intake, _ = read(format_, directory if name == "w3c" else directory / "x.json")
        assert intake.errors == []
        found.append(documents)

    assert found[0] == found[1]
    (span,) = next(iter(found[0][0].sets.values())).spans
    assert (span.start, span.end) == (0, 4)


class _Inner(msgspec.Struct):
    start: int
    share: float = 0.0


class _Outer(msgspec.Struct):
    several: list[_Inner] = []
    named: dict[str, _Inner] = {}
    pair: tuple[int, str | int] = (0, 0)
    free: Any = None


_NUMBERS = st.integers(-5, 5) | st.floats(-5, 5) | st.integers(-5, 5).map(float)
_INNERS = st.fixed_dictionaries({"start": _NUMBERS, "share": _NUMBERS})


@given(st.fixed_dictionaries({
    "several": st.lists(_INNERS, max_size=4), "named": st.dictionaries(st.sampled_from("ab"), _INNERS),
    "pair": st.tuples(_NUMBERS, _NUMBERS).map(list), "free": _NUMBERS,
}))  # fmt: skip
@settings(max_examples=60)
def test_only_what_has_to_be_whole_becomes_it_and_only_where_it_is(value: dict[str, Any]) -> None:
    wanted = [one["start"] for one in (*value["several"], *value["named"].values())] + value["pair"]
    if any(isinstance(whole(one), float) for one in wanted):
        with pytest.raises(msgspec.ValidationError, match="a whole number"):
            converted(value, _Outer)
        return
    free = value["free"]
    found = converted(value, _Outer)
    assert [one.start for one in (*found.several, *found.named.values())] + list(found.pair) == wanted
    assert all(type(one.share) is float for one in found.several)
    assert type(found.free) is type(free)
