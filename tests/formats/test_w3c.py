from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.intake import Intake
from postil.formats.w3c import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
TEXT = "Zoë 😀 met Bo. Then Bo met Zoë 😀 again, and Bo left.\n"


def anno(target: Any, **more: Any) -> dict[str, Any]:
    return {"@context": CONTEXT, "id": "http://x.org/1", "type": "Annotation", "target": target, **more}


def position(start: int, end: int) -> dict[str, Any]:
    return {"type": "TextPositionSelector", "start": start, "end": end}


def quote(exact: str, prefix: str = "", suffix: str = "") -> dict[str, Any]:
    return {"type": "TextQuoteSelector", "exact": exact, "prefix": prefix, "suffix": suffix}


def on(*selectors: Any, source: str = "1.txt") -> dict[str, Any]:
    return {"source": source, "selector": list(selectors) if len(selectors) > 1 else selectors[0]}


def reading(directory: Path, value: Any, text: str = TEXT, **options: Any) -> tuple[list[Document], Intake, Any]:
    (directory / "1.txt").write_text(text, encoding="utf-8", newline="")
    (directory / "1.jsonld").write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return read(FORMAT, directory, **options)


def one_set(directory: Path, value: Any, **options: Any) -> AnnotationSet:
    documents, intake, _ = reading(directory, value, **options)
    assert intake.errors == []
    (document,) = documents
    (only,) = document.sets.values()
    return only


def test_what_is_written(tmp_path: Path) -> None:
    header = Header("news/1", "gold", "s/1", "", "complete", "imported")
    spans = (
        Span("e1", "entity", "PERSON", 0, 3, "Zoë", attributes={"sure": True, "many": ["a", "b"], "value": "x"}, confidence=0.5),
        Span("e2", "entity", "PERSON", 10, 22, "Bo Bo", ((10, 12), (20, 22)), note="who?"),
    )
    relations = (
        Relation("r1", "argument", "knows", {"from": "e1", "to": "e2"}),
        Relation("r2", "event", "meets", {"trigger": "r1", "arg": ("e1", "e2")}),
    )
    one = AnnotationSet(header, spans, relations, (Label("d1", "genre", "news"),), (Note("n1", "e1", "ask"),))
    document = Document("news/1", TEXT, Metadata(title="T", language="en"), {"gold": one}, "")
    path, _ = written(FORMAT, [document], SCHEME, tmp_path / "out")
    page = json.loads((path / "news/1.jsonld").read_bytes())
    assert (path / "news/1.txt").read_bytes() == TEXT.encode()
    assert (page["@context"], page["type"]) == (CONTEXT, "AnnotationPage")
    items = {item["id"]: item for item in page["items"]}
    assert items["#gold/e1"] == {
        "id": "#gold/e1", "type": "Annotation", "motivation": "tagging", "creator": {"nickname": "gold"},
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "label": "entity", "value": "PERSON"},
            {"type": "TextualBody", "purpose": "describing", "label": "sure", "value": "true", "format": "application/json"},
            {"type": "TextualBody", "purpose": "describing", "label": "many", "value": "a"},
            {"type": "TextualBody", "purpose": "describing", "label": "many", "value": "b"},
            {"type": "TextualBody", "purpose": "describing", "label": "value", "value": "x"},
            {"type": "TextualBody", "purpose": "assessing", "label": "confidence", "value": "0.5", "format": "application/json"},
        ],
        "target": {"source": "1.txt", "selector": [
            {"type": "TextPositionSelector", "start": 0, "end": 3},
            {"type": "TextQuoteSelector", "exact": "Zoë", "prefix": "", "suffix": TEXT[3:35]},
        ]},
    }  # fmt: skip
    assert [one["selector"][0]["start"] for one in items["#gold/e2"]["target"]] == [10, 20]
    assert items["#gold/r1"]["target"] == [{"id": "#gold/e1"}, {"id": "#gold/e2"}]
    assert items["#gold/r2"]["target"][1]["type"] == "Independents"
    assert items["#gold/d1"]["target"] == "1.txt"
    assert items["#gold/n1"]["motivation"] == "commenting"
    assert items["#metadata"]["body"][0]["value"] == "T"


def test_ids_and_sources_can_be_absolute(tmp_path: Path) -> None:
    header = Header("a", "gold", "s/1", "", "complete", "imported")
    one = AnnotationSet(header, (Span("e1", "entity", "PERSON", 0, 3, "Zoë"),))
    document = Document("a", TEXT, Metadata(title="T"), {"gold": one}, "")
    path, _ = written(FORMAT, [document], SCHEME, tmp_path / "out", base="https://x.org/c/")
    items = json.loads((path / "a.jsonld").read_bytes())["items"]
    assert [item["id"] for item in items] == ["https://x.org/c/a.jsonld#metadata", "https://x.org/c/a.jsonld#gold/e1"]
    assert items[1]["target"]["source"] == "https://x.org/c/a.txt"
    (back,), intake, _ = read(FORMAT, path)
    assert intake.errors == []
    assert back.metadata.title == "T"
    assert [span.id for span in back.sets["gold"].spans] == ["e1"]


@pytest.mark.parametrize("shape", ["page", "collection", "list", "graph", "lines"])
def test_annotations_pages_collections_lists_and_graphs(shape: str, tmp_path: Path) -> None:
    item = anno(on(position(0, 3)), bodyValue="hello")
    page = {"@context": CONTEXT, "id": "http://x.org/p", "type": "AnnotationPage", "items": [item]}
    shapes = {
        "page": page,
        "collection": {"@context": CONTEXT, "id": "http://x.org/c", "type": ["AnnotationCollection"], "first": page},
        "list": [item],
        "graph": {"@context": CONTEXT, "@graph": [item]},
    }
    if shape == "lines":
        (tmp_path / "1.txt").write_text(TEXT, encoding="utf-8")
        (tmp_path / "all.jsonl").write_text(json.dumps(item) + "\n", encoding="utf-8")
        (document,), _, _ = read(FORMAT, tmp_path)
        (span,) = document.sets["imported"].spans
    else:
        (span,) = one_set(tmp_path, shapes[shape]).spans
    assert (span.text, span.label, span.note) == ("Zoë", "annotation", "hello")


def test_a_file_for_each_annotation_makes_one_document(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(TEXT, encoding="utf-8")
    for number in range(3):
        target: Any = on(position(number, number + 3)) if number else "http://x.org/2"
        value = anno(target, id=f"http://x.org/{number}", motivation="linking" if not number else "tagging")
        (tmp_path / f"anno{number}.json").write_text(json.dumps(value), encoding="utf-8")
    (document,), intake, _ = read(FORMAT, tmp_path)
    assert intake.errors == []
    assert [span.id for span in document.sets["imported"].spans] == ["1", "2"]
    assert document.sets["imported"].relations[0].args == {"to": "2"}


def test_positions_count_code_points(tmp_path: Path) -> None:
    (span,) = one_set(tmp_path, anno(on(position(6, 9)))).spans
    assert span.text == "met"


def test_positions_of_browsers_are_known_by_their_quotations(tmp_path: Path) -> None:
    items = [anno(on(position(7, 10), quote("met")), id="http://x.org/1"), anno(on(position(11, 13)), id="http://x.org/2")]
    assert [span.text for span in one_set(tmp_path, items).spans] == ["met", "Bo"]


def test_a_quotation_decides_and_the_position_only_between_several(tmp_path: Path) -> None:
    items = [
        anno(on(quote("Bo", "and ", " left")), id="http://x.org/context"),
        anno(on(position(21, 23), quote("Bo")), id="http://x.org/near"),
        anno(on(position(0, 2), quote("again")), id="http://x.org/far"),
        anno(on(quote("Bo")), id="http://x.org/several"),
        anno(on(quote("nowhere")), id="http://x.org/none"),
    ]
    documents, intake, incoming = reading(tmp_path, items)
    spans = {span.id: span for span in documents[0].sets["imported"].spans}
    assert intake.errors == []
    assert (spans["context"].start, spans["near"].start, spans["far"].text) == (43, 19, "again")
    assert {loss.kind: loss.count for loss in incoming.losses} == {
        "annotations whose quotation is in the text several times, and nothing says which": 1,
        "annotations whose quotation is not in the text": 1,
    }
    assert next(iter(incoming.repaired)).count == 2


def test_a_quotation_that_is_not_there_at_its_position_is_an_error(tmp_path: Path) -> None:
    _, intake, _ = reading(tmp_path, anno(on(position(0, 3), quote("Zoo"))))
    assert len(intake.errors) == 1
    assert "“Zoo”" in intake.errors[0]
    assert "1.jsonld" in intake.errors[0]


def test_blanks_of_a_quotation_may_be_any(tmp_path: Path) -> None:
    text = "The quick  brown\n\n  fox.\n"
    (span,) = one_set(tmp_path, anno(on(quote("quick brown\tfox"))), text=text).spans
    assert (span.start, span.end) == (4, 23)


@pytest.mark.parametrize(
    ("target", "covered"),
    [
        (on({**quote("Then Bo met"), "refinedBy": quote("Bo")}), "Bo"),
        (on({**position(4, 12), "refinedBy": position(2, 5)}), "met"),
        (on({"type": "FragmentSelector", "value": "para5", "refinedBy": quote("again")}), "again"),
        (on({"type": "XPathSelector", "value": "/p[1]", "refinedBy": position(0, 3)}), None),
        (on({"type": "RangeSelector", "startSelector": quote("Then"), "endSelector": quote("again")}), TEXT[14:32]),
        (on({"type": "XPathSelector", "value": "/p[1]"}, quote("again")), "again"),
        (on({"type": "CssSelector", "value": "p"}), None),
        ("1.txt#char=0,3", "Zoë"),
        ({"id": "1.txt#char=0,3"}, "Zoë"),
        (on({"type": "oa:TextPositionSelector", "start": 0, "end": 3}), "Zoë"),
    ],
)  # fmt: skip
def test_selectors(target: Any, covered: str | None, tmp_path: Path) -> None:
    documents, intake, incoming = reading(tmp_path, anno(target))
    spans = [span for document in documents for one in document.sets.values() for span in one.spans]
    assert intake.errors == []
    assert [span.text for span in spans] == ([covered] if covered else [])
    assert bool(incoming.losses) == (covered is None)


@pytest.mark.parametrize("kind", ["several targets", "Composite"])
def test_several_segments_are_one_discontinuous_span(kind: str, tmp_path: Path) -> None:
    parts = [on(position(19, 21)), on(position(0, 3)), on(position(3, 5))]
    target: Any = parts if kind == "several targets" else {"type": kind, "items": parts}
    (span,) = one_set(tmp_path, anno(target)).spans
    assert span.fragments == ((0, 5), (19, 21))


def test_bodies_become_label_attributes_and_remark(tmp_path: Path) -> None:
    bodies = [
        {"type": "TextualBody", "value": "a tag", "purpose": "tagging"},
        {"type": "TextualBody", "value": "another", "purpose": "tagging"},
        {"type": "TextualBody", "value": "a comment", "purpose": "commenting", "language": "en"},
        {"type": "SpecificResource", "source": "http://wikidata.org/Q1", "purpose": "identifying"},
        "http://example.org/post1",
        {"type": "Choice", "items": [{"type": "TextualBody", "value": "one", "purpose": "describing"}, "http://x.org/2"]},
    ]
    value = anno(on(position(0, 3)), body=bodies, creator={"id": "http://x.org/u/ann"}, created="2015-01-28T12:00:00Z")
    documents, intake, incoming = reading(tmp_path, value)
    assert intake.errors == []
    (span,) = documents[0].sets["ann"].spans
    assert (span.label, span.note) == ("a tag", "a comment")
    assert span.attributes == {
        "tagging": "another", "identifying": "http://wikidata.org/Q1", "body": "http://example.org/post1", "describing": "one",
        "created": "2015-01-28T12:00:00Z",
    }  # fmt: skip
    assert [loss.kind for loss in incoming.losses] == ["properties of bodies", "alternatives of a body after the first"]


def test_relations_are_annotations_on_annotations(tmp_path: Path) -> None:
    items = [
        anno(on(position(0, 3)), id="#a"), anno(on(position(10, 12)), id="#b"),
        anno([{"id": "#a"}, {"id": "#b"}], id="#r1", motivation="linking", body=[{"value": "knows", "purpose": "tagging"}]),
        anno("#a", id="#r2", motivation="linking", body="#b"),
        anno("#r1", id="#n", motivation="replying", bodyValue="really?"),
    ]  # fmt: skip
    one = one_set(tmp_path, items)
    assert [(relation.label, relation.args, relation.attributes) for relation in one.relations] == [
        ("knows", {"from": "a", "to": "b"}, {}), ("linking", {"from": "a", "to": "b"}, {}),
    ]  # fmt: skip
    assert one.notes == (Note("n", "r1", "really?"),)


def test_a_relation_on_somebody_elses_annotation_is_counted(tmp_path: Path) -> None:
    items = [anno(on(position(0, 3)), id="#a", creator="http://x.org/ann"), anno("#a", id="#r", creator="http://x.org/bob")]
    documents, intake, incoming = reading(tmp_path, items)
    assert intake.errors == []
    assert set(documents[0].sets) == {"ann"}
    assert [loss.kind for loss in incoming.losses] == ["annotations on those of somebody else, or of another text"]


def test_ends_that_go_round_in_a_circle(tmp_path: Path) -> None:
    documents, _, incoming = reading(tmp_path, [anno("#b", id="#a"), anno("#a", id="#b"), anno(on(position(0, 3)), id="#c")])
    assert [span.id for span in documents[0].sets["imported"].spans] == ["c"]
    assert next(iter(incoming.losses)).count == 2


def test_a_text_that_an_option_names(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "texts").mkdir()
    (tmp_path / "in/x.json").write_text(json.dumps(anno(on(position(0, 3), source="http://x.org/page1?x=1"))), encoding="utf-8")
    (tmp_path / "texts/page1.txt").write_text(TEXT, encoding="utf-8")
    for given in (tmp_path / "texts", tmp_path / "texts/page1.txt"):
        (document,), _, incoming = read(FORMAT, tmp_path / "in", text=str(given))
        assert document.sets["imported"].spans[0].text == "Zoë"
        assert not incoming.losses
    documents, _, incoming = read(FORMAT, tmp_path / "in")
    assert documents == []
    assert "put it beside" in next(iter(incoming.losses)).kind


def test_a_target_without_a_source_is_about_the_text_beside(tmp_path: Path) -> None:
    (span,) = one_set(tmp_path, [anno({"selector": [quote("Then"), position(14, 18)]}, id="#1")]).spans
    assert span.text == "Then"


@pytest.mark.parametrize("source", ["../secret.txt", "%2e%2e/secret.txt", "/etc/passwd", "file:///etc/passwd", "a\0b", "//[x"])
def test_nothing_outside_is_read(source: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in").mkdir()
    (tmp_path / "in/1.jsonld").write_text(json.dumps(anno(on(position(0, 3), source=source))), encoding="utf-8")
    for path in (tmp_path / "in", tmp_path / "in/1.jsonld"):
        assert read(FORMAT, path)[0] == []


@pytest.mark.parametrize(
    "value",
    [
        "this is not json", "3", "{}", '{"type":"Annotation"}', '{"type":"Person"}', "[3]", "[[[[[[[]]]]]]]",
        json.dumps(anno(9)), json.dumps(anno([])), json.dumps(anno("1.txt", id=["http://x.org/1", "http://x.org/2"])),
        json.dumps(anno("1.txt", body=3)), json.dumps(anno("1.txt", body="x", bodyValue="y")),
        json.dumps(anno("1.txt", bodyValue={"x": 1})), json.dumps(anno("1.txt", body={"type": "TextualBody"})),
        json.dumps({**anno("1.txt"), "@context": "http://x.org/other"}), "[" * 100_000, '"\\ud800"',
        json.dumps(anno("1.txt"))[:40],
    ],
)  # fmt: skip
def test_what_is_no_annotation_is_refused(value: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"1\.jsonld"):
        reading(tmp_path, value)


def test_hostile_selectors_are_counted(tmp_path: Path) -> None:
    deep: dict[str, Any] = quote("Then")
    for _ in range(200):
        deep = {"type": "XPathSelector", "refinedBy": deep}
    ranges: dict[str, Any] = quote("Then")
    for _ in range(200):
        ranges = {"type": "RangeSelector", "startSelector": ranges, "endSelector": quote("again")}
    odd = {"type": "TextPositionSelector", "start": "0", "end": True}
    items = [anno(on(one), id=f"#{number}") for number, one in enumerate([deep, ranges, odd])]
    documents, intake, incoming = reading(tmp_path, items)
    assert intake.errors == []
    assert documents
    assert sum(loss.count for loss in incoming.losses) == 3


def test_positions_outside_the_text_are_errors(tmp_path: Path) -> None:
    _, intake, _ = reading(tmp_path, anno(on(position(5, 5000))))
    assert "outside the text" in intake.errors[0]


def test_samples(samples: Path) -> None:
    directory = samples / "w3c-annotation/w3c+web-annotation-tests/tools/samples"
    correct = sorted((directory / "correct").glob("*.json"))
    incorrect = sorted((directory / "incorrect").glob("*.json"))
    refused = []
    for path in correct + incorrect:
        try:
            documents, intake, _ = read(FORMAT, path)
        except UnreadableFile:
            refused.append(path)
        else:
            assert (documents, intake.errors) == ([], [])  # none of their texts is there
    assert refused == incorrect
    assert (len(correct), len(incorrect)) == (23, 5)


def _row(id: str, *selectors: Any, user: str = "acct:joe@hypothes.is", **more: Any) -> dict[str, Any]:
    target = {"source": "https://x.org/1.txt", **({"selector": list(selectors)} if selectors else {})}
    row = {"id": id, "uri": "https://x.org/1.txt", "user": user, "text": "", "tags": [], "target": [target], "group": "__world__"}
    return {**row, "created": "2020-01-01T00:00:00.000000+00:00", "updated": "2020-01-01T00:00:00.000000+00:00", **more}


@pytest.mark.parametrize("form", ["rows", "annotations", "lines"])
def test_what_hypothesis_exports(form: str, tmp_path: Path) -> None:
    by_path = {"type": "RangeSelector", "startContainer": "/p[1]", "startOffset": 0, "endContainer": "/p[1]", "endOffset": 2}
    rows = [
        _row("a", by_path, position(60, 62), quote("Bo", "Then "), text="Who?", tags=["PERSON", "seen"]),
        _row("b", by_path, position(0, 3), quote("Zoë", suffix=" 😀 met")),
        _row("c", text="About all of it"), _row("d", text="Bo", references=["a"]),
        _row("e", user="acct:ann@x.org", tags=["news"]),
    ]  # fmt: skip
    text = "\n".join(map(json.dumps, rows)) if form == "lines" else json.dumps({"total": 5, form: rows})
    (tmp_path / "1.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / ("1.jsonl" if form == "lines" else "1.json")).write_text(text)
    (document,), intake, _ = read(FORMAT, tmp_path)
    assert intake.errors == []
    joe, ann = document.sets["joe"], next(one for name, one in document.sets.items() if name.startswith("ann"))
    found = {span.id: (span.label, span.start, span.text, span.note, span.attributes.get("tagging")) for span in joe.spans}
    assert found == {"a": ("PERSON", 19, "Bo", "Who?", "seen"), "b": ("highlighting", 0, "Zoë", "", None)}
    assert {(note.id, note.about, note.text) for note in joe.notes} == {("c", "", "About all of it"), ("d", "a", "Bo")}
    assert [label.label for label in ann.labels] == ["news"]


def test_positions_that_count_bytes(tmp_path: Path) -> None:
    selector = {"type": "DataPositionSelector", "start": 5, "end": 9}
    (span,) = one_set(tmp_path, anno(on(selector), bodyValue="x")).spans
    assert (span.start, span.text) == (4, "😀")


def test_what_recogito_keeps(tmp_path: Path) -> None:
    stretches = [{"quote": "Zoë", "start": 0, "end": 3}, {"quote": "Bo", "start": 10, "end": 12}]
    bodies = [{"id": "b", "annotation": "r", "purpose": "tagging", "value": "PERSON"}, {"purpose": "commenting", "value": "two"}]
    target = {"annotation": "r", "selector": stretches, "creator": {"id": "ann"}, "created": "2020-01-01T00:00:00.000Z"}
    one = one_set(tmp_path, [{"id": "r", "bodies": bodies, "target": target}])
    (span,) = one.spans
    assert one.annotator == "ann"
    assert (span.id, span.label, span.fragments, span.note) == ("r", "PERSON", ((0, 3), (10, 12)), "two")
    assert span.attributes == {"created": "2020-01-01T00:00:00.000Z"}
