"""What is different between two sets, said in annotations."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from msgspec.structs import replace

from postil import AnnotationSet, Header, Relation, Span, diff
from postil.cli import main
from postil.editing.matching import match
from postil.editing.realign import realign
from postil.rendering.differences import Sides, lines
from postil.scheme import Attribute, Layer, Scheme
from strategies import annotation_sets
from test_realign import OLD, annotated, git, span


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> tuple[int, str, str]:
    status = main([str(word) for word in argv])
    out, err = capsys.readouterr()
    return status, out, err


def by(annotator: str, annotations: AnnotationSet) -> AnnotationSet:
    return replace(annotations, header=replace(annotations.header, annotator=annotator))


@given(annotation_sets())
@settings(max_examples=60)
def test_a_set_does_not_differ_from_itself(pair: tuple[str, AnnotationSet]) -> None:
    assert not diff(pair[1], pair[1])


@given(annotation_sets(), annotation_sets())
@settings(max_examples=100)
def test_every_record_is_matched_once(one: tuple[str, AnnotationSet], other: tuple[str, AnnotationSet]) -> None:
    for by_id in (True, False):
        pairs = match(one[1], other[1], by_id=by_id)

        assert sorted(pair.first.id for pair in pairs if pair.first) == sorted(record.id for record in one[1].records)
        assert sorted(pair.second.id for pair in pairs if pair.second) == sorted(record.id for record in other[1].records)
        assert all(type(pair.first) is type(pair.second) for pair in pairs if pair.first and pair.second)


@given(annotation_sets(), annotation_sets())
@settings(max_examples=60)
def test_the_other_way_round_the_same_records_differ(one: tuple[str, AnnotationSet], other: tuple[str, AnnotationSet]) -> None:
    there, back = diff(by("a", one[1]), by("a", other[1])), diff(by("a", other[1]), by("a", one[1]))

    assert there.counts["added"] == back.counts["removed"]
    assert there.counts["removed"] == back.counts["added"]


def test_each_kind_of_change_has_its_name() -> None:
    tokyo, hamada, gone = span(OLD, "Tokyo"), span(OLD, "Hamada", "e2"), span(OLD, "Thursday", "e3")
    tie = Relation("r1", "argument", "near", {"from": "e1", "to": "e2"})
    before = annotated(OLD, tokyo, hamada, gone, relations=(tie,))
    after = annotated(
        OLD,
        replace(tokyo, label="Y", attributes={"sure": True}),
        replace(span(OLD, "Yasukazu Hamada", "e2")),
        span(OLD, "sea", "e4"),
        relations=(replace(tie, args={"from": "e2", "to": "e1"}),),
    )

    changes = {change.record.id: (change.kind, change.aspects) for change in diff(before, after).changes}

    assert changes == {
        "e1": ("changed", ("label", "attributes")),
        "e2": ("changed", ("edges",)),
        "e3": ("removed", ()),
        "e4": ("added", ()),
        "r1": ("changed", ("args",)),
    }


def test_two_annotators_are_compared_by_place_and_their_relations_by_what_they_tie() -> None:
    first = annotated(
        OLD, span(OLD, "Tokyo"), span(OLD, "Hamada", "e2"), relations=(Relation("r1", "l", "R", {"a": "e1", "b": "e2"}),)
    )
    second = annotated(
        OLD, span(OLD, "Tokyo", "x1"), span(OLD, "Hamada", "x2"), relations=(Relation("y", "l", "R", {"a": "x1", "b": "x2"}),)
    )

    assert not diff(by("a1", first), by("a2", second))


def test_a_word_that_looks_like_an_id_is_no_change() -> None:
    one, other = (replace(span(OLD, "Tokyo", id), attributes={"key": "e1", "of": id}) for id in ("e1", "x1"))

    assert not diff(by("a1", annotated(OLD, one)), by("a2", annotated(OLD, other)))


def test_with_a_scheme_only_references_follow() -> None:
    scheme = Scheme(
        "s", 1, layers={"entity": Layer("span", attributes={"of": Attribute("reference"), "key": Attribute("string")})}
    )
    one = [replace(span(OLD, "Tokyo", "e1"), attributes={"key": "e2", "of": "e2"}), span(OLD, "sea", "e2")]
    other = [replace(span(OLD, "Tokyo", "x1"), attributes={"key": "x2", "of": "x2"}), span(OLD, "sea", "x2")]
    first, second = by("a1", annotated(OLD, *one)), by("a2", annotated(OLD, *other))

    (change,) = diff(first, second, scheme=scheme).changes
    assert change.aspects == ("attributes",)
    assert not diff(first, second)
    same = annotated(OLD, replace(other[0], attributes={"key": "e2", "of": "e2"}), other[1], span(OLD, "Hamada", "e2"))
    assert [each.kind for each in diff(first, by("a2", same), scheme=scheme).changes if each.record.id == "x1"] == ["changed"]


def test_what_was_only_carried_along_is_counted_and_not_shown() -> None:
    before = annotated(OLD, span(OLD, "Tokyo"))
    after = realign(OLD, f"Then {OLD}", before).annotations

    found = diff(before, after)

    assert [change.aspects for change in found.changes] == [("offsets",)]
    assert found.shown == []
    assert list(found.header) == ["text_sha256"]


# --- the command -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def changed(small_corpus: Path) -> Path:
    git(small_corpus, "init", "-q")
    git(small_corpus, "add", "-A")
    git(small_corpus, "commit", "-q", "-m", "first")
    path = small_corpus / "annotations/gold/example.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace('"label":"GPE"', '"label":"PERSON"'), encoding="utf-8", newline="")
    return small_corpus


SHOWN = """annotations/gold/example.jsonl
~ entity PERSON “Tokyo” (e2)
    …Rajnath Singh met Hamada in [Tokyo].
    label: GPE → PERSON
1 set changed, 1 annotation.
"""


def test_what_changed_since_the_last_commit(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "-C", changed, "diff") == (0, SHOWN.replace("…Raj", "Raj"), "")
    assert run(capsys, "-C", changed, "diff", "--exit-code", "--stat") == (
        1, "annotations/gold/example.jsonl: 1 label\n1 set changed, 1 annotation.\n", "",
    )  # fmt: skip
    git(changed, "commit", "-q", "-a", "-m", "second")
    assert run(capsys, "-C", changed, "diff")[:2] == (0, "No difference.\n")
    assert run(capsys, "-C", changed, "diff", "HEAD~1", "HEAD")[1] == SHOWN.replace("…Raj", "Raj")
    (set_,) = json.loads(run(capsys, "-C", changed, "diff", "HEAD~1", "--format", "json")[1])["sets"]
    assert set_["changes"][0]["aspects"] == ["label"]
    page = run(capsys, "-C", changed, "diff", "HEAD~1", "--format", "html")[1]
    assert page.startswith("<!doctype html>")
    assert "label: GPE → PERSON" in page


def test_two_sets_and_two_files(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = changed / "annotations/gold/example.jsonl"
    (changed / "annotations/me").mkdir()
    mine = changed / "annotations/me/example.jsonl"
    mine.write_text(
        gold.read_text(encoding="utf-8").replace('"gold"', '"me"').replace('"e1"', '"z1"'), encoding="utf-8", newline=""
    )

    assert run(capsys, "-C", changed, "diff", "me", "gold")[1] == "No difference.\n"
    assert run(capsys, "diff", mine, gold)[1] == "No difference.\n"


def test_a_new_and_a_broken_set(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold = changed / "annotations/gold/example.jsonl"
    new = changed / "annotations/new/example.jsonl"
    new.parent.mkdir()
    new.write_text(gold.read_text(encoding="utf-8").replace('"gold"', '"new"'), encoding="utf-8", newline="")
    gold.write_bytes(b"<<<<<<< ours\n")

    status, out, err = run(capsys, "-C", changed, "diff", "--stat")

    assert status == 2
    assert "annotations/new/example.jsonl: 2 added" in out
    assert "annotations/gold/example.jsonl: not readable" in err


def test_ranges_of_revisions(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(changed, "commit", "-q", "-a", "-m", "second")
    shown = SHOWN.replace("…Raj", "Raj")

    assert run(capsys, "-C", changed, "diff", "HEAD~1..HEAD")[:2] == (0, shown)
    assert run(capsys, "-C", changed, "diff", "HEAD~1...HEAD")[:2] == (0, shown)
    assert run(capsys, "-C", changed, "diff", "HEAD~1..")[:2] == (0, shown)
    assert run(capsys, "-C", changed, "diff", "HEAD...HEAD~1")[:2] == (0, "No difference.\n")
    status, _, err = run(capsys, "-C", changed, "diff", "HEAD..nowhere")
    assert status == 2
    assert "nowhere is no revision: git says" in err


def test_what_cannot_be_compared_is_no_sameness(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gold, text = changed / "annotations/gold/example.jsonl", changed / "corpus/example.txt"

    for one, other in ((text, text), (gold, text)):
        status, out, err = run(capsys, "diff", one, other)
        assert (status, out) == (2, "")
        assert "not readable as a set" in err
    assert run(capsys, "-C", changed, "diff", "--doc", "nosuch")[0] == 2
    assert "there is no set nobody: there is gold" in run(capsys, "-C", changed, "diff", "gold", "nobody")[2]


def test_without_a_repository_it_is_said_plainly(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, "-C", small_corpus, "diff")

    assert status == 2
    assert "this is not a git repository" in err
    assert "fatal" not in err


def shown(before: AnnotationSet, after: AnnotationSet) -> list[str]:
    return [line for _, line in lines(Sides("t", before, after, diff(before, after), OLD, OLD))]


def test_changed_fragments_are_shown_as_fragments() -> None:
    whole = span(OLD, "Rajnath Singh met")
    pieces = replace(whole, text="Rajnath met", fragments=((0, 7), (14, 17)))

    said = "    fragments: “Rajnath Singh met” (0 to 17) → “Rajnath met” (0 to 7, 14 to 17)"
    assert said in shown(annotated(OLD, whole), annotated(OLD, pieces))


def test_a_relation_shows_the_argument_that_changed() -> None:
    tie = Relation("r1", "l", "R", {"a": "e1", "b": "e2"})
    spans = (span(OLD, "Hamada"), span(OLD, "Tokyo", "e2"), span(OLD, "sea", "e3"))
    before = annotated(OLD, *spans, relations=(tie,))
    after = annotated(OLD, span(OLD, "Yasukazu Hamada"), *spans[1:], relations=(replace(tie, args={"a": "e1", "b": "e3"}),))

    said = shown(before, after)

    assert "    b: X “Tokyo” → X “sea”" in said
    assert not any(line.startswith("    a:") for line in said)
    assert [each.record.id for each in diff(before, replace(after, relations=(tie,))).changes] == ["e1"]


def test_what_was_removed_stands_where_it_was() -> None:
    before = annotated(OLD, span(OLD, "Hamada"), span(OLD, "Tokyo", "e2"), span(OLD, "sea", "e3"))
    after = annotated(OLD, replace(span(OLD, "Hamada"), label="Y"), replace(span(OLD, "sea", "e3"), label="Y"))

    assert [each.record.id for each in diff(before, after).changes] == ["e1", "e2", "e3"]
    assert any("[Tokyo]" in line for line in shown(before, after))


def test_the_page_says_what_is_compared_and_marks_spans(changed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = run(capsys, "-C", changed, "diff", "--format", "html")[1]

    assert "<h1>Annotations since HEAD</h1>" in page
    assert "1 set changed, 1 annotation." in page
    assert "<mark>Tokyo</mark>" in page


def test_usage(changed: Path, small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "-C", changed, "diff", "no-such-revision")[0] == 2
    assert run(capsys, "-C", changed, "diff", "--", "--output=x")[0] == 2
    assert run(capsys, "-C", changed, "diff", "a", "b", "c")[0] == 2


def test_git_shows_the_same(changed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    postil = f"'{sys.executable}' -m postil"
    git(changed, "config", "diff.postil.command", f"{postil} diff --git")
    git(changed, "config", "diff.postil.textconv", f"{postil} diff --textconv")
    (changed / ".gitattributes").write_text("annotations/**/*.jsonl diff=postil\n", encoding="utf-8")

    shown = git(changed, "diff")
    lines = git(changed, "diff", "--no-ext-diff")

    assert shown == SHOWN.replace("…Raj", "Raj").replace("1 set changed, 1 annotation.\n", "")
    assert "-entity GPE e2 “Tokyo” at 28-33\n+entity PERSON e2 “Tokyo” at 28-33\n" in lines
    (changed / "annotations/gold/example.jsonl").write_bytes(b"{broken\n")
    assert "+{broken" in git(changed, "diff")
    assert subprocess.run(["git", "-C", str(changed), "diff", "--stat"], check=True, capture_output=True).returncode == 0


def test_a_header_is_compared_too() -> None:
    before = annotated(OLD)
    after = replace(before, header=Header("d", "a", "s/2", before.header.text_sha256, "in-progress", "manual"))

    assert diff(before, after).header == {"scheme": ("s/1", "s/2"), "status": ("complete", "in-progress")}


def test_spans_of_one_place_are_matched_by_layer() -> None:
    one = Span("e1", "entity", "X", 0, 7, "Rajnath")
    other = Span("s1", "statement", "Y", 0, 7, "Rajnath")

    assert not diff(by("a", annotated(OLD, one, other)), by("b", annotated(OLD, replace(other, id="q"), replace(one, id="r"))))


def test_a_word_that_looks_like_a_truth_is_quoted() -> None:
    whole = span(OLD, "Rajnath Singh")
    before, after = replace(whole, attributes={"Negation": True}), replace(whole, attributes={"Negation": "true"})

    assert "    Negation: true → “true”" in shown(annotated(OLD, before), annotated(OLD, after))
