from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.formats.prodigy import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Relation, Span

TEXT = "😀 Anna Berg met Ben."
TOKENS = [
    {"text": TEXT[start:end], "start": start, "end": end, "id": number}
    for number, (start, end) in enumerate([(0, 1), (2, 6), (7, 11), (12, 15), (16, 19), (19, 20)])
]
ANNA = {"start": 2, "end": 11, "token_start": 1, "token_end": 2, "label": "PER"}
BEN = {"start": 16, "end": 19, "token_start": 4, "token_end": 4, "label": "PER"}


def put(path: Path, *records: Any) -> Path:
    path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
    return path


def only(tmp_path: Path, *records: Any, **options: Any) -> tuple[Document, AnnotationSet]:
    (document,), intake, _ = read(FORMAT, put(tmp_path / "x.jsonl", *records), **options)
    assert intake.errors == []
    (annotations,) = document.sets.values()
    return document, annotations


def record(*spans: Any, **more: Any) -> dict[str, Any]:
    return {"text": TEXT, "tokens": TOKENS, "spans": list(spans), "_input_hash": -5, "_task_hash": 7, "answer": "accept", **more}


def test_spans_metadata_and_the_annotator(tmp_path: Path) -> None:
    said = record(
        {**ANNA, "wiki": "Q1"}, meta={"source": "web"}, topic="x", _session_id="news-ann", _view_id="ner_manual", _timestamp=3
    )
    document, found = only(tmp_path, said)
    assert found.annotator == "news-ann"
    assert [(one.layer, one.label, one.text, one.attributes) for one in found.spans] == [
        ("span", "PER", "Anna Berg", {"wiki": "Q1"})
    ]
    assert document.metadata.extra == {"source": "web", "topic": "x"}


def test_a_score_that_is_no_confidence_is_an_attribute(tmp_path: Path) -> None:
    _, found = only(tmp_path, record({**ANNA, "score": 2.5}, {**BEN, "score": 0.5, "type": "span"}))
    assert [(one.confidence, one.attributes) for one in found.spans] == [(None, {"score": 2.5}), (0.5, {})]


def test_tokens_are_told_of_or_kept(tmp_path: Path) -> None:
    from postil.exchange.incoming import Incoming
    from postil.exchange.sources import Source

    path = put(tmp_path / "x.jsonl", record(ANNA))
    _, _, incoming = read(FORMAT, path)
    assert [(loss.kind, loss.stops) for loss in incoming.losses] == [("tokens, which --tokens keeps", False)]
    kept = Incoming(Source(path), {"rejected": False}, with_tokens=True)
    (draft,) = FORMAT.read(kept)  # type: ignore[misc]
    assert [span.text for span in draft.sets[0].spans if span.layer == "token"] == ["😀", "Anna", "Berg", "met", "Ben", "."]


def test_relations_lead_to_spans(tmp_path: Path) -> None:
    tie = {"head": 2, "child": 4, "head_span": ANNA, "child_span": BEN, "label": "met", "color": "#fff"}
    _, found = only(tmp_path, record(ANNA, BEN, relations=[tie]))
    assert [(one.label, one.args) for one in found.relations] == [("met", {"from": "e1", "to": "e2"})]


def test_relations_with_only_token_indexes(tmp_path: Path) -> None:
    _, found = only(tmp_path, record(ANNA, relations=[{"head": 2, "child": 3, "label": "subj"}]))
    assert {one.id: (one.layer, one.text) for one in found.spans} == {"e1": ("span", "Anna Berg"), "t1": ("token", "met")}
    assert found.relations[0].args == {"from": "e1", "to": "t1"}


def test_only_what_was_accepted_is_an_annotation(tmp_path: Path) -> None:
    path = put(
        tmp_path / "x.jsonl",
        record(ANNA, _view_id="ner"),
        record(BEN, _view_id="ner", answer="reject"),
        record({**BEN, "label": "ORG", "answer": "reject"}, _view_id="ner"),
        record(answer="ignore"),
        {"text": "other", "label": "SPAM", "answer": "reject"},
    )
    documents, intake, incoming = read(FORMAT, path)
    assert intake.errors == []
    assert [[span.text for one in document.sets.values() for span in one.spans] for document in documents] == [["Anna Berg"], []]
    assert documents[1].sets == {}
    assert {loss.kind: loss.count for loss in incoming.losses.stopping} == {
        "spans that were rejected": 2, "records that were skipped": 1, "categories that were rejected": 1,
    }  # fmt: skip
    documents, _, _ = read(FORMAT, path, rejected=True)
    assert [span.attributes for span in documents[0].sets["imported"].spans] == [{}, {"answer": "reject"}, {"answer": "reject"}]


def test_answers_one_by_one_make_one_set(tmp_path: Path) -> None:
    _, found = only(tmp_path, record(ANNA, _view_id="ner"), record(BEN, _view_id="ner"), record(ANNA, _view_id="ner"))
    assert [one.text for one in found.spans] == ["Anna Berg", "Ben"]


def test_a_text_done_twice_is_two_sets(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", record(ANNA, _view_id="ner_manual"), {"text": "b"}, record(BEN, _view_id="ner_manual"))
    documents, _, incoming = read(FORMAT, path)
    assert [list(one.sets) for one in documents] == [["imported", "annotator-2"], ["imported"]]
    assert "texts that an annotator did twice, each time as a set of its own" in incoming.repaired.by_kind


def test_annotators_of_one_text(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", record(ANNA, _annotator_id="a"), record(ANNA, BEN, _annotator_id="b"))
    (document,), _, _ = read(FORMAT, path)
    assert {name: len(one.spans) for name, one in document.sets.items()} == {"a": 1, "b": 2}


def test_choices_and_categories(tmp_path: Path) -> None:
    options = [{"id": 1, "text": "Good"}, {"id": "b", "text": "Bad"}]
    _, found = only(
        tmp_path,
        {"text": TEXT, "options": options, "accept": [1, "b"], "answer": "accept"},
        {"text": TEXT, "label": "SPAM", "answer": "accept"},
        {"text": TEXT, "cats": {"X": 1.0, "Y": 0.25, "Z": 0.0}},
    )
    assert [(one.label, one.confidence) for one in found.labels] == [
        ("1", None),
        ("b", None),
        ("SPAM", None),
        ("X", None),
        ("Y", 0.25),
    ]


def test_the_last_token_says_ws_where_the_text_ends(tmp_path: Path) -> None:
    tokens = [{"text": "a", "start": 0, "end": 1, "id": 0, "ws": True}, {"text": "b", "start": 2, "end": 3, "id": 1, "ws": True}]
    document, _ = only(tmp_path, {"text": "a b", "tokens": tokens})
    assert document.text == "a b\n"


@pytest.mark.parametrize(
    "data",
    [
        [[TEXT, {"entities": [[2, 11, "PER"]]}], ["x", {"entities": [], "cats": {"A": True, "B": False, "C": None}}]],
        {"classes": ["PER"], "annotations": [[TEXT, {"entities": [[2, 11, "PER"]]}], None, ["x", {"entities": []}]]},
    ],
)
def test_the_old_training_data_of_spacy(tmp_path: Path, data: Any) -> None:
    (tmp_path / "train.json").write_text(json.dumps(data), encoding="utf-8")
    documents, intake, _ = read(FORMAT, tmp_path / "train.json")
    assert intake.errors == []
    assert [one.text for one in documents[0].sets["imported"].spans] == ["Anna Berg"]
    assert len(documents) == 2


def test_training_data_as_objects(tmp_path: Path) -> None:
    document, found = only(tmp_path, {"text": "Anna met Ben.", "entities": [[0, 4, "PER"]], "source": "x"})

    assert [(span.label, span.text) for span in found.spans] == [("PER", "Anna")]
    assert document.metadata.extra == {"source": "x"}


def test_records_on_one_line_have_numbers(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[["one", {"entities": []}], ["two", {"entities": []}]]', encoding="utf-8")

    documents, intake, _ = read(FORMAT, tmp_path / "x.json")

    assert [document.id for document in documents] == ["x-1", "x-2"]
    assert "names of documents that were there twice" not in {loss.kind for loss in intake.repaired}


def test_a_text_that_disagrees_is_an_error(tmp_path: Path) -> None:
    _, intake, _ = read(FORMAT, put(tmp_path / "x.jsonl", {"text": "a b"}, record({**ANNA, "text": "Anna"})))
    assert "x.jsonl:2: e1: is said to cover “Anna”" in intake.errors[0]


@pytest.mark.parametrize(
    "data",
    [
        b"{", b"3", b'{"text":"x","spans":[{"label":"A"}]}', b'{"text":"x","spans":[3]}',
        b'{"text":"x","relations":[{"head":0}]}',
        b'{"text":"x","tokens":[],"relations":[{"head":9,"child":0}]}', b'[["x"]]', b'["x",{"entities":[[0]]}]',
        b'{"text":"\\ud83d"}',
        b'{"text":"\xe9"}', b'{"text":"x","spans":{"a":1}}', b'{"a":' * 3000, b'{"text":"x","spans":[{"start":0,"end":1e400}]}',
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"x\.jsonl:\d"):
        read(FORMAT, tmp_path / "x.jsonl")


def example() -> Document:
    header = Header("news/1", "gold", "s/1", "0", "complete", "manual")
    annotations = AnnotationSet(
        header,
        (Span("a", "entity", "PERSON", 2, 11, "Anna Berg", attributes={"value": "x"}),
         Span("b", "state ment", "O", 5, 14, "a Berg me")),
        (Relation("r", "argument", "Claim", {"from": "a", "to": "b"}),),
        (Label("d", "genre", "O", {"value": "why"}, 0.5),),
    )  # fmt: skip
    return Document("news/1", TEXT, Metadata(title="T"), {"gold": annotations}, "0")


def test_what_is_written(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x.jsonl")
    (made,) = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [one["text"] for one in made["tokens"]] == ["😀", "Ann", "a", "Berg", "me", "t", "Ben", "."]
    assert [one["ws"] for one in made["tokens"]] == [True, False, True, True, False, True, False, False]
    assert [(one["token_start"], one["token_end"]) for one in made["spans"]] == [(1, 3), (2, 4)]
    assert (made["relations"][0]["head"], made["relations"][0]["child"], made["_view_id"]) == (3, 4, "relations")
    assert made["accept"] == ["O"]
    assert made["meta"] == {"document_id": "news/1", "title": "T"}
    by_id = {one["id"]: one for one in made["options"]}
    assert by_id["O"] == {
        "id": "O", "text": "O", "layer": "genre", "record": {"id": "d", "attributes": {"value": "why"}, "score": 0.5},
    }  # fmt: skip


def test_spacy_makes_the_same_spans_of_it(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x.jsonl")
    made = json.loads(path.read_text(encoding="utf-8"))
    doc = spacy.tokens.Doc(
        spacy.blank("en").vocab, [one["text"] for one in made["tokens"]], [one["ws"] for one in made["tokens"]]
    )
    assert doc.text == made["text"]
    for span in made["spans"]:
        by_tokens = doc[span["token_start"] : span["token_end"] + 1]
        assert (by_tokens.start_char, by_tokens.end_char) == (span["start"], span["end"])
