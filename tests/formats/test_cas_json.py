"""UIMA CAS JSON 0.4: the forms that files have, what is refused, dkpro-cassis as a peer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from formats_documents import SCHEME, documents
from hypothesis import HealthCheck, given, settings
from round_trip import assert_same, written
from uima_files import Imported, imported, save

from postil import Corpus
from postil.corpus import Document
from postil.errors import UnreadableFile
from postil.formats import all_formats

SOFA = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "sofaString": "😀 Ann met Bob."}
TYPES = {
    "webanno.custom.Name": {
        "%NAME": "webanno.custom.Name", "%SUPER_TYPE": "uima.tcas.Annotation",
        "value": {"%NAME": "value", "%RANGE": "uima.cas.String"},
        "score": {"%NAME": "score", "%RANGE": "uima.cas.Double"},
        "links": {"%NAME": "links", "%RANGE": "webanno.custom.Link[]"},
        "many": {"%NAME": "many", "%RANGE": "uima.cas.String[]"},
    },
    "webanno.custom.Link": {
        "%NAME": "webanno.custom.Link", "%SUPER_TYPE": "uima.cas.TOP",
        "role": {"%NAME": "role", "%RANGE": "uima.cas.String"},
        "target": {"%NAME": "target", "%RANGE": "uima.tcas.Annotation"},
    },
}  # fmt: skip
ANN = {"%ID": 2, "%TYPE": "webanno.custom.Name", "@sofa": 1, "begin": 3, "end": 6, "value": "PER"}
BOB = {"%ID": 3, "%TYPE": "webanno.custom.Name", "@sofa": 1, "^begin": 11, "^end": 14, "value": "PER"}


def cas(*structures: dict[str, Any], members: tuple[int, ...] = (2, 3), as_object: bool = False) -> dict[str, Any]:
    listed: Any = list(structures)
    if as_object:
        listed = {str(one["%ID"]): {key: value for key, value in one.items() if key != "%ID"} for one in structures}
    return {
        "%TYPES": TYPES,
        "%FEATURE_STRUCTURES": listed,
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": list(members)}},
    }


def read(tmp_path: Path, value: Any, **more: Any) -> Imported:
    return imported(
        "cas-json", save(tmp_path, "doc.json", value if isinstance(value, str | bytes) else json.dumps(value)), **more
    )


@pytest.mark.parametrize("as_object", [False, True])
@pytest.mark.parametrize("order", [1, -1])
def test_structures_are_a_list_or_an_object_in_any_order_with_both_spellings_of_offsets(
    as_object: bool, order: int, tmp_path: Path
) -> None:
    found = read(tmp_path, cas(*[SOFA, ANN, BOB][::order], as_object=as_object))

    assert found.spans == [("Name", "PER", "Ann"), ("Name", "PER", "Bob")]


@pytest.mark.parametrize(
    ("said", "value"), [("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"), ("Inf", "inf"), ("-Inf", "-inf")]
)
def test_special_floats_have_a_key_of_their_own(said: str, value: str, tmp_path: Path) -> None:
    found = read(tmp_path, cas(SOFA, {**ANN, "#score": said}, members=(2,)))

    assert str(found.only.spans[0].attributes["score"]) == value


def test_arrays_are_structures(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        cas(
            SOFA, {**ANN, "@many": 4, "@links": 5}, BOB,
            {"%ID": 4, "%TYPE": "uima.cas.StringArray", "%ELEMENTS": ["a", None, ""]},
            {"%ID": 5, "%TYPE": "webanno.custom.Link[]", "%ELEMENTS": [6]},
            {"%ID": 6, "%TYPE": "webanno.custom.Link", "role": "knows", "@target": 3},
        ),
    )  # fmt: skip

    assert found.only.spans[0].attributes == {"many": ["a", ""]}
    assert found.relations == [("Name.links", "links", {"host": "Ann", "knows": "Bob"})]


def test_arrays_in_themselves_and_deep_ones_end(tmp_path: Path) -> None:
    deep = [{"%ID": n, "%TYPE": "uima.cas.FSArray", "%ELEMENTS": [n + 1]} for n in range(10, 20_000)]
    looped = {"%ID": 20_000, "%TYPE": "uima.cas.FSArray", "%ELEMENTS": [20_000, 10]}
    found = read(tmp_path, cas(SOFA, {**ANN, "@links": 10}, *deep, looped, members=(2,)))

    assert found.errors == []


def test_a_sofa_may_be_bytes(tmp_path: Path) -> None:
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaID": "_InitialView", "mimeType": "text/plain", "@sofaArray": 9}
    array = {"%ID": 9, "%TYPE": "uima.cas.ByteArray", "%ELEMENTS": "QW5uIG1ldCBCb2Iu"}
    found = read(tmp_path, cas(sofa, array, {**ANN, "begin": 0, "end": 3}, members=(2,)))

    assert found.spans == [("Name", "PER", "Ann")]


def test_null_and_dangling_references(tmp_path: Path) -> None:
    found = read(tmp_path, cas(SOFA, {**ANN, "@links": 0, "@see": 77}, members=(2, 99)))

    assert found.only.spans[0].attributes == {}
    assert found.lost == {"references to what is not there": 2}


def test_the_old_json_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="UIMA's old JSON"):
        read(tmp_path, {"_context": {"_types": {}}, "_views": {}, "_referenced_fss": {}})


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "no UIMA CAS JSON"),
        ({"text": "x"}, "no UIMA CAS JSON"),
        ("{", "not JSON"),
        (json.dumps(cas(SOFA, ANN))[:-20], "not JSON"),
        ("[" * 5000, "nested|not JSON"),
        ('{"%TYPES": {}, "%FEATURE_STRUCTURES": [{"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": "\\ud83d"}]}', "surrogate"),
        (json.dumps(cas(SOFA)).encode("utf-16"), "not"),
        (cas(SOFA, ANN, ANN), "the structure 2 is there twice"),
        (cas(SOFA, {"%ID": 2}), "the structure 2 has no %TYPE"),
        (cas(SOFA, {"%ID": "x", "%TYPE": "T"}), "no number"),
        ({"%FEATURE_STRUCTURES": 7}, "a list or an object"),
        ({"%FEATURE_STRUCTURES": [7]}, "should be an object"),
        ({"%VIEWS": {"v": {"%SOFA": 1, "%MEMBERS": 3}}}, "should be a list"),
        ({"%TYPES": []}, "%TYPES should be an object"),
        (cas(SOFA, {"%ID": 9, "%TYPE": "uima.cas.ByteArray", "%ELEMENTS": "???"}), "not Base64"),
        (cas(SOFA, {"%ID": 9, "%TYPE": "uima.cas.FSArray", "%ELEMENTS": 7}), "should be a list"),
    ],
)
def test_what_is_no_cas_json_is_refused(value: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read(tmp_path, value)


def test_annotators_are_directories_entries(tmp_path: Path) -> None:
    for name in ("ann", "bob"):
        save(tmp_path, f"annotation/x/doc/{name}.json", json.dumps(cas(SOFA, ANN, members=(2,))))
    save(tmp_path, "exportedproject.json", "{}")
    (document,) = imported("cas-json", tmp_path).documents

    assert (document.id, list(document.sets)) == ("x/doc", ["ann", "bob"])


def test_control_characters_are_kept(tmp_path: Path) -> None:
    sofa = {**SOFA, "sofaString": "\x01 Ann met Bob."}
    found = read(tmp_path, cas(sofa, {**ANN, "begin": 2, "end": 5}, members=(2,)))
    path, losses = written(all_formats()["cas-json"], found.documents, SCHEME, tmp_path / "out")

    assert imported("cas-json", path).documents[0].text == "\x01 Ann met Bob.\n"
    assert "characters that XML cannot hold" not in {loss.kind for loss in losses}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(given_documents=documents())
def test_cassis_reads_it(given_documents: list[Document], tmp_path_factory: pytest.TempPathFactory) -> None:
    cassis = pytest.importorskip("cassis")
    path, _ = written(all_formats()["cas-json"], given_documents, SCHEME, tmp_path_factory.mktemp("x") / "out")
    for document in imported("cas-json", path).documents:
        for annotator, ours in document.sets.items():
            with (path / f"annotation/{document.id}/{annotator}.json").open("rb") as file:
                theirs = cassis.load_cas_from_json(file)
            assert theirs.sofa_string == document.text
            layers = {f"webanno.custom.{span.layer}" for span in ours.spans}
            covered = sorted(fs.get_covered_text() for fs in theirs.select_all_annotations() if fs.type.name in layers)
            assert covered == sorted(document.text[span.start : span.end] for span in ours.spans)


def test_cassis_writes_what_this_reads(tmp_path: Path, repository: Path) -> None:
    cassis = pytest.importorskip("cassis")
    corpus = Corpus.open(repository)
    path, _ = written(all_formats()["cas-json"], corpus, corpus.scheme, tmp_path / "out")
    before = imported("cas-json", path).documents
    for one in path.rglob("*.json"):
        with one.open("rb") as file:
            theirs = cassis.load_cas_from_json(file)
        theirs.to_json(str(one))
    assert_same(all_formats()["cas-json"], imported("cas-json", path).documents, before, corpus.scheme)


def test_xmi_and_json_hold_the_same(tmp_path: Path, repository: Path) -> None:
    corpus = Corpus.open(repository)
    found = [
        imported(name, written(all_formats()[name], corpus, corpus.scheme, tmp_path / name)[0]).documents
        for name in ("cas-xmi", "cas-json")
    ]
    assert_same(all_formats()["cas-json"], found[0], found[1], corpus.scheme)
