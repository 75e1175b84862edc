from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil import Corpus
from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.intake import Intake
from postil.formats.stam import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span

TEXT = "Hallå världen 😀 här\n"
VALIDATION = "https://w3id.org/stam/extensions/stam-textvalidation/"


def cursor(value: int, kind: str = "Begin") -> dict[str, Any]:
    return {"@type": f"{kind}AlignedCursor", "value": value}


def offset(begin: int, end: int, kind: str = "Begin") -> dict[str, Any]:
    return {"@type": "Offset", "begin": cursor(begin), "end": cursor(end, kind)}


def text(begin: int, end: int, kind: str = "Begin", resource: str = "r") -> dict[str, Any]:
    return {"@type": "TextSelector", "resource": resource, "offset": offset(begin, end, kind)}


def on(annotation: str, *within: Any) -> dict[str, Any]:
    return {"@type": "AnnotationSelector", "annotation": annotation, **({"offset": within[0]} if within else {})}


def group(kind: str, *selectors: Any) -> dict[str, Any]:
    return {"@type": f"{kind}Selector", "selectors": list(selectors)}


def datum(key: str, value: Any, kind: str = "String", set_id: str = "s") -> dict[str, Any]:
    return {"@type": "AnnotationData", "set": set_id, "key": key, "value": {"@type": kind, "value": value}}


def anno(id: str, target: Any, *data: Any) -> dict[str, Any]:
    return {"@type": "Annotation", "@id": id, "target": target, "data": list(data)}


def store(*annotations: Any, **more: Any) -> dict[str, Any]:
    resources = [{"@type": "TextResource", "@id": "r", "text": TEXT}]
    return {"@type": "AnnotationStore", "@id": "x", "resources": resources, "annotations": list(annotations), **more}


def reading(directory: Path, value: Any) -> tuple[list[Document], Intake, Any]:
    path = directory / "x.store.stam.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return read(FORMAT, directory)


def one_set(directory: Path, *annotations: Any) -> AnnotationSet:
    (document,), intake, _ = reading(directory, store(*annotations))
    assert intake.errors == []
    return document.sets["imported"]


def document() -> Document:
    header = Header("news/1", "gold", "s/1", "", "complete", "manual", ("a1",), {"odd": {"x": None}})
    spans = (
        Span("e1", "entity", "PERSON", 0, 5, "Hallå", attributes={"sure": True, "label": "x", "_label": [1]}, ignore={"A": "b"}),
        Span("e2", "postil", "X", 6, 19, "världen här", ((6, 13), (16, 19)), confidence=0.5),
    )
    relations = (
        Relation("r1", "argument", "knows", {"from": "e1", "to": "e2"}),
        Relation("r2", "event", "meets", {"trigger": "r1", "arg": ("e1",), "no": ()}),
        Relation("r3", "event", "none", {"arg": ()}),
    )
    notes = (Note("n1", "r1", "ask", {"versions": [1]}), Note("n2", "", "all"))
    one = AnnotationSet(header, spans, relations, (Label("d1", "genre", "news"),), notes)
    return Document("news/1", TEXT, Metadata(title="T", extra={"a": {"b": 1.5}}), {"gold": one}, "")


def test_what_is_written(tmp_path: Path) -> None:
    path, losses = written(FORMAT, [document()], SCHEME, tmp_path / "out")
    assert not losses
    value = json.loads((path / "news/1.store.stam.json").read_bytes())
    assert value["resources"] == [{"@type": "TextResource", "@id": "news/1", "@include": "1.txt"}]
    annotations = {one["@id"]: one for one in value["annotations"]}
    assert annotations["gold/e1"]["target"] == text(0, 5, resource="news/1")
    assert annotations["gold/e2"]["target"] == group("Composite", text(6, 13, resource="news/1"), text(16, 19, resource="news/1"))
    assert annotations["gold/r1"]["target"] == group("Directional", on("gold/e1"), on("gold/e2"))
    assert annotations["gold/d1"]["target"] == {"@type": "ResourceSelector", "resource": "news/1"}
    assert [one["@id"] for one in value["annotationsets"]] == [
        "metadata", "postil", "entity", VALIDATION, "_postil", "argument", "event", "genre",
    ]  # fmt: skip
    (entity,) = (one for one in value["annotationsets"] if one["@id"] == "entity")
    assert [(one["key"], one["value"]) for one in entity["data"]] == [
        ("label", {"@type": "String", "value": "PERSON"}), ("sure", {"@type": "Bool", "value": True}),
        ("_label", {"@type": "String", "value": "x"}), ("__label", {"@type": "List", "value": [{"@type": "Int", "value": 1}]}),
    ]  # fmt: skip


def test_everything_comes_back(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [document()], SCHEME, tmp_path / "out")
    (back,), intake, incoming = read(FORMAT, path)
    wanted = document()
    assert intake.errors == []
    assert not incoming.losses
    assert (back.id, back.text, back.metadata) == (wanted.id, wanted.text, wanted.metadata)
    (mine, theirs) = (back.sets["gold"], wanted.sets["gold"].canonical())
    assert mine.spans == theirs.spans
    assert [dict(relation.args) for relation in mine.relations] == [dict(relation.args) for relation in theirs.relations]
    assert (mine.labels, mine.notes) == (theirs.labels, theirs.notes)
    assert (mine.header.status, mine.header.method, mine.header.sources) == ("complete", "manual", ("a1",))


def test_the_stam_library_reads_what_is_written(repository: Path, tmp_path: Path) -> None:
    stam = pytest.importorskip("stam")
    corpus = Corpus.open(repository)
    path, _ = written(FORMAT, [document(), *corpus], SCHEME, tmp_path / "out")
    for one in [document(), *corpus]:
        peer = stam.AnnotationStore(file=str(path / f"{one.id}.store.stam.json"))
        assert str(peer.resource(one.id)) == one.text
        for name, said in one.sets.items():
            for span in said.spans:
                there = peer.annotation(f"{name}/{span.id}")
                assert " ".join(map(str, there.text())) == span.text
                layer = "_postil" if span.layer == "postil" else span.layer
                labels = [datum for datum in there.data() if datum.key().id() == "label"]
                assert [(datum.dataset().id(), str(datum.value())) for datum in labels] == [(layer, span.label)]
            for relation in said.relations:
                there = peer.annotation(f"{name}/{relation.id}")
                found = {end.id() for end in there.annotations_in_targets()}
                assert found == {f"{name}/{id}" for _, id in relation.arguments()}


def test_what_the_stam_library_writes_is_read(tmp_path: Path) -> None:
    stam = pytest.importorskip("stam")
    peer = stam.AnnotationStore(id="x")
    resource = peer.add_resource(id="r.txt", text=TEXT)
    one = peer.annotate(
        id="a1", target=stam.Selector.textselector(resource, stam.Offset.simple(6, 13)),
        data=[{"key": "pos", "value": "noun", "set": "s"}, {"key": "n", "value": 0.5, "set": "s"}],
    )  # fmt: skip
    part = stam.Selector.annotationselector(one, stam.Offset.simple(0, 2))
    peer.annotate(id="a2", target=part, data=[{"key": "type", "value": "half", "set": "t"}])
    peer.annotate(
        id="a3", target=stam.Selector.directionalselector(
            stam.Selector.annotationselector(one, stam.Offset.whole()),
            stam.Selector.annotationselector(peer.annotation("a2"), stam.Offset.whole()),
        ), data=[{"key": "type", "value": "has", "set": "t"}],
    )  # fmt: skip
    peer.annotate(id="a4", target=stam.Selector.resourceselector(resource), data=[{"key": "author", "value": "me", "set": "m"}])
    peer.set_filename(str(tmp_path / "x.store.stam.json"))
    peer.save()
    (back,), intake, incoming = read(FORMAT, tmp_path / "x.store.stam.json")
    assert intake.errors == []
    assert not incoming.losses
    found = back.sets["imported"]
    assert [(span.layer, span.label, span.text, span.attributes) for span in found.spans] == [
        ("s", "pos", "världen", {"pos": "noun", "n": 0.5}), ("t", "half", "vä", {}),
    ]  # fmt: skip
    assert [(one.label, one.args) for one in found.relations] == [("has", {"from": "a1", "to": "a2"})]
    assert (back.id, back.metadata.extra) == ("r", {"author": "me"})


@pytest.mark.parametrize(
    ("target", "covered"),
    [
        (text(0, 0, "End"), [TEXT.strip()]),
        (text(14, -5, "End"), ["😀"]),
        ({"@type": "TextSelector", "offsets": {"begin": {"@type": "BeginAligned", "value": 0}, "end": cursor(5)}}, ["Hallå"]),
        (on("base", offset(2, 4)), ["rl"]),
        (on("base", offset(2, -1, "End")), ["rlde"]),
        (on("base", offset(0, 0, "End")), ["världen"]),
        (on("two", offset(1, 3)), ["al"]),
        (on("two", offset(1, 4)), ["al v"]),
        (group("Composite", text(6, 8), text(0, 2)), ["Ha vä"]),
        (group("Composite", text(0, 2), text(2, 4)), ["Hall"]),
        (group("Multi", text(0, 2), text(6, 8)), ["Ha", "vä"]),
        (group("Composite", on("base", offset(0, 1)), text(0, 1)), ["H v"]),
    ],
)
def test_selectors_of_text(target: Any, covered: list[str], tmp_path: Path) -> None:
    one = one_set(
        tmp_path, anno("base", text(6, 13)), anno("two", group("Composite", text(0, 3), text(6, 8))), anno("it", target)
    )
    assert [span.text.strip() for span in one.spans if span.id.startswith("it")] == covered


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ({"@type": "DataSetSelector", "dataset": "s"}, "annotations on data sets, keys or data"),
        ({"@type": "WhatSelector"}, "annotations with a selector that is not known (WhatSelector)"),
        (text(0, 1, resource="other"), "annotations on resources that are not here"),
        (on("nobody"), "annotations on annotations that are not here"),
        (on("base", offset(0, 50)), "annotations with an offset outside the annotation that it is relative to"),
        (on("it", offset(0, 1)), "annotations that are about themselves, or too many times removed from a text"),
        (on("it"), "annotations on annotations that could not be brought along"),
        (group("Directional", text(0, 1), text(3, 4)), "relations between stretches of text that no annotation covers"),
        (
            group("Directional", on("base"), text(3, 4)),
            "annotations on those of several texts or annotators, or on texts as well",
        ),
        (group("Multi"), "annotations on nothing"),
        ({"@type": "TextSelector", "resource": "r"}, "annotations without a readable offset"),
        (text(0, 3, "End"), "annotations without a readable offset"),
    ],
)
def test_what_cannot_be_held_is_counted(target: Any, kind: str, tmp_path: Path) -> None:
    documents, intake, incoming = reading(tmp_path, store(anno("base", text(6, 13)), anno("it", target)))
    assert intake.errors == []
    assert [span.id for span in documents[0].sets["imported"].spans] == ["base"]
    assert [loss.kind for loss in incoming.losses] == [kind]


def test_one_data_set_for_everything(tmp_path: Path) -> None:
    words = anno("A", text(0, 5), datum("type", "word")), anno("B", text(6, 13), datum("type", "word"))
    next_ = anno("R", group("Directional", on("A"), on("B")), datum("type", "next"))
    about = anno("L", {"@type": "ResourceSelector", "resource": "r"}, datum("type", "news"))
    one = one_set(tmp_path, *words, next_, about)
    assert [record.layer for record in (*one.spans, *one.relations, *one.labels)] == ["s", "s", "s-relation", "s-label"]


def test_one_data_set_is_of_one_kind_in_all_stores(tmp_path: Path) -> None:
    words = anno("A", text(0, 5)), anno("B", text(6, 13))
    tie = anno("R", group("Directional", on("A"), on("B")), datum("type", "next"))
    (tmp_path / "1.json").write_text(json.dumps(store(*words, tie)))
    (tmp_path / "2.json").write_text(json.dumps(store(anno("C", text(0, 5), datum("type", "word")))))
    documents, intake, _ = read(FORMAT, tmp_path)
    assert intake.errors == []
    first, second = (one.sets["imported"] for one in documents)
    assert ([one.layer for one in first.relations], [one.layer for one in second.spans]) == (["s"], ["s-span"])


def test_several_selections_in_several_texts(tmp_path: Path) -> None:
    more = {"@type": "TextResource", "@id": "q", "text": "Other\n"}
    value = store(anno("M", group("Multi", text(0, 5), text(6, 13), text(0, 5, resource="q")), datum("type", "x")))
    value["resources"].append(more)
    documents, intake, incoming = reading(tmp_path, value)
    assert (intake.errors, list(incoming.losses)) == ([], [])
    assert [[span.text for span in one.sets["imported"].spans] for one in documents] == [["Hallå", "världen"], ["Other"]]


def test_annotations_on_annotations(tmp_path: Path) -> None:
    one = one_set(
        tmp_path,
        anno("r2", on("r1"), datum("type", "sure")), anno("r1", group("Directional", on("a"), on("b")), datum("type", "then")),
        anno("r3", group("Multi", on("a"), on("b"), on("m")), datum("type", "same")),
        anno("a", text(0, 5)), anno("b", text(6, 13)),
        anno("m", group("Multi", text(0, 1), text(2, 3))),
    )  # fmt: skip
    assert {relation.id: relation.args for relation in one.relations} == {
        "r1": {"from": "a", "to": "b"}, "r2": {"to": "r1"}, "r3": {"member": ("a", "b", "m", "m-2")},
    }  # fmt: skip


def test_data_inline_by_reference_and_of_several_sets(tmp_path: Path) -> None:
    sets = [{"@type": "AnnotationDataSet", "@id": "s", "data": [{"@id": "D", "key": {"@id": "tag"}, "value": "plain"}]}]
    value = store(
        {"@type": "Annotation", "target": text(0, 5), "data": "D"},
        anno(
            "b", text(6, 13), {"@id": "D", "set": "s"}, datum("n", [{"@type": "Int", "value": 1}], "List"),
            datum("x", "y", set_id="t"),
        ),
        annotationsets=sets,
    )  # fmt: skip
    (document,), _, _ = reading(tmp_path, value)
    found = document.sets["imported"].spans
    assert [(span.id, span.layer, span.label, span.attributes) for span in found] == [
        ("a1", "s", "plain", {}), ("b", "s", "plain", {"n": [1], "t/x": "y"}),
    ]  # fmt: skip


def test_what_is_included(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts/hello.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "set.json").write_text(
        json.dumps({"@type": "AnnotationDataSet", "@id": "s", "data": [{"@id": "D", "key": "type", "value": "word"}]})
    )
    (tmp_path / "batch.json").write_text(json.dumps([anno("a", text(0, 5, resource="h"), "D")]))
    (tmp_path / "base.store.stam.json").write_text(
        json.dumps({"@type": "AnnotationStore", "resources": [{"@id": "h", "@include": "texts/hello.txt"}]})
    )
    (tmp_path / "x.store.stam.json").write_text(
        json.dumps(
            {
                "@type": "AnnotationStore", "@include": "base.store.stam.json", "annotationsets": [{"@include": "set.json"}],
                "annotations": [{"@include": "batch.json"}],
            }
        )
    )  # fmt: skip
    (document,), intake, incoming = read(FORMAT, tmp_path)
    assert intake.errors == []
    assert not incoming.losses
    assert document.id == "texts/hello"
    assert [(span.label, span.text) for span in document.sets["imported"].spans] == [("word", "Hallå")]


@pytest.mark.parametrize(
    "path", ["../secret.txt", "/etc/passwd", "a/../../secret.txt", "http://x.org/t.txt", "no.txt", "a\0b", 3]
)
def test_nothing_outside_is_included(path: Any, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in").mkdir()
    with pytest.raises(UnreadableFile, match="which is no file of what is read"):
        reading(tmp_path / "in", {"@type": "AnnotationStore", "resources": [{"@include": path}]})


def test_a_store_that_includes_itself(tmp_path: Path) -> None:
    value = json.dumps({"@type": "AnnotationStore", "@include": "x.store.stam.json"})
    (tmp_path / "x.store.stam.json").write_text(value)
    with pytest.raises(UnreadableFile, match="includes itself"):
        read(FORMAT, tmp_path / "x.store.stam.json")


def test_texts_and_checksums_for_validation_are_verified(tmp_path: Path) -> None:
    right = hashlib.sha1("Hallå".encode()).hexdigest()
    checked = anno("a", text(0, 5), datum("checksum", right, set_id=VALIDATION))
    assert one_set(tmp_path, checked).spans[0].label == "annotation"
    with pytest.raises(UnreadableFile, match="checksum"):
        reading(tmp_path, store(anno("a", text(0, 4), datum("checksum", right, set_id=VALIDATION))))
    _, intake, _ = reading(tmp_path, store(anno("a", text(0, 4), datum("text", "Hallå", set_id=VALIDATION))))
    assert "“Hallå”" in intake.errors[0]
    _, intake, _ = reading(tmp_path, store(anno("a", {**text(0, 4), "text": "Hallå"})))
    assert "“Hallå”" in intake.errors[0]


@pytest.mark.parametrize(
    "value",
    [
        '{"@type": "AnnotationStore", "resources": [{"@type": "TextResource", "text": "a",}]}', "{", '"\\ud800"', "[" * 10_000,
        "{}", "[]", "3", json.dumps({"@type": "AnnotationDataSet"}), json.dumps(store(3)), json.dumps(store({"@id": "a"})),
        json.dumps(store(anno("a", text(0, 1)), anno("a", text(0, 1)))), json.dumps(store(anno("a", text(0, 1), "nothing"))),
        json.dumps(store(anno("a", text(0, 1), {"set": "s", "key": 3}))), json.dumps(store(resources=[{"@id": "r"}])),
        json.dumps(store(resources=[{"@id": "r", "text": "a"}, {"@id": "r", "text": "b"}])),
        json.dumps(store())[:50],
    ],
)  # fmt: skip
def test_what_is_no_store_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"x\.store|no STAM"):
        reading(tmp_path, value)


def test_hostile_nesting(tmp_path: Path) -> None:
    value: dict[str, Any] = {"@type": "String", "value": "x"}
    selector = text(0, 1)
    for _ in range(150):
        value = {"@type": "List", "value": [value]}
        selector = group("Composite", selector)
    documents, _, incoming = reading(tmp_path, store(anno("a", selector)))
    assert documents[0].sets == {}
    assert len(list(incoming.losses)) == 1
    with pytest.raises(UnreadableFile, match="values inside values"):
        reading(tmp_path, store(anno("a", text(0, 1), {"set": "s", "key": "k", "value": value})))
    doubling = [anno("a0", text(0, 1))]
    for number in range(1, 60):
        part = on(f"a{number - 1}", offset(0, 0, "End"))
        doubling.append(anno(f"a{number}", group("Composite", part, part)))
    documents, _, incoming = reading(tmp_path, store(*doubling))
    assert any("more stretches" in loss.kind for loss in incoming.losses)
