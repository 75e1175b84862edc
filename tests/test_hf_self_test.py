"""What the self-test of an export finds: a fault in any column of any config."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from conftest import write_example
from postil.cli import main
from postil.rules.examples import Example, label, relation, span

pa = pytest.importorskip("pyarrow", reason="the extra hf is not installed")
pq = pytest.importorskip("pyarrow.parquet", reason="the extra hf is not installed")
pytest.importorskip("spacy", reason="the extra spacy is not installed")
from postil.formats.hf import export as module, verify  # noqa: E402 - where there is Arrow
from postil.formats.hf.about import About  # noqa: E402
from postil.formats.hf.layout import ConfigFiles  # noqa: E402
from postil.formats.hf.parquet.seal import Seal  # noqa: E402

TEXT = "Rajnath Singh 🐎 met Zoë in Tokyo. India-Japan ties grew.\n"
RECORDS = (
    span("s1", "OPINION", 0, 32, attributes={"polarity": "positive", "strength": 2}),
    span("e1", "PERSON", 0, 13, attributes={"sure": True}),
    span("e2", "PERSON", 20, 23, confidence=0.5, note="who?"),
    span("e3", "PERSON", 8, 23, fragments=[(8, 13), (20, 23)]),
    span("s2", "FACT", 34, 56),
    relation("r1", "supports", {"from": "s2", "to": "s1"}, confidence=0.25),
    label("g1", "op-ed"),
    {"type": "note", "id": "n1", "about": "s1", "text": "sure?"},
)

Place = tuple[str | int, ...]
"""Where a value is in rows: row, column, and so on inward."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, About]:
    """An export in many files before it is put in place, and what is known of it."""
    directory = tmp_path_factory.mktemp("made")
    scheme = Example().scheme
    assert scheme
    scheme = scheme.replace('overlap = "nested"', 'overlap = "free"', 1).replace(', labels = ["OPINION"]', "")
    root = write_example(directory / "corpus", Example(text=TEXT, records=RECORDS, scheme=scheme))
    kept: list[About] = []

    def keep(work: Path, about: About) -> None:
        kept.append(about)
        work.rename(directory / "work")
        work.mkdir()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "verify", keep)
        command = ["-C", str(root), "export", "hf", str(directory / "out"), "--no-agreement", "--shard-size", "2KB"]
        assert main(command) == 0
    return directory / "work", kept[0]


def scalars(value: Any, path: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every scalar, and every empty list, with its place."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from scalars(one, (*path, name))
    elif isinstance(value, list) and value:
        for number, one in enumerate(value):
            yield from scalars(one, (*path, number))
    else:
        yield path, value


def faults(value: Any, kind: Any) -> list[Any]:
    """Values that stand for another one by mistake."""
    if pa.types.is_list(kind):
        return [None] if value is None else [None, [None]]
    others = {pa.string(): ["", "x"], pa.int64(): [0, 1], pa.float64(): [0.0, 1.5], pa.bool_(): [False, True]}[kind]
    return [one for one in (None, *others) if one != value]


def kind_at(kind: Any, path: Place) -> Any:
    for step in path:
        kind = kind.value_type if isinstance(step, int) else kind.field(step).type
    return kind


def put(rows: list[Any], path: Place, value: Any) -> None:
    inner: Any = rows
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value


def found(work: Path, files: ConfigFiles) -> str:
    try:
        verify._verify_columns(work, files)
    except verify.ExportDamaged as damaged:
        return str(damaged)
    return ""


def test_a_fault_in_any_column_of_any_config_is_found(made: tuple[Path, About]) -> None:
    work, about = made
    planted: dict[str, set[str]] = {}
    missed = []
    for files in about.written.files:
        assert not found(work, files)
        path = work / files.shards[0].path
        data, table = path.read_bytes(), pq.read_table(path)
        rows = table.to_pylist()
        for place, value in scalars(rows):
            column = ".".join(str(step) for step in place[1:] if isinstance(step, str))
            if column in planted.setdefault(files.config.name, set()):
                continue
            planted[files.config.name].add(column)
            for fault in faults(value, kind_at(pa.struct(list(table.schema)), place[1:])):
                put(rows, place, fault)
                pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
                if column.partition(".")[0] not in found(work, files):
                    missed.append((files.config.name, column, value, fault))
            put(rows, place, value)
        path.write_bytes(data)
        assert not found(work, files)

    assert missed == []
    for files in about.written.files:
        assert {column.partition(".")[0] for column in planted[files.config.name]} == set(files.columns)
    assert len(planted) == 7
    assert {"spans.fragments", "spans.attributes", "relations.args.ids", "rights.redistribute", "notes.text"} <= planted[
        "documents"
    ]


def test_a_row_at_another_place_or_twice_is_found(made: tuple[Path, About]) -> None:
    work, about = made
    (spans,) = [files for files in about.written.files if files.config.name == "spans"]
    path = work / spans.shards[0].path
    data, table = path.read_bytes(), pq.read_table(path)
    for rows in ([1, 0, *range(2, table.num_rows)], [0, 0, *range(2, table.num_rows)]):
        pq.write_table(table.take(rows), path)
        assert "'id'" in found(work, spans)
    path.write_bytes(data)


def test_a_text_that_is_not_the_corpus_s_is_found_though_its_spans_are_in_it(made: tuple[Path, About]) -> None:
    work, about = made
    (documents,) = [files for files in about.written.files if files.config.name == "documents"]
    path = work / documents.shards[0].path
    data, table = path.read_bytes(), pq.read_table(path)
    verify._verify_documents(work, documents, about)
    pq.write_table(table.set_column(table.column_names.index("text"), "text", pa.array([f"{TEXT} "])), path)
    with pytest.raises(verify.ExportDamaged, match="the text that was read back is not the corpus's"):
        verify._verify_documents(work, documents, about)
    path.write_bytes(data)


def test_what_goes_wrong_on_the_way_into_a_file_stops_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root = write_example(tmp_path / "corpus", Example(text=TEXT, records=RECORDS[1:3]))
    write = pq.ParquetWriter.write_table

    def nearly(writer: Any, table: Any) -> None:
        if "after" in table.column_names:
            table = table.set_column(table.column_names.index("confidence"), "confidence", pa.array([0.5, None]))
        write(writer, table)

    monkeypatch.setattr(pq.ParquetWriter, "write_table", nearly)

    assert main(["-C", str(root), "export", "hf", str(tmp_path / "out"), "--config", "spans", "--no-agreement"]) == 2
    assert "spans, train: columns that differ read back as ['confidence'], expected []" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


KIND = pa.struct([("a", pa.string()), ("b", pa.list_(pa.list_(pa.int64()))), ("c", pa.bool_()), ("d", pa.list_(pa.float64()))])
ROW = st.fixed_dictionaries(
    {
        "a": st.none() | st.text(max_size=3),
        "b": st.none() | st.lists(st.none() | st.lists(st.none() | st.integers(-9, 9), max_size=2), max_size=2),
        "c": st.none() | st.booleans(),
        "d": st.none() | st.lists(st.none() | st.floats(allow_nan=False), max_size=2),
    }
)


def sealed(batches: list[Any]) -> Seal:
    seal = Seal()
    for batch in batches:
        seal.add(batch)
    return seal


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, max_size=6), st.lists(ROW, max_size=6), st.integers(1, 6))
def test_a_seal_is_the_same_however_rows_are_cut_and_another_for_other_rows(
    rows: list[dict[str, Any]], others: list[dict[str, Any]], size: int
) -> None:
    schema = pa.schema([("row", KIND), ("rows", pa.list_(KIND))])
    one, other = (pa.Table.from_pylist([{"row": row, "rows": [row]} for row in many], schema) for many in (rows, others))
    whole = sealed(one.combine_chunks().to_batches())

    assert whole.differing(sealed(one.to_batches(size))) == []
    assert whole.differing(sealed([pa.RecordBatch.from_pylist([row], schema) for row in one.to_pylist()])) == []
    assert bool(whole.differing(sealed(other.to_batches()))) == (one != other)
