from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import read

from postil.errors import UnreadableFile
from postil.formats.jsonl import FORMAT

SPAN = {"id": "e1", "layer": "entity", "label": "PERSON", "start": 0, "end": 3, "text": "Ada"}


def put(path: Path, *values: Any) -> Path:
    file = path / "a.jsonl"
    file.write_text("".join(f"{json.dumps(value)}\n" for value in values))
    return file


def test_records_beside_the_text_are_one_set_and_all_else_is_metadata(tmp_path: Path) -> None:
    file = put(tmp_path, {"text": "Ada met Bob.", "annotator": "bo", "spans": [SPAN], "title": "T", "shelf": 3})
    (document,), _, _ = read(FORMAT, file)
    assert (document.id, document.metadata.title, document.metadata.extra) == ("a-1", "T", {"shelf": 3})
    assert [(name, len(one.spans)) for name, one in document.sets.items()] == [("bo", 1)]


def test_what_stands_beside_sets_is_kept_and_what_no_set_has_is_counted(tmp_path: Path) -> None:
    sets = [{"annotator": "bo", "spans": [SPAN], "colour": "red"}]
    (document,), _, incoming = read(FORMAT, put(tmp_path, {"id": None, "text": "Ada met Bob.", "sets": sets, "labels": ["old"]}))
    assert (document.id, document.metadata.extra) == ("a-1", {"labels": ["old"]})
    assert [(loss.kind, loss.count) for loss in incoming.losses] == [("keys of sets that no set has", 1)]


@pytest.mark.parametrize(
    "value",
    [
        3, {"text": 3}, {"text": "x", "metadata": [1]}, {"text": "x", "sets": 3}, {"text": "x", "sets": [3]},
        {"text": "x", "sets": [{"spans": 3}]}, {"text": "x", "spans": [3]}, {"text": "x", "labels": 3},
        {"text": "x", "sets": [{"sources": 3}]}, {"text": "x", "annotator": ["bo"]},
        {"text": "x", "spans": [{**SPAN, "end": "3"}]},
    ],
)  # fmt: skip
def test_what_is_no_document_is_named_with_its_line(value: Any, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"a\.jsonl:2"):
        read(FORMAT, put(tmp_path, {"text": "Ada."}, value))
