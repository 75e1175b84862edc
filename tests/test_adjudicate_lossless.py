"""Adjudication loses nothing and guesses nothing: ids, later changes, hands, and two people at once."""

from __future__ import annotations

import io
import itertools
import json
import random
import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from hypothesis import given, settings, strategies as st
from msgspec.structs import replace

from histories import beginning, branch
from postil import AnnotationSet, Corpus, Label, PostilError, Relation
from postil.cli import main
from postil.editing.adjudicate import adjudicate
from postil.editing.adopting import adopted
from postil.editing.decisions import BOTH, EDITED, NEITHER, decide
from postil.editing.pending import as_plain
from postil.editing.realign import realign
from postil.scheme import Attribute, Layer, Scheme
from postil.storage.decisions_file import Decision, DecisionsFile, DecisionsHeader, encode_decisions, parse_decisions, record_of
from postil.storage.set_file import encode_set
from test_adjudicate import by, pair
from test_realign import OLD, annotated, span


def test_no_annotation_takes_the_place_of_another_with_its_id() -> None:
    first = by("a1", annotated(OLD, span(OLD, "Tokyo", "e1"), span(OLD, "sea", "e1.a2")))
    second = by("a2", annotated(OLD, span(OLD, "Hamada", "e1"), span(OLD, "Thursday", "e1.a2")))
    sets = [first, second]
    decisions = [decide(each.item, BOTH) for each in adjudicate(sets, "gold").open]
    made = Decision("added", {}, EDITED, (as_plain(span(OLD, "ships", "e1")), as_plain(span(OLD, "met", "new"))))

    result = adjudicate(sets, "gold", [*decisions, made]).annotations

    ids = [record.id for record in result.annotations]
    assert sorted(one.text for one in result.spans) == ["Hamada", "Thursday", "Tokyo", "met", "sea", "ships"]
    assert len(set(ids)) == len(ids)


def test_an_id_made_longer_is_none_too_long() -> None:
    long = "e" * 64
    sets = [by("a1", annotated(OLD, span(OLD, "Tokyo", long))), by("Ren\u00e9", annotated(OLD, span(OLD, "sea", long)))]
    decisions = [decide(each.item, BOTH) for each in adjudicate(sets, "gold").open]

    spans = adjudicate(sets, "gold", decisions).annotations.spans

    assert len({one.id for one in spans}) == 2
    assert all(len(one.id) <= 64 and one.id.isascii() for one in spans)


def test_a_set_with_one_id_twice_is_refused() -> None:
    twice = by("a1", annotated(OLD, span(OLD, "Tokyo"), span(OLD, "sea")))

    with pytest.raises(PostilError, match="two annotations with the id e1"):
        adjudicate([twice, by("a2", annotated(OLD))], "gold")


def test_decisions_hold_when_the_text_is_edited() -> None:
    sets = pair()
    kinds = {"boundary": EDITED}
    mine = span(OLD, "Yasukazu Hamada in Tokyo", "mine")
    decisions = [
        decide(each.item, kinds.get(each.item.kind, "a1"), [mine] if each.item.kind == "boundary" else ())
        for each in adjudicate(sets, "gold").open
    ]
    new = f"Then {OLD}"
    moved = [realign(OLD, new, each).annotations for each in sets]

    result = adjudicate(moved, "gold", decisions, text=new)

    assert [(each.item.kind, "text was edited" in each.why) for each in result.open] == [("boundary", True)]
    assert len(adjudicate(moved, "gold", decisions).open) == 0


def test_a_further_set_asks_only_what_it_says_anew() -> None:
    sets = pair()
    decisions = [decide(each.item, "a1" if each.item.kind != "missing" else NEITHER) for each in adjudicate(sets, "gold").open]
    same = by("a3", sets[1])
    other = by("a3", replace(sets[1], spans=tuple(replace(one, label="Z") if one.id == "x2" else one for one in sets[1].spans)))

    assert not adjudicate([*sets, same], "gold", decisions).open
    asked = adjudicate([*sets, other], "gold", decisions).open
    assert [each.item.kind for each in asked if not each.why] == ["label"]  # the relation to it waits for it


@given(st.integers(0, 2**32), st.integers(0, 6))
@settings(max_examples=40)
def test_the_order_of_the_sets_means_nothing(seed: int, steps: int) -> None:
    chance = random.Random(seed)
    base = beginning(chance)
    sets = [by(name, replace(branch(chance, base, name, steps), notes=())) for name in ("a1", "a2", "a3")]
    choices = ("a1", "a2", BOTH, NEITHER)
    decisions = [
        decide(each.item, choices[number % 4])
        for number, each in enumerate(adjudicate(sets, "gold").open)
        if choices[number % 4] in (BOTH, NEITHER) or each.item.versions[choices[number % 4]]
    ]

    results = [adjudicate(order, "gold", decisions, {"": 0.5}) for order in itertools.permutations(sets)]

    assert len({encode_set(each.annotations) for each in results}) == 1
    assert len({len(each.open) for each in results}) == 1


def test_words_that_look_like_ids_are_words() -> None:
    one = replace(span(OLD, "Tokyo", "e1"), attributes={"key": "e2", "of": "e2"})
    sets = [
        by("a1", annotated(OLD, one, span(OLD, "sea", "e2"))),
        by("a2", annotated(OLD, replace(one, attributes={"key": "e2", "of": "x2"}), span(OLD, "sea", "x2"))),
    ]

    scheme = Scheme("s", 1, layers={"entity": Layer("span", attributes={"of": Attribute("reference")})})

    assert not adjudicate(sets, "gold", scheme=scheme).open
    assert len(adjudicate(sets, "gold").open) == 1


def test_adopting_signs_only_what_was_changed_by_hand() -> None:
    first = annotated(
        OLD, span(OLD, "Tokyo", "e1"), span(OLD, "sea", "e2"), relations=(Relation("r1", "l", "near", {"a": "e1", "b": "e2"}),)
    )
    second = annotated(
        OLD, span(OLD, "Tokyo", "x1"), span(OLD, "sea", "x2"), span(OLD, "Hamada", "e1"), labels=(Label("r1", "genre", "news"),),
        relations=(Relation("r2", "l", "far", {"a": "x1", "b": "x2"}),),
    )  # fmt: skip
    sets = [by("a1", first), by("a2", second)]
    decisions = [decide(each.item, BOTH, by="her", at="then") for each in adjudicate(sets, "gold").open]
    before = adjudicate(sets, "gold", decisions).annotations
    assert {one.id for one in before.annotations} > {"e1.a2", "r1.a2"}
    by_hand = replace(before, spans=tuple(replace(one, label="HAND") if one.text == "sea" else one for one in before.spans))

    found = adopted(sets, by_hand, {}, ("me", "now"), decisions=decisions)

    assert {each.by for each in found} == {"her", "me"}
    assert [each.result[0]["label"] for each in found if each.by == "me"] == ["HAND"]
    assert all(each in found for each in decisions)


def test_of_two_adjudicators_the_later_counts_and_both_stay_on_record() -> None:
    sets = pair()
    (label,) = [each.item for each in adjudicate(sets, "gold").open if each.item.kind == "label"]
    ours = decide(label, "a1", by="her", at="2026-01-01T00:00:00.100Z")
    theirs = decide(label, "a2", by="him", at="2026-01-01T00:00:00.200Z")
    header = DecisionsHeader("d", "gold", ("a1", "a2"))
    one, other = (encode_decisions(DecisionsFile(header, [each])) for each in (ours, theirs))

    read = parse_decisions("p", one + other)

    assert read.decisions == [ours, theirs]
    assert parse_decisions("p", encode_decisions(read)) == read
    for decisions in (read.decisions, read.decisions[::-1]):
        assert "Y" in {each.label for each in adjudicate(sets, "gold", decisions).annotations.spans}


def test_unknown_keys_of_what_was_written_are_kept() -> None:
    plain = {**as_plain(span(OLD, "Tokyo")), "mine": [1]}

    assert as_plain(record_of(plain)) == plain
    with pytest.raises(PostilError, match="no annotation"):
        record_of({"type": "note", "id": "n1"})


# --- the command -------------------------------------------------------------------------------------------------------------

Typed = Callable[..., tuple[int, str, str]]


@pytest.fixture
def corpus(small_corpus: Path) -> Path:
    (small_corpus / "corpus/example.txt").write_text(OLD, encoding="utf-8", newline="")
    shutil.rmtree(small_corpus / "annotations/gold")
    for each in pair():
        write(small_corpus, each)
    return small_corpus


def write(root: Path, annotations: AnnotationSet, document: str = "example") -> Path:
    path = root / f"annotations/{annotations.annotator}/{document}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(encode_set(replace(annotations, header=replace(annotations.header, document=document, scheme="news/1"))))
    return path


@pytest.fixture
def typed(corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """Run a session in which these keys are typed."""
    clock = itertools.count()
    monkeypatch.setattr("postil.cli.adjudicate._now", lambda: f"2026-01-02T03:04:{next(clock):02}Z")

    def session(keys: str, *options: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(keys))
        status = main(["-C", str(corpus), "adjudicate", "a1", "a2", "--into", "gold", "--as", "me", *options])
        return status, *capsys.readouterr()

    return session


def gold(root: Path) -> AnnotationSet:
    return Corpus.open(root)["example"].sets["gold"]


def test_decisions_and_gold_go_along_when_the_text_is_edited(corpus: Path, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = {"type": "span", "id": "m1", "layer": "entity", "label": "PERSON", "start": 37, "end": 42}
    monkeypatch.setattr("click.edit", lambda *_, **__: json.dumps(mine))
    assert typed("ebn1n")[0] == 0
    new = f"Then {OLD}"
    (corpus / "corpus/example.txt").write_text(new, encoding="utf-8", newline="")
    for name in ("a1", "a2", "gold"):
        each = Corpus.open(corpus)["example"].sets[name]
        write(corpus, realign(OLD, new, each).annotations)

    status, out, err = typed("")

    assert (status, err) == (0, "")
    assert out.endswith("2 agreed, 5 decided, 0 open; wrote gold, complete\n")
    assert {one.id: new[one.start : one.end] for one in gold(corpus).spans}["m1"] == "Tokyo"
    assert typed("")[0] == 0


def test_the_same_words_elsewhere_are_something_new(corpus: Path, typed: Typed) -> None:
    first, last = OLD.index("of"), OLD.rindex("of")
    of = replace(span(OLD, "of"), id="e9")

    def said(place: int, text: str) -> None:
        there = Corpus.open(corpus)["example"].sets["a1"]
        spans = [one for one in there.spans if one.id != "e9"]
        moved = replace(of, start=place, end=place + 2)
        write(corpus, replace(there, spans=(*spans, moved)))
        assert text[place : place + 2] == "of"

    said(first, OLD)
    assert typed("n" * 6)[0] == 0
    said(last, OLD)
    assert typed("")[1].endswith("5 decided, 1 open; wrote gold, in-progress\n")
    said(first, OLD)
    assert typed("")[0] == 0

    new = f"{'x' * (first - 1)} of. {OLD}"  # where it was, there are the same words again
    (corpus / "corpus/example.txt").write_text(new, encoding="utf-8", newline="")
    for name in ("a1", "a2", "gold"):
        write(corpus, realign(OLD, new, Corpus.open(corpus)["example"].sets[name]).annotations)
    assert [typed("")[0] for _ in range(2)] == [0, 0]
    said(new.rindex("of"), new)
    assert typed("1")[0] == 0
    assert {one.id: one.start for one in gold(corpus).spans}["e9"] == new.rindex("of")


def test_a_relation_to_what_was_rejected_is_refused_with_the_reason(corpus: Path, typed: Typed) -> None:
    status, out, _ = typed("nbn12n")

    assert "  not taken: it names x2, which is not in the set. Take another, n for none" in out
    assert out.count("relation, 1 left") == 1
    assert status == 0
    assert not gold(corpus).relations


def test_every_key_is_answered(typed: Typed) -> None:
    _, out, _ = typed("\u00b29x2uq")

    assert out.count("is no key") == 3
    assert "  → a2: Y\n" in out
    assert "  taken back: label in entity “Tokyo”, which was a2\n" in out


def test_the_last_decision_of_an_earlier_session_can_be_taken_back(typed: Typed) -> None:
    typed("2bq")

    _, out, _ = typed("uuuq")

    assert "taken back: boundary in entity" in out
    assert "taken back: label in entity" in out
    assert "there is nothing to take back" in out


def test_what_an_editor_writes_is_held_against_text_scheme_and_set(
    typed: Typed, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = {"type": "span", "id": "m1", "layer": "entity", "label": "PERSON", "start": 37, "end": 42}
    wrong = [
        {**mine, "end": 10**6}, {**mine, "label": "NOBODY"}, {**mine, "layer": "none"}, {**mine, "text": "Oslo"},
        {**mine, "id": "e1"}, {**mine, "id": "\u00e9"}, {**mine, "attributes": {"sure": "yes"}},
        {**mine, "start": 8, "end": 42, "attributes": {"other": 1}},
    ]  # fmt: skip
    answers = iter([*(json.dumps(each) for each in wrong), json.dumps({**mine, "mine": 1})])
    monkeypatch.setattr("click.edit", lambda *_, **__: next(answers))

    _, out, _ = typed(f"{'e' * len(wrong)}eq")

    assert out.count("not taken: ") == len(wrong)
    assert "not taken: layer entity has no label “NOBODY”; it has PERSON and GPE (LAB003). e goes on with it\n" in out
    assert "not taken: the scheme has no layer “none”" in out
    assert "not taken: sure must be true or false, not “yes” (LAB" in out
    assert "crosses X “Rajnath Singh”: entity is nested (SPN009)" in out
    assert "“other” (LAB" in out
    assert next(one for one in gold(corpus).spans if one.id == "m1").unknown == {"mine": 1}


def test_a_relation_is_edited_in_the_ids_of_the_result(typed: Typed, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def edit(draft: str, **_: object) -> str:
        shown.append(draft)
        return ""

    monkeypatch.setattr("click.edit", edit)
    typed("2bn1eq")

    proposed = [json.loads(line) for line in shown[0].splitlines() if not line.startswith("#")]
    assert [each["args"] for each in proposed] == [{"from": "e1", "to": "x2"}] * 2


def test_an_editor_that_fails_returns_to_the_question(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> str:
        raise click.ClickException("vi: editing failed")

    monkeypatch.setattr("click.edit", fail)

    status, out, _ = typed("e2q")

    assert status == 1
    assert "the editor failed: vi: editing failed" in out
    assert "→ a2: Y" in out


def test_what_an_editor_saves_in_another_encoding_is_not_taken(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor.py"
    editor.write_text("import pathlib, sys\npathlib.Path(sys.argv[1]).write_bytes(b'caf\\xe9')\n", encoding="utf-8")
    monkeypatch.setenv("VISUAL", f"{shlex.quote(sys.executable)} {shlex.quote(str(editor))}")

    status, out, _ = typed("e2q")

    assert status == 1
    assert "not taken: what the editor saved is not UTF-8" in out
    assert "→ a2: Y" in out


def test_only_complete_sets_count_and_the_others_are_named(corpus: Path, typed: Typed) -> None:
    third = by("a3", annotated(OLD))
    write(corpus, replace(third, header=replace(third.header, status="in-progress")))

    status, out, err = typed("2bn12", "a3")

    assert status == 0
    assert "example: not complete and left out (--unfinished takes them): a3" in err
    assert "a3: nothing" not in out
    assert typed("q", "a3", "--unfinished")[0] == 1


def test_what_cannot_be_done_is_named_and_the_rest_is(corpus: Path, typed: Typed) -> None:
    (corpus / "corpus/other.txt").write_text(OLD, encoding="utf-8", newline="")
    shutil.copy(corpus / "corpus/example.toml", corpus / "corpus/other.toml")
    for each in pair():
        write(corpus, each, "other").write_bytes(b"{broken\n")
    (corpus / "corpus/third.txt").write_text(OLD, encoding="utf-8", newline="")
    write(corpus, pair()[0], "third")

    status, out, err = typed("2bn12")

    assert status == 2
    assert "other: not done: annotations/a1/other.jsonl has lines that cannot be read" in err
    assert "third: left out: only a1 has it" in err
    assert "example: 2 agreed, 5 decided, 0 open" in out


def test_what_a_policy_leaves_out_is_listed(corpus: Path, typed: Typed) -> None:
    write(corpus, by("a3", pair()[0]))

    out = typed("", "a3", "--auto", "majority")[1]
    listed = json.loads(typed("", "a3", "--auto", "majority", "--format", "json")[1])

    assert "example:1: by policy in entity: a1 X  “Tokyo” (e2, annotations/a1/example.jsonl:4), a2 Y  “Tokyo”" in out
    (document,) = listed["documents"]
    assert {each["kind"] for each in document["outvoted"]} == {"label", "boundary", "missing", "attribute", "relation"}
    assert document["outvoted"][0]["versions"]["a1"]["where"].startswith("e")


def test_remarks_that_are_not_taken_are_said(corpus: Path, typed: Typed) -> None:
    second = pair()[1]
    write(corpus, replace(second, spans=tuple(replace(one, note="sure?") if one.id == "x1" else one for one in second.spans)))

    assert "example: 1 remark of a2 not taken: the note of x1\n" in typed("2bn12")[1]


def test_what_there_is_none_of_is_named(corpus: Path, typed: Typed) -> None:
    assert "there is no set nobody: there is a1 and a2" in typed("", "nobody")[2]
    assert "the scheme has no layer nolayer" in typed("", "--policy", "nolayer=majority")[2]
    write(corpus, by("gold", pair()[0]))
    status, _, err = typed("")
    assert status == 2
    assert "is no adjudicated set (its method is manual): choose another name" in err
    assert "--overwrite" not in err


def test_decisions_with_merge_markers_are_named(corpus: Path, typed: Typed) -> None:
    typed("2q")
    path = corpus / "adjudication/gold/example.jsonl"
    path.write_bytes(path.read_bytes() + b"<<<<<<< ours\n")

    status, _, err = typed("")

    assert status == 2
    assert "adjudication/gold/example.jsonl:4:1: a marker of an unfinished merge: keep the lines of both sides" in err


def test_a_matter_that_two_people_decided_is_named(corpus: Path, typed: Typed) -> None:
    typed("1q", "--as", "her")
    path = corpus / "adjudication/gold/example.jsonl"
    first = path.read_bytes()
    typed("u2q", "--as", "him")
    path.write_bytes(first + path.read_bytes())

    out = typed("q")[1]

    assert "example: decided in different ways, and the last counts: label in entity “Tokyo”: her a1 (" in out
    assert "Y" in {one.label for one in gold(corpus).spans}
    assert len(path.read_bytes().splitlines()) == 4


def test_a_span_moved_by_hand_is_seen(corpus: Path, typed: Typed) -> None:
    typed("2bn12")
    path = corpus / "annotations/gold/example.jsonl"
    at = OLD.index("the")
    spans = tuple(replace(one, start=at, end=at + 3) if one.id == "e5" else one for one in gold(corpus).spans)
    path.write_bytes(encode_set(replace(gold(corpus), spans=spans)))

    assert typed("")[0] == 2


def test_each_decision_is_worked_out_once(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def counting(*arguments: object, **options: object) -> object:
        calls.append(1)
        return adjudicate(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("postil.cli._adjudicating.adjudicate", counting)
    typed("2bn12")

    assert len(calls) == 1 + 5
