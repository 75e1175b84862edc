"""Taking a suggestion: the header names whose it was, its id tells what became of it, relations follow what they tie."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotating.corpora import ARTICLE, HOSTILE, copy_of_our_corpus, do, hostile_corpus, spans_of
from annotating.random_actions import act
from postil import Corpus
from postil.annotating import Session
from postil.errors import ActionRefused
from postil.rules.examples import SCHEME, Example, label, relation, span
from postil.storage.set_file import encode_set
from postil.tui.keys import Keys, context
from postil.tui.label_keys import label_keys

LATER = (HOSTILE.index("paper"), HOSTILE.index("asks") + 4)
OPINION = {"attributes": {"polarity": "positive"}}
SUGGESTED = (
    span("m1", "FACT", 0, 34), span("m2", "PERSON", 0, 13), span("m3", "GPE", 28, 33),
    span("m4", "OPINION", *LATER, attributes={"polarity": "positive", "holder": "m2"}),
    relation("m5", "supports", {"from": "m1", "to": "m4"}),
    relation("m6", "restates", {"from": "m4", "to": "m1"}),
    label("m7", "op-ed"), label("m8", "report"),
)  # fmt: skip


def model(path: Path, *records: Any, name: str = "model") -> None:
    (path / f"annotations/{name}").mkdir(exist_ok=True)
    made = Example(text=HOSTILE, records=records, header={"annotator": name, "method": "model"})
    (path / f"annotations/{name}/example.jsonl").write_bytes(made.set_bytes())


def opened(path: Path, *records: Any, annotator: str = "me", name: str = "model", scheme: str = "") -> Session:
    if not (path / "annotations").exists():
        hostile_corpus(path)
    if scheme:
        (path / "annotations/scheme.toml").write_text(scheme, encoding="utf-8")
    if records:
        model(path, *records, name=name)
    return Session.open(Corpus.open(path), "example", annotator, suggestions=name, seed="test")


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with opened(tmp_path, *SUGGESTED) as one:
        yield one


def offered(session: Session) -> list[str]:
    return [one.id for _, one in session.state.offered]


def sources(session: Session) -> tuple[str, ...]:
    return session.state.marks.header.sources


# --- where they came from --------------------------------------------------------------------------------------------


def test_what_was_taken_and_then_deleted_is_turned_down(session: Session) -> None:
    do(session, "go ghost:m2\naccept GPE\ngo m2\ndelete")
    assert "m2" not in offered(session)
    do(session, "undo")
    assert spans_of(session) == [("GPE", "Rajnath Singh")]
    do(session, "undo")
    assert "m2" in offered(session)
    do(session, "select 28 33\nlabel GPE\ndelete")
    assert "m3" in offered(session), "that was not made of it"


@pytest.mark.parametrize(
    "script",
    [
        "next ghost\naccept", "next ghost\naccept OPINION", "accept-sentence", "accept-label FACT",
        "next ghost\nextend-back word\nlabel FACT", "next ghost\ntrim end",
        "layer genre\naccept", "layer genre\naccept report", "go ghost:m7\naccept-sentence",
    ],
)  # fmt: skip
def test_the_header_names_the_set_as_part_of_the_step(script: str, tmp_path: Path, session: Session) -> None:
    do(session, "layer statement")
    before = encode_set(session.state.marks.annotations)
    assert sources(session) == ()
    do(session, script)
    assert sources(session) == ("model",)
    assert session.state.marks.header.method == "manual"
    assert len(session.history.done) == 1
    after = (tmp_path / "annotations/me/example.jsonl").read_bytes()
    assert json.loads(after.partition(b"\n")[0])["sources"] == ["model"]
    do(session, "undo")
    assert (tmp_path / "annotations/me/example.jsonl").read_bytes() == before
    do(session, "redo")
    assert (tmp_path / "annotations/me/example.jsonl").read_bytes() == after


def test_nothing_is_named_where_nothing_was_taken(session: Session) -> None:
    do(session, "next ghost\nreject\nlayer entity\nfind tokyo\nlabel g\nlayer genre\nlabel op-ed")
    assert sources(session) == ()


def test_several_sets_are_named_in_order_and_once(tmp_path: Path) -> None:
    with opened(tmp_path, *SUGGESTED) as session:
        do(session, "next ghost\naccept\naccept")
    with opened(tmp_path, span("a9", "PERSON", 18, 24), name="another") as session:
        do(session, "next ghost\naccept")
        assert sources(session) == ("another", "model")


def test_the_journal_has_it(tmp_path: Path) -> None:
    """The step was written down, the set was not: the next session finds both the annotation and where it is from."""
    with opened(tmp_path, *SUGGESTED) as session:
        do(session, "layer genre\nlabel report")
        before = (tmp_path / session.path).read_bytes()
        do(session, "go ghost:m1\naccept")
        after = (tmp_path / session.path).read_bytes()
    (tmp_path / session.path).write_bytes(before)
    journal = tmp_path / ".postil/sessions/me/example.journal"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    with opened(tmp_path) as session:
        assert sources(session) == ("model",)
        assert (tmp_path / session.path).read_bytes() == after


# --- taken with changes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "made"),
    [
        ("extend word\nlabel GPE", ("GPE", "Tokyo. 日")),
        ("extend word\naccept", ("GPE", "Tokyo. 日")),
        ("extend word\naccept PERSON", ("PERSON", "Tokyo. 日")),
        ("stretch end", ("GPE", "Tokyo. 日")),
        ("stretch start", ("GPE", "in Tokyo")),
        ("swap\nextend-back word\naccept", ("GPE", "in Tokyo")),
        ("accept\ngo m3\nstretch end", ("GPE", "Tokyo. 日")),
        ("accept\ngo m3\nrelabel PERSON\nstretch start", ("PERSON", "in Tokyo")),
    ],
)  # fmt: skip
def test_with_other_edges_it_is_gone(script: str, made: tuple[str, str], session: Session) -> None:
    before = offered(session)
    do(session, f"go ghost:m3\n{script}")

    assert made in spans_of(session)
    assert offered(session) == [id for id in before if id != "m3"]
    while session.history.done:
        do(session, "undo")
    assert offered(session) == before


def test_edges_are_moved_several_times(session: Session) -> None:
    do(session, "go ghost:m3\nstretch start\nstretch start\ntrim start\nstretch start character")
    assert spans_of(session) == [("GPE", " in Tokyo")]
    assert "m3" not in offered(session)


def test_what_is_done_at_a_suggestion_is_not_done_to_what_lies_around_it(session: Session) -> None:
    do(session, "go ghost:m1\naccept\ngo ghost:m3")
    for action in ("relabel OPINION", "note x", "head", "set strength 3"):
        with pytest.raises(ActionRefused, match="this is a suggestion: take it first"):
            do(session, action)


# --- what the scheme has not -----------------------------------------------------------------------------------------

_FREE = SCHEME.replace('[layers.genre]\nkind = "label"', '[layers.genre]\nkind = "label"\nmultiple = true')
FOREIGN = (
    span("m1", "PERSON", 0, 13), span("m2", "SHIP", 18, 24), span("m3", "X", 28, 33, layer="ships"),
    span("m4", "op-ed", 14, 17, layer="genre"), span("m5", "GPE", 7, 24), label("m6", "leader"), label("m7", "op-ed"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("id", "message"),
    [
        ("m2", "layer entity has no label “SHIP”"),
        ("m3", "the scheme has no layer “ships”"),
        ("m4", "a span in layer genre, which holds labels"),
        ("m6", "layer genre has no label “leader”"),
    ],
)  # fmt: skip
def test_one_that_the_scheme_has_not_is_refused(id: str, message: str, tmp_path: Path) -> None:
    with opened(tmp_path, *FOREIGN, scheme=SCHEME) as session:
        with pytest.raises(ActionRefused, match=message):
            do(session, f"go ghost:{id}\naccept")
        assert sources(session) == ()
        do(session, f"go ghost:{id}\nreject")


def test_all_of_a_sentence_leaves_what_the_scheme_has_not_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, *FOREIGN) as session:
        said = do(session, "accept-sentence")
        assert spans_of(session) == [("PERSON", "Rajnath Singh")]
        assert said == (
            "took 1 suggestion; not 1: overlap with what is there: entity is nested in the scheme; not 1: a span in layer genre, "
            "which holds labels; not 1: layer entity has no label “SHIP”; not 1: the scheme has no layer “ships”; "
            "6 suggestions left"
        )
        with pytest.raises(ActionRefused, match="layer entity has no label “SHIP”; "):
            do(session, "to 2\naccept-sentence")
        assert do(session, "go ghost:m7\naccept-sentence") == "took 1 suggestion; 4 suggestions left"


def test_what_is_suggested_twice_is_taken_once(tmp_path: Path) -> None:
    scheme = SCHEME.replace('overlap = "nested"', 'overlap = "free"')
    with opened(tmp_path, span("m1", "GPE", 28, 33), span("m2", "GPE", 28, 33), scheme=scheme) as session:
        assert do(session, "layer entity\naccept-label GPE") == "took 1 suggestion of GPE"
        assert offered(session) == []


# --- labels of the document ------------------------------------------------------------------------------------------


def test_a_label_of_the_document_comes_last_and_is_taken_by_the_same_keys(session: Session) -> None:
    do(session, "previous ghost")
    assert session.state.place.focus == "ghost:m8"
    assert context(session.state) == "ghost"
    assert ("accept", "op-ed") in label_keys(session.state, Keys()).values()
    assert do(session, "accept op-ed").startswith("took op-ed")
    assert [one.label for one in session.state.marks.annotations.labels] == ["op-ed"]
    assert not {"m7", "m8"} & set(offered(session))  # a document has one genre


def test_in_its_layer_the_first_is_looked_at(session: Session) -> None:
    do(session, "to 20\nlayer genre")
    assert context(session.state) == "ghost"
    assert do(session, "reject").startswith("rejected op-ed")
    assert do(session, "layer genre\naccept").startswith("took report")


def test_several_labels_where_a_document_may_have_them(tmp_path: Path) -> None:
    with opened(tmp_path, *SUGGESTED, scheme=_FREE) as session:
        do(session, "layer genre\nlabel op-ed")
        assert [one.label for one in session.state.offered_labels] == ["report"]
        do(session, "undo\nlayer genre\naccept-sentence")
        assert sorted(one.label for one in session.state.marks.annotations.labels) == ["op-ed", "report"]


# --- relations -------------------------------------------------------------------------------------------------------


def test_a_relation_is_offered_when_what_it_ties_is_taken(session: Session) -> None:
    assert not {"m5", "m6"} & set(offered(session))
    do(session, "go ghost:m1\naccept")
    assert not {"m5", "m6"} & set(offered(session))
    do(session, "go ghost:m4\naccept")
    assert session.state.place.focus == "ghost:m5"
    assert do(session, "accept").startswith("took FACT “Rajnath Singh met Hamada in Tokyo.” supports OPINION “paper asks”; ")
    assert [(one.id, one.args) for one in session.state.marks.annotations.relations] == [("m5", {"from": "m1", "to": "m4"})]
    assert "m5" not in offered(session)
    do(session, "undo")
    assert "m5" in offered(session)


def test_it_ties_what_stands_in_that_place(tmp_path: Path) -> None:
    """Both ends were marked by hand: they have other ids, the relation and references are translated."""
    with opened(tmp_path, *SUGGESTED) as session:
        do(session, "layer entity\nselect 0 13\nlabel p\nlayer statement\nselect 0 34\nlabel FACT")
        do(session, f"select {LATER[0]} {LATER[1]}\nlabel OPINION")
        own = {one.label: one.id for one in session.state.marks.spans}
        do(session, "go ghost:m5\naccept")
        assert session.state.marks.annotations.relations[0].args == {"from": own["FACT"], "to": own["OPINION"]}
        do(session, f"layer statement\ngo {own['OPINION']}\ndelete\ngo ghost:m4\naccept")
        assert session.state.marks.by_id["m4"].attributes["holder"] == own["PERSON"]


def test_a_reference_to_what_is_something_else_here_is_left_out(tmp_path: Path) -> None:
    with opened(tmp_path, span("s1", "FACT", 14, 33), span("b1", "OPINION", *LATER, **OPINION), annotator="gold") as session:
        assert [one.id for one in session.state.ghosts] == ["s1", "b1"]
    records = (span("b1", "OPINION", *LATER, attributes={"polarity": "positive", "holder": "e1"}), span("e1", "PERSON", 18, 24))
    with opened(tmp_path, *records, annotator="gold") as session:
        do(session, "go ghost:b1\naccept")
        assert session.state.marks.by_id["b1"].attributes == {"polarity": "positive"}


def test_a_relation_whose_ends_the_scheme_does_not_let_it_tie(session: Session) -> None:
    do(session, "go ghost:m4\naccept FACT\ngo ghost:m1\naccept")
    with pytest.raises(ActionRefused, match="supports takes no FACT as its to"):
        do(session, "go ghost:m5\naccept")


def test_symmetric_it_is_the_same_either_way(session: Session) -> None:
    do(session, "go ghost:m1\naccept\ngo ghost:m4\naccept\ngo m1\nhead\ngo m4\nrelate restates")
    assert "m6" not in offered(session)
    assert "m5" not in offered(session)  # between the same two, the same way round: something was said of it


def test_all_of_a_label_and_of_a_sentence_takes_relations_too(tmp_path: Path) -> None:
    ends = (span("m1", "FACT", 0, 13), span("m2", "OPINION", 14, 33, **OPINION))
    with opened(tmp_path, *ends, relation("m3", "supports", {"from": "m1", "to": "m2"})) as session:
        assert do(session, "accept-sentence") == "took 3 suggestions"
        do(session, "undo\nlayer statement\naccept-label FACT\naccept-label OPINION\nlayer argument")
        assert do(session, "accept-label supports") == "took 1 suggestion of supports"


def test_ties_of_ties_follow_theirs(tmp_path: Path) -> None:
    ends = (span("m1", "FACT", 0, 13), span("m2", "OPINION", 14, 33, **OPINION))
    ties = (relation("m3", "supports", {"from": "m1", "to": "m2"}), relation("m4", "restates", {"from": "m3", "to": "m1"}))
    scheme = SCHEME.replace('roles.from = { layers = ["statement"] }', 'roles.from = { layers = ["statement", "argument"] }')
    scheme = scheme.replace(', labels = ["OPINION"] }', " }")
    with opened(tmp_path, *ends, *ties, scheme=scheme) as session:
        do(session, "go ghost:m1\naccept\ngo ghost:m2\naccept")
        assert offered(session) == ["m3"]
        do(session, "accept")
        assert offered(session) == ["m4"]
        do(session, "accept")
        assert offered(session) == []


def test_our_own_article_is_taken_wholly(tmp_path: Path) -> None:
    """All of another's set, one key after the other: the same annotations."""
    corpus = copy_of_our_corpus(tmp_path)
    with Session.open(corpus, ARTICLE, "me", suggestions="gold") as session:
        for _ in range(400):
            if not session.state.offered:
                break
            do(session, "next ghost\naccept")
        gold, made = corpus[ARTICLE].sets["gold"], session.state.marks.annotations
        assert (made.spans, made.relations, made.labels) == (gold.spans, gold.relations, gold.labels)
        assert session.findings == []
        assert sources(session) == ("gold",)


def test_random_actions_are_undone(tmp_path: Path) -> None:
    with opened(tmp_path, *SUGGESTED) as session:
        first = encode_set(session.state.marks.annotations)
        do(session, "go ghost:m1\naccept\ngo ghost:m4\naccept")
        beginning = session.history
    with_relations = 0
    for seed in range(150):
        chance, history = random.Random(seed), beginning
        for _ in range(60):
            history = act(history, chance)
        with_relations += any(one.id in ("m5", "m6") for one in history.state.marks.annotations.relations)
        while history.done:
            history = history.undo()
        assert encode_set(history.state.marks.annotations) == first
        assert not history.state.rejected
    assert with_relations
