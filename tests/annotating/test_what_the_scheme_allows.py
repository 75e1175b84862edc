"""Labels, relations and mentions that the scheme allows are made; what it does not is refused, or is what can be meant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from annotating.corpora import do, spans_of
from conftest import write_example
from postil import Corpus
from postil.annotating import Session
from postil.errors import ActionRefused, PostilError
from postil.rules.examples import SCHEME, Example

TEXT = "Rajnath Singh met Hamada in Tokyo.\n\nThe Tokyo Paper and Tokyo agree.\n\nName\tTokyo\nDelhi\n"


def opened(path: Path, scheme: str = SCHEME) -> Session:
    corpus = Corpus.open(write_example(path, Example(text=TEXT, scheme=scheme)))
    session = Session.open(corpus, "example", "me", seed="test")
    session.do("layer", "entity")
    return session


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with opened(tmp_path) as one:
        yield one


def test_a_second_label_in_the_same_place_relabels(session: Session) -> None:
    do(session, "find tokyo\nlabel GPE\nlabel PERSON")

    assert spans_of(session) == [("PERSON", "Tokyo")]
    assert session.findings == []


def test_where_the_layer_is_free_both_are_kept(tmp_path: Path) -> None:
    with opened(tmp_path, SCHEME.replace('overlap = "nested"', 'overlap = "free"', 1)) as session:
        do(session, "find tokyo\nlabel GPE\nlabel PERSON")
        assert sorted(spans_of(session)) == [("GPE", "Tokyo"), ("PERSON", "Tokyo")]


def test_a_label_across_a_span_is_refused(session: Session) -> None:
    do(session, "select 0 13\nlabel PERSON\nselect 8 24")

    with pytest.raises(ActionRefused, match="would overlap PERSON “Rajnath Singh”: entity is nested in the scheme"):
        session.do("label", "PERSON")


def test_a_chain_of_relations_needs_no_further_keys(session: Session) -> None:
    do(session, "layer statement\nselect 0 13\nlabel OPINION\nselect 18 24\nlabel OPINION\nselect 28 33\nlabel OPINION")
    do(session, "to 0\nnext span\nhead\nnext span\nrelate supports\nhead\nnext span\nrelate supports")
    ids = [one.id for one in session.state.marks.spans]

    pairs = [tuple(one.args.values()) for one in session.state.marks.annotations.relations]
    assert sorted(pairs) == sorted([(ids[0], ids[1]), (ids[1], ids[2])])
    assert not [finding for finding in session.findings if finding.code.startswith("REL")]


def test_dragging_takes_whole_words(session: Session) -> None:
    for start, end, chosen in ((2, 10, (0, 13)), (10, 2, (13, 0)), (9, 11, (8, 13))):
        do(session, f"to {start}\ndrag-to {end}")
        assert (session.state.place.anchor, session.state.place.cursor) == chosen
    do(session, "layer statement\nto 2\ndrag-to 10")
    assert (session.state.place.anchor, session.state.place.cursor) == (2, 10)


def test_mentions_in_what_is_labelled_are_listed_and_not_taken(session: Session) -> None:
    start = TEXT.index("Tokyo Paper")
    do(session, f"select {start} {start + 11}\nlabel PERSON\nselect 28 33\nlabel GPE")
    said = do(session, "mentions")
    review = session.state.review
    assert review is not None
    assert said == "3 unlabelled mentions of “Tokyo”, 1 in what is labelled"
    assert review.inside == {(start, start + 5)}
    assert do(session, "take") == "2 mentions labelled GPE"
    assert do(session, "take 1") == "1 mention labelled GPE"
    assert session.findings == []


def test_a_name_ends_with_its_cell_and_its_line(session: Session) -> None:
    names = [TEXT[start:end] for start, end in session.state.reading.names]

    assert names[-3:] == ["Name", "Tokyo", "Delhi"]


def test_a_text_that_is_edited_meanwhile_is_noticed(tmp_path: Path) -> None:
    with opened(tmp_path) as session:
        do(session, "find tokyo\nlabel GPE")
        written = (tmp_path / session.path).read_bytes()
        path = tmp_path / "corpus/example.txt"
        path.write_text("O " + TEXT)
        for attempt in (lambda: do(session, "next name\nlabel PERSON"), session.refresh):
            with pytest.raises(PostilError, match="was edited meanwhile: nothing was written"):
                attempt()
        assert (tmp_path / session.path).read_bytes() == written
        path.write_text(TEXT)
        do(session, "next name\nlabel PERSON")
        path.unlink()
        with pytest.raises(PostilError, match="was taken away"):
            session.refresh()
