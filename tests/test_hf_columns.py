"""Columns that grow become what rows of the same values would be."""

from __future__ import annotations

from array import array
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
from postil.errors import ExportRefused  # noqa: E402 - where there is Arrow
from postil.formats.hf.parquet.columns import Growing, Lists  # noqa: E402
from postil.formats.hf.parquet.features import BOOL, FLOAT, INT, STRING, ClassLabel, ListOf, Record, arrow_schema  # noqa: E402

INTEGERS = st.integers(-(2**63), 2**63 - 1)
ENDS = ListOf(Record({"id": STRING, "at": ListOf(INT)}))
COLUMNS = {
    "text": STRING, "start": INT, "label": ClassLabel(("a", "b")), "sure": BOOL, "confidence": FLOAT,
    "fragments": ListOf(ListOf(INT)), "tags": ListOf(ClassLabel(("a",))), "rights": Record({"holder": STRING, "year": INT}),
    "ends": ENDS,
}  # fmt: skip
ROW = st.fixed_dictionaries(
    {
        "text": st.text(max_size=5),
        "start": st.none() | INTEGERS,
        "label": st.none() | st.integers(0, 1),
        "sure": st.none() | st.booleans(),
        "confidence": st.none() | st.floats(allow_nan=False),
        "fragments": st.lists(st.lists(INTEGERS, max_size=2), max_size=2),
        "tags": st.none() | st.lists(st.none() | st.integers(0, 0), max_size=3),
        "rights": st.fixed_dictionaries({"holder": st.none() | st.text(max_size=3), "year": st.none() | INTEGERS}),
        "ends": st.lists(st.fixed_dictionaries({"id": st.text(max_size=2), "at": st.lists(INTEGERS, max_size=2)}), max_size=2),
    }
)
FREE = ("start", "label", "sure", "confidence", "tags")


def block_of(rows: list[dict[str, Any]], left_out: set[str]) -> dict[str, Any]:
    """The same values by column."""
    block: dict[str, Any] = {name: [row[name] for row in rows] for name in COLUMNS if name not in left_out}
    block["rights"] = {name: [row["rights"][name] for row in rows] for name in ("holder", "year")}
    ends = [end for row in rows for end in row["ends"]]
    block["ends"] = Lists([len(row["ends"]) for row in rows], {name: [end[name] for end in ends] for name in ("id", "at")})
    return block


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.lists(ROW, max_size=4), st.sets(st.sampled_from(FREE))), max_size=4))
def test_columns_are_what_rows_would_be(blocks: list[tuple[list[dict[str, Any]], set[str]]]) -> None:
    schema = arrow_schema(COLUMNS)
    growing = Growing(COLUMNS)
    expected = []
    for rows, left_out in blocks:
        growing.add(block_of(rows, left_out))
        expected += [{name: None if name in left_out else value for name, value in row.items()} for row in rows]

    assert growing.rows == len(expected)
    found = growing.taken()
    found.validate(full=True)
    assert found.to_pylist() == expected
    assert found.schema.equals(schema, check_metadata=True)
    assert growing.taken().num_rows == growing.rows == 0


def test_more_than_a_column_can_hold_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    growing = Growing({"text": STRING})
    growing.add({"text": ["a", "b"]})
    monkeypatch.setattr(pa, "array", lambda values, kind: pa.chunked_array([values[:1], values[1:]], kind))  # as of 2 GB

    with pytest.raises(ExportRefused, match="more than 2 GB"):
        growing.taken()


def test_integers_may_come_as_they_lie_in_memory() -> None:
    columns = {"id": STRING, "tags": ListOf(INT)}
    growing = Growing(columns)
    growing.add({"id": ["a", "b", "c"], "tags": Lists([2, None, 1], array("q", [1, 2, 3]))})
    growing.add({"id": ["d"], "tags": Lists([2], [None, 4])})

    assert [row["tags"] for row in growing.taken().to_pylist()] == [[1, 2], None, [3], [None, 4]]
