"""Libraries of others find in the real article what we wrote there: the same extents, labels, texts and relations."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from round_trip import expected, written

from postil import Corpus
from postil.corpus import Document
from postil.formats import all_formats
from postil.model import AnnotationSet

Found = Iterator[tuple[Any, ...]]
"""What a peer or we say of a document, in any order."""


def _ours(document: Document) -> AnnotationSet:
    (ours,) = document.sets.values()
    return ours


def spans(document: Document) -> Found:
    for span in _ours(document).spans:
        yield span.extents, span.label, span.text


def with_relations(document: Document) -> Found:
    yield from spans(document)
    yield from relations(document)


def relations(document: Document) -> Found:
    extents = {span.id: span.extents for span in _ours(document).spans}
    for relation in _ours(document).relations:
        yield relation.label, *sorted(extents[id] for _, id in relation.arguments())


def texts_and_ends(document: Document) -> Found:
    texts = {span.id: span.text for span in _ours(document).spans}
    yield from ((text,) for text in texts.values())
    yield from (tuple(texts[id] for _, id in relation.arguments()) for relation in _ours(document).relations)


def texts(document: Document) -> Found:
    yield from ((span.text,) for span in _ours(document).spans)


def bioc(path: Path, document: Document) -> Found:
    pytest.importorskip("bioc")
    from bioc import biocjson, biocxml

    if path.read_bytes().startswith(b"<"):
        collection = biocxml.load(str(path))
    else:
        with path.open(encoding="utf-8") as file:
            collection = biocjson.load(file)
    (found,) = collection.documents
    (passage,) = found.passages
    assert passage.text == document.text
    extents = {}
    for one in passage.annotations:
        extents[one.id] = tuple((at.offset, at.offset + at.length) for at in one.locations)
        yield extents[one.id], one.infons["type"], one.text
    for one in found.relations:
        if one.nodes:  # labels of the document have none
            yield one.infons["type"], *sorted(extents[node.refid] for node in one.nodes)


def bioc_brat(path: Path, document: Document) -> Found:
    brat = pytest.importorskip("bioc.brat")
    names = (path / f"{document.id}.txt", path / f"{document.id}.ann")
    with names[0].open(encoding="utf-8") as text, names[1].open(encoding="utf-8") as annotations:
        found = brat.load(text, annotations)
    assert found.text == document.text
    extents = {}
    for one in found.entities:
        extents[one.id] = tuple(sorted((at.begin, at.end) for at in one.locations))
        yield extents[one.id], one.type, one.text
    for one in found.relations:
        yield one.type, *sorted(extents[id] for id in one.arguments.values())


def pybrat(path: Path, document: Document) -> Found:
    parser = pytest.importorskip("pybrat.parser")
    (found,) = parser.BratParser(error="raise").parse(str(path))
    assert found.text == document.text

    def extents(entity: Any) -> tuple[tuple[int, int], ...]:
        return tuple((at.start, at.end) for at in entity.spans)

    for one in found.entities:
        yield extents(one), one.type, one.mention
    for one in found.relations:
        yield one.type, *sorted((extents(one.arg1), extents(one.arg2)))


def bioc_pubtator(path: Path, _document: Document) -> Found:
    pubtator = pytest.importorskip("bioc.pubtator")
    with path.open(encoding="utf-8") as file:
        (found,) = pubtator.load(file)
    for one in found.annotations:
        yield ((one.start, one.end),), one.type, one.text


def gatenlp(path: Path, document: Document) -> Found:
    library = pytest.importorskip("gatenlp")
    found = library.Document.load(str(path / f"{document.id}.bdocjs"), fmt="json")
    assert found.text == document.text
    for one in found.annset(_ours(document).annotator):
        yield ((one.start, one.end),), one.type, found[one]


def arguebuf(path: Path, document: Document) -> Found:
    library = pytest.importorskip("arguebuf")
    graph = library.load.xaif(json.loads((path / f"{document.id}.json").read_text(encoding="utf-8")))
    yield from ((str(node.text),) for node in graph.atom_nodes.values())
    for id in graph.scheme_nodes:
        before = [str(edge.source.text) for edge in graph.edges.values() if edge.target.id == id]
        yield *before, *(str(edge.target.text) for edge in graph.edges.values() if edge.source.id == id)


def xaif(path: Path, document: Document) -> Found:
    library = pytest.importorskip("xaif")
    found = library.AIF(json.loads((path / f"{document.id}.json").read_text(encoding="utf-8")))
    yield from ((node["text"],) for node in found.xaif["AIF"]["nodes"] if node["type"] == "I")


PEERS: list[tuple[str, Callable[[Path, Document], Found], Callable[[Document], Found]]] = [
    ("bioc-xml", bioc, with_relations),
    ("bioc-json", bioc, with_relations),
    ("brat", bioc_brat, with_relations),
    ("brat", pybrat, with_relations),
    ("pubtator", bioc_pubtator, spans),
    ("bdoc", gatenlp, spans),
    ("aif", arguebuf, texts_and_ends),
    ("aif", xaif, texts),
]


@pytest.mark.parametrize(("name", "peer", "wanted"), PEERS, ids=[f"{name}-{peer.__name__}" for name, peer, _ in PEERS])
def test_a_peer_finds_the_same(
    repository: Path,
    tmp_path: Path,
    name: str,
    peer: Callable[[Path, Document], Found],
    wanted: Callable[[Document], Found],
) -> None:
    corpus, format_ = Corpus.open(repository), all_formats()[name]
    documents = [corpus.read(id, ("gold",)) for id in corpus.document_ids]
    path, _ = written(format_, documents, corpus.scheme, tmp_path / "out")
    (document,) = expected(format_, documents, corpus.scheme)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the libraries themselves are warned of
        found = Counter(peer(path, document))
    assert found == Counter(wanted(document))
