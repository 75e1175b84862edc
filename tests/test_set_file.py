"""Annotation sets as bytes: exact, lossless, and explained where they are not what they should be."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from postil.model import AnnotationSet, Header, Span, new_id
from postil.storage.set_file import encode_set, parse_set
from strategies import annotation_sets

HEADER = (
    '{"type":"set","document":"d","annotator":"gold","scheme":"s/1","text_sha256":"00","status":"complete","method":"manual"}'
)


@given(annotation_sets())
def test_reading_what_was_written_gives_the_same_set(pair: tuple[str, AnnotationSet]) -> None:
    _, annotations = pair

    assert parse_set("p", "gold", encode_set(annotations)).annotation_set() == annotations


@given(annotation_sets())
def test_writing_what_was_read_gives_the_same_bytes(pair: tuple[str, AnnotationSet]) -> None:
    data = encode_set(pair[1])
    read = parse_set("p", "gold", data).annotation_set()

    assert read is not None
    assert encode_set(read) == data


@given(annotation_sets())
def test_a_canonical_file_is_one_json_object_a_line_with_known_keys_first(pair: tuple[str, AnnotationSet]) -> None:
    for line in encode_set(pair[1]).decode().removesuffix("\n").split("\n"):
        keys = list(json.loads(line))
        assert keys[0] == "type"
        assert ": " not in line.partition(",")[0]


def test_the_format_is_spelled_as_the_design_says() -> None:
    span = Span(
        "s0c9d", "statement", "OPINION", 812, 905, "…", ((812, 840), (861, 905)), {"holder": "AUTHOR"}, 0.8, "borderline",
        {"SPN007": "two clauses, one judgement"},
    )  # fmt: skip
    header = Header("news/x", "gold", "opinion-journalism/1", "9f", "complete", "adjudicated", ("a1", "a2"))

    first, second, last = encode_set(AnnotationSet(header, (span,))).decode().split("\n")

    assert first == (
        '{"type":"set","document":"news/x","annotator":"gold","scheme":"opinion-journalism/1","text_sha256":"9f",'
        '"status":"complete","method":"adjudicated","sources":["a1","a2"]}'
    )
    assert second == (
        '{"type":"span","id":"s0c9d","layer":"statement","label":"OPINION","start":812,"end":905,"text":"…",'
        '"fragments":[[812,840],[861,905]],"attributes":{"holder":"AUTHOR"},"confidence":0.8,"note":"borderline",'
        '"ignore":{"SPN007":"two clauses, one judgement"}}'
    )
    assert last == ""


def test_unknown_keys_are_kept_and_reported() -> None:
    line = '{"type":"span","id":"e1","layer":"l","label":"L","start":0,"end":1,"text":"a","zeta":[1],"alpha":{"b":null}}'
    read = parse_set("p", "gold", f"{HEADER}\n{line}\n".encode())
    annotations = read.annotation_set()

    assert [fault.kind for fault in read.faults] == ["unknown key", "unknown key"]
    assert annotations is not None
    assert encode_set(annotations).decode().split("\n")[1].endswith('"text":"a","alpha":{"b":null},"zeta":[1]}')


def test_the_name_for_unknown_keys_is_itself_an_unknown_key() -> None:
    line = '{"type":"note","id":"n1","text":"a","\ue000":{"text":"b"}}'
    read = parse_set("p", "gold", f"{HEADER}\n{line}\n".encode())
    annotations = read.annotation_set()

    assert annotations is not None
    assert [fault.kind for fault in read.faults] == ["unknown key"]
    assert annotations.notes[0].text == "a"
    assert encode_set(annotations) == f"{HEADER}\n{line}\n".encode()


@pytest.mark.parametrize(
    ("line", "kind", "said"),
    [
        ('{"type":"span"', "syntax", "not JSON"),
        ("[1,2]", "syntax", "one JSON object"),
        ("null", "syntax", "one JSON object"),
        ('{"type":"note","id":"n","text":"\\ud800"}', "syntax", "surrogate"),
        ('{"type":"span","start":NaN}', "syntax", "NaN"),
        ('{"type":"span","start":1e999}', "syntax", "infinite"),
        ('{"type":"span","confidence":0.12345678901234567890123}', "syntax", "lose digits"),
        ("<<<<<<< HEAD", "syntax", "unfinished merge"),
        ("{", "syntax", "one object on one line"),
        ('{"type":["span"]}', "record type", "expected"),
        ('{"type":"note","id":"n","text":' + "[" * 10_000 + "]" * 10_000 + "}", "syntax", "deeply"),
        ('{"type":"note","id":' + "1" * 5_000 + "}", "syntax", "digit"),
        ('{"type":"note","id":"n","text":"a\\u0000b","id":"m"}', "repeated key", "twice"),
    ],
)
def test_a_bad_line_is_explained_and_hides_no_other(line: str, kind: str, said: str) -> None:
    good = '{"type":"note","id":"n9","text":"fine"}'
    read = parse_set("p", "gold", f"{HEADER}\n{line}\n{good}\n".encode())

    assert read.faults[0].kind == kind
    assert read.faults[0].line == 2
    assert said in " ".join(fault.message for fault in read.faults)
    assert read.records[-1].id == "n9"


def test_bytes_that_are_not_utf8_are_placed() -> None:
    read = parse_set("p", "gold", f"{HEADER}\n".encode() + b'{"type":"note","id":"n","text":"\xff"}\n')

    assert (read.faults[0].kind, read.faults[0].line, read.faults[0].column) == ("syntax", 2, 33)


def test_new_ids_begin_with_the_initial_and_never_repeat() -> None:
    taken: set[str] = set()
    for _ in range(1000):
        fresh = new_id("entity", taken)
        assert fresh.startswith("e")
        assert fresh not in taken
        taken.add(fresh)
