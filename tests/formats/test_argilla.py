from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import assert_same, expected, read, written

from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.formats.argilla import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Span

TEXT = "😀 Anna met Ben."
ANNA = {"label": "PER", "start": 2, "end": 6}
SETTINGS = {
    "fields": [{"name": "body"}],
    "questions": [
        {"name": "ner", "settings": {"type": "span", "field": "body", "options": [{"value": "PER", "text": "Person"}]}},
        {"name": "genre", "settings": {"type": "multi_label_selection", "options": [{"value": "news"}]}},
        {"name": "stars", "settings": {"type": "rating", "options": [{"value": 1}, {"value": 2}]}},
        {"name": "why", "settings": {"type": "text"}},
    ],
}


def put(tmp_path: Path, records: Any, settings: Any = SETTINGS) -> Path:
    (tmp_path / "in" / ".argilla").mkdir(parents=True, exist_ok=True)
    (tmp_path / "in" / "records.json").write_text(json.dumps(records), encoding="utf-8")
    if settings:
        (tmp_path / "in" / ".argilla" / "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    return tmp_path / "in"


def record(**more: Any) -> dict[str, Any]:
    return {"id": "r1", "fields": {"body": TEXT}, "metadata": {}, "responses": {}, "suggestions": {}, "vectors": {}, **more}


def by(user: str, value: Any, status: str | None = "submitted") -> dict[str, Any]:
    return {"value": value, "user_id": user, "status": status}


def test_responses_and_suggestions_of_every_kind(tmp_path: Path) -> None:
    said = record(
        responses={"ner": [by("u1", [ANNA])], "genre": [by("u1", ["news", "x"])], "stars": [by("u1", 2)],
                   "why": [by("u1", "so")]},
        suggestions={"ner": {"value": [ANNA], "score": [0.75], "agent": "m1"}, "genre": {"value": ["news"], "score": None}},
        metadata={"source": "web"}, vectors={"v": [0.1]},
    )  # fmt: skip
    (document,), intake, incoming = read(FORMAT, put(tmp_path, [said]))
    assert intake.errors == []
    assert (document.id, document.metadata.extra) == ("r1", {"source": "web"})
    people = document.sets["user-u1"]
    assert [(one.layer, one.label, one.text, one.confidence) for one in people.spans] == [("ner", "PER", "Anna", None)]
    assert [(one.layer, one.label, one.attributes) for one in people.labels] == [
        ("genre", "news", {}), ("genre", "x", {}), ("stars", "rating", {"value": 2}), ("why", "text", {"value": "so"}),
    ]  # fmt: skip
    model = document.sets["m1"]
    assert (model.header.method, model.spans[0].confidence) == ("model", 0.75)
    assert document.sets["suggestions"].labels[0].label == "news"
    assert (incoming.declared["ner"].kind, list(incoming.declared["ner"].labels)) == ("span", ["PER"])
    assert [loss.kind for loss in incoming.losses] == ["vectors"]


def test_the_state_of_responses(tmp_path: Path) -> None:
    answers = [by("a", [ANNA], "draft"), by("b", [], None), by("c", [ANNA], "discarded")]
    (document,), _, incoming = read(FORMAT, put(tmp_path, [record(responses={"ner": answers})]))
    assert {name: (one.header.status, len(one.spans)) for name, one in document.sets.items()} == {
        "user-a": ("in-progress", 1), "user-b": ("complete", 0),
    }  # fmt: skip
    assert [loss.kind for loss in incoming.losses] == ["responses that were discarded"]


def test_without_settings(tmp_path: Path) -> None:
    said = record(responses={"ner": [by("a", [ANNA])], "genre": [by("a", "news")], "why": [by("a", "long " * 40)]})
    (document,), _, _ = read(FORMAT, put(tmp_path, [said], None))
    found = document.sets["user-a"]
    assert [one.text for one in found.spans] == ["Anna"]
    assert [one.label for one in found.labels] == ["news", "text"]


def test_the_field_of_the_text(tmp_path: Path) -> None:
    said = record(fields={"a": "one", "b": "two"})
    with pytest.raises(UnreadableFile, match="which field is the text: a, b"):
        read(FORMAT, put(tmp_path, [said], None))
    (document,), _, _ = read(FORMAT, put(tmp_path, [said], None), **{"text-key": "b"})
    assert (document.text, document.metadata.extra) == ("two\n", {"a": "one"})


def test_two_fields_with_spans_are_two_documents(tmp_path: Path) -> None:
    questions = [{"name": f"in-{name}", "settings": {"type": "span", "field": name}} for name in ("a", "b")]
    said = record(fields={"a": "Anna", "b": "my Bert"}, responses={
        "in-a": [by("u", [{"label": "P", "start": 0, "end": 4}])], "in-b": [by("u", [{"label": "P", "start": 3, "end": 7}])],
    })  # fmt: skip
    documents, _, _ = read(FORMAT, put(tmp_path, [said], {"questions": questions}))
    assert {one.id: one.sets["user-u"].spans[0].text for one in documents} == {"r1/a": "Anna", "r1/b": "Bert"}


def test_flattened_records_and_those_of_version_1(tmp_path: Path) -> None:
    flat = {
        "id": "f", "text": TEXT, "ner.responses": [[ANNA]], "ner.responses.users": ["u"], "ner.responses.status": ["submitted"],
        "ner.suggestion": [ANNA], "ner.suggestion.agent": "m", "ner.suggestion.score": 0.5,
    }  # fmt: skip
    old = {
        "fields": {"text": TEXT}, "external_id": "o", "metadata": {},
        "responses": [{"user_id": "u", "status": "submitted", "values": {"ner": {"value": [ANNA]}}}],
        "suggestions": [{"question_name": "ner", "value": [ANNA], "agent": "m", "score": None}],
    }  # fmt: skip
    documents, intake, _ = read(FORMAT, put(tmp_path, [flat, old], None))
    assert intake.errors == []
    for one in documents:
        assert {name: [span.text for span in found.spans] for name, found in one.sets.items()} == {
            "user-u": ["Anna"],
            "m": ["Anna"],
        }
    assert documents[0].sets["m"].spans[0].confidence == 0.5


@pytest.mark.parametrize(
    "data",
    [
        b"[1]", b"[", b'[{"fields":{"text":"x"},"responses":{"q":[{"value":[{"start":0}]}]}}]', b'{"a":' * 3000, b"\xff", b"null",
        b'[{"fields":{"text":"\\ud800"}}]',
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"x\.json:\d"):
        read(FORMAT, tmp_path / "x.json")


@pytest.mark.parametrize("value", [3, "x", {"a": 1}, [3], [[1]], None, [], True, 0.5])
@pytest.mark.parametrize("question", ["ner", "genre", "stars", "why", "other"])
def test_odd_answers_break_nothing(tmp_path: Path, value: Any, question: str) -> None:
    path = put(tmp_path, [record(responses={question: [by("u", value), 3]}, suggestions={question: {"value": value}})])
    try:
        read(FORMAT, path)
    except UnreadableFile as error:
        assert "records.json:1" in str(error)  # noqa: PT017


@pytest.mark.parametrize("settings", ["3", '{"questions":3}', "{", '{"questions":[{}]}'])
def test_broken_settings_are_refused(tmp_path: Path, settings: str) -> None:
    path = put(tmp_path, [record()])
    (path / ".argilla" / "settings.json").write_text(settings, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"settings\.json"):
        read(FORMAT, path)


def example() -> Document:
    def made(name: str, method: str, confidence: float | None, status: str = "complete") -> AnnotationSet:
        spans = (Span("a", "entity", "PERSON", 2, 6, "Anna", confidence=confidence),)
        return AnnotationSet(Header("news/1", name, "s/1", "0", status, method), spans, labels=(Label("d", "genre", "O"),))

    sets = {"gold": made("gold", "manual", None), "a1": made("a1", "manual", 0.5, "in-progress"), "m": made("m", "model", 0.5)}
    return Document("news/1", TEXT + "\n", Metadata(title="T"), sets, "0")


def test_what_is_written(tmp_path: Path) -> None:
    path, losses = written(FORMAT, [example()], SCHEME, tmp_path / "x")
    assert [loss.kind for loss in losses if loss.stops] == ["confidences of single annotations"]
    (made,) = json.loads((path / "records.json").read_text(encoding="utf-8"))
    assert made["suggestions"]["entity"] == {"value": [{"label": "PERSON", "start": 2, "end": 6}], "score": [0.5], "agent": "m"}
    assert [one["status"] for one in made["responses"]["entity"]] == ["submitted", "draft"]
    users = json.loads((path / "users.json").read_text(encoding="utf-8"))
    assert [users[one["user_id"]] for one in made["responses"]["genre"]] == ["gold", "a1"]
    back, intake, _ = read(FORMAT, path)
    assert intake.errors == []
    assert_same(FORMAT, back, expected(FORMAT, [example()], SCHEME), SCHEME)
    assert back[0].sets["m"].header.method == "model"


def test_the_users_of_a_server(tmp_path: Path) -> None:
    id = "6dd0a2c3-3b3c-4b8c-8f4c-0c0d2f7d9a11"
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x", user=(f"gold={id}",))
    assert json.loads((path / "users.json").read_text(encoding="utf-8"))[id] == "gold"
    with pytest.raises(PostilError, match="say NAME=UUID"):
        written(FORMAT, [example()], SCHEME, tmp_path / "y", user=("gold=7",))


@pytest.mark.filterwarnings("ignore")
def test_argilla_reads_it(tmp_path: Path) -> None:
    pytest.importorskip("argilla")
    from argilla._models import FieldModel, QuestionModel
    from argilla.records._io import JsonIO

    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x")
    settings = json.loads((path / ".argilla" / "settings.json").read_text(encoding="utf-8"))
    assert {one.name: one.settings.type for one in (QuestionModel(**question) for question in settings["questions"])} == {
        "entity": "span", "state ment": "span", "genre": "multi_label_selection",
    }  # fmt: skip
    assert [FieldModel(**field).name for field in settings["fields"]] == ["text"]
    (made,) = JsonIO._records_from_json(path / "records.json")
    assert made.fields["text"] == TEXT + "\n"
    assert made.suggestions["entity"].value == [{"label": "PERSON", "start": 2, "end": 6}]
    assert len(made.responses["entity"]) == 2
    JsonIO.to_json([made], tmp_path / "again.json")
    (document,), intake, _ = read(FORMAT, tmp_path / "again.json")
    assert intake.errors == []
    assert sorted(span.text for one in document.sets.values() for span in one.spans) == ["Anna"] * 3


@pytest.mark.filterwarnings("ignore")
def test_argilla_flattens_it(tmp_path: Path) -> None:
    pytest.importorskip("argilla")
    from argilla.records._io import GenericIO, JsonIO

    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x")
    flat = GenericIO.to_list(JsonIO._records_from_json(path / "records.json"), flatten=True)
    (tmp_path / "flat.json").write_text(json.dumps(flat), encoding="utf-8")
    (document,), intake, _ = read(FORMAT, tmp_path / "flat.json")
    assert intake.errors == []
    assert sorted(one.header.status for one in document.sets.values()) == ["complete", "complete", "in-progress"]


def test_annotations_and_predictions_of_version_1(tmp_path: Path) -> None:
    text = "Anna met Ben."
    records = [
        {
            "id": "a", "text": text, "tokens": ["Anna"], "annotation": [["PER", 0, 4]], "annotation_agent": "ann",
            "prediction": [["PER", 9, 12, 0.7]], "prediction_agent": "m1", "status": "Validated", "metadata": {"x": 1},
        },
        {"id": "b", "text": "Nice.", "annotation": "pos", "annotation_agent": "ann", "prediction": [["pos", 0.9], ["neg", 0.1]]},
        {"id": "c", "inputs": {"text": "Fine."}, "annotation": ["a", "b"], "multi_label": True, "status": "Default"},
        {"id": "d", "text": "Bad.", "annotation": [], "annotation_agent": "ann", "status": "Validated"},
        {"id": "e", "text": text, "annotation": [{"label": "PER", "start": 9.0, "end": 12.0}], "prediction": None},
        {"id": "f", "text": text, "annotation": None, "prediction": None},
    ]  # fmt: skip
    documents, intake, incoming = read(FORMAT, put(tmp_path, records, None))

    assert intake.errors == []
    spans, labels, multiple, empty, objects, nothing = documents
    assert {name: [(one.label, one.text, one.confidence) for one in made.spans] for name, made in spans.sets.items()} == {
        "ann": [("PER", "Anna", None)], "m1": [("PER", "Ben", 0.7)],
    }  # fmt: skip
    assert (spans.sets["m1"].header.method, spans.metadata.extra) == ("model", {"x": 1})
    assert {name: [(one.label, one.confidence) for one in made.labels] for name, made in labels.sets.items()} == {
        "ann": [("pos", None)], "suggestions": [("pos", 0.9)],
    }  # fmt: skip
    assert [one.label for one in multiple.sets["imported"].labels] == ["a", "b"]
    assert multiple.sets["imported"].header.status == "in-progress"
    assert empty.sets["ann"].annotations == ()
    assert [one.text for one in objects.sets["imported"].spans] == ["Ben"]
    assert nothing.sets == {}
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "Argilla's own bookkeeping (tokens, explanations, metrics, dates)": 1, "labels that are predicted as unlikely": 1,
    }  # fmt: skip
