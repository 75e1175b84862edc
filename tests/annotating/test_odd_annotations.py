"""Sets that no scheme knows and offsets that mean nothing: an action does what it can, or refuses, and all is undone."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from annotating.random_actions import random_line
from annotating.test_live_check import checked_whole
from conftest import write_example
from postil import AnnotationSet, Corpus, Span
from postil.annotating import History, Place, State, questions
from postil.annotating.live_check import LiveCheck
from postil.annotating.marks import Marks
from postil.annotating.offer import Offer
from postil.annotating.reading import Reading
from postil.checking.checker import Checker
from postil.errors import ActionRefused
from postil.rules.examples import Example
from postil.storage.set_file import encode_set
from postil.text import printable
from strategies import annotation_sets


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    root: Path = tmp_path_factory.mktemp("odd")
    return Corpus.open(write_example(root, Example()))


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(annotation_sets(), st.integers(0, 2**32))
def test_random_actions_on_any_set(corpus: Corpus, made: tuple[str, AnnotationSet], seed: int) -> None:
    text, suggested = made
    chance = random.Random(seed)
    annotations = some_of(suggested, chance)
    state = State(
        reading=Reading(text),
        scheme=corpus.scheme,
        marks=Marks(annotations),
        place=Place("entity"),
        suggestions=Offer(suggested, corpus.scheme),
    )
    history = History(state)
    for _ in range(30):
        with contextlib.suppress(ActionRefused):
            history = history.perform(*random_line(history, chance))
        assert history.state.said == printable(history.state.said)
        with contextlib.suppress(ActionRefused):
            questions(history.state)
    while history.done:
        history = history.undo()
    assert encode_set(history.state.marks.annotations) == encode_set(annotations)


def some_of(annotations: AnnotationSet, chance: random.Random) -> AnnotationSet:
    """A set with some of the records of another, what these refer to there or not."""
    groups = (annotations.spans, annotations.relations, annotations.labels, annotations.notes)
    return AnnotationSet(annotations.header, *(tuple(one for one in group if chance.random() < 0.5) for group in groups))


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(-5, 40), st.integers(-5, 40)), min_size=1, max_size=12), st.integers(0, 2**32))
def test_findings_where_offsets_mean_nothing(corpus: Corpus, edges: list[tuple[int, int]], seed: int) -> None:
    document = corpus["example"]
    spans = tuple(Span(f"e{n}", "entity", "GPE", start, end, "?") for n, (start, end) in enumerate(edges))
    annotations = AnnotationSet(document_header(corpus), spans).canonical()
    state = State(reading=Reading(document.text), scheme=corpus.scheme, marks=Marks(annotations), place=Place("entity"))
    history, chance = History(state), random.Random(seed)
    live = LiveCheck(corpus.directory.bundle("example"), Checker(corpus.manifest.check), "annotations/gold/example.jsonl")
    for _ in range(6):
        found = Counter((one.code, one.subject, one.message) for one in live.of(history.state.marks))
        assert found == checked_whole(corpus, "example", history)
        with contextlib.suppress(ActionRefused):
            history = history.perform(*random_line(history, chance))


def document_header(corpus: Corpus):
    return corpus["example"].sets["gold"].header
