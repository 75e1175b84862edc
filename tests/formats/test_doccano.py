from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME
from round_trip import read, written

from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.exchange.intake import Rules
from postil.formats.doccano import FORMAT
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span
from postil.text import Unit, Units

TEXT = "Anna met Ben."


def put(path: Path, *records: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in records), encoding="utf-8")
    return path


def only(path: Path, **options: Any) -> tuple[Document, AnnotationSet]:
    (document,), intake, _ = read(FORMAT, path, **options)
    assert intake.errors == []
    (annotations,) = document.sets.values()
    return document, annotations


@pytest.mark.parametrize(
    "said",
    [
        {"label": [[0, 4, "PER"], [9, 12, "PER"]]},
        {"labels": [[0, 4, "PER"], [9, 12, "PER"]]},
        {"entities": [[0, 4, "PER"], [9, 12, "PER"]]},
        {"entities": [{"id": i, "label": "PER", "start_offset": s, "end_offset": e} for i, s, e in ((7, 0, 4), (9, 9, 12))]},
        {"annotations": [{"label": "PER", "start_offset": s, "end_offset": e, "user": 1} for s, e in ((0, 4), (9, 12))]},
    ],
)
def test_every_shape_of_spans(tmp_path: Path, said: dict[str, Any]) -> None:
    _, found = only(put(tmp_path / "x.jsonl", {"id": 1, "text": TEXT, **said}))
    assert [(one.layer, one.label, one.text) for one in found.spans] == [("span", "PER", "Anna"), ("span", "PER", "Ben")]


def test_a_column_of_texts_that_is_called_data(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("id,data,label\n1,Great!,positive\n")
    document, found = only(tmp_path / "x.csv")
    assert (document.text, [label.label for label in found.labels]) == ("Great!\n", ["positive"])


def test_a_text_that_is_called_data(tmp_path: Path) -> None:
    document, found = only(put(tmp_path / "x.jsonl", {"id": 1, "data": TEXT, "label": [[0, 4, "PER"]]}))

    assert (document.text, found.spans[0].text, document.metadata.extra) == (f"{TEXT}\n", "Anna", {})


def test_relations_categories_comments_and_metadata(tmp_path: Path) -> None:
    record = {
        "id": 3, "text": TEXT, "cats": ["news", "short"], "Comments": ["really?"], "source": "web", "meta": {"page": 2},
        "entities": [{"id": 1, "label": "PER", "start_offset": 0, "end_offset": 4}, {"id": 2, "label": "PER", "start_offset": 9,
                     "end_offset": 12}],
        "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "met"}],
    }  # fmt: skip
    document, found = only(put(tmp_path / "x.jsonl", record))
    assert document.id == "document-3"
    assert document.metadata.extra == {"source": "web", "page": 2}
    assert [(one.label, one.args) for one in found.relations] == [("met", {"from": "e1", "to": "e2"})]
    assert [one.label for one in found.labels] == ["news", "short"]
    assert [one.text for one in found.notes] == ["really?"]


@pytest.mark.parametrize("label", ["pos", ["pos"]])
def test_classification(tmp_path: Path, label: Any) -> None:
    assert [one.label for one in only(put(tmp_path / "x.jsonl", {"text": TEXT, "label": label}))[1].labels] == ["pos"]


def test_the_oldest_shape_has_numbers_of_labels_and_several_users(tmp_path: Path) -> None:
    config = [{"id": 12, "text": "PER", "backgroundColor": "#112233"}, {"id": 13, "text": "LOC"}]
    put(tmp_path / "in" / "label_config.json").write_text(json.dumps(config), encoding="utf-8")
    one, other = ({"label": n, "start_offset": 0, "end_offset": 4, "user": u} for n, u in ((12, 1), (13, 2)))
    path = put(tmp_path / "in" / "x.jsonl", {"id": 1, "text": TEXT, "annotations": [one, other]})
    (document,), intake, incoming = read(FORMAT, path.parent)
    assert intake.errors == []
    assert {name: one.spans[0].label for name, one in document.sets.items()} == {"user-1": "PER", "user-2": "LOC"}
    assert incoming.declared["span"].labels["PER"].colour == "#112233"


def test_other_keys_of_spans_are_attributes(tmp_path: Path) -> None:
    said = [{"start": 0, "end": 4, "label": "PER", "score": 0.5}, {"start_offset": 9, "end_offset": 12, "label": "X", "user": 3}]
    (document,), _, _ = read(FORMAT, put(tmp_path / "x.jsonl", {"text": TEXT, "entities": said, "cats": ["news"]}))
    assert {name: [(s.text, s.attributes) for s in one.spans] for name, one in document.sets.items()} == {
        "imported": [("Anna", {"score": 0.5})], "user-3": [("Ben", {})],
    }  # fmt: skip
    assert [one.label for one in document.sets["imported"].labels] == ["news"]


def test_numbers_without_names_are_told_of(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": TEXT, "annotations": [{"label": 12, "start_offset": 0, "end_offset": 4}]})
    _, _, incoming = read(FORMAT, path)
    assert [loss.kind for loss in incoming.repaired] == ["labels that are only numbers: label_config.json has their names"]


def test_an_export_has_a_file_for_each_user(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        for user, rows in {"ann": [(2, "two", "B"), (1, TEXT, "A")], "bob": [(1, TEXT, "C"), (3, "three", "D")]}.items():
            lines = [json.dumps({"id": id, "text": text, "label": [[0, 3, label]]}) for id, text, label in rows]
            archive.writestr(f"{user}.jsonl", "\n".join(lines))
    documents, intake, _ = read(FORMAT, tmp_path / "x.zip")
    assert intake.errors == []
    assert {one.id: {name: found.spans[0].label for name, found in one.sets.items()} for one in documents} == {
        "document-2": {"ann": "B"}, "document-1": {"ann": "A", "bob": "C"}, "document-3": {"bob": "D"},
    }  # fmt: skip


def test_one_id_with_two_texts_is_two_documents(tmp_path: Path) -> None:
    for name, text in (("train", "one"), ("test", "two")):
        put(tmp_path / "in" / f"{name}.jsonl", {"id": 1, "text": text, "label": []})
    documents, _, _ = read(FORMAT, tmp_path / "in")
    assert sorted(one.text for one in documents) == ["one\n", "two\n"]


EMOJI = "😀 Anna met Ben"


def test_the_unit_is_the_only_sane_one(tmp_path: Path) -> None:
    by_browser = {"text": EMOJI, "label": [[3, 7, "PER"]]}
    (document,), intake, _ = read(FORMAT, put(tmp_path / "x.jsonl", by_browser))
    assert document.sets["imported"].spans[0].text == "Anna"
    assert next(loss.kind for loss in intake.repaired) == "documents whose offsets count UTF-16 code units"
    by_server = {"text": EMOJI, "label": [[2, 6, "PER"]]}
    assert only(put(tmp_path / "x.jsonl", by_server))[1].spans[0].text == "Anna"


def test_accents_are_no_reason_to_ask_for_bytes(tmp_path: Path) -> None:
    """A span that ends inside a word is as odd in bytes as in code points, and nobody counts bytes."""
    found = only(put(tmp_path / "x.jsonl", {"text": "café simple13990 y más", "label": [[5, 11, "X"]]}))[1]
    assert found.spans[0].text == "simple"
    found = only(put(tmp_path / "x.jsonl", {"text": "我爱北京天安门", "label": [[0, 3, "X"]]}))[1]
    assert found.spans[0].text == "我爱北"


def test_an_undecided_unit_is_asked_for(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": "😀abcd efgh", "label": [[3, 4, "X"]]})
    _, intake, _ = read(FORMAT, path)
    assert intake.errors[0].endswith(
        "nothing in the source decides: say --offsets code-point, with which the first covers “c”; "
        "or --offsets utf-16, with which the first covers “b”"
    )
    (document,), intake, _ = read(FORMAT, path, rules=Rules(unit="code point"))
    assert document.sets["imported"].spans[0].text == "c"


def test_other_documents_decide_what_an_undecided_one_counts(tmp_path: Path) -> None:
    undecided = {"text": "😀abcd efgh", "label": [[3, 4, "X"]]}
    by_server = {"text": "😀 Anna met", "label": [[2, 6, "PER"]]}
    documents, intake, incoming = read(FORMAT, put(tmp_path / "x.jsonl", undecided, by_server, undecided))
    assert intake.errors == []
    assert [document.sets["imported"].spans[0].text for document in documents] == ["Anna", "c", "c"]
    kind = "documents whose offsets count code points, as only that fits all of the source"
    assert intake.repaired.by_kind[kind].count == 2
    assert not incoming.losses


def test_crlf_that_counts_as_one(tmp_path: Path) -> None:
    text = "one\r\ntwo\r\nthree four"
    (document,), intake, _ = read(FORMAT, put(tmp_path / "x.jsonl", {"text": text, "label": [[8, 13, "X"]]}))
    assert intake.errors == []
    assert document.sets["imported"].spans[0].text == "three"


def test_pretty_printed_json_named_jsonl(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({"text": "one"}, indent=2) + "\n" + json.dumps({"text": "two"}, indent=2), encoding="utf-8")
    assert [one.text for one in read(FORMAT, path)[0]] == ["one\n", "two\n"]


def test_records_on_one_line_are_documents_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text('[{"text":"One.","label":["a"]},{"text":"Two.","label":["b"]}]', encoding="utf-8")
    documents, _, incoming = read(FORMAT, tmp_path / "x.json")
    assert [document.text for document in documents] == ["One.\n", "Two.\n"]
    assert not incoming.repaired


_THAI = "นายกรัฐมนตรีพบกับรัฐมนตรีญี่ปุ่นที่กรุงเทพมหานครเมื่อวานนี้\n"
_HINDI = "प्रधानमंत्री नरेन्द्र मोदी ने दिल्ली में जापान के मंत्री से मुलाकात की।\n"


@pytest.mark.parametrize("unit", ["code point", "grapheme"])
@pytest.mark.parametrize(("text", "words"), [(_THAI, ("ญี่ปุ่น", "กรุงเทพมหานคร")), (_HINDI, ("नरेन्द्र मोदी", "दिल्ली"))])
def test_scripts_of_several_characters_to_a_letter_decide_themselves(
    tmp_path: Path, text: str, words: tuple[str, ...], unit: Unit
) -> None:
    units = Units(text, unit)
    spans = [[units.from_code_points(at := text.index(word)), units.from_code_points(at + len(word)), "X"] for word in words]
    _, made = only(put(tmp_path / "x.jsonl", {"text": text, "label": spans}))
    assert tuple(span.text for span in made.spans) == words


@pytest.mark.parametrize(("unit", "covered"), [("code point", "ท"), ("grapheme", "ห")])
def test_a_record_that_decides_nothing_counts_as_the_others(tmp_path: Path, unit: Unit, covered: str) -> None:
    units = Units(_THAI, unit)
    sure = [
        [units.from_code_points(_THAI.index(word)), units.from_code_points(_THAI.index(word) + len(word)), "X"]
        for word in ("ญี่ปุ่น", "กรุงเทพมหานคร")
    ]
    mute = {"text": "ที่กรุงเทพมหานคร", "label": [[8, 9, "X"]]}
    path = put(tmp_path / "x.jsonl", mute, {"text": _THAI, "label": sure})

    documents, intake, _ = read(FORMAT, path)

    assert intake.errors == []
    (span,) = next(document for document in documents if document.text.startswith("ที่")).sets["imported"].spans
    assert span.text == covered


def test_records_without_a_text_are_counted_once(tmp_path: Path) -> None:
    documents, _, incoming = read(FORMAT, put(tmp_path / "x.jsonl", {"text": "a"}, {"label": ["x"]}, {"text": ""}))
    assert len(documents) == 1
    assert [(loss.kind, loss.count) for loss in incoming.losses] == [("records without a text", 2)]


def test_a_relation_to_nothing_is_counted(tmp_path: Path) -> None:
    record = {"text": TEXT, "entities": [[0, 4, "PER"]], "relations": [{"from_id": 0, "to_id": 5, "type": "x"}]}
    _, intake, _ = read(FORMAT, put(tmp_path / "x.jsonl", record))
    assert [loss.kind for loss in intake.left_out] == ["relations one of whose ends is not there"]


def test_tables_and_fast_text(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('source,text,label\nweb,"a, ""b""\nc",pos#new\n,x,\n', encoding="utf-8")
    documents, _, _ = read(FORMAT, tmp_path / "x.csv")
    assert [(one.text, [label.label for label in one.sets["imported"].labels]) for one in documents] == [
        ('a, "b"\nc\n', ["pos", "new"]), ("x\n", []),
    ]  # fmt: skip
    assert documents[0].metadata.extra == {"source": "web"}
    (tmp_path / "x.txt").write_text("__label__neg __label__old Bad  text.\nnone\n", encoding="utf-8")
    documents, _, _ = read(FORMAT, tmp_path / "x.txt")
    assert [(one.text, [label.label for label in one.sets["imported"].labels]) for one in documents] == [
        ("Bad  text.\n", ["neg", "old"]), ("none\n", []),
    ]  # fmt: skip


def test_texts_in_a_directory_are_no_records(tmp_path: Path) -> None:
    put(tmp_path / "in" / "x.jsonl", {"text": TEXT})
    (tmp_path / "in" / "README.txt").write_text("About this\nexport\n", encoding="utf-8")
    assert len(read(FORMAT, tmp_path / "in")[0]) == 1


def test_keys_of_other_names(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"body": TEXT, "spans": [[0, 4, "PER"]]})
    assert only(path, **{"text-key": "body", "label-key": "spans"})[1].spans[0].text == "Anna"


@pytest.mark.parametrize(
    "record",
    [
        b"[1]", b'{"text":"x","label":[[0]]}{', b'{"text":"x","entities":[{"start_offset":"0","end_offset":1}]}', b"{", b"\xff",
        b'{"text":"x","relations":[3]}', b'{"text":"x","entities":[[0,{},"A"]]}', b'{"a":' * 3000, b'{"text":"\\udc00"}', b"nope",
    ],
)  # fmt: skip
def test_what_is_no_record_is_refused(tmp_path: Path, record: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(record)
    with pytest.raises(UnreadableFile, match=r"x\.jsonl:\d"):
        read(FORMAT, tmp_path / "x.jsonl")


@pytest.mark.parametrize("extent", [[5, 2], [-1, 3], [0, 10**20], [3, 999]])
def test_offsets_outside_the_text_are_errors(tmp_path: Path, extent: list[int]) -> None:
    path = put(tmp_path / "x.jsonl", {"text": TEXT, "label": [[*extent, "X"]]})
    try:
        _, intake, _ = read(FORMAT, path)
    except UnreadableFile:
        return
    assert any(fault in intake.errors[0] for fault in ("outside the text", "end before they begin"))


def example() -> Document:
    header = Header("news/1", "gold", "s/1", "0", "complete", "manual")
    annotations = AnnotationSet(
        header,
        (Span("a", "entity", "PERSON", 2, 6, "Anna"), Span("b", "entity", "PERSON", 11, 14, "Ben")),
        (Relation("r", "argument", "Claim", {"from": "a", "to": "b"}),),
        (Label("d", "genre", "O"),),
        (Note("n", "", "all good"),),
    )
    return Document("news/1", EMOJI, Metadata(title="T", extra={"text": "clash"}), {"gold": annotations}, "0")


def test_what_is_written(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x")
    assert json.loads((path / "gold.jsonl").read_text(encoding="utf-8")) == {
        "id": 1, "text": EMOJI,
        "entities": [
            {"id": 1, "label": "PERSON", "start_offset": 2, "end_offset": 6, "text": "Anna"},
            {"id": 2, "label": "PERSON", "start_offset": 11, "end_offset": 14, "text": "Ben"},
        ],
        "relations": [{"id": 1, "from_id": 1, "to_id": 2, "type": "Claim"}],
        "cats": ["O"], "Comments": ["all good"], "document_id": "news/1", "title": "T", "extra": {"text": "clash"},
    }  # fmt: skip
    labels = json.loads((path / "label_config.json").read_text(encoding="utf-8"))
    assert labels[0] == {"text": "PERSON", "suffixKey": None, "backgroundColor": "#4e79a7", "textColor": "#ffffff"}


def test_offsets_for_the_browser(tmp_path: Path) -> None:
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x", browser=True)
    (entity, _) = json.loads((path / "gold.jsonl").read_text(encoding="utf-8"))["entities"]
    assert entity == {"id": 1, "label": "PERSON", "start_offset": 3, "end_offset": 7}
    (document,), _, _ = read(FORMAT, path)
    assert [span.text for span in document.sets["gold"].spans] == ["Anna", "Ben"]


def test_datasets_reads_it(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    path, _ = written(FORMAT, [example()], SCHEME, tmp_path / "x")
    rows = datasets.load_dataset("json", data_files=str(path / "gold.jsonl"), split="train", cache_dir=str(tmp_path / "cache"))
    (row,) = rows
    assert [row["text"][one["start_offset"] : one["end_offset"]] for one in row["entities"]] == ["Anna", "Ben"]


SAMPLES = {  # path: documents, records
    "data_export/pipeline/examples/intent_detection/example.jsonl": (2, 5),
    "data_export/pipeline/examples/text_classification/example.csv": (3, 3),
    "data_export/pipeline/examples/text_classification/example.json": (3, 3),
    "data_export/pipeline/examples/text_classification/example.jsonl": (3, 3),
    "data_export/pipeline/examples/text_classification/example.txt": (3, 3),
    "data_import/pipeline/examples/intent_detection/example.jsonl": (2, 5),
    "data_import/pipeline/examples/relation_extraction/example.jsonl": (1, 7),
    "data_import/tests/data/relation_extraction/example.jsonl": (1, 7),
    "data_import/tests/data/sequence_labeling/example.jsonl": (2, 1),
    "data_import/tests/data/text_classification/example.csv": (2, 1),
    "data_import/tests/data/text_classification/example.json": (3, 3),
    "data_import/tests/data/text_classification/example.jsonl": (3, 3),
    "data_import/tests/data/text_classification/example_out_of_order_columns.csv": (2, 1),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_samples(samples: Path, name: str) -> None:
    documents, intake, _ = read(FORMAT, samples / "doccano" / "doccano+doccano" / name)
    assert intake.errors == []
    assert (len(documents), sum(len(one.records) for d in documents for one in d.sets.values())) == SAMPLES[name]


def test_the_sample_with_other_keys(samples: Path) -> None:
    path = samples / "doccano/doccano+doccano/data_import/pipeline/examples/sequence_labeling/example.jsonl"
    documents, _, _ = read(FORMAT, path, **{"text-key": "column_data", "label-key": "column_label"})
    assert [one.sets["imported"].spans[0].text for one in documents] == ["EU", "Peter Blackburn", "Obama"]


def test_a_value_of_another_kind_is_named_in_words(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": TEXT, "label": [[9, "x", "PER"]]})
    with pytest.raises(UnreadableFile, match="end_offset is text, where a whole number or nothing is wanted"):
        read(FORMAT, path)


def test_grapheme_clusters_are_only_asked_for_where_nothing_else_fits(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": "Maria met दिल्ली now", "label": [[0, 5, "PER"], [10, 16, "LOC"]]})
    (document,), intake, _ = read(FORMAT, path)

    assert [span.text for span in document.sets["imported"].spans] == ["Maria", "दिल्ली"]
    kinds = [loss.kind for loss in intake.repaired]
    assert any("count code points, although grapheme clusters" in kind for kind in kinds)


def test_lists_of_records_in_metadata_are_said(tmp_path: Path) -> None:
    path = put(tmp_path / "x.jsonl", {"text": TEXT, "spans": [{"start": 0, "end": 2, "label": "X"}]})
    _, intake, _ = read(FORMAT, path)

    (loss,) = [loss for loss in intake.repaired if loss.kind == "metadata that are lists of records, kept as extra"]
    assert loss.examples[0].endswith("spans, 1 of them")
