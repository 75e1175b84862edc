"""Carrying annotations to an edited text: what is certain is written and right, whatever else is said."""

from __future__ import annotations

import importlib
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from postil import AnnotationSet, Header, Note, PostilError, Relation, Span, realign
from postil.cli import main
from postil.editing.realign import sha256_of
from postil.editing.tokens import Tokens
from postil.model import Label
from strategies import annotation_sets, texts

OLD = "Rajnath Singh met Yasukazu Hamada in Tokyo on Thursday. They spoke of ships and of the sea between them.\n"


def annotated(text: str, *spans: Span, **more: Any) -> AnnotationSet:
    return AnnotationSet(Header("d", "a", "s/1", sha256_of(text), "complete", "manual"), spans, **more)


def span(text: str, quoted: str, id: str = "e1") -> Span:
    start = text.index(quoted)
    return Span(id, "entity", "X", start, start + len(quoted), quoted)


@pytest.mark.parametrize(
    ("quoted", "new", "fate", "now"),
    [
        pytest.param("Tokyo", OLD, "exact", "Tokyo", id="nothing changed"),
        pytest.param("Tokyo", OLD.replace("Rajnath", "Mr Rajnath"), "moved", "Tokyo", id="words before it"),
        pytest.param("Tokyo", OLD.replace("Tokyo", "old Tokyo"), "moved", "Tokyo", id="a word right before it"),
        pytest.param("Tokyo", OLD.replace("Tokyo", "Tokyo itself"), "exact", "Tokyo", id="a word right after it"),
        pytest.param("Tokyo", OLD.replace(". They", ".\n\nThey"), "exact", "Tokyo", id="a new paragraph"),
        pytest.param("Tokyo", OLD.replace(" in ", "\r\nin "), "moved", "Tokyo", id="other line ends"),
        pytest.param("met Yasukazu", OLD.replace("met ", "met\n"), "respelt", "met\nYasukazu", id="a line broken in it"),
        pytest.param("Tokyo", OLD.replace("Tokyo", "Tókyo"), "edited", "Tókyo", id="a letter of it"),
        pytest.param(
            "Tokyo on Thursday", OLD.replace("Tokyo on", "Tokyo late on"), "edited", "Tokyo late on Thursday", id="in it"
        ),
        pytest.param("Tokyo", OLD.replace(" in Tokyo", ""), "orphan", None, id="taken out"),
        pytest.param("Tokyo", OLD.replace("Tokyo", "Tokyo and Tokyo"), "ambiguous", "Tokyo", id="there twice"),
        pytest.param("Tokyo", "Nothing is as it was.\n", "orphan", None, id="another text"),
    ],
)
def test_the_fate_of_a_span(quoted: str, new: str, fate: str, now: str | None) -> None:
    (outcome,) = realign(OLD, new, annotated(OLD, span(OLD, quoted))).outcomes

    places = outcome.candidates or ((outcome.after.extents,) if outcome.after else ())
    assert outcome.fate == fate
    assert [new[start:end] for start, end in places[0]] == [now] if now else not places
    assert (outcome.after is not None) == outcome.fate.is_certain


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("“Peace” – he said – isn’t war.", '"Peace" - he said - isn\'t war.'),
        ("Café Zürich naïve.", "Cafe\u0301 Zu\u0308rich nai\u0308ve."),
        ("한국 국방부 장관", "\u1112\u1161\u11ab\u1100\u116e\u11a8 국방부 장관"),
        ("one two  three\nfour", "one  two three four"),
        ("the ﬁrst oﬀer", "the first offer"),
    ],
)
def test_another_spelling_is_carried_along(old: str, new: str) -> None:
    context = "\nHere is what follows, which nobody changed at all.\n"

    (outcome,) = realign(old + context, new + context, annotated(old + context, span(old + context, old))).outcomes

    assert outcome.fate == "respelt"
    assert outcome.after is not None
    assert outcome.after.text == new


def test_a_moved_paragraph_takes_its_annotations_along() -> None:
    paragraphs = [
        f"Paragraph number {n} says that {w} were counted in year {n * 37}.\n\n" for n, w in enumerate(["ab", "cd", "ef", "gh"])
    ]
    old = "".join(paragraphs)
    new = "".join([paragraphs[0], paragraphs[2], paragraphs[3], paragraphs[1]])
    spans = [Span(f"p{n}", "l", "P", old.index(p), old.index(p) + len(p.strip()), p.strip()) for n, p in enumerate(paragraphs)]

    result = realign(old, new, annotated(old, *spans, span(old, "37.", "y1"), span(old, "37", "y2")))

    assert not result.open
    assert all(one.covered(new) == one.text for one in result.annotations.spans)
    assert {one.id: one.text for one in result.annotations.spans} == {
        one.id: one.text for one in [*spans, span(old, "37.", "y1"), span(old, "37", "y2")]
    }


def test_fragments_are_moved_one_by_one() -> None:
    start, end = OLD.index("Rajnath"), OLD.index("Hamada")
    one = Span("e1", "l", "X", start, end + 6, "Rajnath Hamada", ((start, start + 7), (end, end + 6)))

    apart = realign(OLD, OLD.replace("met", "met then"), annotated(OLD, one)).outcomes[0]
    touching = realign(OLD, OLD.replace("Rajnath Singh met Yasukazu Hamada", "RajnathHamada"), annotated(OLD, one)).outcomes[0]

    assert apart.fate == "moved"
    assert apart.after is not None
    assert apart.after.text == "Rajnath Hamada"
    assert touching.after is None


def test_what_is_not_certain_stays_and_is_left_open_once() -> None:
    new = OLD.replace("Tokyo", "Tókyo").replace("Rajnath", "Shri Rajnath")
    tokyo, hamada = span(OLD, "Tokyo"), span(OLD, "Hamada", "e2")
    relation = Relation("r1", "argument", "near", {"from": "e1", "to": "e2"})
    before = annotated(
        OLD, tokyo, hamada, relations=(relation,), labels=(Label("d1", "genre", "news"),), notes=(Note("n1", "e1", "?"),)
    )

    once = realign(OLD, new, before).annotations
    twice = realign(OLD, new, once).annotations
    accepted = realign(OLD, new, once, accept=["edited"]).annotations

    assert once == twice
    assert once.header.text_sha256 == sha256_of(new)
    assert tokyo in once.spans
    assert [note.about for note in once.notes if note.decide] == ["e1"]
    assert (once.relations, once.labels) == (before.relations, before.labels)
    assert {one.text for one in accepted.spans} == {"Tókyo", "Hamada"}
    assert accepted.notes == before.notes


def test_an_orphan_that_something_names_is_not_taken_out() -> None:
    new = OLD.replace("Rajnath Singh met Yasukazu Hamada in Tokyo", "Nobody met anybody")
    relation = Relation("r1", "argument", "near", {"from": "e1", "to": "e1"})

    named = realign(OLD, new, annotated(OLD, span(OLD, "Tokyo"), relations=(relation,)), accept=["orphan"])
    free = realign(OLD, new, annotated(OLD, span(OLD, "Tokyo")), accept=["orphan"])

    assert [outcome.is_open for outcome in named.outcomes] == [True]
    assert [outcome.is_removed for outcome in free.outcomes] == [True]
    assert free.annotations.spans == ()
    assert free.annotations.notes == ()


def test_a_set_that_was_wrong_already_is_not_believed() -> None:
    wrong = Span("e1", "l", "X", 0, 5, "Tokyo")

    (outcome,) = realign(OLD, f"Now {OLD}", annotated(OLD, wrong)).outcomes

    assert outcome.fate == "ambiguous"
    assert outcome.after is None


def test_another_old_text_is_refused() -> None:
    with pytest.raises(PostilError, match="another text"):
        realign("something else", OLD, annotated(OLD))


def test_without_the_old_text_only_long_unique_quotations_are_certain() -> None:
    sentence = "They spoke of ships and of the sea between them"
    before = annotated(OLD, span(OLD, sentence), span(OLD, "sea", "e2"), span(OLD, "Tokyo", "e3"))

    result = realign(None, f"New. {OLD}", before)

    assert [str(outcome.fate) for outcome in result.outcomes] == ["moved", "moved", "ambiguous"]


@given(annotation_sets())
@settings(max_examples=60)
def test_a_text_that_did_not_change_changes_nothing(pair: tuple[str, AnnotationSet]) -> None:
    text, annotations = pair
    pending = {note.about for note in annotations.notes if note.decide}

    result = realign(text, text, annotations)

    assert [span_ for span_ in result.annotations.spans if span_.id not in pending] == [
        span_ for span_ in annotations.spans if span_.id not in pending
    ]


@given(annotation_sets(), texts)
@settings(max_examples=150)
def test_nothing_is_lost_and_what_is_written_covers_its_words(pair: tuple[str, AnnotationSet], new: str) -> None:
    text, annotations = pair
    result = realign(text, new, annotations)
    after = result.annotations

    assert {record.id for record in annotations.annotations} <= {record.id for record in after.annotations}
    assert {note.id for note in annotations.notes if not note.decide} <= {note.id for note in after.notes}
    for outcome in result.outcomes:
        if outcome.after is not None:
            assert outcome.after.covered(new) == outcome.after.text
        else:
            assert outcome.before in after.spans
            assert any(note.about == outcome.before.id and note.decide for note in after.notes)


@given(texts)
def test_tokens_are_all_that_is_visible_in_order(text: str) -> None:
    tokens = Tokens(text, {})

    assert "".join("".join(tokens.words).split()) == "".join(text.split())
    assert sorted(tokens.starts) == tokens.starts


def benchmark(name: str) -> Any:
    sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))
    try:
        return importlib.import_module(name)
    finally:
        del sys.path[0]


@pytest.fixture(scope="module")
def edits() -> Any:
    return benchmark("realign_edits")


@pytest.fixture(scope="module")
def twins() -> Any:
    return benchmark("realign_twins")


def test_random_edits_are_followed_and_nothing_is_anchored_wrongly(edits: Any) -> None:
    counts: Any = sum((edits.judge(one)[0] for one in edits.trials(600, 11)), start=edits.Counter())

    assert counts["wrong"] == 0
    assert counts["right"] / counts["survive"] > 0.99


def test_a_text_that_repeats_itself_is_followed_as_far_as_it_is_certain() -> None:
    line = "All work and no play makes Jack a dull boy.\n"
    old = line * 4000
    new = line * 1800 + "A new line.\n" + line * 2200
    spans = [Span(f"s{n}", "l", "X", n * len(line) + 27, n * len(line) + 31, "Jack") for n in range(0, 4000, 50)]

    outcomes = realign(old, new, annotated(old, *spans)).outcomes

    for outcome in outcomes:
        if outcome.after:
            assert outcome.after.start == outcome.before.start + 12 * (outcome.before.start > 1800 * len(line))
    assert sum(outcome.after is not None for outcome in outcomes) > 75


# --- the command -------------------------------------------------------------------------------------------------------------


def git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@example.org", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def edit(root: Path, old: str, new: str, document: str = "example") -> None:
    path = root / f"corpus/{document}.txt"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8", newline="")


@pytest.fixture
def committed(small_corpus: Path) -> Path:
    """A corpus in a repository, with text enough to tell what stands where."""
    text = f"Rajnath Singh met Hamada in Tokyo. {OLD}"
    (small_corpus / "corpus/example.txt").write_text(text, encoding="utf-8", newline="")
    path = small_corpus / "annotations/gold/example.jsonl"
    header, *records = path.read_text(encoding="utf-8").splitlines(keepends=True)
    values = {**json.loads(header), "text_sha256": sha256_of(text)}
    path.write_text(json.dumps(values, separators=(",", ":")) + "\n" + "".join(records), encoding="utf-8", newline="")
    git(small_corpus, "init", "-q")
    git(small_corpus, "add", "-A")
    git(small_corpus, "commit", "-q", "-m", "first")
    return small_corpus


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> tuple[int, str, str]:
    status = main([str(word) for word in argv])
    out, err = capsys.readouterr()
    return status, out, err


def test_the_old_text_is_found_in_git(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(committed, "Rajnath Singh met Hamada", "In May, Rajnath Singh met Hamada")
    assert run(capsys, "-C", committed, "check", "--select", "ANN008")[0] == 1

    assert run(capsys, "-C", committed, "realign") == (
        0, "annotations/gold/example.jsonl: 2 moved (git)\n1 set: 2 annotations carried along.\n", "",
    )  # fmt: skip
    assert run(capsys, "-C", committed, "check")[0] == 0
    assert run(capsys, "-C", committed, "realign")[:2] == (0, "Every set is about its text as it is.\n")


def test_the_old_text_is_found_under_another_name_and_in_another_branch(
    committed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    git(committed, "checkout", "-q", "-b", "other")
    for directory in ("corpus", "annotations/gold"):
        for suffix in ("txt", "toml", "jsonl"):
            path = committed / directory / f"example.{suffix}"
            if path.exists():
                text = path.read_text(encoding="utf-8").replace('"document":"example"', '"document":"renamed"')
                path.with_name(f"renamed.{suffix}").write_text(text, encoding="utf-8", newline="")
                path.unlink()
    edit(committed, "Rajnath Singh met Hamada", "In May, Rajnath Singh met Hamada", "renamed")
    git(committed, "add", "-A")
    git(committed, "commit", "-q", "-m", "renamed and edited at once")

    assert run(capsys, "-C", committed, "realign", "renamed")[1].startswith("annotations/gold/renamed.jsonl: 2 moved (git)\n")


def test_what_is_left_open_fails_the_check_and_can_be_accepted(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(committed, "met Hamada in Tokyo.", "met Hamada in Tokio.")

    dry = run(capsys, "-C", committed, "realign", "--dry-run")
    assert git(committed, "status", "--short", "annotations") == ""
    assert dry[:2] == (
        1,
        """annotations/gold/example.jsonl: 1 exact, 1 edited (git)
  edited: GPE e2
    was “Tokyo”
    now “Tokio” at 28 to 33
1 set: 1 annotation would be carried along, 1 left open.
""",
    )
    assert run(capsys, "-C", committed, "realign")[0] == 1
    status, out, _ = run(capsys, "-C", committed, "check", "--format", "concise")
    assert status == 1
    assert "ANN015" in out
    status, out, _ = run(capsys, "-C", committed, "realign", "--accept", "edited", "--format", "json")
    assert status == 0
    assert json.loads(out)["sets"][0]["counts"] == {"edited": 1}
    assert run(capsys, "-C", committed, "check")[0] == 0


def test_without_a_repository_the_quotations_have_to_do(small_corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(small_corpus, "Rajnath", "In May, Rajnath")

    status, out, _ = run(capsys, "-C", small_corpus, "realign")

    assert status == 1
    assert "quotations alone" in out
    assert "left open" in out


def test_a_set_that_cannot_be_read_is_left_as_it_is(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(committed, "Rajnath", "In May, Rajnath")
    path = committed / "annotations/gold/example.jsonl"
    path.write_bytes(path.read_bytes() + b"<<<<<<< ours\n{\n")
    before = path.read_bytes()

    status, _, err = run(capsys, "-C", committed, "realign")

    assert status == 1
    assert "left as it is" in err
    assert path.read_bytes() == before


def test_a_repository_that_git_refuses_is_said(
    committed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(committed, "Rajnath", "In May, Rajnath")
    (committed / ".git/config").write_text("[core\n", encoding="utf-8")

    assert "git says: fatal: bad config" in run(capsys, "-C", committed, "realign")[1]


def test_the_old_text_is_found_from_a_hook_and_among_what_no_branch_has(
    committed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(committed, "Rajnath Singh met Hamada", "In May, Rajnath Singh met Hamada")
    monkeypatch.setenv("GIT_DIR", ".git")
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/other")

    assert "2 moved (git)" in run(capsys, "-C", committed, "realign", "--dry-run")[1]

    monkeypatch.delenv("GIT_INDEX_FILE")
    monkeypatch.delenv("GIT_DIR")
    git(committed, "update-ref", "-d", "HEAD")
    git(committed, "read-tree", "--empty")
    (committed / ".git/logs/HEAD").unlink(missing_ok=True)
    assert "2 moved (git)" in run(capsys, "-C", committed, "realign", "--dry-run")[1]


def test_a_text_that_lies_beside_it_under_another_name_is_found(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (committed / "corpus/copy.txt").write_bytes((committed / "corpus/example.txt").read_bytes())
    shutil.rmtree(committed / ".git")
    edit(committed, "Rajnath Singh met Hamada", "In May, Rajnath Singh met Hamada")

    assert "2 moved (" in run(capsys, "-C", committed, "realign", "corpus/example.txt")[1]


def test_what_was_guessed_is_listed(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(committed, "met Hamada in Tokyo.", "met Hamada in Tokio.")

    status, out, _ = run(capsys, "-C", committed, "realign", "--accept", "edited", "--dry-run")

    assert status == 0
    assert "  edited, written: GPE e2\n" in out


def test_a_text_that_was_renamed_without_its_set_is_named(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (committed / "corpus/example.txt").rename(committed / "corpus/renamed.txt")

    status, _, err = run(capsys, "-C", committed, "realign")

    assert status == 1
    assert "annotations/gold/example.jsonl: left as it is: its document has no text: if that was renamed" in err


def test_a_text_that_cannot_be_read_is_named(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (committed / "corpus/example.txt").write_bytes(b"caf\xe9\n")

    status, out, err = run(capsys, "-C", committed, "realign")

    assert status == 1
    assert "Every set" not in out
    assert "annotations/gold/example.jsonl: left as it is: its document's text cannot be read" in err


def test_a_set_without_a_header_is_named(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (committed / "annotations/gold/example.jsonl").write_text("{\n", encoding="utf-8")

    status, out, err = run(capsys, "-C", committed, "realign")

    assert status == 1
    assert "Every set" not in out
    assert "annotations/gold/example.jsonl: left as it is" in err


def test_a_guess_that_a_check_would_reject_is_not_written(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = committed / "annotations/gold/example.jsonl"
    text = (committed / "corpus/example.txt").read_text(encoding="utf-8")
    header, *records = path.read_text(encoding="utf-8").splitlines()
    (record,) = [json.loads(line) for line in records if '"Tokyo"' in line]
    at = text.index("Tokyo")
    near = {**record, "id": "e9", "start": at, "end": at + 8, "text": text[at : at + 8]}
    path.write_text("\n".join([header, *records, json.dumps(near)]) + "\n", encoding="utf-8", newline="")
    edit(committed, "met Hamada in Tokyo.", "met Hamada in Tokio.")

    run(capsys, "-C", committed, "realign", "--accept", "edited,split,ambiguous")

    assert '"Tokyo. R"' in path.read_text(encoding="utf-8")
    assert '"realign.e9"' in path.read_text(encoding="utf-8")


def test_usage(committed: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "-C", committed, "realign", "nothing")[0] == 2
    assert run(capsys, "-C", committed, "realign", "--accept", "certain")[0] == 2
    assert run(capsys, "-C", committed, "realign", "--set", "nobody")[0] == 2
    assert run(capsys, "-C", committed, "realign", "corpus/example.txt")[0] == 0


def test_the_same_edits_are_followed_the_same_way(edits: Any) -> None:
    one = edits.trial(random.Random(5), *edits.article(), 20)

    assert realign(one.old, one.new, one.annotations) == realign(one.old, one.new, one.annotations)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_text_can_become_any_other(old: str, new: str) -> None:
    realign(old, new, annotated(old, *(Span(f"s{n}", "l", "X", n, n + 1, old[n]) for n in range(len(old)))))


# --- lines that are nearly the same ------------------------------------------------------------------------------------------


NAMES = ["Anna", "Bob", "Carl", "Dora", "Emil", "Fay"]
ROWS = [
    f"Item {number}: price {price} euros, paid by {name}.\n"
    for number, (price, name) in enumerate(zip((12, 17, 20, 21, 33, 40), NAMES, strict=True), 1)
]


@pytest.mark.parametrize(
    "order",
    [(0, 4, 2, 3, 1, 5), (5, 4, 3, 2, 1, 0), (1, 0, 2, 3, 4, 5), (0, 1, 2, 3, 5, 4)],
    ids=["apart", "all", "first", "last"],
)
@pytest.mark.parametrize("end", ["\n", " "], ids=["lines", "sentences"])
def test_rows_that_changed_places_take_their_annotations_along(order: tuple[int, ...], end: str) -> None:
    old, new = "".join(ROWS).replace("\n", end), "".join(ROWS[number] for number in order).replace("\n", end)
    spans = []
    for row in ROWS:
        at = old.index(row[:-1])
        for number, word in enumerate(row[:-1].replace(",", "").replace(".", "").split()):
            start = old.index(word, at)
            at = start + len(word)
            spans.append(Span(f"{number}.{row[5]}", "l", "X", start, at, word))

    result = realign(old, new, annotated(old, *spans))

    assert not result.open
    for one in result.annotations.spans:
        assert new.count("Item", 0, one.start + 4) - 1 == order.index(int(one.id.split(".")[1]) - 1), one


def test_rows_that_changed_places_and_were_changed_as_well_are_not_taken_for_each_other() -> None:
    old = "".join(ROWS)
    new = "".join([ROWS[0], ROWS[4].replace("33", "34"), ROWS[2], ROWS[3], ROWS[1].replace("17", "18"), ROWS[5]])

    spans = [span(old, "Bob", "e1"), span(old, "Emil", "e2"), span(old, "euros, paid by Bob", "e3")]
    result = realign(old, new, annotated(old, *spans))

    assert all(outcome.after is None or outcome.after.text == outcome.before.text for outcome in result.outcomes)
    second = Span("e4", "l", "X", old.index("euros", len(ROWS[0])), old.index("euros", len(ROWS[0])) + 5, "euros")
    (outcome,) = realign(old, new, annotated(old, second)).outcomes
    assert outcome.after is None or new.count("\n", 0, outcome.after.start) == 4


def test_texts_with_lines_that_are_nearly_the_same(twins: Any) -> None:
    chance = random.Random(3)
    made = [twins.trial(chance, make) for make in twins.TEXTS[:4] for _ in range(25)]
    counts: Any = sum((twins.judge(one)[0] for one in made), start=twins.Counter())

    assert counts["wrong"] == 0
    assert counts["right"] / counts["survive"] > 0.9
