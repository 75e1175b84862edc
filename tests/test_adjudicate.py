"""One set of several: what annotators agree on goes through, the rest is decided once, and kept."""

from __future__ import annotations

import io
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from conftest import ROOT
from histories import beginning, branch
from postil import AnnotationSet, Corpus, Label, PostilError, Relation
from postil.cli import main
from postil.editing.adjudicate import adjudicate
from postil.editing.adopting import adopted
from postil.editing.decisions import BOTH, EDITED, NEITHER, decide
from postil.editing.items import items
from postil.errors import UnreadableFile
from postil.storage.decisions_file import DecisionsFile, DecisionsHeader, encode_decisions, parse_decisions
from postil.storage.set_file import encode_set
from test_realign import OLD, annotated, span

DOC = "news/india-japan-2-plus-2"
GOLD = f"annotations/gold/{DOC}.jsonl"
DECISIONS = f"adjudication/gold/{DOC}.jsonl"


def by(annotator: str, annotations: AnnotationSet) -> AnnotationSet:
    return replace(annotations, header=replace(annotations.header, annotator=annotator))


def test_the_recorded_decisions_make_the_committed_gold(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("corpus", "annotations", "adjudication"):
        shutil.copytree(ROOT / name, tmp_path / name)
    decisions = (tmp_path / DECISIONS).read_bytes()
    (tmp_path / GOLD).unlink()

    assert main(["-C", str(tmp_path), "adjudicate", "a1", "a2", "--into", "gold"]) == 0

    assert (tmp_path / GOLD).read_bytes() == (ROOT / GOLD).read_bytes()
    assert (tmp_path / DECISIONS).read_bytes() == decisions
    assert capsys.readouterr().out == f"{DOC}: 244 agreed, 18 decided, 0 open; wrote gold, complete\n"


@given(st.integers(0, 2**32))
@settings(max_examples=50)
def test_who_agrees_needs_no_decision(seed: int) -> None:
    annotations = replace(beginning(random.Random(seed)), notes=()).canonical()

    result = adjudicate([by("a1", annotations), by("a2", annotations)], "gold")

    assert not result.open
    assert result.annotations.annotations == annotations.annotations
    assert result.annotations.header.sources == ("a1", "a2")
    assert result.annotations.header.status == "complete"


@given(st.integers(0, 2**32), st.integers(0, 6))
@settings(max_examples=100)
def test_whatever_was_made_by_hand_can_be_adopted(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    base = replace(beginning(chance), notes=())
    first, second, hand = (replace(branch(chance, base, name, steps), notes=()).canonical() for name in "xyz")
    sets = [by("a1", first), by("a2", second)]
    header = replace(hand.header, annotator="gold", status="complete", method="adjudicated", sources=("a1", "a2"))
    there = replace(hand, header=header)

    decisions = adopted(sets, there, {}, ("me", "now"))

    assert adjudicate(sets, "gold", decisions).annotations == there


@given(st.integers(0, 2**32), st.integers(0, 6))
@settings(max_examples=100)
def test_every_annotation_of_either_is_agreed_decided_or_open(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    base = beginning(chance)
    sets = [by(name, branch(chance, base, name, steps)) for name in ("a1", "a2", "a3")]
    found = items(sets)
    result = adjudicate(sets, "gold")

    for name, each in zip(("a1", "a2", "a3"), sets, strict=True):
        assert sorted(one.id for item in found if (one := item.versions[name])) == sorted(one.id for one in each.annotations)
    assert result.agreed + len(result.open) == len(found)
    kept = {record.id for record in result.annotations.annotations}
    assert all({id for _, id in relation.arguments()} <= kept for relation in result.annotations.relations)


def pair() -> list[AnnotationSet]:
    """Two annotators who disagree in every way there is."""
    first = annotated(
        OLD,
        span(OLD, "Rajnath Singh"),
        span(OLD, "Tokyo", "e2"),
        span(OLD, "Hamada", "e3"),
        span(OLD, "Thursday", "e4"),
        replace(span(OLD, "sea", "e5"), attributes={"sure": True}),
        relations=(Relation("r1", "argument", "near", {"from": "e1", "to": "e2"}),),
        labels=(Label("d1", "genre", "news"),),
    )
    second = annotated(
        OLD,
        span(OLD, "Rajnath Singh", "x1"),
        replace(span(OLD, "Tokyo", "x2"), label="Y"),
        span(OLD, "Yasukazu Hamada", "x3"),
        span(OLD, "sea", "x5"),
        relations=(Relation("y1", "argument", "far", {"from": "x1", "to": "x2"}),),
        labels=(Label("l1", "genre", "news"),),
    )
    return [by("a1", first), by("a2", second)]


def test_disagreements_have_their_kinds() -> None:
    result = adjudicate(pair(), "gold")

    assert sorted(each.item.kind for each in result.open) == ["attribute", "boundary", "label", "missing", "relation"]
    assert [record.id for record in result.annotations.annotations] == ["e1", "d1"]
    assert result.annotations.header.status == "in-progress"


def test_each_choice_does_what_it_says() -> None:
    sets = pair()
    wanted = {"label": "a2", "boundary": BOTH, "missing": NEITHER, "attribute": "a1", "relation": "a2"}
    decisions = [decide(each.item, wanted[each.item.kind]) for each in adjudicate(sets, "gold").open]

    result = adjudicate(sets, "gold", decisions)

    assert not result.open
    assert {one.id: one.label for one in result.annotations.spans} == {"e1": "X", "x2": "Y", "e3": "X", "x3": "X", "e5": "X"}
    assert [one.args for one in result.annotations.relations] == [{"from": "e1", "to": "x2"}]  # in the ids of the result


def test_an_edited_annotation_is_taken_as_it_is() -> None:
    sets = pair()
    made = span(OLD, "Yasukazu Hamada in Tokyo", "new")
    decisions = [decide(each.item, EDITED, [made]) for each in adjudicate(sets, "gold").open if each.item.kind == "boundary"]

    assert made in adjudicate(sets, "gold", decisions).annotations.spans


def test_only_what_changed_is_open_again() -> None:
    sets = pair()
    decisions = [decide(each.item, NEITHER if each.item.kind == "relation" else "a1") for each in adjudicate(sets, "gold").open]
    spans = tuple(replace(one, label="Z") if one.id == "x2" else one for one in sets[1].spans)
    changed = [sets[0], replace(sets[1], spans=spans)]

    assert not adjudicate(sets, "gold", decisions).open
    assert [each.item.kind for each in adjudicate(changed, "gold", decisions).open] == ["label"]


def test_policies() -> None:
    tokyo = span(OLD, "Tokyo")
    sets = [by(name, annotated(OLD, *spans)) for name, spans in (("a", [tokyo]), ("b", [tokyo]), ("c", []))]

    assert len(adjudicate(sets, "gold").open) == 1
    assert adjudicate(sets, "gold", shares={"": 0.5}).annotations.spans == (tokyo,)
    assert len(adjudicate(sets, "gold", shares={"": 0.7}).open) == 1
    assert adjudicate(sets, "gold", shares={"entity": 0.6}).annotations.spans == (tokyo,)
    assert len(adjudicate(sets, "gold", shares={"other": 0.6}).open) == 1
    outvoted = adjudicate([sets[0], sets[2], by("d", annotated(OLD))], "gold", shares={"": 0.5})
    assert (outvoted.open, outvoted.annotations.spans) == ((), ())


def test_ids_that_two_annotators_use_for_different_things() -> None:
    first, second = annotated(OLD, span(OLD, "Tokyo", "T1")), annotated(OLD, span(OLD, "sea", "T1"))
    sets = [by("a1", first), by("a2", second)]
    decisions = [decide(each.item, BOTH) for each in adjudicate(sets, "gold").open]

    assert {one.id: one.text for one in adjudicate(sets, "gold", decisions).annotations.spans} == {"T1": "Tokyo", "T1.a2": "sea"}


def test_sets_about_different_things_are_refused() -> None:
    one = by("a1", annotated(OLD))

    with pytest.raises(PostilError, match="different texts"):
        adjudicate([one, by("a2", annotated("Another text.\n"))], "gold")
    with pytest.raises(PostilError, match="one annotator"):
        adjudicate([one, one], "gold")


def test_decisions_are_written_the_same_whatever_their_order() -> None:
    decisions = [decide(each.item, NEITHER, by="me", at="now") for each in adjudicate(pair(), "gold").open]
    header = DecisionsHeader("d", "gold", ("a1", "a2"))
    data = encode_decisions(DecisionsFile(header, decisions))

    assert encode_decisions(DecisionsFile(header, decisions[::-1])) == data
    assert encode_decisions(parse_decisions("p", data)) == data
    with pytest.raises(UnreadableFile, match="p:2:1: a marker of an unfinished merge"):
        parse_decisions("p", data.split(b"\n")[0] + b"\n<<<<<<< ours\n")
    with pytest.raises(UnreadableFile, match="p:1:1: not a decision"):
        parse_decisions("p", b"{broken\n")
    with pytest.raises(UnreadableFile, match="no header"):
        parse_decisions("p", b"")


# --- the command -------------------------------------------------------------------------------------------------------------

Typed = Callable[..., tuple[int, str]]


@pytest.fixture
def corpus(small_corpus: Path) -> Path:
    (small_corpus / "corpus/example.txt").write_text(OLD, encoding="utf-8", newline="")
    shutil.rmtree(small_corpus / "annotations/gold")
    for each in pair():
        path = small_corpus / f"annotations/{each.annotator}/example.jsonl"
        path.parent.mkdir()
        path.write_bytes(encode_set(replace(each, header=replace(each.header, document="example", scheme="news/1"))))
    return small_corpus


@pytest.fixture
def typed(corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run a session in which these keys are typed."""
    monkeypatch.setattr("postil.cli.adjudicate._now", lambda: "2026-01-02T03:04:05Z")

    def session(keys: str, *options: str) -> tuple[int, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(keys))
        status = main(["-C", str(corpus), "adjudicate", "a1", "a2", "--into", "gold", "--as", "me", *options])
        return status, capsys.readouterr().out

    return session


def gold(corpus: Path) -> AnnotationSet:
    return Corpus.open(corpus)["example"].sets["gold"]


def test_a_session_asks_shows_and_writes(corpus: Path, typed: Typed) -> None:
    status, out = typed("2b n 1 2")

    assert status == 0
    assert "example: 5 disagreements to decide" in out
    assert "label, 5 left: entity, example:1\n  Rajnath Singh met Yasukazu Hamada in [Tokyo] on Thursday." in out
    assert "  1 a1: X  “Tokyo”\n  2 a2: Y  “Tokyo”\n" in out
    assert "  1 a1: near  from X “Rajnath Singh”  to X “Tokyo”\n" in out
    assert out.endswith("example: 2 agreed, 5 decided, 0 open; wrote gold, complete\n")
    assert {one.id for one in gold(corpus).spans} == {"e1", "x2", "e3", "x3", "e5"}
    lines = [json.loads(line) for line in (corpus / "adjudication/gold/example.jsonl").read_text(encoding="utf-8").splitlines()]
    assert lines[-1]["set_sha256"]
    assert {(line["by"], line["at"]) for line in lines[1:-1]} == {("me", "2026-01-02T03:04:05Z")}
    assert typed("") == (0, "example: 2 agreed, 5 decided, 0 open; wrote gold, complete\n")


def test_a_session_goes_on_where_it_was_left_and_takes_back(corpus: Path, typed: Typed) -> None:
    assert typed("2q")[0] == 1
    status, out = typed("1u1sq")

    assert status == 1
    assert "boundary, 4 left" in out
    assert "taken back" in out
    assert out.endswith("2 agreed, 2 decided, 3 open; wrote gold, in-progress\n")
    assert typed("1n1")[0] == 0


def test_what_is_typed_in_between_means_nothing(typed: Typed) -> None:
    assert typed("9 x ? 2 b n 1 2")[0] == 0


def test_without_a_person_the_rest_is_listed(corpus: Path, typed: Typed) -> None:
    status, out = typed("", "--auto", "unanimous")

    assert status == 1
    assert "example:1: open: label in entity: a1 X  “Tokyo” (e2, annotations/a1/example.jsonl:4), a2 Y  “Tokyo” (x2, " in out
    assert "example:1: open: missing in entity: a1 X  “Thursday” (e4, annotations/a1/example.jsonl:5), a2 nothing\n" in out
    assert gold(corpus).header.status == "in-progress"


def test_what_an_annotator_changed_is_asked_again_and_nothing_else(corpus: Path, typed: Typed) -> None:
    typed("2bn12")
    path = corpus / "annotations/a2/example.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"label":"Y"', '"label":"Z"'), encoding="utf-8", newline="")

    status, out = typed("2")

    assert "label, 1 left" in out or "label, 2 left" in out
    assert "boundary" not in out
    assert status == 0
    assert "Z" in {one.label for one in gold(corpus).spans}


def test_a_set_changed_by_hand_is_not_overwritten_unsaid(corpus: Path, typed: Typed, capsys: pytest.CaptureFixture[str]) -> None:
    typed("2bn12")
    path = corpus / "annotations/gold/example.jsonl"
    by_hand = path.read_bytes().replace(b'"label":"Y"', b'"label":"HAND"')
    path.write_bytes(by_hand)

    assert typed("")[0] == 2
    assert path.read_bytes() == by_hand
    assert typed("", "--adopt")[0] == 0
    assert path.read_bytes() == by_hand
    assert typed("")[0] == 0
    assert path.read_bytes() == by_hand
    path.write_bytes(by_hand.replace(b"HAND", b"AGAIN"))
    assert typed("", "--overwrite")[0] == 0
    assert path.read_bytes() == by_hand


def test_a_status_that_was_set_by_hand_is_kept_or_asked_about(
    corpus: Path, typed: Typed, capsys: pytest.CaptureFixture[str]
) -> None:
    path = corpus / "annotations/gold/example.jsonl"

    def set_status(status: str) -> bytes:
        other = {"complete": b"in-progress", "in-progress": b"complete"}[status]
        path.write_bytes(path.read_bytes().replace(b'"status":"' + other, b'"status":"' + status.encode()))
        return path.read_bytes()

    def refused() -> str:
        assert main(["-C", str(corpus), "adjudicate", "a1", "a2", "--into", "gold", "--as", "me", "--auto", "unanimous"]) == 2
        return capsys.readouterr().err

    typed("2q")
    by_hand = set_status("complete")
    assert "its status was set to complete by hand, but 4 are open" in refused()
    assert path.read_bytes() == by_hand
    assert typed("", "--adopt")[1].endswith("2 agreed, 5 decided, 0 open; wrote gold, complete\n")
    assert path.read_bytes() == by_hand

    by_hand = set_status("in-progress")
    assert "its status was set to in-progress by hand, but everything is decided" in refused()
    assert typed("", "--adopt")[0] == 2
    assert path.read_bytes() == by_hand
    assert typed("", "--overwrite")[0] == 0
    assert gold(corpus).header.status == "complete"


def test_keys_of_the_header_that_no_decision_is_about_stay(corpus: Path, typed: Typed) -> None:
    typed("2q")
    path = corpus / "annotations/gold/example.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"sources":["a1","a2"]', b'"sources":["a1","a2"],"reviewer":"she"'))

    assert typed("bn12")[0] == 0
    assert gold(corpus).header.unknown == {"reviewer": "she"}
    path.write_bytes(path.read_bytes().replace(b'"label":"Y"', b'"label":"HAND"'))
    assert typed("", "--adopt")[0] == 0
    assert gold(corpus).header.unknown == {"reviewer": "she"}


def test_an_editor_writes_what_nobody_said(corpus: Path, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(
        [
            "# nothing\n{broken",
            None,
            json.dumps({"type": "span", "id": "m1", "layer": "entity", "label": "PERSON", "start": 37, "end": 42}),
        ]
    )
    monkeypatch.setattr("click.edit", lambda *_, **__: next(answers))

    status, out = typed("eeeq")

    assert status == 1
    assert "not taken" in out
    assert {one.label for one in gold(corpus).spans} == {"X", "PERSON"}


def test_usage_and_sets_that_cannot_be_adjudicated(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def status(*arguments: str) -> int:
        return main(["-C", str(corpus), "adjudicate", *arguments])

    assert status("a1", "--into", "gold") == 2
    assert status("a1", "gold", "--into", "gold") == 2
    assert status("a1", "nobody", "--into", "gold") == 2
    assert status("a1", "a2", "--into", "gold", "--doc", "nothing") == 2
    assert status("a1", "a2", "--into", "gold", "--policy", "entity=most") == 2
    assert status("a1", "a2", "--into", "../x", "--auto", "majority") == 2
    assert not (corpus.parent / "x").exists()
    (corpus / "corpus/example.txt").write_text(f"New. {OLD}", encoding="utf-8", newline="")
    assert status("a1", "a2", "--into", "gold") == 2
    assert "realign first" in capsys.readouterr().err
