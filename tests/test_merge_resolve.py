"""Deciding a conflict for one side, without editing the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from postil import AnnotationSet, Note, PostilError, Relation, merge
from postil.cli import main
from postil.editing.resolving import Side, resolve
from postil.storage.set_file import encode_set
from test_merge import records
from test_realign import OLD, annotated, span

TOKYO, HAMADA = span(OLD, "Tokyo"), span(OLD, "Hamada", "e2")


def merged() -> AnnotationSet:
    base = annotated(OLD, TOKYO, HAMADA)
    ours = annotated(OLD, replace(TOKYO, label="Y", note="ours"), HAMADA)
    theirs = annotated(OLD, replace(TOKYO, label="Z", confidence=0.5))
    return merge(base, replace(ours, spans=(ours.spans[0], replace(HAMADA, label="Y"))), theirs).annotations


@pytest.mark.parametrize(("side", "label"), [("ours", "Y"), ("theirs", "Z")])
def test_only_what_is_contested_is_taken(side: Side, label: str) -> None:
    result = resolve(merged(), "e1", side)

    assert records(result)["e1"] == replace(TOKYO, label=label, note="ours", confidence=0.5)
    assert [note.id for note in result.notes] == ["merge.e2"]


def test_what_one_side_took_out_goes_or_stays() -> None:
    assert "e2" not in records(resolve(merged(), "merge.e2", "theirs"))
    assert records(resolve(merged(), "e2", "ours"))["e2"] == replace(HAMADA, label="Y")
    named = replace(merged(), relations=(Relation("r1", "l", "R", {"a": "e2"}),))
    with pytest.raises(PostilError, match="e2 cannot be taken out: r1 names it"):
        resolve(named, "e2", "theirs")
    with pytest.raises(PostilError, match="no conflicts"):
        resolve(merged(), "e9", "ours")


def test_keys_that_the_format_does_not_know_stay() -> None:
    base, *sides = (annotated(OLD, replace(TOKYO, label=label, unknown={"x": label})) for label in "XYZ")

    assert resolve(merge(base, *sides).annotations, "e1", "theirs") == sides[1]
    broken = replace(base, notes=(Note("n", "e1", "?", {"what": "merge", "ours": {"type": "span"}}),))
    with pytest.raises(PostilError, match="no record"):
        resolve(broken, "e1", "ours")


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "set.jsonl"
    file.write_bytes(encode_set(merged()))

    assert main(["resolve", str(file), "e1", "e9", "--take", "theirs"]) == 2
    assert file.read_bytes() == encode_set(merged())
    assert main(["resolve", str(file), "e1", "e2", "--take", "theirs"]) == 0
    assert b'"decide"' not in file.read_bytes()
    assert "took theirs for e1, e2; nothing left to decide." in capsys.readouterr().out
    file.write_bytes(b"<<<<<<< ours\n")
    assert main(["resolve", str(file), "e1", "--take", "ours"]) == 2
    assert main(["resolve", str(tmp_path / "gone"), "e1", "--take", "ours"]) == 2
