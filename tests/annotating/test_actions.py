"""What each action does, and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from annotating.corpora import ARTICLE, copy_of_our_corpus, do, facts, hostile_corpus, spans_of
from conftest import write_example
from postil import Corpus
from postil.annotating import Session, all_actions, focused, questions, selected
from postil.annotating.mentions import carried_along
from postil.annotating.reading import Reading
from postil.annotating.state import aimed_at
from postil.errors import ActionRefused
from postil.model import Relation, Span
from postil.rules.examples import SCHEME, Example, span

TEXT = """\
Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo. They spoke (briefly) of rules-based order.

Hamada left Tokyo. The weather was fine, he said; nobody doubts it. The Hamadas stay.
"""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session.open(Corpus.open(write_example(tmp_path, Example(text=TEXT))), "example", "me", seed="test") as one:
        one.do("layer", "entity")
        yield one


def chosen(session: Session) -> str:
    start, end = sorted((session.state.place.anchor, session.state.place.cursor))
    return session.state.text[start:end]


def refused(session: Session, line: str) -> str:
    before = session.state
    name, *words = line.split()
    with pytest.raises(ActionRefused) as caught:
        session.do(name, *words)
    assert session.state is before
    return str(caught.value)


def test_the_five_paragraphs_made_by_actions_are_those_made_by_hand(tmp_path: Path) -> None:
    """The entities of the first five paragraphs, three statements with their attributes, and a relation."""
    corpus = copy_of_our_corpus(tmp_path)
    gold = corpus[ARTICLE].sets["gold"]
    by_id = {span.id: span for span in gold.spans}
    argument = next(one for one in gold.relations if one.label == "supports")
    entities = [span for span in gold.spans if span.layer == "entity" and span.start < 860]
    others = [span for span in gold.spans if span.layer == "statement" and span.start < 560][:3]
    tied = [by_id[id] for _, id in argument.arguments()]
    statements = [*others, *(span for span in tied if span not in others)]
    with Session.open(corpus, ARTICLE, "me") as session:
        ids = {}
        for span in (*entities, *statements):
            do(session, f"layer {span.layer}\nselect {span.start} {span.end}")
            session.do("label", session.state.layer.labels[span.label].key)
            ids[span.id] = session.state.place.focus
            made = focused(session.state)
            assert isinstance(made, Span)
            for name, value in span.attributes.items():
                if made.attributes.get(name) != value:
                    session.do("set", name, ids.get(value, str(value)) if isinstance(value, str) else str(value).lower())
        do(session, f"go {ids[tied[0].id]}\nhead\ngo {ids[tied[1].id]}\nrelate s")
        assert session.findings == []
    made_set = Corpus.open(tmp_path)[ARTICLE].sets["me"]
    names = {new: old for old, new in ids.items()}
    by_hand = [(facts(span)[:6], dict(span.attributes)) for span in gold.spans if span in (*entities, *statements)]
    made_spans = [
        (facts(span)[:6], {name: names.get(str(value), value) for name, value in span.attributes.items()})
        for span in made_set.spans
    ]
    assert len(entities) == 18
    assert made_spans == by_hand
    (relation,) = made_set.relations
    assert (relation.label, {role: names[str(id)] for role, id in relation.args.items()}) == (argument.label, argument.args)


@pytest.mark.parametrize(
    ("lines", "selection"),
    [
        ("to 0\nextend word", "Dr"),
        ("to 0\nextend word\nextend word\nextend-back word", "Dr"),
        ("to 3\nextend word\nextend word", "Rajnath Singh"),
        ("to 16\nextend-back word\nextend-back word", "Rajnath Singh"),
        ("to 16\nextend-back word\nextend-back word\nextend-back word\nextend word", "Rajnath Singh"),
        ("to 0\nextend sentence", "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo."),
        ("next paragraph\nextend word", "Hamada"),
        ("next paragraph\nprevious word\nextend word", "order"),
        ("next sentence\nextend word", "They"),
        ("next sentence\nnext sentence\nprevious sentence\nextend word", "They"),
        ("find tokyo", "Tokyo"),
        ("find tokyo\nnext hit", "Tokyo"),
        ("to 3\nextend-to 10", "Rajnath"),
        ("select 3 10\nswap\nextend-back word", "Dr Rajnath"),
        ("select 3 10\ncollapse\nextend word", " Singh"),
    ],
)
def test_moving_and_selecting(lines: str, selection: str, session: Session) -> None:
    do(session, lines)

    assert chosen(session) == selection


def test_a_search_goes_round_and_heeds_capitals_only_where_there_are_some(session: Session) -> None:
    places = []
    for _ in range(3):
        session.do("find", "hamada")
        places.append(session.state.place.anchor)
    session.do("next", "hit")
    assert [*places, session.state.place.anchor] == [
        TEXT.index("Hamada"),
        TEXT.index("Hamada left"),
        TEXT.rindex("Hamada"),
        places[0],
    ]
    assert refused(session, "find HAMADA") == "“HAMADA”: it stands nowhere"
    session.do("find", "Singh,", "of")
    assert chosen(session) == "Singh, of"


def test_smart_selection_grows_and_shrinks(session: Session) -> None:
    session.do("to", str(TEXT.index("Ministry") + 2))
    grown = []
    for _ in range(6):
        session.do("grow")
        grown.append(chosen(session))
    assert grown == [
        "Ministry",
        "Ministry of Defence",
        "of the Ministry of Defence",
        "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo",
        "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo.",
        TEXT.partition("\n")[0],
    ]
    assert refused(session, "grow") == "there is nothing larger to select"
    for selection in reversed(grown[:-1]):
        session.do("shrink")
        assert chosen(session) == selection
    do(session, "to 0\nextend sentence\nshrink")
    assert chosen(session) == "Dr Rajnath Singh, of the Ministry of Defence, met Hamada in Tokyo"
    do(session, "shrink\nshrink")
    assert chosen(session) == "Dr"
    assert refused(session, "shrink") == "there is nothing smaller to select"
    session.do("to", str(TEXT.index("based")))
    do(session, "grow\ngrow")
    assert chosen(session) == "rules-based"


def test_labelling_by_key_and_by_name(session: Session) -> None:
    assert do(session, "to 3\nextend word\nextend word\nlabel p") == "PERSON “Rajnath Singh”"
    do(session, "find Tokyo\nlabel GPE")
    assert spans_of(session) == [("PERSON", "Rajnath Singh"), ("GPE", "Tokyo")]
    assert refused(session, "label x") == "entity has no label or key “x”: it has PERSON (p) and GPE (g)"
    assert refused(session, "label g") == "GPE “Tokyo” is there already"
    assert refused(session, "label") == "0 words after label: it is label LABEL"
    assert refused(session, "lable g") == "there is no action “lable”: did you mean label?"
    assert refused(session, "layer entities") == "there is no layer “entities”: did you mean entity?"


def test_a_word_at_the_cursor_is_labelled_without_selecting(session: Session) -> None:
    do(session, "to 5\nlabel p")
    assert spans_of(session) == [("PERSON", "Rajnath")]


@given(st.text("a 1.-\n\u2028é日本\r", max_size=40), st.integers(0, 40))
def test_the_word_here_is_found_in_its_line_alone(text: str, offset: int) -> None:
    assert Reading(text).word_at(min(offset, len(text))) == Reading(text).at("word", min(offset, len(text)))


def test_what_would_be_labelled_though_nothing_is_selected(session: Session) -> None:
    do(session, "layer entity\nto 5")
    there = aimed_at(session.state)
    do(session, "label p")
    assert there == session.state.marks.spans[0].extents[0]
    assert aimed_at(session.state) is None, "the span is selected"
    do(session, "collapse\nlayer genre")
    assert aimed_at(session.state) is None, "a label would be the document's"


def test_attributes_in_the_words_of_check(session: Session) -> None:
    do(session, "find They\nlabel p\nlayer statement\nfind fine\nlabel OPINION")
    assert do(session, "set polarity positive") == 'OPINION “fine”: polarity "positive"'
    assert refused(session, "set polarity good") == "polarity must be positive or negative, not “good”"
    assert refused(session, "set strength 9") == "strength must be at most 5, not 9"
    assert refused(session, "set strength many") == "strength must be a whole number, not “many”"
    assert refused(session, "set source 12") == "source must match [a-z]+:[0-9]+, and “12” does not"
    assert refused(session, "set colour red").startswith("there is no attribute of OPINION in statement “colour”")
    do(session, "set strength 3\nset source ab:12\nset strength")
    record = focused(session.state)
    assert isinstance(record, Span)
    assert record.attributes == {"polarity": "positive", "source": "ab:12"}


def test_the_attributes_as_questions(session: Session) -> None:
    do(session, "find Hamada\nlabel p\nlayer statement\nfind fine\nlabel OPINION")
    person = session.state.marks.spans[0].id
    asked = {one.name: one for one in questions(session.state)}
    assert list(asked) == ["holder", "polarity", "strength", "source"]
    assert asked["holder"].choices == ("AUTHOR", person)
    assert asked["polarity"].choices == ("positive", "negative")
    assert asked["polarity"].fault == "OPINION must have the attribute polarity" == session.findings[0].message
    do(session, "set polarity negative\nset strength 2")
    assert [(one.value, one.fault) for one in questions(session.state)] == [(None, ""), ("negative", ""), (2, ""), (None, "")]
    do(session, "relabel FACT")
    assert "polarity" not in {one.name for one in questions(session.state)}


def test_relabelling_takes_off_what_the_label_cannot_have(session: Session) -> None:
    do(session, "layer statement\nfind fine\nlabel OPINION\nset polarity positive")
    assert do(session, "relabel FACT") == "OPINION “fine” is FACT; without polarity"
    assert session.findings == []


def test_relations_by_head_and_tail(session: Session) -> None:
    do(session, "layer statement\nfind spoke\nlabel FACT\nhead\nfind fine\nlabel OPINION")
    assert do(session, "relate supports") == "FACT “spoke” supports OPINION “fine”"
    (relation,) = session.state.marks.annotations.relations
    assert isinstance(focused(session.state), Relation)
    assert refused(session, "relate supports") == "no head is marked: go to it and use head"
    do(session, f"go {relation.args['from']}\nhead\ngo {relation.args['to']}")
    assert "is there already" in refused(session, "relate supports")
    assert [finding.code for finding in session.findings] == ["LAB005"]


def test_a_discontinuous_span(session: Session) -> None:
    do(session, "to 3\nextend word\nlabel p\nfind Hamada\nadd-fragment")
    (span,) = session.state.marks.spans
    assert (span.text, span.fragments) == ("Rajnath Hamada", ((3, 10), (50, 56)))
    assert "a fragment lies outside" in refused(session, "add-fragment")
    do(session, "go " + span.id + "\nstretch end\ntrim start character")
    (span,) = session.state.marks.spans
    assert span.text == "ajnath Hamada in"
    assert {finding.code for finding in session.findings} >= {"SPN005"}


def test_stretching_and_trimming(session: Session) -> None:
    do(session, "to 3\nextend word\nlabel p\nstretch end\nstretch start")
    assert spans_of(session) == [("PERSON", "Dr Rajnath Singh")]
    do(session, "trim start\ntrim end\nstretch end character\ntrim end character")
    assert spans_of(session) == [("PERSON", "Rajnath")]
    assert refused(session, "trim end") == "nothing would be left of it"
    do(session, "to 3\nextend word\nextend word\nfit")
    assert spans_of(session) == [("PERSON", "Rajnath Singh")]
    assert refused(session, "stretch side").startswith("there is no side")


def test_deleting_says_what_goes_with_it(session: Session) -> None:
    do(
        session,
        "find Hamada\nlabel p\nhead\nlayer statement\nfind fine\nlabel OPINION\nset holder HEAD\nset polarity negative\nhead",
    )
    do(session, "find spoke\nlabel FACT\nremark really?")
    fact = session.state.place.focus
    opinion = session.state.head
    do(session, f"relate restates\nremark why\ngo {fact}")
    assert do(session, "delete") == "FACT “spoke” is taken out, with 1 relation and 2 notes"
    person = next(span for span in session.state.marks.spans if span.label == "PERSON")
    assert do(session, f"go {person.id}\ndelete") == "PERSON “Hamada” is taken out; OPINION “fine” is without holder"
    assert [span.id for span in session.state.marks.spans] == [opinion]
    assert session.state.marks.annotations.notes == ()
    for _ in range(2):
        session.do("undo")
    assert len(session.state.marks.spans) == 3
    assert len(session.state.marks.annotations.notes) == 2


def test_document_labels_are_put_on_and_taken_off(session: Session) -> None:
    do(session, "layer genre\nlabel op-ed")
    assert do(session, "label report") == "the document is report instead of op-ed"
    assert [one.label for one in session.state.marks.annotations.labels] == ["report"]
    assert do(session, "label report") == "report taken off the document"


def test_repeating_labels_the_next_mention(session: Session) -> None:
    do(session, "find Tokyo\nlabel g")
    assert do(session, "repeat") == "GPE “Tokyo”; 0 left"
    assert refused(session, "repeat") == "“Tokyo” is labelled wherever it stands"
    assert [span.start for span in session.state.marks.spans] == [TEXT.index("Tokyo"), TEXT.rindex("Tokyo")]


def test_repeating_what_was_done_to_a_span(session: Session) -> None:
    do(session, "find Tokyo\nlabel g\nrepeat\nfind They\nlabel g\nto 0\nnext span")
    do(session, "set sure true")
    assert do(session, "repeat") == "GPE “Tokyo”: sure true"
    assert [span.attributes.get("sure") for span in session.state.marks.spans] == [True, None, True]
    assert refused(session, "repeat") == "no other GPE “Tokyo” is left to set"
    do(session, "to 0\nnext span\ndelete")
    assert do(session, "repeat") == "GPE “Tokyo” is taken out"
    assert spans_of(session) == [("GPE", "They")]


def test_all_mentions_after_a_review(session: Session) -> None:
    do(session, "find Hamada\nlabel p")
    assert do(session, "mentions") == "1 unlabelled mention of “Hamada”", "the Hamadas are others"
    assert refused(session, "take 2") == "the list has no number 2: it has 1 mention"
    assert do(session, "take") == "1 mention labelled PERSON"
    assert len(session.history.done) == 2
    assert refused(session, "mentions") == "“Hamada” is labelled wherever it stands"
    assert refused(session, "take") == "no mentions wait: use mentions first"


def test_going_through_sentences_without_a_span(session: Session) -> None:
    do(session, "find Tokyo\nlabel g\nto 0\nnext unlabelled")
    assert chosen(session).startswith("They spoke")
    do(session, "label p\nnext unlabelled")
    assert chosen(session) == "Hamada left Tokyo."


def test_going_through_names(session: Session) -> None:
    seen = []
    for _ in range(6):
        session.do("next", "name")
        seen.append(chosen(session))
    assert seen == ["Dr Rajnath Singh", "Ministry of Defence", "Hamada", "Tokyo", "They", "Hamada"]
    do(session, "next name\nlabel g\nto 0\nprevious name")
    assert chosen(session) == "Hamadas", "the text has “the” as well"
    do(session, "previous name")
    assert chosen(session) == "Hamada", "this Tokyo is labelled"


def test_going_through_spans(session: Session) -> None:
    do(session, "select 3 16\nlabel p\nselect 3 10\nlabel p\nselect 50 56\nlabel p\nto 0")
    seen = []
    for _ in range(4):
        session.do("next", "span")
        seen.append(chosen(session))
    assert seen == ["Rajnath Singh", "Rajnath", "Hamada", "Rajnath Singh"]
    session.do("previous", "span")
    assert chosen(session) == "Hamada"


def test_notes_and_progress(session: Session) -> None:
    do(session, "find Tokyo\nlabel g\nnote the city, or the government?\ncomplete")
    assert session.state.marks.spans[0].note == "the city, or the government?"
    assert session.state.marks.header.status == "complete"
    assert refused(session, "complete") == "the document is complete already"
    assert do(session, "in-progress\nnote") == "GPE “Tokyo”: without its note"


def test_duplicating_to_another_layer(session: Session) -> None:
    assert do(session, "find Tokyo\nlabel g\nduplicate statement FACT") == "FACT “Tokyo” in statement"
    assert refused(session, "duplicate argument supports") == "argument is a layer of relations, not of spans"


def test_what_is_selected_has_no_blanks_around_it(session: Session) -> None:
    do(session, "select 2 11")
    assert TEXT[slice(*selected(session.state))] == "Rajnath"


def test_every_action_has_a_summary() -> None:
    for name, action in all_actions().items():
        assert action.summary.endswith((".", ":")), name
        assert action.name == name
        assert len(action.usage) < 30


def test_a_head_is_forgotten_when_it_is_gone_or_with_a_key(session: Session) -> None:
    do(session, "layer entity\nnext name\nlabel p\nhead\ndelete")
    assert session.state.head == ""
    do(session, "undo\nnext span\nhead\nundo")
    assert session.state.head == ""
    do(session, "redo\nnext span\nhead\ncollapse")
    assert session.state.head
    assert do(session, "collapse") == "no head is marked"
    assert session.state.head == ""


def test_n_ary_relations_take_more_arguments(tmp_path: Path) -> None:
    scheme = SCHEME.replace("labels.supports", "roles.by = { required = false, multiple = true }\nlabels.supports", 1)
    corpus = Corpus.open(write_example(tmp_path, Example(text=TEXT, scheme=scheme)))
    with Session.open(corpus, "example", "me") as session:
        do(
            session,
            "layer statement\nfind spoke\nlabel FACT\nhead\nfind fine\nlabel OPINION\nset polarity positive\nrelate supports",
        )
        relation = session.state.place.focus
        for word in ("left", "stay"):
            do(session, f"find {word}\nlabel FACT\nhead\ngo {relation}\nargument by")
        assert session.findings == []
        (found,) = session.state.marks.annotations.relations
        assert len(found.args["by"]) == 2
        do(session, "find left\ncollapse")
        first = found.args["by"][0]
        do(session, f"go {first}\ndelete")
        (found,) = session.state.marks.annotations.relations
        assert list(found.args) == ["from", "to", "by"]
        assert len(found.args["by"]) == 1


def test_words_may_be_the_numbers_that_they_are(session: Session) -> None:
    session.do("select", 3, 16)
    session.do("label", "p")
    assert spans_of(session) == [("PERSON", "Rajnath Singh")]
    session.do("set", "sure", True)
    assert session.state.marks.spans[0].attributes["sure"] is True
    for word in (None, ["x"], b"x"):
        with pytest.raises(ActionRefused, match="neither a text nor a number nor true or false"):
            session.do("label", word)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("select 0 99999", "99999 is behind the end of the text, which has 197 characters"),
        ("to 198", "198 is behind the end of the text, which has 197 characters"),
        ("extend-to 198", "198 is behind the end of the text, which has 197 characters"),
        ("drag-to 198", "198 is behind the end of the text, which has 197 characters"),
        ("select 5 2", "2 lies before 5: select takes the start first, then the end"),
        ("select -1 2", "“-1” is no whole number from 0"),
        ("to 1.5", "“1.5” is no whole number from 0"),
    ],
)
def test_offsets_that_are_none(session: Session, line: str, message: str) -> None:
    assert refused(session, line) == message


def test_the_end_of_the_text_is_an_offset(session: Session) -> None:
    do(session, f"select 0 {len(TEXT)}")
    assert session.state.place.cursor == len(TEXT)


def test_what_is_said_of_the_document_has_no_next_match(session: Session) -> None:
    do(session, "find Tokyo\nlabel g\nlayer genre\nlabel report")
    why = "that has no next match; only what is done to spans can be repeated"
    assert refused(session, "repeat") == f"the document is report: {why}"
    do(session, "label report")
    assert refused(session, "repeat") == f"report taken off the document: {why}"


def test_completing_says_what_is_left(tmp_path: Path) -> None:
    with Session.open(hostile_corpus(tmp_path), "example", "me", suggestions="model") as session:
        do(session, "layer statement\nselect 0 33\nlabel OPINION")
        left = session.state.suggestions_left
        assert left > 1
        assert do(session, "complete") == f"the document is complete, with 1 error; {left} suggestions not looked at"
        assert do(session, "in-progress") == "the document is in-progress"


def test_mentions_get_the_attributes_that_hold_and_these_are_named(tmp_path: Path) -> None:
    text = "So it is. So it is. Ann said it."
    records = (
        span("e1", "PERSON", 20, 23),
        span("s1", "FACT", 0, 8, attributes={"holder": "e1", "strength": 2}),
        span("s2", "FACT", 20, 31, attributes={"holder": "gone"}),
    )
    corpus = Corpus.open(write_example(tmp_path, Example(text=text, records=records)))
    with Session.open(corpus, "example", "gold") as session:
        said = "1 unlabelled mention of “So it is”; with holder and strength"
        assert do(session, "layer statement\ngo s1\nmentions") == said
        assert do(session, "take") == "1 mention labelled FACT, with holder and strength"
        made = next(one for one in session.state.marks.spans if one.start == 10)
        assert made.attributes == {"holder": "e1", "strength": 2}
        assert carried_along(session.state, session.state.marks.by_id["s2"]) == {}  # type: ignore[arg-type]


def test_no_name_is_offered_where_nothing_has_a_capital(tmp_path: Path) -> None:
    text = "安倍晋三首相は東京で会談した。彼は安心した。"
    with Session.open(Corpus.open(write_example(tmp_path, Example(text=text))), "example", "me") as session:
        do(session, "layer entity\nselect 0 4\nlabel p")
        nothing = "nothing with a capital or a digit is left unlabelled in this layer"
        assert refused(session, "next name") == refused(session, "previous name") == nothing
