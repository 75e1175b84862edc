"""JSON of spaCy in all its forms."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import options_of, read

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import Source
from postil.formats.spacy_json import FORMAT

PAIR = ["Who is 😀 Shaka Khan?", {"entities": [[9, 19, "PERSON"], [9, 14, "NAME"]], "cats": {"music": 1.0, "art": 0, "x": 0.6}}]


def imported(path: Path, text: Any) -> tuple[list[Document], Incoming]:
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    found, intake, incoming = read(FORMAT, path)
    assert intake.errors == []
    return found, incoming


def spans_of(document: Document) -> list[tuple[str, str, str]]:
    return [(span.layer, span.label, span.text) for span in document.sets["imported"].spans]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", [PAIR]),
        ("a.json", {"classes": ["PERSON"], "annotations": [None, PAIR]}),
        ("a.jsonl", json.dumps(PAIR)),
        ("a.jsonl", json.dumps({"text": PAIR[0], **PAIR[1]})),
        ("a.json", f"[({PAIR[0]!r}, {PAIR[1]!r})]"),
        (
            "a.py",
            f"import spacy\n\n# data\nLABEL = 'X'\nTRAIN_DATA = [\n    ({PAIR[0]!r}, {PAIR[1]!r}),\n]\n\nprint(TRAIN_DATA)\n",
        ),
    ],
)
def test_lists_of_texts(name: str, text: Any, tmp_path: Path) -> None:
    (found,), incoming = imported(tmp_path / name, text)

    assert found.id == "a"
    assert spans_of(found) == [("span", "PERSON", "Shaka Khan"), ("span", "NAME", "Shaka")]
    assert [(label.label, label.confidence) for label in found.sets["imported"].labels] == [("music", None), ("x", 0.6)]
    assert set(incoming.declared["label"].labels) == {"music", "art", "x"}


VERSION_2 = [
    {
        "id": 7,
        "paragraphs": [
            {
                "raw": "New York's big.  Or so.",
                "sentences": [
                    {"tokens": [
                        {"id": 0, "orth": "New", "tag": "NNP", "head": 1, "dep": "x", "ner": "B-GPE"},
                        {"id": 1, "orth": "York", "tag": "NNP", "ner": "L-GPE"}, {"id": 2, "orth": "'s", "ner": "O"},
                        {"id": 3, "orth": "big", "ner": "-"}, {"id": 4, "orth": ".", "ner": "O"},
                    ], "brackets": []},
                    {"tokens": [
                        {"id": 5, "orth": "Or", "ner": "U-X"}, {"id": 6, "orth": "so", "ner": "I-Y"},
                        {"id": 7, "orth": ".", "ner": "O"},
                    ]},
                ],
                "cats": [{"label": "news", "value": 1.0}],
            },
            {"sentences": [{"tokens": [{"orth": "No"}, {"orth": "raw"}]}]},
        ],
    }
]  # fmt: skip


def test_version_2(tmp_path: Path) -> None:
    found, incoming = imported(tmp_path / "a.json", VERSION_2)

    assert [(document.id, document.text, document.metadata.group) for document in found] == [
        ("7-1", "New York's big.  Or so.\n", "7"), ("7-2", "No raw\n", "7"),
    ]  # fmt: skip
    assert spans_of(found[0]) == [("span", "GPE", "New York"), ("span", "X", "Or"), ("span", "Y", "so")]
    assert [label.label for label in found[0].sets["imported"].labels] == ["news"]
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "texts in which some tokens are not known to be no entity (-)": 1, "tokens, which --tokens keeps": 10,
    }  # fmt: skip
    assert [loss.kind for loss in incoming.repaired] == ["entities whose first tag cannot begin one, begun there"]


def test_tokens_are_kept_when_wanted(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(VERSION_2))
    drafts = list(FORMAT.read(Incoming(Source(tmp_path / "a.json"), options_of(FORMAT, reading=True), with_tokens=True)))
    tokens = [span for span in drafts[0].sets[0].spans if span.layer == "token"]

    assert (tokens[0].start, tokens[0].end, tokens[0].attributes) == (0, 3, {"tag": "NNP", "head": "1", "dep": "x"})
    assert len(tokens) == 8


def test_what_spacy_itself_gives_out(tmp_path: Path) -> None:
    spacy = pytest.importorskip("spacy")
    from spacy.training import docs_to_json

    doc = spacy.blank("en")("Ann Lee saw 😀 London.")
    doc.set_ents([spacy.tokens.Span(doc, 0, 2, "PERSON"), spacy.tokens.Span(doc, 4, 5, "GPE")])
    doc.spans["sc"] = [spacy.tokens.Span(doc, 0, 3, "C", kb_id="Q84")]
    doc.cats = {"news": 1.0}
    for token in doc:
        token.is_sent_start = token.i == 0
    (found,), _ = imported(tmp_path / "a.json", doc.to_json())
    (old,), _ = imported(tmp_path / "b.json", [docs_to_json([doc])])

    assert spans_of(found) == [("sc", "C", "Ann Lee saw"), ("span", "PERSON", "Ann Lee"), ("span", "GPE", "London")]
    assert found.sets["imported"].spans[0].attributes == {"kb_id": "Q84"}
    assert spans_of(old) == [("span", "PERSON", "Ann Lee"), ("span", "GPE", "London")]
    assert [label.label for label in old.sets["imported"].labels] == ["news"]


def test_nothing_in_place_of_a_list(tmp_path: Path) -> None:
    text = {"text": "Anna", "ents": None, "spans": {"sc": None}, "tokens": None, "cats": [{"label": ["x"], "value": 1.0}]}
    older = {"id": 1, "paragraphs": [{"raw": "Bob", "spans": None, "sentences": [{"tokens": None}]}]}
    found, _ = imported(tmp_path / "a.json", json.dumps([text, older]))
    assert [document.text for document in found] == ["Anna\n", "Bob\n"]

    with pytest.raises(UnreadableFile, match="the spans of sc are no list"):
        imported(tmp_path / "b.json", json.dumps({"text": "Anna", "spans": {"sc": 5}}))


def test_tags_for_words(tmp_path: Path) -> None:
    words = {"words": ["Ann", "Lee", "left"], "entities": ["B-PER", "L-PER", "O"]}
    (found,), _ = imported(tmp_path / "a.json", [words])
    (pair,), _ = imported(tmp_path / "b.json", [["Ann Lee left", words]])

    assert spans_of(found) == spans_of(pair) == [("span", "PER", "Ann Lee")]


def test_the_same_entity_twice_is_one(tmp_path: Path) -> None:
    (found,), incoming = imported(tmp_path / "a.json", [["Ann left", {"entities": [[0, 3, "P"], [0, 3, "P"], [0, 3, "Q"]]}]])

    assert len(found.sets["imported"].spans) == 2
    assert incoming.repaired.by_kind["entities that were there twice"].count == 1


def test_offsets_outside_the_text_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps([["Ann", {"entities": [[0, 30, "P"]]}]]))
    _, intake, _ = read(FORMAT, tmp_path / "a.json")

    assert "a.json, text 1: e1: the offsets of “P”, 0-30, are outside the text, which is from 0 to 3" in intake.errors[0]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '[["Ann", {"entities": [["a", 3, "P"]]}]]'), ("a.json", '[["Ann", {"entities": [[0.5, 3, "P"]]}]]'),
        ("a.json", '[["Ann", {"entities": [[true, 3, "P"]]}]]'), ("a.json", '[["Ann", {"entities": [3]}]]'), ("a.json", "3"),
        ("a.json", '{"a": 1}'), ("a.json", '[["\\ud83d", {}]]'), ("a.json", "[" * 100_000), ("a.json", '[{"paragraphs": [3]}]'),
        ("a.json", '[{"paragraphs": [{"raw": "b", "sentences": [{"tokens": [{"orth": "a"}]}]}]}]'),
        ("a.json", '[{"paragraphs": [{"raw": "b", "sentences": [{"tokens": [3]}]}]}]'),
        ("a.json", '[{"words": ["a"], "entities": ["O", "O"]}]'),
        ("a.py", "x = [__import__('os').system('true')]"), ("a.py", "x = [("), ("a.py", "print(1)"),
        ("a.py", "x = [" + "(" * 5000),
        ("a.py", "x = [f() for _ in ()]"), ("a.py", "x = [" + "-" * 50_000 + "1]"),
    ],
    ids=range(18),
)  # fmt: skip
def test_what_is_no_such_data_is_refused(name: str, text: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile):
        imported(tmp_path / name, text)
