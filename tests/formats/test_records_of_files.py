"""What several JSON formats share: records one at a time, and streams brought together."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from round_trip import read

from postil.errors import UnreadableFile
from postil.exchange import safe_json
from postil.exchange.joined import joined
from postil.exchange.safe_json import Member, read_json_members, read_json_records
from postil.exchange.sources import Source
from postil.formats import all_formats


def records(tmp_path: Path, data: bytes) -> list[tuple[int, object]]:
    (tmp_path / "x.json").write_bytes(data)
    (file,) = Source(tmp_path / "x.json").files(".json")
    return list(read_json_records(file))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'[{},\n"a",\n\n{"b":\n2}, {}]', [(1, {}), (2, "a"), (4, {"b": 2}), (5, {})]),
        (b"\xef\xbb\xbf \n[[1],1,1]", [(2, [1]), (2, 1), (2, 1)]),
        (b'["a",{}]', [(1, ["a", {}])]),
        (b"[]", []),
        (b'{"a":1}\n\n{"a":2}\n', [(1, {"a": 1}), (3, {"a": 2})]),
        (b'{"a":\n1}\n{"a":\n2}', [(1, {"a": 1}), (3, {"a": 2})]),
        (b'["a",1]\n["b",2]\n', [(1, ["a", 1]), (2, ["b", 2])]),
    ],
)
def test_records_with_their_lines(tmp_path: Path, data: bytes, found: list[object]) -> None:
    assert records(tmp_path, data) == found


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"[{},\n{},\n", 3),
        (b'[{},\n"\xff"]', 2),
        (b'[{},\n"\\ud800"]', 2),
        (b"[1,\n2,\n", 3),
        (b'["\\ud83d\\ude00",\n"\\udc00"]', 2),
        (b"[1]\nx", 2),
    ],
)
def test_faults_have_their_line(tmp_path: Path, data: bytes, line: int) -> None:
    with pytest.raises(UnreadableFile, match=rf"x\.json:{line}:"):
        records(tmp_path, data)


def test_streams_are_joined_in_order_of_first_appearance() -> None:
    def one() -> Iterator[tuple[str, int]]:
        yield from [("a", 1), ("a", 2), ("b", 3), ("c", 4), ("a", 5)]

    def other() -> Iterator[tuple[str, int]]:
        yield from [("c", 6), ("d", 7), ("a", 8)]

    assert list(joined([one, other])) == [
        ("a", [[1, 2, 5], [8]]), ("b", [[3], []]), ("c", [[4], [6]]), ("d", [[], [7]]),
    ]  # fmt: skip


def test_streams_in_one_order_are_never_held() -> None:
    held = []

    def stream() -> Iterator[tuple[int, int]]:
        for number in range(10):
            held.append(number)
            yield number, number

    for key, items in joined([stream, stream]):
        assert items == [[key], [key]]
        assert len(held) == 20 + 2 * (key + 1)  # the first time through, then two for each key


def members(tmp_path: Path, data: bytes, *keys: str) -> list[Member]:
    (tmp_path / "x.json").write_bytes(data)
    (file,) = Source(tmp_path / "x.json").files(".json")
    return list(read_json_members(file, *keys))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (
            b'{"a": 1,\n "docs": [ {"b": 2},\n 3 ],\n "z": {"docs": [4]}}',
            [(2, {"b": 2}, "docs"), (3, 3, "docs"), (1, {"a": 1, "docs": [], "z": {"docs": [4]}}, "")],
        ),
        (b'[{"docs":[1]},\n{"id":2}]', [(1, 1, "docs"), (1, {"docs": []}, ""), (2, {"id": 2}, "")]),
        (b'{"docs":[1]}\n{"docs":[]}', [(1, 1, "docs"), (1, {"docs": []}, ""), (2, {"docs": []}, "")]),
        (b'{"docs":{"no":"list"}}', [(1, {"docs": {"no": "list"}}, "")]),
        (b"[]", []),
        (b" \n", []),
        (b"[[1],[2]]\n[[3]]", [(1, [1], ""), (1, [2], ""), (2, [3], "")]),
        (b"1234\n5 6", [(1, 1234, ""), (2, 5, ""), (2, 6, "")]),
    ],
)
def test_members_of_lists_come_before_what_is_around_them(tmp_path: Path, data: bytes, found: list[object]) -> None:
    assert members(tmp_path, data, "docs") == found


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b'{"docs":[1,\n  2', "2:4: not JSON"),
        (b'{"docs":[{"a":1},\n {"a" 2}]}', "2:7: not JSON: Expecting ':'"),
        (b'{"docs":[1],\n "docs":[2]}', '2:9: "docs" is there twice'),
        (b'{"docs":[1] "x":1}', "1:13: not JSON: Expecting ','"),
        (b"{1:2}", "1:2: not JSON: Expecting property name"),
        (b'{"docs":["\\ud800"]}', "1:11: it holds half of a surrogate pair"),
        (b'{"docs":[NaN]}', "1:10: not JSON"),
        (b'{"docs":["\xff"]}', "1:11: not UTF-8"),
        (b'{"docs":[' + b"[" * 100_000, "1:10: nested deeper"),
        (b'{"docs":[' + b"9" * 5000 + b"]}", "1:10: not JSON that can be read"),
        (b'{"docs":["' + b"x" * 600_000 + b'",\n]}', "2:1: not JSON"),
        (b'{"docs":["' + b"x" * 600_000 + b'", @]}', "1:600014: not JSON"),
    ],
)
def test_faults_of_members_have_line_and_column(tmp_path: Path, data: bytes, place: str) -> None:
    with pytest.raises(UnreadableFile, match=rf"x\.json:{place}"):
        members(tmp_path, data, "docs")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    documents=st.lists(
        st.recursive(st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9), st.lists, max_leaves=5)
    ),
    size=st.integers(1, 7),
    indent=st.none() | st.just(1),
)
def test_where_a_file_is_cut_into_pieces_does_not_matter(
    tmp_path: Path, documents: list[object], size: int, indent: int | None
) -> None:
    whole = {"head": 1.5e3, "docs": documents, "tail": "😀"}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(safe_json, "_CHUNK", size)
        for is_ascii in (False, True):
            *found, (_, rest, key) = members(tmp_path, json.dumps(whole, indent=indent, ensure_ascii=is_ascii).encode(), "docs")
            assert [one.value for one in found] == documents
            assert (rest, key) == ({**whole, "docs": []}, "")


def test_a_record_is_all_that_is_in_memory(tmp_path: Path) -> None:
    def peak(documents: int) -> int:
        path = tmp_path / f"{documents}.json"
        path.write_text(json.dumps({"docs": [{"text": f"{number} " * 500} for number in range(documents)]}), encoding="utf-8")
        (file,) = Source(path).files(".json")
        tracemalloc.start()
        assert sum(1 for _ in read_json_members(file, "docs")) == documents + 1
        _, found = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return found

    few, many = peak(500), peak(4000)
    assert many < few + 200_000


@pytest.mark.parametrize(
    ("format_", "of"),
    [
        ("argilla", lambda text: {"fields": {"text": text}, "responses": {}}),
        ("bioc-json", lambda text: {"documents": [{"passages": [{"offset": 0, "text": text}]}]}),
        ("doccano", lambda text: {"text": text, "label": [[0, 3, "PER"]]}),
        ("doccano", lambda text: {"id": len(text), "text": text, "label": [[0, 3, "PER"]]}),
        ("gliner", lambda text: {"tokenized_text": [text], "ner": []}),
        ("label-studio", lambda text: {"data": {"text": text}, "annotations": []}),
        ("label-studio", lambda text: {"text": text, "label": [{"start": 0, "end": 3, "labels": ["PER"]}], "annotator": 1}),
        ("prodigy", lambda text: {"text": text, "spans": []}),
        ("pubannotation", lambda text: {"text": text, "denotations": []}),
        ("spacy-json", lambda text: {"text": text, "ents": []}),
        ("structured-sentiment", lambda text: {"text": text, "opinions": []}),
    ],
)  # fmt: skip
def test_records_of_an_array_on_one_line_are_documents_of_their_own(tmp_path: Path, format_: str, of: Any) -> None:
    texts = ["Ada", "Benjamin", "Clara was there"]
    source = tmp_path / "x.json"
    source.write_text(json.dumps([of(text) for text in texts]))
    documents, intake, _ = read(all_formats()[format_], source)
    assert intake.errors == []
    assert [document.text.rstrip("\n") for document in documents] == texts


def test_a_line_that_ends_before_its_record_is_the_one_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a":1}\n{"a":2,\n{"a":3}\n', encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"a\.jsonl:2:8: not JSON: the line ends before the value does"):
        list(read_json_records(Source(tmp_path / "a.jsonl").files(".jsonl")[0]))


def test_a_control_character_in_a_string_is_named_in_a_whole_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a":"x\ty"}\n', encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"a\.jsonl:1:8: not JSON: a control character in a string, which has to be"):
        list(read_json_records(Source(tmp_path / "a.jsonl").files(".jsonl")[0]))
