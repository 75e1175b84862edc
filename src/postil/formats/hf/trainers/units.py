"""Documents as trainers are given them: what can be learnt of the text, sentence by sentence.

Trainers cut long texts short (GLiNER), or try every stretch of a text as a span (spaCy's categorizer), so that whole documents
would be cut, or take a memory that grows with their length times that of the longest span.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterator, Sequence

import msgspec
from msgspec.structs import replace

from postil.corpus import Document
from postil.exchange.tokens import SENTENCE_LAYER, TOKEN_LAYER
from postil.manifest import Metadata
from postil.model import AnnotationSet, Header, Label, Relation, Span
from postil.scheme import Layer, Scheme
from postil.segmentation import Extent, containing, sentences


def learnt_layers(scheme: Scheme) -> list[str]:
    """The layers of spans that are to be learnt: all but those that the text is cut by."""
    return [name for name in scheme.layers_of_kind("span") if name not in (TOKEN_LAYER, SENTENCE_LAYER)]


def units_scheme(scheme: Scheme, main: str | None) -> Scheme:
    """The scheme of sentences: the layers of spans, and the labels that a sentence has by those of its ``main`` layer."""
    layers = dict(scheme.layers_of_kind("span"))
    if main:
        layers[_sentence_layer(layers)] = Layer("label", multiple=True, labels=scheme.layers[main].labels)
    return replace(scheme, layers=layers, constraints=())


def _sentence_layer(taken: Container[str]) -> str:
    name = "label"
    while name in taken:
        name += "_"
    return name


def bare(document: Document) -> Document:
    """A document with its text, language, spans and relations, and nothing else."""
    only = {
        name: AnnotationSet(
            one.header,
            tuple([Span(span.id, span.layer, span.label, span.start, span.end, span.text, span.fragments) for span in one.spans]),
            tuple([Relation(each.id, each.layer, each.label, each.args) for each in one.relations]),
        )
        for name, one in document.sets.items()
    }
    return replace(document, metadata=Metadata(language=document.metadata.language), sets=only)


def units(document: Document, scheme: Scheme, layers: Container[str], main: str | None) -> Iterator[Document]:
    """The sentences of a document with the spans of these layers; those that a span joins are one. ``scheme``: of units.

    A sentence has the blanks around it, too, that a span in it has at its edges: no span is left out or cut short.
    ``main``: the layer whose labels are those of a unit.
    """
    annotations = next(iter(document.sets.values()))
    spans = [span for span in annotations.spans if span.layer in layers]
    found = sentences(document.text) or [(span.start, span.end) for span in spans[:1]]  # marked, and nothing but blanks
    extents = _joined(found, spans)
    rows: list[list[Span]] = [[] for _ in extents]
    for span in spans:
        rows[max(containing(extents, span.start), 0)].append(span)
    label_layer = next(iter(scheme.layers_of_kind("label")), "")
    for number, (extent, inside) in enumerate(zip(extents, rows, strict=True), 1):
        said = list(dict.fromkeys(span.label for span in inside if span.layer == main)) if label_layer else []
        labels = [Label(f"label{at}", label_layer, label) for at, label in enumerate(said, 1)]
        yield _unit(document, annotations, number, extent, inside, labels)


def _joined(extents: list[Extent], spans: Sequence[Span]) -> list[Extent]:
    """These sentences, as one wherever a span goes on from one to another, and with the blanks that a span has at its edges."""
    wide = list(extents)
    last = list(range(len(extents)))
    for span in spans:
        first, to = max(containing(extents, span.start), 0), max(containing(extents, span.end - 1), 0)
        last[first] = max(last[first], to)
        if span.start < wide[first][0]:
            wide[first] = span.start, wide[first][1]
        if span.end > wide[to][1]:
            wide[to] = wide[to][0], span.end
    found: list[Extent] = []
    number = 0
    while number < len(extents):
        first, to = number, last[number]
        while number < to:
            number += 1
            to = max(to, last[number])
        found.append((wide[first][0], wide[number][1]))
        number += 1
    return found


def _unit(
    document: Document, annotations: AnnotationSet, number: int, extent: Extent, spans: list[Span], labels: list[Label]
) -> Document:
    start, end = extent
    text = document.text[start:end]
    moved = [
        replace(
            span, start=span.start - start, end=span.end - start,
            fragments=tuple((first - start, last - start) for first, last in span.fragments),
        )
        for span in spans
    ]  # fmt: skip
    there = {span.id for span in spans}
    relations = [one for one in annotations.relations if there.issuperset(id for _, id in one.arguments())]
    name, sha256 = f"{document.id}:{number}", hashlib.sha256(text.encode()).hexdigest()
    header: Header = msgspec.structs.replace(annotations.header, document=name, text_sha256=sha256)
    made = AnnotationSet(header, tuple(moved), tuple(relations), tuple(labels))
    return Document(name, text, document.metadata, {header.annotator: made}, sha256)
