from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import assert_round_trip, expected, read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.exchange.intake import Rules
from postil.formats.label_studio import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Relation, Span
from postil.scheme import LabelDefinition, Layer, Scheme

TEXT = "Anna met Ben in Bonn. 😀 Then Anna left.\n"

CONFIG = """<View>
  <Labels name="ner" toName="txt" choice="multiple">
    <Label value="Person" alias="PER" background="#ff0000" hotkey="p"/><Label value="LOC"/>
  </Labels>
  <Text name="txt" value="$body"/>
  <Choices name="role" toName="txt" perRegion="true" choice="multiple"><Choice value="agent"/><Choice value="patient"/></Choices>
  <Choices name="named" toName="txt" perRegion="true" whenLabelValue="PER"><Choice value="true"/><Choice value="false"/></Choices>
  <TextArea name="who" toName="txt" perRegion="true" maxSubmissions="1"/>
  <Choices name="genre" toName="txt" choice="multiple"><Choice value="news"/><Choice value="letter"/></Choices>
  <Rating name="quality" toName="txt"/>
  <Taxonomy name="topic" toName="txt"><Choice value="a"><Choice value="b"/></Choice></Taxonomy>
  <Relations><Relation value="meets"/></Relations>
</View>"""


def region(id: str, start: int, end: int, *labels: str, **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": TEXT[start:end], "labels": list(labels)}
    return {"id": id, "from_name": "ner", "to_name": "txt", "type": "labels", "value": value, **more}


def answer(id: str, name: str, kind: str, **value: Any) -> dict[str, Any]:
    return {"id": id, "from_name": name, "to_name": "txt", "type": kind, "value": value}


def annotation(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 1, "result": list(results), "was_cancelled": False, **more}


def task(*annotations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"id": 7, "data": {"body": TEXT}, "annotations": list(annotations), **more}


def put(tmp_path: Path, tasks: Any, config: str = CONFIG) -> Path:
    (tmp_path / "in").mkdir(exist_ok=True)
    (tmp_path / "in" / "tasks.json").write_text(json.dumps(tasks), encoding="utf-8")
    if config:
        (tmp_path / "in" / "config.xml").write_text(config, encoding="utf-8")
    return tmp_path / "in"


def only(tmp_path: Path, tasks: Any, beside: str = CONFIG, **options: Any) -> AnnotationSet:
    documents, intake, _ = read(FORMAT, put(tmp_path, tasks, beside), **options)
    assert intake.errors == []
    (document,) = documents
    (annotations,) = document.sets.values()
    return annotations


def test_a_region_is_a_span_with_what_is_said_of_it(tmp_path: Path) -> None:
    extent = {"start": 0, "end": 4}
    found = only(
        tmp_path,
        [task(annotation(
            region("r-1", 0, 4, "PER", meta={"text": ["sure?"], "seen": 2}, score=0.5),
            answer("r-1", "role", "choices", **extent, choices=["agent"]),
            answer("r-1", "named", "choices", **extent, choices=["true"]),
            answer("r-1", "who", "textarea", **extent, text=["Anna B."]),
            answer("r-1", "stars", "rating", **extent, rating=4),
            completed_by={"id": 3, "email": "a@example.org"},
        ))],
    )  # fmt: skip
    assert found.annotator == "a-example.org"
    (span,) = found.spans
    assert (span.id, span.layer, span.label, span.text, span.note, span.confidence) == ("r-1", "ner", "PER", "Anna", "sure?", 0.5)
    assert span.attributes == {"role": ["agent"], "named": True, "who": "Anna B.", "stars": 4, "seen": 2}


def test_a_region_with_several_labels_is_a_span_for_each(tmp_path: Path) -> None:
    second = {**region("r1", 0, 4, "X"), "from_name": "other"}
    found = only(tmp_path, [task(annotation(region("r1", 0, 4, "PER", "LOC"), second))])
    assert [(one.id, one.layer, one.label) for one in found.spans] == [
        ("r1-2", "ner", "LOC"), ("r1", "ner", "PER"), ("r1-3", "other", "X"),
    ]  # fmt: skip


def test_a_region_without_a_label_is_kept(tmp_path: Path) -> None:
    documents, _, incoming = read(FORMAT, put(tmp_path, [task(annotation(region("r1", 0, 4)))]))
    assert documents[0].sets["imported"].spans[0].label == "region"
    assert [loss.kind for loss in incoming.repaired] == ["regions without a label, labelled 'region'"]


@pytest.mark.parametrize(
    ("direction", "args", "attributes"),
    [
        ("right", {"from": "a", "to": "b"}, {}),
        ("left", {"from": "b", "to": "a"}, {}),
        ("bi", {"from": "a", "to": "b"}, {"direction": "bi"}),
        (None, {"from": "a", "to": "b"}, {"direction": "none"}),
    ],
)
def test_relations_have_a_direction(tmp_path: Path, direction: str | None, args: Any, attributes: Any) -> None:
    tie = {"type": "relation", "from_id": "a", "to_id": "b", "direction": direction, "labels": ["meets", "sees"]}
    found = only(tmp_path, [task(annotation(region("a", 0, 4, "PER"), region("b", 9, 12, "PER"), tie))])
    assert [(one.label, one.args, one.attributes) for one in found.relations] == [
        ("meets", args, attributes), ("sees", args, attributes),
    ]  # fmt: skip


def test_a_relation_to_nothing_is_counted(tmp_path: Path) -> None:
    tie = {"type": "relation", "from_id": "a", "to_id": "gone", "direction": "right"}
    _, intake, _ = read(FORMAT, put(tmp_path, [task(annotation(region("a", 0, 4, "PER"), tie))]))
    assert [loss.kind for loss in intake.left_out.stopping] == ["relations one of whose ends is not there"]


def test_what_is_said_of_the_document(tmp_path: Path) -> None:
    found = only(
        tmp_path,
        [task(annotation(
            answer("c1", "genre", "choices", choices=["news", "letter"]),
            answer("q1", "quality", "rating", rating=4),
            answer("t1", "topic", "taxonomy", taxonomy=[["a"], ["a", "b"]]),
            answer("w1", "free", "textarea", text=["first", "second"]),
        ))],
    )  # fmt: skip
    assert [(one.id, one.layer, one.label, one.attributes) for one in found.labels] == [
        ("c1", "genre", "news", {}), ("c1-2", "genre", "letter", {}), ("q1", "quality", "rating", {"value": 4}),
        ("t1", "topic", "a", {}), ("t1-2", "topic", "a/b", {}), ("w1", "free", "textarea", {"value": ["first", "second"]}),
    ]  # fmt: skip


def test_the_configuration_is_the_scheme(tmp_path: Path) -> None:
    _, _, incoming = read(FORMAT, put(tmp_path, [task()]))
    ner = incoming.declared["ner"]
    assert list(ner.labels) == ["PER", "LOC"]
    assert (ner.labels["PER"].description, ner.labels["PER"].colour, ner.labels["PER"].key) == ("Person", "#ff0000", "p")
    assert {name: (one.type, one.multiple, one.only_on) for name, one in ner.attributes.items()} == {
        "role": ("enum", True, ()), "named": ("boolean", False, ("PER",)), "who": ("string", False, ()),
    }  # fmt: skip
    assert (incoming.declared["genre"].kind, incoming.declared["genre"].multiple) == ("label", True)
    assert list(incoming.declared["topic"].labels) == ["a", "a/b"]
    assert list(incoming.declared["relation"].labels) == ["meets"]


def test_a_configuration_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "own.xml").write_text(CONFIG, encoding="utf-8")
    tasks = [{"id": 1, "data": {"body": TEXT, "other": "x"}, "annotations": [annotation(region("r", 0, 4, "PER"))]}]
    assert only(tmp_path, tasks, "", config=str(tmp_path / "own.xml")).spans[0].text == "Anna"


def test_without_a_configuration_the_text_is_found_or_asked_for(tmp_path: Path) -> None:
    tasks = [task(annotation(region("r", 0, 4, "PER")))]
    tasks[0]["data"]["title"] = "something else"
    assert only(tmp_path, tasks, "").spans[0].text == "Anna"  # the only value that has what the regions cover
    tasks[0]["annotations"] = []
    with pytest.raises(UnreadableFile, match="which of body, title is the text"):
        read(FORMAT, put(tmp_path, tasks, ""))
    documents, _, _ = read(FORMAT, put(tmp_path, tasks, ""), **{"text-key": "body"})
    assert (documents[0].text, documents[0].metadata.title) == (TEXT, "something else")


def test_sets_of_people_models_and_drafts(tmp_path: Path) -> None:
    one = region("r", 0, 4, "PER")
    found, _, incoming = read(FORMAT, put(tmp_path, [task(
        annotation(one, completed_by=1), annotation(one, completed_by=1), annotation(completed_by=2, ground_truth=True),
        annotation(one, completed_by=3, was_cancelled=True),
        predictions=[{"model_version": "m1", "result": [one], "score": 0.5}, {"result": []}],
        drafts=[{"user": "c@d.e", "result": [one], "annotation": None}, {"user": 1, "result": [one], "annotation": 5}],
    )]))  # fmt: skip
    assert {name: (one.header.status, one.header.method, len(one.spans)) for name, one in found[0].sets.items()} == {
        "user-1": ("complete", "imported", 1), "user-1-2": ("complete", "imported", 1), "user-2": ("complete", "adjudicated", 0),
        "m1": ("complete", "model", 1), "model": ("complete", "model", 0), "c-d.e": ("in-progress", "imported", 1),
    }  # fmt: skip
    assert [loss.kind for loss in incoming.losses.stopping] == ["annotations that were skipped"]


def test_the_old_name_of_annotations(tmp_path: Path) -> None:
    old = {"id": 1, "data": {"body": TEXT}, "completions": [annotation(region("r", 0, 4, "PER"))]}
    assert len(only(tmp_path, [old]).spans) == 1


def test_an_annotation_of_a_storage_holds_its_task(tmp_path: Path) -> None:
    stored = {**annotation(region("r", 0, 4, "PER"), completed_by={"email": "a@b.c"}), "task": {"id": 3, "data": {"body": TEXT}}}
    documents, _, _ = read(FORMAT, put(tmp_path, stored))
    assert [(one.id, list(one.sets)) for one in documents] == [("task-3", ["a-b.c"])]


def test_completions_of_annotation_lab(tmp_path: Path) -> None:
    one = region("r", 0, 4, "PER")
    one["value"]["confidence"] = 0.75
    found = only(tmp_path, [{"id": 1, "data": {"body": TEXT}, "completions": [annotation(one, created_username="eric")]}])
    assert (found.annotator, found.spans[0].confidence, found.spans[0].attributes) == ("eric", 0.75, {})


def test_offsets_in_utf16_are_found_out_by_the_texts(tmp_path: Path) -> None:
    old = region("r", TEXT.index("Then") + 1, TEXT.index("Then") + 5, "LOC")
    old["value"]["text"] = "Then"
    documents, intake, _ = read(FORMAT, put(tmp_path, [task(annotation(old))]))
    assert documents[0].sets["imported"].spans[0].text == "Then"
    assert [loss.kind for loss in intake.repaired] == ["documents whose offsets count UTF-16 code units"]


def test_line_ends_written_as_two_characters(tmp_path: Path) -> None:
    tasks = [{"data": {"body": "one\ntwo three\n"}, "annotations": [annotation(
        {"id": "r", "from_name": "ner", "to_name": "txt", "type": "labels",
         "value": {"start": 0, "end": 7, "text": "one\\ntwo", "labels": ["X"]}},
    )]}]  # fmt: skip
    assert only(tmp_path, tasks).spans[0].text == "one\ntwo"


def test_a_region_without_its_text(tmp_path: Path) -> None:
    bare = region("r", 0, 4, "PER")
    del bare["value"]["text"]
    assert only(tmp_path, [task(annotation(bare))]).spans[0].text == "Anna"


def test_a_text_that_disagrees_is_an_error_with_its_place(tmp_path: Path) -> None:
    wrong = region("r", 0, 4, "PER")
    wrong["value"]["text"] = "Hanna"
    _, intake, _ = read(FORMAT, put(tmp_path, [task(annotation(wrong))]))
    assert "tasks.json:1: r: is said to cover “Hanna”, but at 0-4 there is “Anna”" in intake.errors[0]


def test_hypertext_is_what_a_browser_shows(tmp_path: Path) -> None:
    config = """<View><HyperTextLabels name="ner" toName="h"><Label value="PER"/></HyperTextLabels>
      <HyperText name="h" value="$page"/></View>"""
    page = "<div><!-- x --><p>Hi <b>Anna</b> &amp; Ben<br>bye</p><script>if (a < b) no()</script></div><p class='a>b'>Zoë</p>"
    value = {"start": "/div[1]/p[1]/b[1]/text()[1]", "startOffset": 0, "end": "/div[1]/p[1]/b[1]/text()[1]", "endOffset": 4}
    results = [
        {"id": "old", "to_name": "h", "from_name": "ner", "type": "hypertextlabels",
         "value": {**value, "hypertextlabels": ["PER"], "text": "Anna"}},
        {"id": "new", "to_name": "h", "from_name": "ner", "type": "hypertextlabels",
         "value": {**value, "globalOffsets": {"start": 17, "end": 20}, "hypertextlabels": ["PER"], "text": "Zoë"}},
        {"id": "lost", "to_name": "h", "from_name": "ner", "type": "hypertextlabels",
         "value": {**value, "start": "/div[9]/text()[1]", "hypertextlabels": ["PER"]}},
    ]  # fmt: skip
    tasks = [{"data": {"page": page}, "annotations": [annotation(*results)]}]
    documents, intake, incoming = read(FORMAT, put(tmp_path, tasks, config))
    assert intake.errors == []
    assert documents[0].text == "Hi Anna & Ben\nbyeZoë\n"
    assert {one.id: one.text for one in documents[0].sets["imported"].spans} == {"old": "Anna", "new": "Zoë"}
    assert [loss.kind for loss in incoming.losses.stopping] == ["regions that are in no text (hypertextlabels)"]


def test_a_dialogue_is_a_line_for_each_turn(tmp_path: Path) -> None:
    config = """<View><ParagraphLabels name="ner" toName="d"><Label value="Q"/></ParagraphLabels>
      <Paragraphs name="d" value="$turns" nameKey="who" textKey="said"/></View>"""
    data = {"turns": [{"who": "A", "said": "Hello there"}, {"who": "B", "said": "Hi"}]}
    value = {"start": "0", "end": "1", "startOffset": 6, "endOffset": 2, "text": "there\\n\\nHi", "paragraphlabels": ["Q"]}
    results = [{"id": "p", "to_name": "d", "from_name": "ner", "type": "paragraphlabels", "value": value}]
    documents, intake, _ = read(FORMAT, put(tmp_path, [{"data": data, "annotations": [annotation(*results)]}], config))
    assert intake.errors == []
    assert documents[0].sets["imported"].spans[0].text == "there\nHi"
    assert documents[0].metadata.extra == {"turns": [{"who": "A"}, {"who": "B"}]}


def test_two_texts_of_a_task_are_two_documents(tmp_path: Path) -> None:
    config = """<View><Labels name="ner" toName="a,b"><Label value="PER"/></Labels>
      <Text name="a" value="$one"/><Text name="b" value="$two"/></View>"""
    results = [
        {"id": to, "to_name": to, "from_name": "ner", "type": "labels", "value": {"start": 0, "end": 4, "labels": ["PER"]}}
        for to in ("a", "b")
    ]
    results += [{"type": "relation", "from_id": "a", "to_id": "b", "direction": "right"}, {"type": "brush", "to_name": "c"}]
    data = {"one": "Anna left.", "two": "Bert came."}
    documents, _, incoming = read(FORMAT, put(tmp_path, [{"id": 5, "data": data, "annotations": [annotation(*results)]}], config))
    assert {loss.kind: loss.count for loss in incoming.losses.stopping} == {
        "relations between two texts": 1, "results about other things than the text (brush)": 1,
    }  # fmt: skip
    assert {one.id: one.sets["imported"].spans[0].text for one in documents} == {"task-5/a": "Anna", "task-5/b": "Bert"}


def test_a_text_that_is_an_address_is_refused(tmp_path: Path) -> None:
    config = CONFIG.replace('value="$body"', 'value="$body" valueType="url"')
    with pytest.raises(UnreadableFile, match=r"the text is not in the file: data\.body is the address"):
        read(FORMAT, put(tmp_path, [{"data": {"body": "https://example.org/a.txt"}}], config))


def test_images_are_counted(tmp_path: Path) -> None:
    box = {
        "id": "b",
        "from_name": "tag",
        "to_name": "img",
        "type": "rectanglelabels",
        "value": {"x": 1, "rectanglelabels": ["Car"]},
    }
    config = CONFIG.replace("</View>", '<Image name="img" value="$pic"/></View>')
    documents, _, incoming = read(FORMAT, put(tmp_path, [task(annotation(box))], config))
    assert documents[0].sets["imported"].records == ()
    assert [loss.kind for loss in incoming.losses.stopping] == ["results about other things than the text (rectanglelabels)"]


def test_json_min(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "body": TEXT, "source": "web", "ner": [{"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}],
         "genre": "news", "quality": 4, "annotator": 2, "annotation_id": 9, "created_at": "2024", "updated_at": "2024",
         "lead_time": 3.5},
    ]  # fmt: skip
    documents, intake, _ = read(FORMAT, put(tmp_path, rows))
    assert intake.errors == []
    found = documents[0].sets["user-2"]
    assert documents[0].metadata.extra == {"source": "web"}
    assert [(one.layer, one.label, one.text) for one in found.spans] == [("ner", "PER", "Anna")]
    assert sorted((one.layer, one.label) for one in found.labels) == [("genre", "news"), ("quality", "rating")]


def test_json_min_of_several_annotators(tmp_path: Path) -> None:
    spans = [{"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}]
    rows = [{"id": 1, "body": TEXT, "ner": spans, "annotator": who} for who in (1, 2)]
    (document,), _, _ = read(FORMAT, put(tmp_path, rows))
    assert {name: len(one.spans) for name, one in document.sets.items()} == {"user-1": 1, "user-2": 1}


def test_csv(tmp_path: Path) -> None:
    cell = json.dumps([{"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}]).replace('"', '""')
    table = f'annotation_id,annotator,body,id,ner,source\n5,2,"{TEXT}",1,"{cell}",web\n6,3,"{TEXT}",1,,web\n'
    (tmp_path / "x.csv").write_text(table, encoding="utf-8")
    (document,), intake, _ = read(FORMAT, tmp_path / "x.csv", **{"text-key": "body"})
    assert intake.errors == []
    assert {name: [span.text for span in one.spans] for name, one in document.sets.items()} == {"user-2": ["Anna"], "user-3": []}
    assert document.metadata.extra == {"source": "web"}


def test_addresses_are_no_texts(tmp_path: Path) -> None:
    tasks = [{"id": 1, "data": {"image": "/data/upload/1/x.png"}, "annotations": []}]
    documents, _, incoming = read(FORMAT, put(tmp_path, tasks, ""))
    assert documents == []
    assert [loss.kind for loss in incoming.losses.stopping] == ["tasks without a text"]
    tasks[0]["annotations"] = [annotation(region("r", 0, 4, "PER"))]
    with pytest.raises(UnreadableFile, match=r"only addresses are \(image\)"):
        read(FORMAT, put(tmp_path, tasks, ""))


def test_unknown_keys_are_kept(tmp_path: Path) -> None:
    odd = region("r", 0, 4, "PER", weight=3)
    odd["value"]["shade"] = "dark"
    documents, _, _ = read(FORMAT, put(tmp_path, [task(annotation(odd), priority="high", meta={"batch": 2})]))
    assert documents[0].sets["imported"].spans[0].attributes == {"weight": 3, "shade": "dark"}
    assert documents[0].metadata.extra == {"priority": "high", "meta": {"batch": 2}}


def test_a_zip_of_tasks(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("export/tasks.json", json.dumps([task(annotation(region("r", 0, 4, "PER")))]))
        archive.writestr("export/config.xml", CONFIG)
        archive.writestr("__MACOSX/export/._tasks.json", b"\x00\x05")
    documents, _, _ = read(FORMAT, tmp_path / "x.zip")
    assert documents[0].id == "task-7"


@pytest.mark.parametrize(
    "data",
    [
        b"[", b'[{"data"', b"[1]", b'[{"data":1}]', b'[{"data":{"text":"x"},"annotations":[{"result":[{"value":1}]}]}]',
        b'[{"data":{"text":"\xff"}}]', b'[{"data":{"text":"\\ud83d"}}]', b"[" * 100_000, b'{"data":' * 5000, b"[{}]]", b"null",
        b'[{"data":{"text":"x"},"annotations":7}]', b"\xff\xfe[\x00]\x00", b'[{"id":1,"data":null}]',
    ],
)  # fmt: skip
def test_what_is_no_export_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.json").write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"bad\.json:\d+"):
        read(FORMAT, tmp_path / "bad.json")


@pytest.mark.parametrize(
    "value",
    [
        {"start": -3, "end": 4}, {"start": 4, "end": 2}, {"start": 0, "end": 10**30}, {"start": True, "end": 4},
        {"start": "x", "end": []},
        {"start": 0.5, "end": 1.25}, {"start": 0}, {"start": 0, "end": 4, "globalOffsets": 3}, {"start": None, "end": None},
    ],
)  # fmt: skip
def test_odd_offsets_are_an_error_or_counted(tmp_path: Path, value: dict[str, Any]) -> None:
    odd = {**region("r", 0, 4, "PER"), "value": {**value, "labels": ["PER"]}}
    documents, intake, incoming = read(FORMAT, put(tmp_path, [task(annotation(odd))]))
    is_read = [span for document in documents for one in document.sets.values() for span in one.spans]
    assert intake.errors or incoming.losses.stopping or is_read[0].text == "Anna"


def test_a_bomb_in_the_configuration(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><View>&b;</View>'
    with pytest.raises(UnreadableFile, match="declares an entity"):
        read(FORMAT, put(tmp_path, [task()], bomb))
    with pytest.raises(UnreadableFile, match="not well-formed"):
        read(FORMAT, put(tmp_path, [task()], "<View>"))
    with pytest.raises(UnreadableFile, match="No such file"):
        read(FORMAT, put(tmp_path, [task()], ""), config=str(tmp_path / "gone.xml"))


@pytest.mark.parametrize("page", ["<b" * 20_000, "<!--" * 20_000, "<script>" * 20_000, "<div>" * 20_000, "<a '>" * 20_000 + "'"])
def test_broken_html_is_read_in_linear_time(tmp_path: Path, page: str) -> None:
    config = '<View><HyperText name="h" value="$page"/></View>'
    documents, _, _ = read(FORMAT, put(tmp_path, [{"data": {"page": f"Hello {page}"}}], config))
    assert documents[0].text.startswith("Hello")


def test_scripts_in_labels_are_only_text(tmp_path: Path) -> None:
    label = "<script>alert(1)</script>\"'&"
    span = Span("e", "entity", label, 0, 4, "Anna")
    path, _ = written(FORMAT, [document(span)], SCHEME, tmp_path / "x")
    assert "<script>" not in (path / "config.xml").read_text(encoding="utf-8")
    assert read(FORMAT, path)[0][0].sets["gold"].spans[0].label == label


def document(*spans: Span, method: str = "manual", **groups: Any) -> Document:
    header = Header("news/1", "gold", "s/1", "0", "complete", method)
    return Document("news/1", TEXT, Metadata(title="T"), {"gold": AnnotationSet(header, spans, **groups)}, "0")


def rich(method: str = "manual") -> Document:
    attributes = {"value": "x", "many": ["a", "b"], "number": 0.5, "whole": 3, "sure": False, "who": "e2"}
    return document(
        Span("e1", "entity", "PERSON", 0, 4, "Anna", attributes=attributes, note="why", confidence=0.5),
        Span("e2", "state ment", "Claim", 0, 21, TEXT[:21]),
        relations=(Relation("r1", "argument", "Claim", {"from": "e1", "to": "e2"}),),
        labels=(Label("d1", "genre", "PERSON", note="so"), Label("d2", "rate", "rating", {"value": 4})),
        method=method,
    )


def test_what_is_written(tmp_path: Path) -> None:
    path, losses = written(FORMAT, [rich()], SCHEME, tmp_path / "x")
    assert [loss.kind for loss in losses] == ["names of relation layers"]
    (made,) = json.loads((path / "tasks.json").read_text(encoding="utf-8"))
    assert made["data"] == {"text": TEXT, "document_id": "news/1", "title": "T"}
    first, *others = made["annotations"][0]["result"]
    assert first["value"] == {"start": 0, "end": 4, "text": "Anna", "labels": ["PERSON"]}
    assert first["meta"] == {"text": ["why"], "attributes": {"who": "e2"}}
    assert {one["from_name"]: one["type"] for one in others if one.get("id") == "e1"} == {
        "value": "textarea", "many": "textarea", "number": "number", "whole": "number", "sure": "choices",
    }  # fmt: skip
    config = (path / "config.xml").read_text(encoding="utf-8")
    assert '<TextArea name="value" toName="text" perRegion="true" maxSubmissions="1" />' in config
    assert '<Rating name="rate" toName="text" />' in config


def test_sets_of_models_are_predictions(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [rich("model")], SCHEME, tmp_path / "x")
    (made,) = json.loads((path / "tasks.json").read_text(encoding="utf-8"))
    assert made["annotations"] == []
    assert made["predictions"][0]["model_version"] == "gold"


@pytest.mark.parametrize("method", ["manual", "model"])
def test_label_studio_accepts_it(tmp_path: Path, method: str) -> None:
    interface = pytest.importorskip("label_studio_sdk.label_interface")
    path, _ = written(FORMAT, [rich(method)], SCHEME, tmp_path / "x")
    checked = interface.LabelInterface((path / "config.xml").read_text(encoding="utf-8"))
    checked.validate()
    (made,) = json.loads((path / "tasks.json").read_text(encoding="utf-8"))
    for one in made["annotations"]:
        assert checked._validate_object(one, return_errors=True) == []
    for one in made["predictions"]:
        assert checked.validate_prediction(one, return_errors=True) == []


def test_label_studio_converts_the_article(repository: Path, tmp_path: Path) -> None:
    converter = pytest.importorskip("label_studio_sdk.converter")
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, corpus, corpus.scheme, tmp_path / "x")
    made = converter.Converter((path / "config.xml").read_text(encoding="utf-8"), str(tmp_path))
    made.convert_to_json_min(str(path / "tasks.json"), str(tmp_path / "min"), is_dir=False)
    rows = json.loads((tmp_path / "min" / "result.json").read_text(encoding="utf-8"))
    wanted = expected(FORMAT, corpus, corpus.scheme)
    by_people = [one for document in wanted for one in document.sets.values() if one.header.method != "model"]
    for row, one in zip(rows, by_people, strict=True):
        for layer in ("entity", "statement"):
            spans = [(span.start, span.end, [span.label]) for span in one.spans if span.layer == layer]
            assert sorted((value["start"], value["end"], value["labels"]) for value in row[layer]) == sorted(spans)
    back, intake, _ = read(FORMAT, path.parent / "min")
    assert intake.errors == []
    assert [one.text for one in back] == [one.text for one in wanted]


SAMPLES = {  # documents, spans and labels, errors
    "classification_mixed": (4, 5, 0), "dialogue_analysis": (2, 3, 0), "html_document": (1, 0, 0), "nested_choices": (1, 0, 0),
    "phrases": (1, 0, 0), "repeater": (2, 0, 0), "rich_text_plain": (1, 1, 1),
}  # fmt: skip


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(samples: Path, name: str) -> None:
    """All 7 are read; the one error is in the file: a region is said to cover “February 22” where there is another text."""
    documents, intake, _ = read(FORMAT, samples / "label-studio" / "HumanSignal+label-studio-frontend" / name)
    records = sum(len(one.records) for document in documents for one in document.sets.values())
    assert (len(documents), records, len(intake.errors)) == SAMPLES[name]


def test_the_user_says_the_unit(tmp_path: Path) -> None:
    old = region("r", TEXT.index("Then") + 1, TEXT.index("Then") + 5, "LOC")
    del old["value"]["text"]
    documents, _, _ = read(FORMAT, put(tmp_path, [task(annotation(old))]), rules=Rules(unit="utf-16"))
    assert documents[0].sets["imported"].spans[0].text == "Then"


def test_nothing_to_read(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(PostilError, match="no file ending in"):
        read(FORMAT, tmp_path / "empty")


def test_choices_of_json_min_without_a_configuration(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "text": TEXT, "source": "web", "mood": "good", "annotator": 1, "annotation_id": 1},
        {"id": 1, "text": TEXT, "source": "web", "mood": "bad", "annotator": 2, "annotation_id": 2},
        {"id": 2, "text": TEXT, "source": "web", "mood": "good", "annotator": 1, "annotation_id": 3},
    ]
    documents, intake, incoming = read(FORMAT, put(tmp_path, rows, ""))

    assert intake.errors == []
    assert [{name: [one.label for one in made.labels] for name, made in one.sets.items()} for one in documents] == [
        {"user-1": ["good"], "user-2": ["bad"]}, {"user-1": ["good"]},
    ]  # fmt: skip
    assert documents[1].metadata.extra == {"source": "web"}
    (loss,) = incoming.repaired
    assert (loss.kind.partition(":")[0], loss.count) == ("values kept as metadata that may be answers", 2)
    assert loss.examples[0].endswith(": source “web”")


def test_a_taxonomy_and_several_texts_about_a_document_are_written_as_such(tmp_path: Path) -> None:
    paths = ("News", "News/Sport", "News/Sport/Chess", "Other")
    scheme = Scheme("s", 1, layers={
        "topic": Layer("label", labels={path: LabelDefinition() for path in paths}, multiple=True), "said": Layer("label"),
        "once": Layer("label"),
    })  # fmt: skip
    labels = (
        Label("l1", "topic", "News/Sport/Chess"), Label("l2", "topic", "Other"),
        Label("l3", "said", "textarea", {"value": ["one", "two"]}), Label("l4", "once", "textarea", {"value": "only"}),
    )  # fmt: skip
    text = "Ada.\n"
    digest = hashlib.sha256(text.encode()).hexdigest()
    one = AnnotationSet(Header("d", "gold", "s/1", digest, "complete", "manual"), (), (), labels)
    document = Document("d", text, Metadata(), {"gold": one}, digest)

    assert_round_trip(FORMAT, [document], scheme)
    path, losses = written(FORMAT, [document], scheme, tmp_path / "out")

    assert not losses.stopping
    config = "".join(line.strip() for line in (path / "config.xml").read_text(encoding="utf-8").splitlines())
    assert (
        '<Taxonomy name="topic" toName="text"><Choice value="News"><Choice value="Sport"><Choice value="Chess" /></Choice>'
        '</Choice><Choice value="Other" /></Taxonomy>'
    ) in config
    assert '<TextArea name="said" toName="text" /><TextArea name="once" toName="text" maxSubmissions="1" />' in config
    results = json.loads((path / "tasks.json").read_text(encoding="utf-8"))[0]["annotations"][0]["result"]
    assert [result["value"] for result in results] == [
        {"taxonomy": [["News", "Sport", "Chess"]]}, {"taxonomy": [["Other"]]}, {"text": ["one", "two"]}, {"text": ["only"]},
    ]  # fmt: skip
