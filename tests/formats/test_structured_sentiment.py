from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import read

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.intake import Intake
from postil.formats.structured_sentiment import FORMAT

TEXT = "😀 A fine , if long , film ."


def opinion(**parts: Any) -> dict[str, Any]:
    return {
        "Source": [[], []], "Target": [["film"], ["21:25"]], "Polar_expression": [["fine", "long"], ["4:8", "14:18"]],
        "Polarity": "Positive", "Intensity": "Standard", **parts,
    }  # fmt: skip


def reading(directory: Path, value: Any) -> tuple[list[Document], Intake]:
    (directory / "train.json").write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    documents, intake, incoming = read(FORMAT, directory)
    assert not incoming.losses
    return documents, intake


def test_opinions_are_relations_between_expressions(tmp_path: Path) -> None:
    value = [
        {"sent_id": "a-1", "text": TEXT, "opinions": [opinion(), opinion(Target=[[], []], Polarity=None)]},
        {"sent_id": "a-2", "text": "Nothing .", "opinions": []},
    ]
    documents, intake = reading(tmp_path, value)
    assert intake.errors == []
    assert [document.id for document in documents] == ["a-1", "a-2"]
    one = documents[0].sets["imported"]
    assert [(span.id, span.label, span.text, span.fragments) for span in one.spans] == [
        ("e2", "Polar_expression", "fine long", ((4, 8), (14, 18))), ("e1", "Target", "film", ()),
    ]  # fmt: skip
    assert [(relation.label, relation.args, relation.attributes) for relation in one.relations] == [
        ("Positive", {"target": "e1", "expression": "e2"}, {"Intensity": "Standard"}),
        ("opinion", {"expression": "e2"}, {"Intensity": "Standard"}),
    ]  # fmt: skip


def test_texts_out_of_order_and_pieces_that_touch(tmp_path: Path) -> None:
    parts = [["long", "ne", "fi"], ["14:18", "6:8", "4:6"]]
    documents, intake = reading(tmp_path, [{"text": TEXT, "opinions": [opinion(Polar_expression=parts)]}])
    assert intake.errors == []
    assert documents[0].id == "train-1"
    assert documents[0].sets["imported"].spans[0].fragments == ((4, 8), (14, 18))


@pytest.mark.parametrize("parts", [[["film"], ["20:24"]], [["film"], ["21:250"]]])
def test_a_text_that_is_not_there_is_an_error_with_its_line(parts: Any, tmp_path: Path) -> None:
    text = "[\n" + json.dumps({"text": TEXT, "opinions": [opinion(Target=parts)]}) + "]"
    _, intake = reading(tmp_path, text)
    assert "train.json:2: e1" in intake.errors[0]


@pytest.mark.parametrize(
    "value",
    [
        "{", "[3]", '[{"text": 3}]', "[" * 100_000, '[{"text": "\\ud800"}]', json.dumps([{"text": TEXT, "opinions": 3}]),
        json.dumps([{"text": TEXT, "opinions": [3]}]), json.dumps([{"text": TEXT, "opinions": [opinion(Target=3)]}]),
        *(
            json.dumps([{"text": TEXT, "opinions": [opinion(Target=one)]}])
            for one in ([[]], [["a"], []], [["a"], ["1-2"]], [["a"], [1]], [3, 3])
        ),
    ],
)  # fmt: skip
def test_what_is_no_sentence_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"train\.json"):
        reading(tmp_path, value)
