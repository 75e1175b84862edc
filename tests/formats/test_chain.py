"""The article through ten formats, one after the other: each step loses what that format declares, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from round_trip import assert_same, expected, read, written

from postil import Corpus
from postil.corpus import Document
from postil.exchange.features import to_take_out
from postil.exchange.proposal import Observed
from postil.formats import all_formats, format_named
from postil.scheme import Scheme

CHAINS = {
    "rich": ["brat", "bioc-json", "stam", "webanno-tsv", "cas-xmi", "cas-json", "w3c", "gate", "label-studio", "jsonl"],
    "poor": ["spacy", "brat", "conllu", "prodigy", "doccano", "pubannotation", "gliner", "argilla", "csv", "conll"],
    "argued": ["arg-microtexts", "brat", "aif", "stam", "arg-microtexts", "cas-xmi", "aif", "webanno-tsv", "bioc-json", "jsonl"],
}
_CASCADES = {
    "relations one of whose ends was lost", "members of relations", "notes on what was lost",
    "attributes that name what was lost",
}  # fmt: skip


@pytest.mark.parametrize("name", CHAINS)
def test_a_chain_of_conversions_loses_what_was_declared(name: str, repository: Path, tmp_path: Path) -> None:
    corpus = Corpus.open(repository)
    scheme = corpus.scheme
    documents = [replace(document, sets={"gold": document.sets["gold"]}) for document in corpus]
    begun = _count(documents)
    lost = 0
    for number, step in enumerate(CHAINS[name]):
        format_ = format_named(step)
        assert format_ is not None
        path, losses = written(format_, documents, scheme, tmp_path / f"{number}-{step}")
        declared = {feature.title for feature in to_take_out(format_.keeps, format_.limits)} | _CASCADES
        assert {loss.kind for loss in losses} <= declared, step
        wanted = expected(format_, documents, scheme)
        found, intake, _ = read(format_, path)
        assert intake.errors == [], step
        assert_same(format_, found, wanted, scheme)
        lost += _count(documents) - _count(wanted)
        documents = [_as_gold(document) for document in found]
        scheme = _scheme_of(documents)
    assert begun - lost == _count(documents)
    assert _count(documents) > 0


def test_every_format_that_goes_both_ways_is_known_here() -> None:
    both = {name for name, format_ in all_formats().items() if format_.read and format_.write}
    assert both >= {step for chain in CHAINS.values() for step in chain}


def _count(documents: list[Document]) -> int:
    return sum(len(annotations.annotations) for document in documents for annotations in document.sets.values())


def _as_gold(document: Document) -> Document:
    (annotations,) = document.sets.values()
    return replace(document, sets={"gold": replace(annotations, header=replace(annotations.header, annotator="gold"))})


def _scheme_of(documents: list[Document]) -> Scheme:
    observed = Observed()
    for document in documents:
        observed.add(document)
    return Scheme("s", 1, layers=observed.layers({}))
