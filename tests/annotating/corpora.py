"""Corpora and sessions for the tests of annotating."""

from __future__ import annotations

import shutil
from pathlib import Path

from conftest import ROOT, write_example
from postil import Corpus
from postil.annotating import Session
from postil.model import Span
from postil.rules.examples import Example, label, relation, span

ARTICLE = "news/india-japan-2-plus-2"


def copy_of_our_corpus(path: Path) -> Corpus:
    """This repository's corpus, to be written to."""
    for name in ("corpus", "annotations"):
        shutil.copytree(ROOT / name, path / name)
    return Corpus.open(path)


HOSTILE = (
    "Rajnath Singh met Hamada in Tokyo. 日本 and e\u0301te\u0301, 👩\u200d👩\u200d👧 in Tokyo!\n\n"
    "“Why?” the Tokyo paper asks.\nשלום Tokyo\n"
)


def hostile_corpus(path: Path) -> Corpus:
    """A document of what breaks tools, with a set of every kind of record, and a model's suggestions."""
    records = (
        span("s1", "OPINION", 0, 34, attributes={"polarity": "positive", "holder": "e1"}),
        span("e1", "PERSON", 0, 13),
        span("e2", "GPE", 28, 33),
        span("s2", "FACT", 71, 77),
        relation("a1", "supports", {"from": "s2", "to": "s1"}),
        label("g1", "op-ed"),
        {"type": "note", "id": "n1", "about": "a1", "text": "?"},
    )
    last = HOSTILE.index("Tokyo!")
    suggested = (span("m3", "FACT", 0, 33), span("m2", "PERSON", 18, 24, confidence=0.5), span("m1", "GPE", last, last + 5))
    write_example(path, Example(text=HOSTILE, records=records))
    model = Example(text=HOSTILE, records=suggested, header={"annotator": "model", "method": "model"})
    (path / "annotations/model").mkdir()
    (path / "annotations/model/example.jsonl").write_bytes(model.set_bytes())
    return Corpus.open(path)


def do(session: Session, script: str) -> str:
    """Do actions, one a line; returns what the last one said."""
    for line in script.strip().splitlines():
        name, *words = line.split()
        session.do(name, *words)
    return session.state.said


def facts(one: Span) -> tuple[object, ...]:
    """What a span says, without its id."""
    return (one.layer, one.label, one.start, one.end, one.text, one.fragments, tuple(one.attributes.items()))


def spans_of(session: Session) -> list[tuple[str, str]]:
    """Label and text of each span."""
    return [(one.label, one.text) for one in session.state.marks.spans]
