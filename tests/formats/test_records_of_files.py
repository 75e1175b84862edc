"""What several JSON formats share: records one at a time, and streams brought together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from round_trip import read

from postil.errors import UnreadableFile
from postil.exchange.joined import joined
from postil.exchange.safe_json import read_json_records
from postil.exchange.sources import Source
from postil.formats import all_formats


def records(tmp_path: Path, data: bytes) -> list[tuple[int, object]]:
    (tmp_path / "x.json").write_bytes(data)
    (file,) = Source(tmp_path / "x.json").files(".json")
    return list(read_json_records(file))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b'[1,\n"a",\n\n{"b":\n2}, {}]', [(1, 1), (2, "a"), (4, {"b": 2}), (5, {})]),
        (b"\xef\xbb\xbf \n[1,1,1]", [(2, 1), (2, 1), (2, 1)]),
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
    [(b"[1,\n2,\n", 2), (b'[1,\n"\xff"]', 2), (b'[1,\n"\\ud800"]', 2), (b'["\\ud83d\\ude00",\n"\\udc00"]', 2), (b"[1]\nx", 2)],
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
