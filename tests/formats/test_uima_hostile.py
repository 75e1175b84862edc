"""That whatever a file of UIMA's family holds, it is read, or refused in words."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from formats_documents import SCHEME
from round_trip import written
from uima_files import imported, save

from postil.corpus import Document
from postil.errors import PostilError, UnreadableFile
from postil.formats import all_formats
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Note, Relation, Span

SUFFIXES = {"cas-xmi": "xmi", "cas-json": "json", "webanno-tsv": "tsv"}
PIECES = [
    b"0", b"-1", b"99", b'""', b"\t", b"|", b"[1]", b"_", b"*", b";", b"->1-1", b"null", b"[]", b"{}", b"\n", b"&#0;", b"<a/>",
    b"\xff", b"uima.cas.FSArray", b"1-1", b"sofa", b"begin", b'xmi:id="2"', b"1e999", b"NaN", b"99999999999999999999",
]  # fmt: skip


def _valid(name: str, directory: Path) -> bytes:
    annotations = AnnotationSet(
        Header("d", "gold", "s/1", "0" * 64, "complete", "imported"),
        (
            Span("a", "entity", "PER", 2, 5, "Ann", attributes={"value": "x", "who": "b"}, confidence=0.5),
            Span("b", "entity", "PER", 10, 13, "Bob", attributes={"who": "AUTHOR", "many": ["a", "b"]}),
        ),
        (
            Relation("r", "argument", "knows", {"from": "a", "to": "b"}),
            Relation("s", "event", "meets", {"x": "a", "y": ("a", "b")}),
        ),
        (Label("l", "genre", "op-ed"),),
        (Note("n", "a", "sure?"),),
    )
    document = Document("d", "😀 Ann met Bob.\nThe end.\n", Metadata(title="T"), {"gold": annotations}, "0" * 64)
    path, _ = written(all_formats()[name], [document], SCHEME, directory / "out")
    return (path / f"annotation/d/gold.{SUFFIXES[name]}").read_bytes()


def _broken(data: bytes, chance: random.Random) -> bytes:
    broken = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        at = chance.randint(0, len(broken))
        match chance.randint(0, 3):
            case 0:
                broken[at : at + chance.choice([0, 1, 5])] = chance.choice(PIECES)
            case 1:
                del broken[at : at + chance.randint(1, 30)]
            case 2:
                start = chance.randint(0, len(broken))
                broken[at:at] = broken[start : start + chance.randint(1, 60)]
            case _:
                number = chance.choice(list(re.finditer(rb"\d+", bytes(broken))) or [re.compile(b"").match(broken)])
                assert number
                broken[number.start() : number.end()] = chance.choice([b"0", b"1", b"7", b"12", b"99999999999999999999"])
    return bytes(broken)


@pytest.mark.parametrize("name", SUFFIXES)
def test_a_broken_file_is_read_or_refused_in_words(name: str, tmp_path: Path) -> None:
    data, chance = _valid(name, tmp_path), random.Random(7)
    messages = []
    for number in range(250):
        path = save(tmp_path, f"doc.{SUFFIXES[name]}", _broken(data, chance))
        try:
            imported(name, path, with_tokens=number % 2 == 0)
        except PostilError as error:
            messages.append(str(error))
    assert 0 < len(messages) < 250
    assert all(str(tmp_path) in message for message in messages)


@pytest.mark.parametrize("name", ["cas-xmi", "cas-json"])
def test_a_truncated_file_is_refused(name: str, tmp_path: Path) -> None:
    data = _valid(name, tmp_path)
    for length in range(0, len(data) - 2, 97):
        with pytest.raises(UnreadableFile):
            imported(name, save(tmp_path, f"doc.{SUFFIXES[name]}", data[:length]))


def test_a_sentence_far_away_is_not_filled_up_with_blanks(tmp_path: Path) -> None:
    text = "#FORMAT=WebAnno TSV 3.3\n\n\n#Text=a\n1-1\t0-1\ta\t\n\n#Text=b\n2-1\t99999999999-99999999999\tb\t\n"
    with pytest.raises(UnreadableFile, match="characters after the last"):
        imported("webanno-tsv", save(tmp_path, "doc.tsv", text))


def test_tokens_without_a_place_are_counted(tmp_path: Path) -> None:
    value = {
        "%TYPES": {},
        "%FEATURE_STRUCTURES": [
            {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaString": "Ann"},
            {"%ID": 2, "%TYPE": "uima.tcas.Annotation", "@sofa": 1, "begin": 0},
            {"%ID": 3, "%TYPE": "de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Token", "@sofa": 1, "begin": "x", "end": 3},
        ],
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 3]}},
    }
    found = imported("cas-json", save(tmp_path, "doc.json", json.dumps(value)), with_tokens=True)

    assert found.only.spans == ()
    assert found.lost == {"annotations without a place": 2}


def _cas(**changes: object) -> str:
    sofa = {"%ID": 1, "%TYPE": "uima.cas.Sofa", "sofaNum": 1, "sofaID": "_InitialView", "sofaString": "Ann met Bob"}
    ends = [{"%ID": 2 + at, "%TYPE": "webanno.custom.Name", "@sofa": 1, "begin": at * 8, "end": at * 8 + 3} for at in (0, 1)]
    link = {"%ID": 4, "%TYPE": "webanno.custom.NameKnowsLink", "role": changes.get("role", "who"), "@target": 3}
    array = {"%ID": 5, "%TYPE": "webanno.custom.NameKnowsLink[]", "%ELEMENTS": [4]}
    views = {"_InitialView": {"%SOFA": changes.get("sofa", 1), "%MEMBERS": [2, 3]}}
    return json.dumps({"%FEATURE_STRUCTURES": [sofa, {**ends[0], "@knows": 5}, ends[1], link, array], "%VIEWS": views})


@pytest.mark.parametrize("sofa", [[1], {"a": 1}, "1"])
def test_a_view_whose_text_is_no_id_is_refused(sofa: object, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="the %SOFA of _InitialView should be an id"):
        imported("cas-json", save(tmp_path, "doc.json", _cas(sofa=sofa)))


@pytest.mark.parametrize("role", [["who"], {"a": 1}, 5])
def test_a_role_that_is_no_word_is_not_taken_for_one(role: object, tmp_path: Path) -> None:
    (relation,) = imported("cas-json", save(tmp_path, "doc.json", _cas(role=role))).only.relations
    assert relation.args == {"host": "2", "target": "3"}
