"""PubAnnotation's JSON: denotations, relations, attributes, modifications, tracks, and files that only look like it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from round_trip import read as read_format, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.incoming import Incoming
from postil.exchange.intake import Intake
from postil.formats.pubannotation import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Relation, Span
from postil.scheme import Scheme

ONE: dict[str, Any] = {
    "target": "http://pubannotation.org/docs/sourcedb/PubMed/sourceid/12", "sourcedb": "PubMed", "sourceid": "12", "divid": 0,
    "text": "Zoë 😀 moved to Rome and Oslo.", "project": "who",
    "denotations": [
        {"id": "T1", "span": {"begin": 0, "end": 3}, "obj": "Person"},
        {"id": "T2", "span": [{"begin": 24, "end": 28}, {"begin": 15, "end": 19}], "obj": "Place"},
        {"span": [{"begin": 6, "end": 8}, {"begin": 8, "end": 11}], "obj": "Move"},
    ],
    "relations": [{"id": "R1", "subj": "T1", "pred": "lives_in", "obj": "T2"}, {"subj": "R1", "pred": "on", "obj": "T1"}],
    "attributes": [{"id": "A1", "subj": "T1", "pred": "sure", "obj": "high"}, {"subj": "T1", "pred": "sure", "obj": 3}],
    "modifications": [{"id": "M1", "pred": "Negation", "obj": "R1"}],
    "namespaces": [{"prefix": "_base", "uri": "http://x"}],
}  # fmt: skip


def read(tmp_path: Path, value: Any) -> tuple[list[Document], Intake, Incoming]:
    (tmp_path / "c.json").write_text(value if isinstance(value, str) else json.dumps(value))
    return read_format(FORMAT, tmp_path / "c.json")


def test_everything_that_a_document_has(tmp_path: Path) -> None:
    (document,), intake, incoming = read(tmp_path, ONE)
    assert intake.errors == []
    assert document.id == "12-0"
    assert document.metadata.extra == {"target": ONE["target"], "sourcedb": "PubMed"}
    found = document.sets["who"]
    assert found.spans == (
        Span("T1", "span", "Person", 0, 3, "Zoë", attributes={"sure": ["high", "3"]}),
        Span("D3", "span", "Move", 6, 11, "moved"),
        Span("T2", "span", "Place", 15, 28, "Rome Oslo", ((15, 19), (24, 28))),
    )
    assert found.relations == (
        Relation("R1", "relation", "lives_in", {"from": "T1", "to": "T2"}, {"Negation": True}),
        Relation("R2", "relation", "on", {"from": "R1", "to": "T1"}),
    )
    assert {loss.kind: loss.stops for loss in incoming.losses} == {"settings of PubAnnotation": False}


def test_tracks_are_sets(tmp_path: Path) -> None:
    denotations = [{"id": "T1", "span": {"begin": 0, "end": 3}, "obj": "X"}]
    tracks = [{"project": "a", "denotations": denotations, "colour": "red"}, {"project": "b/c", "denotations": denotations}]
    (document,), intake, incoming = read(tmp_path, {"text": "One.", "tracks": tracks})
    assert intake.errors == []
    assert document.id == "c"
    assert {name: len(annotations.spans) for name, annotations in document.sets.items()} == {"a": 1, "b-c": 1}
    assert [loss.kind for loss in incoming.losses] == ["what is said of tracks"]


def test_how_documents_come(tmp_path: Path) -> None:
    several = [{**ONE, "divid": number} for number in range(3)]
    ids = ["12-0", "12-1", "12-2"]
    assert [document.id for document in read(tmp_path, several)[0]] == ids
    assert [document.id for document in read(tmp_path, "\n".join(map(json.dumps, several)))[0]] == ids
    for number, one in enumerate(several):
        (tmp_path / "all").mkdir(exist_ok=True)
        (tmp_path / "all" / f"{number}.json").write_text(json.dumps(one, indent=1))
    assert [document.id for document in read_format(FORMAT, tmp_path / "all")[0]] == ids


def test_what_is_written(tmp_path: Path) -> None:
    spans = (Span("e1", "x", "P", 0, 3, "One", (), {"sure": True, "many": ["a", "b"], "one": ["z"]}),)
    found = AnnotationSet(Header("d", "gold", "s/1", "", "complete", "manual"), spans)
    document = Document("news/1", "One.\n", Metadata(), {"gold": found}, "")
    path, losses = written(FORMAT, [document], Scheme("s", 1), tmp_path / "out.json")
    assert not losses.stopping
    assert json.loads(path.read_text()) == [
        {
            "sourcedb": "c", "sourceid": "news/1", "text": "One.\n", "project": "gold",
            "denotations": [{"id": "e1", "span": {"begin": 0, "end": 3}, "obj": "P"}],
            "relations": [],
            "attributes": [
                {"id": "A1", "subj": "e1", "pred": "sure", "obj": True}, {"id": "A2", "subj": "e1", "pred": "many", "obj": "a"},
                {"id": "A3", "subj": "e1", "pred": "many", "obj": "b"}, {"id": "A4", "subj": "e1", "pred": "one", "obj": "z"},
            ],
        }
    ]  # fmt: skip
    both = Document("d", "One.\n", Metadata(), {"a": found, "b": found}, "")
    path, _ = written(FORMAT, [both], Scheme("s", 1), tmp_path / "both.json")
    assert [track["project"] for track in json.loads(path.read_text())[0]["tracks"]] == ["gold", "gold"]


def test_offsets_outside_the_text_are_an_error(tmp_path: Path) -> None:
    _, intake, _ = read(tmp_path, {"text": "One.", "denotations": [{"id": "T1", "span": {"begin": 0, "end": 9}, "obj": "X"}]})
    assert intake.errors == [f"{tmp_path}/c.json:1: c: T1: the offsets of “X”, 0-9, are outside the text, which is from 0 to 4"]


@pytest.mark.parametrize(("end", "is_fine"), [("4", True), (4.0, True), (3.5, False)])
def test_offsets_that_are_no_integers(tmp_path: Path, end: Any, is_fine: bool) -> None:
    value = {"text": "Anna met Ben.", "denotations": [{"id": "T1", "span": {"begin": 0, "end": end}, "obj": "PER"}]}
    if not is_fine:
        with pytest.raises(UnreadableFile, match=r"3\.5 is no offset"):
            read(tmp_path, value)
        return
    (document,), _, _ = read(tmp_path, value)
    assert next(iter(document.sets.values())).spans[0].text == "Anna"


def test_attributes_of_nothing_are_counted(tmp_path: Path) -> None:
    _, _, incoming = read(
        tmp_path, {"text": "One.", "attributes": [{"subj": "T9", "pred": "x", "obj": "y"}], "instances": [{"id": 1}]}
    )
    assert {loss.kind for loss in incoming.losses.stopping} == {
        "attributes of what is not there", "instances, of an older version of the format",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[1]", "not of PubAnnotation"),
        ('{"denotations": []}', "not of PubAnnotation"),
        ('{"text": "x", "denotations": [{}]}', "not as PubAnnotation has it"),
        ('{"text": "x", "denotations": [{"span": []}]}', "not as PubAnnotation has it"),
        ('{"text": "x", "denotations": [{"span": {"begin": "a", "end": 1}, "obj": "x"}]}', "not as PubAnnotation has it"),
        ('{"text": "x", "denotations": 3}', "not as PubAnnotation has it"),
        ('{"text": "x", "relations": [{"pred": "x"}]}', "not as PubAnnotation has it"),
        ('{"text": "x", "tracks": [3]}', "not as PubAnnotation has it"),
        ('{"text": "\\ud83d"}', "surrogate"),
        ('{"text": ', "not JSON"),
        ("[" * 100_000, "nested|not JSON"),
    ],
)  # fmt: skip
def test_hostile_files(tmp_path: Path, content: str, says: str) -> None:
    with pytest.raises(UnreadableFile, match=says):
        read(tmp_path, content)
