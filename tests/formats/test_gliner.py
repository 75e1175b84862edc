from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.sources import Source
from postil.formats.gliner import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span

WORDS = ["Anna", "Berg", "met", "Ben", "."]


def put(tmp_path: Path, *records: Any) -> Path:
    (tmp_path / "x.json").write_text(json.dumps(records), encoding="utf-8")
    return tmp_path / "x.json"


def only(tmp_path: Path, record: Any) -> tuple[Document, AnnotationSet]:
    (document,), intake, _ = read(FORMAT, put(tmp_path, record))
    assert intake.errors == []
    return document, document.sets["imported"]


def test_ends_are_included(tmp_path: Path) -> None:
    ner = [[0, 1, "person"], [3, 3, "person", "Ben"]]
    document, found = only(tmp_path, {"tokenized_text": WORDS, "ner": ner, "relations": [[0, 1, "met"]], "source": "x"})
    assert document.text == "Anna Berg met Ben .\n"
    assert [one.text for one in found.spans] == ["Anna Berg", "Ben"]
    assert [(one.label, one.args) for one in found.relations] == [("met", {"from": "e1", "to": "e2"})]
    assert document.metadata.extra == {"source": "x"}


def test_tokens_are_looked_for_in_a_text(tmp_path: Path) -> None:
    document, found = only(tmp_path, {"tokenized_text": WORDS, "ner": [[0, 1, "p"]], "text": "Anna  Berg\nmet Ben."})
    assert (document.text, found.spans[0].text) == ("Anna  Berg\nmet Ben.\n", "Anna  Berg")


def test_relations_of_glirel(tmp_path: Path) -> None:
    tie = {"head": {"mention": "Anna Berg", "position": [0, 1]}, "tail": {"position": [3, 3]}, "relation_text": "met"}
    _, found = only(tmp_path, {"tokenized_text": WORDS, "ner": [[0, 1, "p"], [3, 3, "p"]], "relations": [tie]})
    assert [(one.label, one.args) for one in found.relations] == [("met", {"from": "e1", "to": "e2"})]


def test_tokens_as_spans(tmp_path: Path) -> None:
    incoming = Incoming(Source(put(tmp_path, {"tokenized_text": WORDS})), with_tokens=True)
    (draft,) = FORMAT.read(incoming)  # type: ignore[misc]
    assert [span.text for span in draft.sets[0].spans] == WORDS


@pytest.mark.parametrize(
    "record",
    [
        3, {}, {"tokenized_text": "x"}, {"tokenized_text": ["a"], "ner": [[0, 1, "x"]]},
        {"tokenized_text": ["a"], "ner": [[1, 0, "x"]]},
        {"tokenized_text": ["a"], "ner": [["0", 0, "x"]]}, {"tokenized_text": ["a"], "ner": [[0]]},
        {"tokenized_text": ["a"], "relations": [[0, "0", "x"]]}, {"tokenized_text": ["a"], "text": "b"},
        {"tokenized_text": ["a"], "text": "a", "offsets": []}, {"tokenized_text": ["a"], "text": "ba", "offsets": [[0, 1]]},
        {"tokenized_text": ["a"], "text": "a", "offsets": [[-1, 0]]}, {"tokenized_text": ["a"], "ner": [[-1, 0, "x"]]},
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path: Path, record: Any) -> None:
    with pytest.raises(UnreadableFile, match=r"x\.json:1"):
        read(FORMAT, put(tmp_path, record))


@pytest.mark.parametrize("data", [b"[", b"\xff", b'["' + b"\\ud800" + b'"]', b"[" * 9000, b'[{"tokenized_text":["\\udc00"]}]'])
def test_broken_files_are_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.json").write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"x\.json:1"):
        read(FORMAT, tmp_path / "x.json")


def example() -> Document:
    text = "😀 Anna-Maria_Berg met  Ben."
    spans = (Span("a", "entity", "PERSON", 2, 17, text[2:17]), Span("b", "entity", "O", 7, 12, text[7:12]))
    relations = (Relation("r", "argument", "Claim", {"from": "b", "to": "a"}),)
    header = Header("news/1", "gold", "s/1", "0", "complete", "manual")
    return Document("news/1", text, Metadata(title="T"), {"gold": AnnotationSet(header, spans, relations)}, "0")


def test_what_is_written(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x.json")
    (made,) = json.loads(path.read_text(encoding="utf-8"))
    assert made["tokenized_text"] == ["😀", "Anna-", "Maria", "_Berg", "met", "Ben", "."]
    assert made["ner"] == [[1, 3, "PERSON"], [2, 2, "O"]]
    assert made["relations"] == [[1, 0, "Claim"]]
    assert made["text"] == example().text
    assert [made["text"][start:end] for start, end in made["offsets"]] == made["tokenized_text"]


def test_tokens_are_those_of_gliner_where_no_span_cuts_them(tmp_path: Path) -> None:
    text = example().text
    plain = Document("a", text, Metadata(), {"g": AnnotationSet(Header("a", "g", "s/1", "0", "complete", "manual"))}, "0")
    path, _ = written(FORMAT, [plain], SCHEME, tmp_path / "x.json")
    (made,) = json.loads(path.read_text(encoding="utf-8"))
    assert made["tokenized_text"] == re.findall(r"\w+(?:[-_]\w+)*|\S", text)
