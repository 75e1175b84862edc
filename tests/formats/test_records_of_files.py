"""What several JSON formats share: records one at a time, and streams brought together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from postil.errors import UnreadableFile
from postil.exchange.joined import joined
from postil.exchange.safe_json import read_json_records
from postil.exchange.sources import Source


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
