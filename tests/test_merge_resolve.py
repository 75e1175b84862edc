"""Deciding a conflict for one side, without editing the file."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from postil import AnnotationSet, Label, Note, PostilError, Relation, merge, realign
from postil.cli import main
from postil.editing.realign import sha256_of
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
    with pytest.raises(PostilError, match=r"no conflict of a merge is about e9: there is merge\.e1 and merge\.e2"):
        resolve(merged(), "e9", "ours")


@pytest.mark.parametrize(("side", "label"), [("ours", "Y"), ("theirs", "Z")])
def test_what_became_of_it_since_the_merge_stays(side: Side, label: str) -> None:
    here = f"Then {OLD}"
    later = realign(OLD, here, merged()).annotations
    later = replace(later, spans=tuple(replace(each, attributes={"seen": True}) for each in later.spans))

    found = records(resolve(later, "e1", side))["e1"]

    assert found == replace(span(here, "Tokyo"), label=label, note="ours", confidence=0.5, attributes={"seen": True})


def test_edges_of_a_text_that_was_edited_since_are_not_guessed() -> None:
    base, ours, theirs = (annotated(OLD, span(OLD, words)) for words in ("Hamada", "Yasukazu Hamada", "Hamada in Tokyo"))
    merge_ = merge(base, ours, theirs).annotations
    later = realign(OLD, f"Then {OLD}", merge_).annotations

    assert resolve(merge_, "e1", "theirs") == theirs
    assert records(resolve(later, "e1", "ours"))["e1"] == span(f"Then {OLD}", "Yasukazu Hamada")
    with pytest.raises(PostilError, match="e1 stands elsewhere since the merge"):
        resolve(later, "e1", "theirs")
    with pytest.raises(PostilError, match="none is left to decide"):
        resolve(base, "e1", "theirs")


def test_a_place_in_another_text_is_not_taken() -> None:
    base, ours, theirs = (annotated(OLD, span(OLD, words)) for words in ("Hamada", "Yasukazu Hamada", "Hamada in Tokyo"))
    later = realign(OLD, OLD.replace("Hamada", "Hama"), merge(base, ours, theirs).annotations).annotations
    with pytest.raises(PostilError, match="e1: its place is about another text"):
        resolve(later, "e1", "theirs")

    here, there = OLD.replace("Tokyo", "Kyoto"), f"Then {OLD}"
    sides = annotated(here, span(here, "Yasukazu Hamada")), annotated(there, span(there, "Hamada in Tokyo"))
    merged = merge(base, *sides, texts={sha256_of(text): text for text in (OLD, here, there)}).annotations
    assert merged.notes[0].decide["open"] == ["theirs"]
    assert resolve(merged, "e1", "ours") == sides[0]
    with pytest.raises(PostilError, match="e1: its place is about another text"):
        resolve(merged, "e1", "theirs")


def test_keys_that_the_format_does_not_know_stay() -> None:
    base, *sides = (annotated(OLD, replace(TOKYO, label=label, unknown={"x": label})) for label in "XYZ")

    assert resolve(merge(base, *sides).annotations, "e1", "theirs") == sides[1]
    broken = replace(base, notes=(Note("n", "e1", "?", {"what": "merge", "ours": {"type": "span"}}),))
    with pytest.raises(PostilError, match="no record"):
        resolve(broken, "e1", "ours")


def test_the_header_is_decided_by_its_note() -> None:
    base, ours, theirs = (
        replace(annotated(OLD, TOKYO), header=replace(annotated(OLD).header, scheme=scheme, unknown={"x": scheme}))
        for scheme in ("s/1", "s/2", "s/3")
    )
    ours = replace(ours, header=replace(ours.header, method="model"))
    merged = merge(base, ours, theirs).annotations

    assert merged.header.scheme == "s/2"
    assert resolve(merged, "merge.", "ours") == replace(merged, notes=())
    assert resolve(merged, "merge.", "theirs") == replace(theirs, header=replace(theirs.header, method="model"))


def test_what_is_about_a_text_that_was_not_found() -> None:
    here = f"Then {OLD}"
    base = annotated(OLD, TOKYO, HAMADA, labels=(Label("d1", "genre", "news"),))
    ours = annotated(here, span(here, "Tokyo"), replace(span(here, "Hamada", "e2"), confidence=0.5), labels=base.labels)
    tie = Relation("r1", "l", "R", {"a": "e1", "b": "e3"})
    theirs = annotated(
        OLD, replace(TOKYO, label="Z"), span(OLD, "Yasukazu Hamada", "e2"), span(OLD, "sea", "e3"), relations=(tie,)
    )
    merged = merge(base, ours, theirs).annotations
    notes = {(note.decide["theirs"] or note.decide["base"]).get("id", ""): note.id for note in merged.notes}

    for note in notes.values():
        assert records(resolve(merged, note, "ours")) == {id: each for id, each in records(merged).items() if id != note}
    assert not resolve(merged, notes["d1"], "theirs").labels
    assert records(resolve(merged, notes["e1"], "theirs"))["e1"] == replace(ours.spans[0], label="Z")
    for id in ("e2", "e3"):
        with pytest.raises(PostilError, match=r"where it stands in the text of ours is not known.*git checkout -m"):
            resolve(merged, notes[id], "theirs")
    with pytest.raises(PostilError, match="r1 cannot be taken: it names e3"):
        resolve(merged, notes["r1"], "theirs")
    with pytest.raises(PostilError, match="the set is about the text of ours"):
        resolve(merged, notes[""], "theirs")


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
